"""`gazekit predict`: scanpaths of one model, as a file."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.groups import DataOptions, RunOptions, takes_groups
from gazekit.cli.options import Device, PerhapsData, Samples
from gazekit.cli.own_shelf import check_choice, check_picture, shelf_lines, write_paths, write_picture
from gazekit.foundations.errors import GazekitError


@dataclass(frozen=True, kw_only=True)
class Prediction(RunOptions):
    """How the predictions are made; they are one file."""

    out: Annotated[Path, typer.Option("-o", "--out", help="File to write: .parquet or .csv.")]
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace an existing file; other unfinished parts are moved aside.")
    ] = False


@dataclass(frozen=True, kw_only=True)
class DataOrShelf(DataOptions):
    """The data set; none for a shelf of one's own."""

    data: PerhapsData = None  # type: ignore[assignment]  # `check_choice` looks before it is read


@takes_groups
def predict_command(
    *,
    model: Annotated[str, typer.Argument(help="Model, with options as name:option=value; see `gazekit models`.")],
    given: DataOrShelf,
    image: Annotated[
        Path | None, typer.Option("--image", help="Instead of --data: the photograph of a shelf of your own.")
    ] = None,
    boxes: Annotated[
        Path | None, typer.Option("--boxes", help="CSV with a row per object of that shelf: x0,y0,x1,y1 px, and id.")
    ] = None,
    target: Annotated[
        str | None, typer.Option("--target", help="What is sought there: the id of an object, or a picture of it.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Also draw the first path on that shelf: .png, .pdf or .svg.")
    ] = None,
    samples: Samples = 1,
    max_fixations: Annotated[int | None, typer.Option("--max-fixations", min=1, help="Longest path.")] = None,
    device: Device = "auto",
    run: Prediction,
) -> None:
    """Predict scanpaths for every trial of a data set, or for a shelf of your own.

    Example: gazekit predict ittikoch --data osie --root data/osie --samples 5 -o ittikoch.parquet

    Stop it at any point; the same command resumes it from OUT.parts and gives the same file.

    Your own: gazekit predict oat --image shelf.jpg --boxes boxes.csv --target 12 --picture shelf-path.png -o paths.csv
    """
    from gazekit.evaluation.predict import predict_in_pieces
    from gazekit.evaluation.preparation import prepare_humans
    from gazekit.files.links import refuse_link
    from gazekit.interchange import own_shelf, write_scanpaths
    from gazekit.models.capabilities import Learns
    from gazekit.models.specs import model_from_text
    from gazekit.runs.parallel import check_workers

    own, out = check_choice(given.data, image, boxes, target), run.out
    if picture is not None and not own:
        raise GazekitError("--picture draws a path on a shelf of your own: give --image, --boxes and --target")
    if picture is not None:
        check_picture(picture)
    parts = out.with_name(f"{out.name}.parts")
    for file in (out, picture, parts):
        if file is None:
            continue
        if file is not parts and file.exists() and not run.overwrite:
            raise GazekitError(f"{file} is there already; give --overwrite or another name")
        refuse_link(file)  # now, not after hours
    if not out.parent.is_dir():
        raise GazekitError(f"{out} cannot be written: the folder {out.parent} does not exist; make it first")
    check_workers(run.workers, run.scheduler)
    chosen = model_from_text(model)
    if own:
        dataset = own_shelf(image, boxes, target)  # type: ignore[arg-type]  # `check_choice` has looked
        for line in shelf_lines(dataset):
            typer.echo(line)
    else:
        dataset = given.read()
    if chosen.provenance:
        typer.echo(f"{chosen.name}: {chosen.provenance}")
    if isinstance(chosen, Learns) and len(dataset.scanpaths):
        from dataclasses import replace

        chosen.fit(replace(dataset, scanpaths=prepare_humans(dataset).paths))
    paths = predict_in_pieces(
        chosen,
        dataset,
        folder=parts,
        n_samples=samples,
        max_fixations=max_fixations,
        device=device,
        **run.arguments,
    )
    if own:
        write_paths(paths, dataset, out)
    else:
        write_scanpaths(paths, out)
    shutil.rmtree(parts, ignore_errors=True)
    if picture is not None:
        write_picture(paths, dataset, picture)
    typer.echo(f"{len(paths)} scanpaths with {len(paths.x)} fixations written to {out}")
