"""`gazekit import-predictions`: files in which published models leave their predictions, as one file of scanpaths."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.loading import say_dropped
from gazekit.cli.options import BesidePredictions, Outside, PathsFile, Replace, names_in
from gazekit.cli.outputs import check_output, check_suffix
from gazekit.foundations.errors import amount

if TYPE_CHECKING:
    from gazekit.core.trials import Dataset
    from gazekit.evaluation.score_file import MatchedPredictions


From = typer.Option(
    "--from",
    autocompletion=names_in("gazekit.interchange.predictions", "FORMATS"),
    help="Whose files: hat, gazeformer, chen, gazexplain, scandiff, tppgaze, eyeformer, deepgaze35vl, visions.",
)
Order = Annotated[
    Path | None,
    typer.Option("--order", help="JSON records with name, subject, task in the order of predictions without names."),
]


def read_predictions(
    files: list[Path],
    dataset: "Dataset",
    kind: str | None = None,
    *,
    order: Path | None = None,
    rescale: bool = False,
    to_stderr: bool = False,
    **options: Any,
) -> "MatchedPredictions":
    """Read predictions for a data set: one file, or those of a published model; say what is left out and what matched.

    Parameters
    ----------
    files : list of path
        One file, unless there is a `kind`.
    dataset : Dataset
        What they predict.
    kind : str, optional
        What --from names.
    order : path, optional
        What --order names; for some kinds.
    rescale : bool
        Map paths onto the trials' frames; a kind says itself whether it is in px of another frame.
    to_stderr : bool
        Say it on standard error.
    **options
        Of the reader.
    """
    from gazekit.evaluation.score_file import match_trials
    from gazekit.interchange import Space, predictions, read_scanpaths
    from gazekit.interchange.tables import UNKNOWN

    name, frames = files[0].name, {trial.stimulus: trial.frame for trial in dataset.trials}
    if kind is None:
        if (space := Space.taken_from(options)) is not None:
            options["space"] = space
        paths = read_scanpaths(files[0], frames=frames, unknown_stimuli="drop", **{"missing": "error", **options})
    else:
        people = dataset.scanpaths.table["subject"].unique()
        paths = predictions.read_predictions(files, kind, frames, subjects=people, order=order, **options)
        form = predictions.FORMATS[kind]
        rescale = form.frame is not None or "width" in form.keys
    matched = match_trials(paths, dataset, rescale=rescale)
    say_dropped(name, paths.dropped, to_stderr=to_stderr)
    said = list(matched.notes)
    if kind is None:
        unknown = sum(count for reason, count in paths.dropped.items() if reason.startswith(UNKNOWN))
        said.append(
            f"{amount(len(matched.paths), 'path')} matched, {matched.unmatched + unknown} left out, "
            f"{matched.trials_without} of {amount(len(dataset.trials), 'trial')} without a prediction"
        )
    else:
        key = ["trial", "subject"] if (matched.paths.table["subject"] != "").any() else ["trial"]
        counts = matched.paths.table.groupby(key).size().value_counts().sort_index()
        what = "trials" if len(key) == 1 else "people on a trial"
        said.append(f"predictions: {', '.join(f'{of} {what} have {n}' for n, of in counts.items())}")
        if matched.paths.duration is None:
            said.append("there are no durations: measures that need them have no value")
    for line in said:
        typer.echo(f"{name}: {line}", err=to_stderr)
    return matched


def mend_of(format_name: str) -> str:
    """What to do about a file that cannot be right in this form, whose reader takes no options."""
    from gazekit.interchange.predictions import FORMATS

    return (
        f"look whether --from {format_name} is the form of this file ({FORMATS[format_name].title}), and whether what "
        f"wrote it changed its units"
    )


def import_predictions_command(
    *,
    files: Annotated[list[Path], typer.Argument(help="Files of one kind, as the model's own code leaves them.")],
    kind: Annotated[str, From],
    given: BesidePredictions,
    order: Order = None,
    outside: Outside = "keep",
    out: PathsFile,
    overwrite: Replace = False,
) -> None:
    """Read the predictions of a published model as scanpaths in px of the images: HAT, ScanDiff, Gazeformer, ...

    Example: gazekit import-predictions test_predicts.json --from chen --data osie --root data/osie -o chen.parquet

    Then: gazekit score chen.parquet --data osie --root data/osie --protocol chen2021
    """
    from gazekit.evaluation.score_file import check_predictions
    from gazekit.interchange import write_scanpaths

    check_suffix(out)
    check_output(out, files, overwrite=overwrite)
    dataset = given.read()
    matched = read_predictions(files, dataset, kind, order=order, outside=outside)
    check_predictions(matched.paths, dataset, given.accepted, mend_of(kind))
    write_scanpaths(matched.paths, out)
    shown = matched.paths.table["trial"].nunique()
    typer.echo(
        f"{amount(len(matched.paths), 'path')} on {shown} of {amount(len(dataset.trials), 'trial')}, "
        f"{matched.unmatched} left out, written to {out}"
    )
