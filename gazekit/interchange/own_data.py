"""A data set of one's own: a table with a row per fixation, and a folder of images."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.files.images import image_file_size
from gazekit.files.parquet import read_arrow, to_frame
from gazekit.files.untrusted import decoding, reading
from gazekit.foundations.errors import DataError
from gazekit.interchange.columns import names, require
from gazekit.interchange.csv_files import paths_of, read_csv_table
from gazekit.interchange.declared_facts import to_columns
from gazekit.interchange.parquet import is_gazekit, read_parquet
from gazekit.interchange.tables import to_table

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".tif", ".tiff", ".webp")
_BOX = ("target_x0", "target_y0", "target_x1", "target_y1")
_START = ("start_x", "start_y")


def dataset_from_table(
    table: pd.DataFrame | str | Path,
    images: str | Path | None = None,
    *,
    name: str = "own",
    columns: dict[str, str] | None = None,
    frames: Mapping[str, Frame] | None = None,
    px_per_degree: float | None = None,
    **options: Any,
) -> Dataset:
    """Make a data set of a table with one row per fixation and, if there is one, a folder of images.

    The size of each shown image comes from columns `width` and `height`, from `frames=` or `width=` and `height=`, or
    else from the header of the image file. There is one trial per value of `trial` (per stimulus, without that column).
    These columns, constant within a trial, say more about it: `caption`, `task`, `target_x0, target_y0, target_x1,
    target_y1` (box, px), `start_x, start_y` (where gaze had to be at onset, px), `max_fixations`.

    Parameters
    ----------
    table : pandas.DataFrame or path
        The table, or a CSV or parquet file that holds it.
    images : path, optional
        Folder of the images. A stimulus is found by its path below the folder, by its file name or by its name without
        suffix. Images are read when they are used.
    name : str
        What to call the data set.
    columns : mapping, optional
        Column names that differ, as in `from_table`.
    frames : mapping of stimulus to Frame, optional
        Size of each shown image.
    px_per_degree : float, optional
        Pixels per degree of visual angle.
    **options
        Others of `from_table`: `time_unit`, `outside`, `missing`, `facts`, `source`, `width`, `height`.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        What `from_table` refuses; images that are not there or that two files could be; a trial about which two rows
        disagree.

    Examples
    --------
    >>> rows = pd.DataFrame({"stimulus": ["a", "a", "b"], "x": [1, 2, 3], "y": [4, 5, 6]})
    >>> dataset = dataset_from_table(rows.assign(caption=["A", "A", "B"]), width=100, height=50)
    >>> dataset, dataset.trial("b").caption
    (Dataset('own', 2 trials, 2 scanpaths), 'B')
    """
    if not isinstance(table, pd.DataFrame):
        table = _read(Path(table), columns)
    columns = columns or {}
    stimuli = names(require(table, columns.get("stimulus", "stimulus"), "stimulus")).unique()
    files = {} if images is None else find_images(stimuli, Path(images))
    sized = all(columns.get(c, c) in table or options.get(c) is not None for c in ("width", "height"))
    if files and frames is None and not sized:
        frames = {stimulus: image_frame(file) for stimulus, file in files.items()}
    paths = paths_of(table, columns=columns, frames=frames, px_per_degree=px_per_degree, **options)
    with reading("the table", "a column about trials (see its documentation) has a value of another kind"):
        trials = tuple(_trials(paths, files))
    return Dataset(name, trials, paths, dropped=paths.dropped)


def own_pictures(place: str | Path) -> Dataset:
    """Make a data set of pictures that nobody has looked at: a trial each.

    Parameters
    ----------
    place : path
        A picture; or a folder, with all pictures below it. A trial is called by the path below that folder, or by the
        file's name. Pictures are read when they are used.

    Returns
    -------
    Dataset
        No scanpaths.

    Raises
    ------
    DataError
        It is not there, holds no picture, or one cannot be read.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as here:
    ...     Image.new("RGB", (40, 30)).save(f"{here}/a.png")
    ...     data = own_pictures(here)
    >>> data.trials[0].id, data.trials[0].frame.size
    ('a.png', (40, 30))
    """
    place = Path(place)
    if not place.exists():
        raise DataError(f"{place} is not there; give a picture, or a folder of pictures")
    files = _image_files(place) if place.is_dir() else [place]
    if not files:
        raise DataError(f"the folder {place} holds no picture ({', '.join(IMAGE_SUFFIXES)})")
    called = [file.relative_to(place).as_posix() if place.is_dir() else file.name for file in files]
    trials = tuple(
        Trial(each, each, image_frame(file), image_source=file) for each, file in zip(called, files, strict=True)
    )
    return Dataset(place.stem, trials, Scanpaths.from_paths([], Facts(forced_first=False, points="fixations")))


def _image_files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.suffix.lower() in IMAGE_SUFFIXES and f.is_file())


def find_images(stimuli: Any, folder: Path) -> dict[str, Path]:
    """Find the image file of every stimulus: by path below the folder or by file name, each with or without suffix.

    Raises
    ------
    DataError
        No such folder; images that are not there (the first few, and how many); or two files of one name.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder of images {folder}; check the name")
    files = _image_files(folder)
    by: list[dict[str, list[Path]]] = [{}, {}, {}]
    for file in files:
        below = file.relative_to(folder)
        for index, key in zip(by, (below.as_posix(), file.name, file.stem), strict=True):
            index.setdefault(key, []).append(file)
        if len(below.parts) > 1:  # a bare stem may be ambiguous, and is looked up last
            by[0].setdefault(below.with_suffix("").as_posix(), []).append(file)
    found: dict[str, Path] = {}
    absent = []
    for stimulus in stimuli:
        matches: list[Path] = next((index[stimulus] for index in by if stimulus in index), [])
        if len(matches) > 1:
            raise DataError(
                f"stimulus {stimulus!r} could be {matches[0].relative_to(folder)} or "
                f"{matches[1].relative_to(folder)} in {folder}; give its path below the folder as its name"
            )
        if matches:
            found[stimulus] = matches[0]
        else:
            absent.append(stimulus)
    if absent:
        few = ", ".join(map(repr, absent[:3])) + (", ..." if len(absent) > 3 else "")
        raise DataError(
            f"{len(absent)} of {len(stimuli)} stimuli have no image in {folder} ({few}; it holds "
            f"{len(files)} images); stimuli are matched by file name, with or without suffix"
        )
    return found


