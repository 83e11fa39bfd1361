"""`gazekit evaluate`: models, people and chance on one data set."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.completing import metric_names, model_names
from gazekit.cli.options import (
    Data,
    DataSet,
    Outside,
    Progress,
    Root,
    Samples,
    Scheduler,
    Seed,
    command_line,
    how_loaded,
    load,
    names,
    settings,
)
from gazekit.cli.printing import Json


def evaluate_command(
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run of the same request is resumed.")],
    root: Root = None,
    data_set: DataSet = None,
    models: Annotated[
        str,
        typer.Option("--models", autocompletion=model_names, help="Comma-separated; options as name:option=value."),
    ] = "uniform,centre,empirical,other-image",
    metrics: Annotated[
        str,
        typer.Option("--metrics", autocompletion=metric_names, help="Comma-separated, or all; see gazekit metrics."),
    ] = "scanmatch,multimatch",
    samples: Samples = 5,
    seed: Seed = 0,
    max_fixations: Annotated[int | None, typer.Option("--max-fixations", min=1, help="Longest predicted path.")] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; results do not depend on it.")] = 1,
    scheduler: Scheduler = None,
    resamples: Annotated[int, typer.Option("--resamples", min=100, help="Bootstrap resamples.")] = 2000,
    outside: Outside = "keep",
    as_json: Json = False,
    progress: Progress = True,
) -> None:
    """Score models against people, with the human ceiling, chance and 95 % intervals beside every number.

    Example: gazekit evaluate --data osie --root data/osie --models uniform,centre,ittikoch --out runs/osie

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.cli.tables import print_results
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.report import write_report

    options = settings(data_set, "--data-set")
    dataset = load(data, root, outside, options)
    for reason, count in dataset.dropped.items():
        typer.echo(f"{data}: {count} x {reason}", err=as_json)
    results = evaluate(
        dataset,
        names(models, "--models"),
        names(metrics, "--metrics"),
        out=out,
        n_samples=samples,
        seed=seed,
        max_fixations=max_fixations,
        workers=workers,
        scheduler=scheduler,
        resamples=resamples,
        progress=progress,
        command=command_line(),
        notes={"loaded": how_loaded(data, root, outside, options)},
    )
    print_results(results, out, write_report(out, dataset=dataset), as_json=as_json)
