"""`gazekit evaluate`: models, people and chance on one data set."""

from typing import Annotated

import typer

from gazekit.cli.groups import DataAndPoints, ScoredRun, takes_groups
from gazekit.cli.options import Metrics, Models, Samples, names
from gazekit.cli.printing import Json


@takes_groups
def evaluate_command(
    *,
    given: DataAndPoints,
    models: Models = "uniform,centre,empirical,other-image",
    metrics: Metrics = "scanmatch,multimatch",
    samples: Samples = 5,
    max_fixations: Annotated[int | None, typer.Option("--max-fixations", min=1, help="Longest predicted path.")] = None,
    run: ScoredRun,
    as_json: Json = False,
) -> None:
    """Score models against people, with the human ceiling, chance and 95 % intervals beside every number.

    Example: gazekit evaluate --data osie --root data/osie --models uniform,centre,ittikoch --out runs/osie

    Stop it at any point; the same command resumes it and gives the same tables.
    """
    from gazekit.cli.tables import print_results
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.report import write_report

    dataset = given.read(to_stderr=as_json)
    results = evaluate(
        dataset,
        names(models, "--models"),
        names(metrics, "--metrics"),
        out=run.out,
        n_samples=samples,
        max_fixations=max_fixations,
        notes=given.notes,
        **run.arguments,
    )
    print_results(results, run.out, write_report(run.out, dataset=dataset), as_json=as_json)
