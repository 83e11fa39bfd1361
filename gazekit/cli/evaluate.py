"""`gazekit evaluate`, `score` and `demo`: models or anybody's predictions, beside people and chance."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.options import (
    Accept,
    DataAndPoints,
    DataOptions,
    Metrics,
    Models,
    Outside,
    RunOptions,
    Samples,
    ScoredRun,
    accepted,
    names,
    say_dropped,
    settings,
    takes_groups,
)
from gazekit.cli.printing import Json


@dataclass(frozen=True, kw_only=True)
class EvaluationRun(ScoredRun):
    """How an evaluation is run, and what is compared in it."""

    lengths: Annotated[
        str,
        typer.Option(help="Fixations per path: matched (people's on other stimuli, for all alike) or own (a model's)."),
    ] = "matched"
    nulls: Annotated[
        bool, typer.Option("--nulls/--no-nulls", help="Add image-blind nulls and a control that never moves.")
    ] = True


def tuned(given: list[str]) -> dict[str, str]:
    """Read `--tuned-on MODEL=WHERE`; a model's options may hold `=`, so that the last one counts."""
    found = {}
    for text in given:
        name, _, where = text.rpartition("=")
        if not name or not where:
            raise typer.BadParameter(f"give MODEL=WHERE, for instance 'neva=350 of the images', not {text!r}")
        found[name] = where
    return found


@takes_groups
def evaluate_command(
    *,
    given: DataAndPoints,
    models: Models = "uniform,centre,empirical,other-image",
    metrics: Metrics = "scanmatch,multimatch",
    samples: Samples = 5,
    max_fixations: Annotated[int | None, typer.Option(min=1, help="Longest predicted path.")] = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Fit models that learn this many times, each without the part it predicts."),
    ] = None,
    fold_by: Annotated[
        str, typer.Option(help="What is dealt into folds: stimulus, subject, layout or target.")
    ] = "stimulus",
    tuned_on: Annotated[
        list[str] | None,
        typer.Option(help="MODEL=WHERE: the stimuli of this data set that its options were chosen on. Repeatable."),
    ] = None,
    intervals: Annotated[
        str, typer.Option(help="What intervals allow for: other 'stimuli and people', or other 'stimuli' alone.")
    ] = "stimuli and people",
    run: EvaluationRun,
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
        folds=folds,
        fold_by=fold_by,
        tuned_on=tuned(tuned_on or []),
        intervals=intervals,  # type: ignore[arg-type]  # checked there
        notes=given.notes,
        accept=given.accepted,
        **run.arguments,
    )
    print_results(results, run.out, write_report(run.out, dataset=dataset), as_json=as_json)


@dataclass(frozen=True, kw_only=True)
class ScoreRun(EvaluationRun):
    """How the scoring is run; its folder has a default, named after the predictions."""

    out: Annotated[Path | None, typer.Option(help="Run folder for tables and report; default runs/score-NAME.")] = None  # type: ignore[assignment]  # named after the predictions


@takes_groups
def score_command(
    *,
    predictions: Annotated[Path, typer.Argument(help="Parquet, CSV, COCO-Search18 JSON or pysaliency HDF5.")],
    given: DataOptions,
    metrics: Metrics = "scanmatch,multimatch",
    outside: Outside = "keep",
    missing: Annotated[str, typer.Option(help="Points without coordinates: error, drop or keep.")] = "error",
    rescale: Annotated[
        bool, typer.Option("--rescale", help="Map paths onto the trial's frame if theirs differs.")
    ] = False,
    forced_first: Annotated[
        bool | None, typer.Option(help="Whether each path begins with the imposed first fixation.")
    ] = None,
    predictions_set: Annotated[
        list[str] | None,
        typer.Option(help="Option of the reader of predictions, as name=value (origin=centre); may be repeated."),
    ] = None,
    accept: Accept = None,
    run: ScoreRun,
    as_json: Json = False,
) -> None:
    """Score a predictions file against people, with the human ceiling, chance and 95 % intervals.

    A CSV needs the columns stimulus, x, y (px), and may have fixation, sample, source, task, trial, duration_ms.

    Example: gazekit score mine.csv --data osie --root data/osie
    """
    from gazekit.cli.tables import print_results
    from gazekit.core.frames import Facts
    from gazekit.evaluation.score_file import match_trials, score_predictions
    from gazekit.interchange import Space, read_scanpaths
    from gazekit.report import write_report

    dataset = given.read(to_stderr=as_json)
    frames = {t.stimulus: t.frame for t in dataset.trials}
    facts = None if forced_first is None else Facts(forced_first=forced_first)
    options = settings(predictions_set, "--predictions-set")
    space = Space.taken_from(options)
    paths = read_scanpaths(
        predictions,
        frames=frames,
        outside=outside,
        missing=missing,
        facts=facts,
        unknown_stimuli="drop",
        **({} if space is None else {"space": space}),
        **options,
    )
    matched = match_trials(paths, dataset, rescale=rescale)
    say_dropped(predictions.name, paths.dropped, to_stderr=as_json)
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
    folder = run.out or Path("runs") / f"score-{predictions.stem}"
    results = score_predictions(
        matched,
        dataset,
        names(metrics, "--metrics"),
        out=folder,
        notes=given.notes,
        accept=accepted(accept),
        **run.arguments,
    )
    print_results(results, folder, write_report(folder, dataset=dataset), as_json=as_json)


@dataclass(frozen=True, kw_only=True)
class DemoRun(RunOptions):
    """How the demonstration is run; its folder has a default."""

    out: Annotated[Path, typer.Option(help="Run folder; a finished one is shown again.")] = Path("runs/demo")


@takes_groups
def demo_command(run: DemoRun) -> None:
    """Generate displays, run the baselines, score them with ceiling and chance, and write the report. Needs no data.

    The observers of the demonstration are simulated.

    Example: gazekit demo --out runs/demo
    """
    from gazekit.cli.tables import summary_text
    from gazekit.datasets.synthetic.demo import load
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.report import write_report

    dataset = load(seed=run.seed)
    models = ["uniform", "centre", "empirical", "ittikoch", "levy", "other-image"]
    results = evaluate(
        dataset,
        models,
        ["scanmatch", "multimatch"],
        out=run.out,
        n_samples=5,
        notes={"loaded": {"data": "demo", "root": None, "outside": "keep"}},
        **run.arguments,
    )
    page = write_report(run.out, dataset=dataset)
    typer.echo(summary_text(results))
    typer.echo("The observers of this demonstration are simulated: these numbers show the toolkit, not people.")
    typer.echo(f"open {page.resolve()}")
