"""`gazekit predict`: scanpaths of one model, as a file, for a data set, or for pictures or a shelf of one's own."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gazekit.cli.figures import path_on_trial
from gazekit.cli.loading import say_dropped
from gazekit.cli.options import DataAndPoints, Device, PerhapsData, RunOptions, Samples
from gazekit.cli.outputs import check_output, check_suffix
from gazekit.foundations.errors import GazekitError, amount

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpath, Scanpaths
    from gazekit.core.trials import Dataset, Trial
    from gazekit.models.contract import ScanpathModel

DEFAULT = Path("paths.csv")  # for pictures of one's own
TOLD = {
    "caption": "give --caption TEXT, or --trials, a table with a column caption",
    "target": "give --target PICTURE, or --trials, a table with a column target",
    "target_box": "give --trials, a table with columns target_x0, target_y0, target_x1, target_y1 (px)",
    "task": "give --trials, a table with a column task, which names what is sought: search: fork",
    "target_object": "give --target ID, or --trials, a table with a column target that has ids of --boxes",
}
SHELF = (
    "a shelf of your own needs its photograph (--image) and a CSV of its objects (--boxes), and for models of search "
    "what is sought (--target): the id of an object, or a picture"
)


OutFile = Annotated[
    Path | None, typer.Option("-o", "--out", help="File to write: .parquet or .csv. Without --data: paths.csv.")
]


@dataclass(frozen=True, kw_only=True)
class Prediction(RunOptions):
    """How the predictions are made; they are one file."""

    out: OutFile = None  # type: ignore[assignment]  # `predict_command` gives it a name
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing file; other unfinished parts are moved aside.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class DataOrOwn(DataAndPoints):
    """The data set; none for pictures or a shelf of one's own."""

    data: PerhapsData = None  # type: ignore[assignment]  # `check_choice` looks before it is read


