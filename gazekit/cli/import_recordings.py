"""`gazekit import`: recordings of an eye tracker as one file of scanpaths, in px of the images."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from gazekit.cli.loading import load, say_dropped
from gazekit.cli.options import DataOptions, Outside, PathsFile, Replace
from gazekit.cli.outputs import check_output, check_suffix
from gazekit.foundations.errors import amount


@dataclass(frozen=True, kw_only=True)
class Recorded(DataOptions):
    """What is read: exports of an eye tracker, and the images that were shown."""

    data: Annotated[list[str], typer.Argument(help="Exports of one kind; a file each, of one person or of many.")]  # type: ignore[assignment]
    root: Annotated[Path | None, typer.Option("--images", "--root", help="Folder of the images.")] = None
    outside: Outside = "keep"


def import_command(
    *,
    given: Recorded,
    out: PathsFile,
    overwrite: Replace = False,
) -> None:
    """Make one file of scanpaths, in px of the images, of recordings: EyeLink, Tobii, Pupil Labs, Gazepoint, SMI, BIDS.

    Example: gazekit import report.txt --images images --screen 1920x1080 --placed centre -o paths.parquet

    What was left out, and what lies outside the images, is counted. Then: gazekit check paths.parquet --root images.
    """
    from gazekit.interchange import write_scanpaths

    check_suffix(out)
    check_output(out, given.data, overwrite=overwrite)
    dataset = load(given.data, given.root, given.outside, given.options)
    paths = dataset.scanpaths
    say_dropped(dataset.name, dataset.dropped)
    width, height = (paths.table[side].to_numpy(float)[paths.path_of()] for side in ("width", "height"))
    outside = int(((paths.x < 0) | (paths.x > width) | (paths.y < 0) | (paths.y > height)).sum())
    write_scanpaths(paths, out)
    people, images = paths.table["subject"].nunique(), paths.table["stimulus"].nunique()
    typer.echo(
        f"{amount(len(paths), 'scanpath')} of {amount(people, 'person', 'people')} on {amount(images, 'image')}, "
        f"{amount(len(paths.x), 'fixation')}, {outside} of them outside the image, written to {out}"
    )
