"""DAEMONS (Potsdam): free viewing of 2,200 photographs by 250 people; the test part is withheld."""

from functools import partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.stimulus_names import match_names
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.images import read_image_file

SIZE = (1920, 1080)  # px, of every image and of the screen
PX_PER_DEGREE = 60.0  # 1920 px are 32 degrees
TASK = "free viewing"
SPLITS = ("train", "val", "test")
NEEDED = ("VP", "trial", "Img", "x", "y", "fixdur", "forced_fix")
_TRUE = ("1", "1.0", "True", "TRUE")


def load(folder: PublishedFolder, *, first: Literal["drop", "keep"] = "drop") -> Dataset:
    """Read DAEMONS.

    Parameters
    ----------
    folder : PublishedFolder
        With `SAC_train.csv` and `SAC_val.csv` (one of them is enough) anywhere below it, as the archive has them, and,
        for the images, the two corpora.
    first : {"drop", "keep"}
        Each path begins with the fixation on a marker, and about 8 % have several fixations before the marker
        disappeared. "drop" removes all of them and declares `forced_first=False`; "keep" leaves the paths as they are
        and declares nothing, because removing the first fixation would not be enough.

    Returns
    -------
    Dataset
        A trial per photograph; (x, y) px of 1920 x 1080 images, durations in ms. The table adds `split`,
        `trial_number` (rank in the session), `blinks` (fixations during which the eyes blinked), and, where the file
        has them, `mask_shown` (whether the check of the forced fixation had to begin again) and `forced_end` (ms).

    Raises
    ------
    DataError
        There is no table, or one without a column that it should have or of another part than its name says.
    """
    folder.px_per_degree = folder.px_per_degree or PX_PER_DEGREE
    found = {part: file for part in SPLITS if (file := _table_of(folder, part)) is not None}
    if not found:
        raise folder.absent("there is no SAC_train.csv and no SAC_val.csv in it")
    for part, file in found.items():
        _read(folder, file, part, first)
    images = {p.name: p for p in sorted(folder.root.rglob("*.jpg")) if not p.name.startswith("._")}
    file_of = match_names(folder.stimuli, images)
    frame = folder.frame(*SIZE)
    # Some files say by EXIF that they are to be turned; they were shown as they are stored.
    source = {name: partial(read_image_file, images[file], upright=False) for name, file in file_of.items()}
    folder.trials += [Trial(name, name, frame, image_source=source.get(name), task=TASK) for name in folder.stimuli]
    return folder.dataset(folder.scanpaths(forced_first=False if first == "drop" else None))


def _table_of(folder: PublishedFolder, part: str) -> Path | None:
    files = sorted(p for p in folder.root.rglob(f"SAC_{part}.csv") if "__MACOSX" not in p.parts)
    if len(files) > 1:
        raise folder.unexpected(files[1], f"{files[0]} has the same name, and nothing says which one counts")
    return files[0] if files else None


def _read(folder: PublishedFolder, file: Path, part: str, first: str) -> None:
    rows = folder.table(file, NEEDED, is_text=lambda name: name in ("VP", "Img"))
    if "VT" in rows and (other := rows["VT"].dropna().astype("str").ne(part)).any():
        raise folder.unexpected(file, f"{int(other.sum())} of its rows say in VT that they are not of {part!r}")
    who, trial = rows["VP"], rows["trial"]
    begins = np.flatnonzero((who != who.shift()) | (trial != trial.shift()))
    place = ~(rows["x"].isna() | rows["y"].isna()).to_numpy()
    folder.counts["saccades without a fixation after them (left out)"] += int((~place).sum())
    forced, blink = (_flags(rows, name) & place for name in ("forced_fix", "blinkFix"))
    keep = place & ~forced if first == "drop" else place
    folder.counts["fixations during which the eyes blinked (kept)"] += int((blink & keep).sum())
    if first == "drop":
        folder.counts["forced fixations before the marker disappeared (left out)"] += int(forced.sum())
    # Degrees from the bottom left corner of the screen.
    x = rows["x"].to_numpy(float) * PX_PER_DEGREE
    y = SIZE[1] - rows["y"].to_numpy(float) * PX_PER_DEGREE
    duration, frame = rows["fixdur"].to_numpy(float), folder.frame(*SIZE)
    several = emptied = 0
    for start, end in zip(begins, [*begins[1:], len(rows)], strict=True):
        at = start + np.flatnonzero(keep[start:end])
        several += forced[start:end].sum() > 1
        emptied += len(at) == 0
        about = _about(rows.iloc[start], int(blink[at].sum()))
        folder.add_path(x[at], y[at], duration[at], frame, **about, split=part, task=TASK)
    folder.counts["scanpaths with several forced fixations"] += int(several)
    folder.counts["scanpaths left without a fixation (kept, empty)"] += int(emptied)


def _flags(rows: pd.DataFrame, name: str) -> np.ndarray:
    """A column of flags that comes as 0 and 1, as words, or with gaps."""
    return rows[name].astype("str").isin(_TRUE).to_numpy() if name in rows else np.zeros(len(rows), dtype=bool)


def _about(row: pd.Series, blinks: int) -> dict[str, Any]:
    about = {
        "stimulus": str(row["Img"]),
        "subject": str(row["VP"]),
        "trial_number": int(row["trial"]),
        "blinks": blinks,
    }
    if "mask_shown" in row.index:
        about["mask_shown"] = str(row["mask_shown"]) in _TRUE
    if "forced_end" in row.index:
        about["forced_end"] = float(row["forced_end"])
    return about