def image_frame(file: Path) -> Frame:
    """Return the size of an image, read from its header; turned upright as its EXIF orientation says, like the image.

    Raises
    ------
    DataError
        Not an image that can be read.
    """
    with decoding(f"{file} cannot be read as an image", "it may be cut short: copy it again"):
        return Frame(*image_file_size(file))


# ---------------------------------------------------------------- inside


def _read(path: Path, columns: dict[str, str] | None) -> pd.DataFrame:
    if path.suffix.lower() != ".parquet":
        return read_csv_table(path, columns=columns)
    table = read_arrow(path)
    if not is_gazekit(table):
        return to_frame(path, table)
    paths = read_parquet(path)
    return to_columns(to_table(paths), paths.facts, paths.dropped)


def _trials(paths: Scanpaths, files: Mapping[str, Path]) -> list[Trial]:
    table = paths.table
    about = [
        c for c in ("stimulus", "width", "height", "task", "caption", *_BOX, *_START, "max_fixations") if c in table
    ]
    grouped = table.groupby("trial", sort=False)[about]
    for column, counts in grouped.nunique(dropna=False).items():
        if (counts > 1).any():
            raise DataError(
                f"trial {counts.idxmax()!r} has {counts.max()} values of {column!r}; a trial is one image "
                f"and one task: tell trials apart in the column 'trial'"
            )
    first = np.unique(table["trial"].to_numpy(), return_index=True)[1]
    trials = []
    for i in sorted(first):
        row = table.iloc[i]
        known = {c: row[c] for c in about if not pd.isna(row[c])}
        box, start = ([float(known[c]) for c in part if c in known] for part in (_BOX, _START))
        trials.append(
            Trial(
                row["trial"],
                row["stimulus"],
                paths.frame_of(int(i)),
                image_source=files.get(row["stimulus"]),
                caption=known.get("caption"),
                task=known.get("task") or None,
                target_box=Box(*box) if len(box) == len(_BOX) else None,
                max_fixations=int(known["max_fixations"]) if "max_fixations" in known else None,
                start=(start[0], start[1]) if len(start) == len(_START) else None,
            )
        )
    return trials