def predict_command(
    *,
    model: Annotated[str, typer.Argument(help="Model, with options as name:option=value; see `gazekit models`.")],
    given: DataOrOwn,
    image: Annotated[Path | None, typer.Option(help="Instead of --data: a picture of your own.")] = None,
    images: Annotated[Path | None, typer.Option(help="Instead of --data: a folder of pictures of your own.")] = None,
    trials: Annotated[
        Path | None,
        typer.Option(help="For your pictures: CSV with a row per trial, stimulus, and caption, target, start_x ..."),
    ] = None,
    caption: Annotated[str | None, typer.Option(help="Caption of your picture, for models that read one.")] = None,
    boxes: Annotated[
        Path | None,
        typer.Option(help="Objects in your pictures: CSV with a row each, x0,y0,x1,y1 px, id; stimulus for --images."),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="What is sought in your picture: a picture of it, or the id of one of --boxes.")
    ] = None,
    picture: Annotated[
        Path | None,
        typer.Option(help="Also draw the first path: .png, .pdf, .svg; or a new folder, with a picture of each trial."),
    ] = None,
    samples: Samples = 1,
    max_fixations: Annotated[int | None, typer.Option(min=1, help="Longest path.")] = None,
    device: Device = "auto",
    run: Prediction,
) -> None:
    """Predict scanpaths for every trial of a data set, or for pictures of your own.

    Example: gazekit predict ittikoch --data osie --root data/osie --samples 5 -o ittikoch.parquet

    Stop it at any point; the same command resumes it from OUT.parts and gives the same file.

    Your own picture: gazekit predict priority --image photo.jpg --picture photo-path.png

    Your own search: gazekit predict eccnet --image desk.jpg --target key.jpg --picture search.png

    Your own shelf: gazekit predict oat --image shelf.jpg --boxes boxes.csv --target 12 --picture path.png -o paths.csv
    """
    from gazekit.evaluation.fitting_alone import fit_alone, fitted_anew
    from gazekit.evaluation.predict import PIECE_TRIALS, predict_in_pieces
    from gazekit.evaluation.preparation import checked, prepare_humans
    from gazekit.files.atomic import check_length
    from gazekit.files.new_folder import check_new
    from gazekit.interchange import own_pictures, own_shelf, write_scanpaths
    from gazekit.models.specs import model_from_text
    from gazekit.runs.parallel import check_workers

    check_choice(given.data, image, images, {"trials": trials, "caption": caption, "boxes": boxes, "target": target})
    shelf = boxes is not None
    if image is not None and image.is_dir():
        raise GazekitError(f"--image takes one picture, and {image} is a folder: give --images")
    if images is not None and images.is_file():
        raise GazekitError(f"--images takes a folder, and {images} is a file: give --image")
    if picture is not None and given.data is not None:
        raise GazekitError("--picture is for pictures of your own; gazekit plot draws paths of a data set")
    album = picture if picture is not None and not picture.suffix else None  # a folder, with a picture of each trial
    if album is not None:
        check_new(album)
    elif picture is not None:
        from gazekit.plots.saving import check_picture

        check_picture(picture, "--picture")
    if run.out is None and given.data is not None:
        raise GazekitError("predict needs the name of the file to write: -o paths.parquet")
    out = run.out or DEFAULT
    parts = out.with_name(f"{out.name}.parts")
    if not shelf:
        check_suffix(out)
    for file in (out, None if album else picture, parts):  # now, not after hours
        if file is None:
            continue
        check_length(file)
        read = [] if file is parts else [r for r in (image, boxes, target, trials, given.data) if r]
        check_output(file, read, overwrite=run.overwrite or file is parts or (file is out and parts.is_dir()))
    if not out.parent.is_dir():
        raise GazekitError(f"{out} cannot be written: the folder {out.parent} does not exist; make it first")
    check_workers(run.workers, run.scheduler)
    chosen = model_from_text(model)
    if chosen.needs_fit and given.data is None:
        trained = "oat" if "objects" in chosen.needs else "priority"
        raise GazekitError(
            f"model {chosen.name!r} learns from people, and nobody has looked at these pictures: choose one that has "
            f"learned before ({trained}, or {trained}:checkpoint=FOLDER of your own `gazekit train {trained}`) or that "
            f"learns nothing, or give people's scanpaths with --data"
        )
    if "objects" in chosen.needs and not shelf and given.data is None:
        raise GazekitError(f"model {chosen.name!r} goes from object to object: {SHELF}")
    if given.data is not None:
        dataset = given.read()
    elif image is not None and boxes is not None and trials is None and caption is None:
        dataset = own_shelf(image, boxes, target)
        for line in shelf_lines(dataset):
            typer.echo(line)
    else:
        place = image or images
        assert place is not None  # noqa: S101 -- `check_choice` has looked
        dataset = own_pictures(place, about=trials, boxes=boxes, caption=caption, target=target)
        say_dropped(place.name, dataset.dropped)
    if given.data is None:
        check_told(chosen, dataset)
    if picture is not None and album is None and len(dataset.trials) > 1:
        raise GazekitError(
            f"--picture {picture} is one picture, and there are {len(dataset.trials)} trials: give the name of a new "
            f"folder, without a suffix"
        )
    written = out.exists() and not run.overwrite  # by this command, if it was killed before it removed the parts
    if written and len(list((parts / "parts").glob("*.sha256"))) * PIECE_TRIALS < len(dataset.trials):
        raise GazekitError(f"{out} exists already; give --overwrite or another name")
    if chosen.provenance:
        typer.echo(f"{chosen.name}: {chosen.provenance}")
    for word, said in (("target", target), ("caption", caption)):
        if said is not None and not any(need.startswith(word) for need in chosen.needs):
            typer.echo(f"{chosen.name} does not use the {word}: --{word} changes nothing", err=True)
    if len(dataset.scanpaths):
        from dataclasses import replace

        if fitted_anew(chosen):  # what it learns is in every path
            checked(dataset, accept=given.accepted)
        fit_alone(chosen, replace(dataset, scanpaths=prepare_humans(dataset).paths))
    paths = predict_in_pieces(
        chosen,
        dataset,
        folder=parts,
        n_samples=samples,
        max_fixations=max_fixations,
        device=device,
        **run.arguments,
    )
    file = parts / out.name if written else out
    if shelf:
        write_paths(paths, dataset, file)
    else:
        write_scanpaths(paths, file)
    if written and out.read_bytes() != file.read_bytes():
        raise GazekitError(f"{out} exists already, and holds something else; give --overwrite or another name")
    shutil.rmtree(parts, ignore_errors=True)
    if album is not None:
        draw_each(dataset, paths, album)
    elif picture is not None:
        draw(dataset.trials[0], paths[0], picture)
    typer.echo(f"{amount(len(paths), 'scanpath')} with {amount(len(paths.x), 'fixation')} written to {out}")


