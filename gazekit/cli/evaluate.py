"""`gazekit evaluate` and `score`: models or anybody's predictions, beside people and chance."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazekit.cli.import_predictions import From, Order, mend_of, read_predictions
from gazekit.cli.loading import reader_options, say_dropped
from gazekit.cli.options import (
    BesidePredictions,
    DataAndPoints,
    Metrics,
    Models,
    Outside,
    Samples,
    ScoredRun,
    Written,
)
from gazekit.cli.printing import Json
from gazekit.cli.protocols import ProtocolName, Transferred, check_protocol_options, evaluate_under, print_scores
from gazekit.cli.texts import names
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.named_values import named

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset

METRICS = "scanmatch,multimatch"


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
    refused = "takes MODEL=WHERE, for instance 'neva=350 of the images', not {!r}"
    return named(given, "--tuned-on", refused, one="place", last_sign=True)


def evaluate_command(
    *,
    context: typer.Context,
    given: DataAndPoints,
    models: Models = "uniform,centre,empirical,other-image",
    metrics: Metrics = METRICS,
    samples: Samples = 5,
    max_fixations: Annotated[int | None, typer.Option(min=1, help="Longest predicted path.")] = None,
    folds: Annotated[
        int | None,
        typer.Option(min=2, help="Fit models that learn this many times, each without the part it predicts."),
    ] = None,
    fold_by: Annotated[
        str, typer.Option(help="What the folds are made of: stimulus, subject, layout or target.")
    ] = "stimulus",
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Only the stimuli that none of these models has learned from before.")
    ] = False,
    tuned_on: Annotated[
        list[str] | None,
        typer.Option(help="MODEL=WHERE: the stimuli of this data set that its options were chosen on. Repeatable."),
    ] = None,
    intervals: Annotated[
        str, typer.Option(help="What intervals allow for: other 'stimuli and people', or other 'stimuli' alone.")
    ] = "stimuli and people",
    protocol: ProtocolName = None,
    transferred: Transferred = False,
    run: EvaluationRun,
    as_json: Json = False,
) -> None:
    """Score models against people, with the human ceiling, chance and 95 % intervals beside every number.

    Example: gazekit evaluate --data osie --root data/osie --models uniform,centre,ittikoch --out runs/osie

    Stop it at any point; the same command resumes it and gives the same tables.

    Under a protocol of the field, which says how many samples there are and what is scored; --out gets the predictions
    and is resumed, too:

    Example: gazekit evaluate --data osie --root data/osie --models centre,ittikoch --protocol chen2021 --out runs/chen
    """
    from gazekit.cli.tables import print_results
    from gazekit.evaluation.evaluate import evaluate
    from gazekit.report import write_report

    check_protocol_options(context, protocol, transferred)
    dataset = given.read(to_stderr=as_json)
    if protocol is not None:
        evaluate_under(
            protocol,
            dataset,
            names(models, "--models"),
            run,
            accepted=given.accepted,
            transferred=transferred,
            as_json=as_json,
        )
        return
    named = names(models, "--models")
    if unseen:
        dataset = _unseen(dataset, named, to_stderr=as_json)
    results = evaluate(
        dataset,
        named,
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
    print_results(results, run.out, write_report(run.out, dataset=dataset, results=results), as_json=as_json)


def _unseen(dataset: "Dataset", models: list[str], *, to_stderr: bool) -> "Dataset":
    """What `--unseen` leaves, and how much it leaves out."""
    from gazekit.evaluation.evaluate import load_models
    from gazekit.evaluation.fitting_alone import LEARNED, unseen

    part = unseen(dataset, load_models(models, nulls=False))
    say_dropped(dataset.name, {why: n for why, n in part.dropped.items() if why == LEARNED}, to_stderr=to_stderr)
    return part


@dataclass(frozen=True, kw_only=True)
class ScoreRun(EvaluationRun):
    """How the scoring is run; its folder has a default, named after the predictions."""

    out: Annotated[Path | None, typer.Option(help="Run folder for tables and report; default runs/score-NAME.")] = None  # type: ignore[assignment]  # named after the predictions


def score_command(
    *,
    context: typer.Context,
    predictions: Annotated[Path, typer.Argument(help="Parquet, CSV, COCO-Search18 JSON or HDF5; or --from.")],
    given: BesidePredictions,
    metrics: Metrics = METRICS,
    outside: Outside = "keep",
    written: Written,
    size: Annotated[
        str | None, typer.Option(help="What the predictions are px of, as 512x320; mapped onto the images.")
    ] = None,
    rescale: Annotated[
        bool, typer.Option("--rescale", help="Map paths onto the trial's frame if theirs differs.")
    ] = False,
    forced_first: Annotated[
        bool | None, typer.Option(help="Whether each path begins with the imposed first fixation.")
    ] = None,
    kind: Annotated[str | None, From] = None,
    order: Order = None,
    predictions_set: Annotated[
        list[str] | None,
        typer.Option(help="Option of the reader of predictions, as name=value (origin=centre); may be repeated."),
    ] = None,
    protocol: ProtocolName = None,
    transferred: Transferred = False,
    run: ScoreRun,
    as_json: Json = False,
) -> None:
    """Score a predictions file against people, with the human ceiling, chance and 95 % intervals.

    A CSV needs the columns stimulus, x, y (px), and may have fixation, sample, source, task, trial, duration_ms.
    --columns, --separator, --decimal, --missing and --from are about the predictions; a table of people's takes the
    same as --data-set columns=..., sep=..., decimal=..., missing=..., recording=...

    Example: gazekit score mine.csv --data osie --root data/osie

    Under a protocol of the field, to be compared with its papers:

    Example: gazekit score mine.csv --data osie --root data/osie --protocol chen2021
    """
    from gazekit.cli.tables import print_results
    from gazekit.core.frames import Facts
    from gazekit.evaluation.score_file import check_predictions, score_predictions
    from gazekit.protocols import score_protocol
    from gazekit.report import write_report

    check_protocol_options(context, protocol, transferred, "out")
    dataset = given.read(to_stderr=as_json)
    facts = None if forced_first is None else Facts(forced_first=forced_first)
    options = reader_options(predictions_set, "--predictions-set", {**vars(written), "size": size})
    given_here = {"frames", "width", "height", "facts", "unknown_stimuli", "outside", "space"} & set(options)
    if given_here:
        raise GazekitError(
            f"--predictions-set {min(given_here)}= is not for predictions: the data say how large the images are, and "
            f"--size, --outside and --forced-first the rest"
        )
    if kind is None and order is not None:
        raise GazekitError("--order is about files of published models: give --from, or leave it out")
    if kind is not None and (set(options) - {"missing"} or rescale):
        raise GazekitError("--from says how the file is read: leave out --columns, --size, --rescale and the like")
    matched = read_predictions(
        [predictions], dataset, kind, order=order, rescale=rescale or size is not None, to_stderr=as_json,
        outside=outside, facts=facts, **options,
    )  # fmt: skip
    mend = "" if kind is None else mend_of(kind)
    if protocol is not None:
        check_predictions(matched.paths, dataset, given.accepted, mend)
        scores = score_protocol(protocol, dataset, matched.paths, transferred=transferred, seed=run.seed)
        print_scores(scores, as_json=as_json)
        return
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
        accept=given.accepted,
        mend=mend,
        **run.arguments,
    )
    print_results(results, folder, write_report(folder, dataset=dataset, results=results), as_json=as_json)
