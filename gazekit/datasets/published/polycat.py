"""PolyCAT: 600 images of CAT2000 seen through 27 polygons by 30 people, both eyes recorded."""

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder

SIZE = (3840, 2160)  # px, of the screen, which the image fills
PX_PER_DEGREE = 78.5
TASK = "free viewing, then old or new"
COLUMNS = ("x_px", "y_px", "duration_ms", "start_time_ms")
_TRIALS = "data/metadata/trials.csv"


def load(
    folder: PublishedFolder,
    *,
    eye: Literal["right", "left"] = "right",
    trial_column: str = "trial_uid",
    image_column: str = "image_id",
    polygon_column: str = "polygon_id",
) -> Dataset:
    """Read PolyCAT.

    Parameters
    ----------
    folder : PublishedFolder
        With `data/metadata/trials.csv` and `data/scanpaths/<person>/<trial>.csv`.
    eye : {"right", "left"}
        The files hold the fixations of both eyes, one after the other; read as one path, each would be there twice.
        Some sessions recorded the right eye only.
    trial_column, image_column, polygon_column : str
        Names of columns in `trials.csv`: a trial as it is called in the names of the scanpaths' files, the image, and
        the polygon.

    Returns
    -------
    Dataset
        A trial per image and polygon ("image/polygon"), whose stimulus is the image, so that no split has an image in
        two parts. (x, y) px of the 3840 x 2160 screen, durations in ms. The table adds `polygon`, `part`, `block`.

    Raises
    ------
    DataError
        A file is missing, or one without a column that it should have; the message lists those there are.
    """
    folder.px_per_degree = folder.px_per_degree or PX_PER_DEGREE
    file, frame = folder.file(_TRIALS), folder.frame(*SIZE)
    table = folder.table(file, is_text=lambda _: True)
    for option, name in (("trial", trial_column), ("image", image_column), ("polygon", polygon_column)):
        if name not in table:
            raise folder.unexpected(
                file,
                f"it has no column {name!r}; its columns are {', '.join(table.columns)}; if one of them names the "
                f"{option}, say so with {option}_column=",
            )
    if (twice := table[trial_column].duplicated()).any():
        raise folder.unexpected(file, f"it has the trial {table[trial_column][twice].iloc[0]!r} twice")
    rows = table.set_index(trial_column)[[image_column, polygon_column]]
    paths = sorted(p for p in folder.root.glob("data/scanpaths/*/*.csv") if not p.name.startswith("."))
    if not paths:
        raise folder.absent("there is no data/scanpaths/<person>/<trial>.csv in it")
    shown: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for path in paths:
        if path.stem not in rows.index:
            folder.counts["scanpaths of a trial that trials.csv does not have (left out)"] += 1
            continue
        image, polygon = (str(value).strip() for value in rows.loc[path.stem])
        person, trial = path.parent.name, f"{image}/{polygon}"
        if image.lower() in ("", "nan", "none", "empty"):
            folder.counts["scanpaths on a polygon without an image (left out)"] += 1
        elif (person, trial) in seen:
            folder.counts["second scanpath of a person on an image and polygon (left out)"] += 1
        elif (of := _fixations(folder, path, eye)) is None:
            folder.counts[f"scanpaths without the {eye} eye (left out)"] += 1
        else:
            seen.add((person, trial))
            shown[trial] = image
            _, part, block, *_ = [*path.stem.split("_"), "", ""]
            row = {"stimulus": image, "trial": trial, "subject": person, "task": TASK}
            row |= {"polygon": polygon, "part": part, "block": block}
            folder.add_path(of["x_px"], of["y_px"], of["duration_ms"], frame, **row)
    folder.trials += [Trial(trial, image, frame, task=TASK) for trial, image in sorted(shown.items())]
    return folder.dataset()


def _fixations(folder: PublishedFolder, path: Path, eye: str) -> pd.DataFrame | None:
    """The rows of one eye; None if it was not recorded."""
    rows = folder.table(path, COLUMNS, is_text=lambda name: name == "eye")
    if "eye" in rows:
        rows = rows[rows["eye"].str.strip().str.upper() == eye[0].upper()]
        if not len(rows):
            return None
    if (np.diff(rows["start_time_ms"].to_numpy(float)) < 0).any():
        raise folder.unexpected(path, "its clock goes back, so that it is more than one path")
    return rows
