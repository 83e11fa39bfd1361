"""`gazekit import-predictions`: files in which published models leave their predictions, as one file of scanpaths."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gazekit.cli.groups import takes_groups
from gazekit.cli.loading import say_dropped
from gazekit.cli.options import Accept, BesidePredictions, Outside, PathsFile, Replace, accepted, names_in
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


def read_matched(
    files: list[Path], format_name: str, dataset: "Dataset", *, to_stderr: bool = False, **options: Any
) -> "MatchedPredictions":
    """Predictions of a published model, in px of the images of a data set; what is not whole is said."""
    from gazekit.evaluation.score_file import match_trials
    from gazekit.interchange.predictions import FORMATS, read_predictions

    frames = {trial.stimulus: trial.frame for trial in dataset.trials}
    people = dataset.scanpaths.table["subject"].unique()
    paths = read_predictions(files, format_name, frames, subjects=people, **options)
    own = FORMATS[format_name].frame is not None or "width" in FORMATS[format_name].keys
    matched = match_trials(paths, dataset, rescale=own)
    say_dropped(files[0].name, paths.dropped, to_stderr=to_stderr)
    return matched


def mend_of(format_name: str) -> str:
    """What to do about a file that cannot be right in this form, whose reader takes no options."""
    from gazekit.interchange.predictions import FORMATS

    return (
        f"look whether --from {format_name} is the form of this file ({FORMATS[format_name].title}), and whether what "
        f"wrote it changed its units"
    )


def say_matched(name: str, matched: "MatchedPredictions", *, to_stderr: bool = False) -> None:
    """Say which paths belong to no trial, how many samples trials have, and whether there are durations."""
    for note in matched.notes:
        typer.echo(f"{name}: {note}", err=to_stderr)
    key = ["trial", "subject"] if (matched.paths.table["subject"] != "").any() else ["trial"]
    counts = matched.paths.table.groupby(key).size().value_counts().sort_index()
    what = "trials" if len(key) == 1 else "people on a trial"
    samples = ", ".join(f"{of} {what} have {n}" for n, of in counts.items())
    typer.echo(f"{name}: predictions: {samples}", err=to_stderr)
    if matched.paths.duration is None:
        typer.echo(f"{name}: there are no durations: measures that need them have no value", err=to_stderr)


@takes_groups
def import_predictions_command(
    *,
    files: Annotated[list[Path], typer.Argument(help="Files of one kind, as the model's own code leaves them.")],
    kind: Annotated[str, From],
    given: BesidePredictions,
    order: Order = None,
    outside: Outside = "keep",
    accept: Accept = None,
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
    matched = read_matched(files, kind, dataset, order=order, outside=outside)
    say_matched(files[0].name, matched)
    check_predictions(matched.paths, dataset, accepted(accept), mend_of(kind))
    write_scanpaths(matched.paths, out)
    shown = matched.paths.table["trial"].nunique()
    typer.echo(
        f"{amount(len(matched.paths), 'path')} on {shown} of {amount(len(dataset.trials), 'trial')}, "
        f"{matched.unmatched} left out, written to {out}"
    )