def check_choice(data: str | None, image: Path | None, images: Path | None, told: dict[str, object]) -> None:
    """Refuse none of a data set, a picture and a folder of pictures, several of them, and what one does not take.

    Raises
    ------
    GazekitError
        One of these.
    """
    given = next((f"--{name}" for name, value in told.items() if value is not None), None)
    if (data is not None) + (images is not None) + (image is not None) != 1:
        raise GazekitError(
            "predict takes one of: a data set (--data, --root), a picture of your own (--image), or a folder of them "
            f"(--images){f'; {given} says more about pictures' if given else ''}"
        )
    if data is not None and given is not None:
        raise GazekitError(f"{given} is for pictures of your own (--image, --images); a data set says it itself")


def check_told(model: "ScanpathModel", dataset: "Dataset") -> None:
    """Refuse trials of one's own that lack what a model needs, with the option that says it.

    Raises
    ------
    GazekitError
        One lacks it.
    """
    for trial in dataset.trials:
        for need in model.needs:
            if not trial.has(need):
                how = TOLD.get(need, "choose another model")
                raise GazekitError(
                    f"model {model.name!r} needs {need!r}, which trial {trial.id!r} does not have: {how}"
                )


def draw(trial: "Trial", path: "Scanpath", file: Path) -> None:
    """Draw a path on its picture."""
    from gazekit.plots.saving import drawing, save_figure

    with drawing():
        save_figure(path_on_trial(trial, path).figure, file, dpi=200)


def draw_each(dataset: "Dataset", paths: "Scanpaths", folder: Path) -> None:
    """Draw the first path of each trial, as TRIAL.png in a new folder."""
    from gazekit.files.links import make_folder
    from gazekit.files.new_folder import new_folder
    from gazekit.interchange.image_folder import file_names

    first = paths.table.drop_duplicates("trial").reset_index().set_index("trial")["index"]
    named = file_names([trial.id for trial in dataset.trials])
    with new_folder(folder) as part:
        for trial in dataset.trials:
            make_folder((part / named[trial.id]).parent)
            draw(trial, paths[int(first[trial.id])], part / named[trial.id])


def shelf_lines(dataset: "Dataset") -> list[str]:
    """What was read, in sentences: objects, their order, the target, and what was done to boxes."""
    from gazekit.interchange.shelf_photograph import reading_order

    trial = dataset.trials[0]
    assert trial.objects is not None  # noqa: S101 -- `own_shelf` gives them
    assert trial.objects.names is not None  # noqa: S101
    rows = int(reading_order(trial.objects.boxes)[1].max()) + 1
    lines = [
        f"{trial.id}: {amount(len(trial.objects), 'object')} in {amount(rows, 'row')}, numbered from 0 in "
        f"reading order whatever the order of the table (column object_id; in a CSV, column object has your own ids)"
    ]
    if trial.target_object is not None:
        called = trial.objects.names[trial.target_object]
        lines.append(
            f"{trial.id}: the target {called!r} is object {trial.target_object}; its picture is cut from there"
        )
    elif trial.target_source is not None:
        lines.append(f"{trial.id}: sought by its picture; nobody says which object it is, or that it is there")
    return [*lines, *(f"{trial.id}: {count} {what}" for what, count in dataset.dropped.items())]


def write_paths(paths: "Scanpaths", dataset: "Dataset", out: Path) -> None:
    """Write predictions; a CSV has, beside `object_id`, a column `object` with the ids of the table of boxes."""
    from gazekit.files.atomic import write_atomically
    from gazekit.files.formulas import mark_formulas
    from gazekit.interchange import write_scanpaths
    from gazekit.interchange.declared_facts import to_columns

    if out.suffix.lower() != ".csv":
        write_scanpaths(paths, out)
        return
    called = {t.id: list(t.objects.names or ()) for t in dataset.trials if t.objects is not None}
    table = to_columns(paths.to_table(), paths.facts, paths.dropped)
    ids = [called[t][k] if k >= 0 else "" for t, k in zip(table["trial"], table["object_id"], strict=True)]
    table.insert(table.columns.get_loc("object_id") + 1, "object", ids)
    write_atomically(out, mark_formulas(table).to_csv(index=False, lineterminator="\n").encode())
