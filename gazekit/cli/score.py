"""`gazekit score`: anybody's predictions file, scored like a model of ours."""

from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.completing import metric_names
from gazekit.cli.options import (
    Data,
    DataSet,
    Outside,
    Progress,
    Root,
    Scheduler,
    Seed,
    command_line,
    how_loaded,
    load,
    names,
    settings,
)
from gazekit.cli.printing import Json


def score_command(
    predictions: Annotated[Path, typer.Argument(help="Parquet, CSV, COCO-Search18 JSON or pysaliency HDF5.")],
    data: Data,
    root: Root = None,
    data_set: DataSet = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Run folder for tables and report; default runs/score-NAME.")
    ] = None,
    metrics: Annotated[
        str,
        typer.Option("--metrics", autocompletion=metric_names, help="Comma-separated, or all; see gazekit metrics."),
    ] = "scanmatch,multimatch",
    seed: Seed = 0,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes; results do not depend on it.")] = 1,
    scheduler: Scheduler = None,
    outside: Outside = "keep",
    missing: Annotated[
        str, typer.Option("--missing", help="Points without coordinates: error, drop or keep.")
    ] = "error",
    rescale: Annotated[
        bool, typer.Option("--rescale", help="Map paths onto the trial's frame if theirs differs.")
    ] = False,
    forced_first: Annotated[
        bool | None,
        typer.Option(
            "--forced-first/--no-forced-first", help="Whether each path begins with the imposed first fixation."
        ),
    ] = None,
    as_json: Json = False,
    progress: Progress = True,
) -> None:
    """Score a predictions file against people, with the human ceiling, chance and 95 % intervals.

    A CSV needs the columns stimulus, x, y (px), and may have fixation, sample, source, task, trial, duration_ms.

    Example: gazekit score mine.csv --data osie --root data/osie
    """
    from gazekit.cli.tables import print_results
    from gazekit.core.frames import Facts
    from gazekit.evaluation.score_file import match_trials, score_predictions
    from gazekit.interchange import read_scanpaths
    from gazekit.report import write_report

    options = settings(data_set, "--data-set")
    dataset = load(data, root, options=options)
    frames = {t.stimulus: t.frame for t in dataset.trials}
    facts = None if forced_first is None else Facts(forced_first=forced_first)
    paths = read_scanpaths(
        predictions, frames=frames, outside=outside, missing=missing, facts=facts, unknown_stimuli="drop"
    )
    matched = match_trials(paths, dataset, rescale=rescale)
    for reason, count in paths.dropped.items():
        typer.echo(f"{predictions.name}: {count} x {reason}", err=as_json)
    typer.echo(
        f"{predictions.name}: {len(matched.paths)} paths matched, {matched.unmatched} of unknown stimuli left out, "
        f"{matched.trials_without} of {len(dataset.trials)} trials without a prediction",
        err=as_json,
    )
    if matched.paths.facts.forced_first:
        typer.echo(
            f"{predictions.name}: each path declares a forced first fixation, which is dropped before scoring; "
            f"if the paths have none, say --no-forced-first",
            err=as_json,
        )
    folder = out or Path("runs") / f"score-{predictions.stem}"
    results = score_predictions(
        matched,
        dataset,
        names(metrics, "--metrics"),
        out=folder,
        seed=seed,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
        command=command_line(),
        notes={"loaded": how_loaded(data, root, "keep", options)},
    )
    print_results(results, folder, write_report(folder, dataset=dataset), as_json=as_json)
