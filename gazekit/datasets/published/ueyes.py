"""UEyes: free viewing of 1,980 screenshots (web, desktop, mobile, posters) by 62 people, in logs of Gazepoint."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from gazekit.core.frames import Frame
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.delimited import read_delimited
from gazekit.files.images import image_file_size
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.interchange.recordings.gazepoint import FORMAT
from gazekit.interchange.recordings.recording import Notes
from gazekit.interchange.space import Space

SCREEN = (1920, 1200)  # px
TASK = "free viewing"
INFO = ("info.csv", "image_types.csv")
CALIBRATION = "c"  # what stands in place of a block's number
_SECOND = 1000.0  # ms
_LOGS = "eyetracker_logs"


def load(
    folder: PublishedFolder, *, frame: Literal["image", "screen"] = "image", seconds: float | None = None
) -> Dataset:
    """Read UEyes.

    Parameters
    ----------
    folder : PublishedFolder
        With `eyetracker_logs/` and `info.csv`, and `images/` unless `frame="screen"`.
    frame : {"image", "screen"}
        Positions are stored as shares of the 1920 x 1200 screen, on which each image was as large as it could be, in
        the middle. "image": px of the image's file, whose size is read from it. "screen": px of the screen, for a copy
        without images.
    seconds : float, optional
        Only fixations that began in the first so many seconds of the 7 (the authors' maps are of 1, 3 and 7).

    Returns
    -------
    Dataset
        A trial per screenshot; (x, y) px, durations in ms. The table adds `category`, `split` ("Train", "Test") and
        `block`.

    Raises
    ------
    DataError
        There is no log, no `info.csv`, or no image where sizes are needed.
    GazekitError
        `px_per_degree` with `frame="image"`: images were scaled, each by another factor.
    """
    if folder.px_per_degree is not None and frame == "image":
        raise GazekitError(
            "px_per_degree differs between the images of ueyes, which were scaled to the screen; give it with "
            "frame='screen', or leave it out"
        )
    logs = sorted(p for p in folder.root.glob(f"{_LOGS}/*_fixations.csv") if not p.name.startswith("."))
    if not logs:
        raise folder.absent(f"there is no {_LOGS}/*_fixations.csv in it")
    info = _info(folder)
    files = {p.name: p for p in sorted((folder.root / "images").rglob("*")) if p.is_file()}
    if frame == "image" and not files:
        raise folder.absent(
            "there is no image in images/, and positions are shares of a screen on which each image was scaled; "
            "frame='screen' reads them without images"
        )
    shown = _frames(folder, info, files, frame)
    seen: set[tuple[str, str]] = set()
    for log in logs:
        _read(folder, log, info, shown, seconds, seen)
    folder.trials += [
        Trial(name, name, shown[name], image_source=files.get(name) if frame == "image" else None, task=TASK)
        for name in folder.stimuli
    ]
    return folder.dataset()


def _info(folder: PublishedFolder) -> pd.DataFrame:
    file = next((folder.root / name for name in INFO if (folder.root / name).is_file()), None)
    file = file or folder.file(INFO[0])
    table = folder.table(file, ("Image Name", "Category", "Train/Test"), is_text=lambda _: True)
    if (twice := table["Image Name"].duplicated()).any():
        raise folder.unexpected(file, f"it names {table['Image Name'][twice].iloc[0]!r} twice")
    return table.set_index("Image Name")  # its column Block is damaged: a spreadsheet made 5,00E+00 of some numbers


def _frames(folder: PublishedFolder, info: pd.DataFrame, files: Mapping[str, Path], frame: str) -> dict[str, Frame]:
    if frame == "screen":
        return dict.fromkeys(info.index, folder.frame(*SCREEN))
    shown = {}
    for name in info.index:
        if name in files:
            with folder.decoding(files[name]):
                shown[name] = folder.frame(*image_file_size(files[name]))
    return shown


def _read(
    folder: PublishedFolder,
    log: Path,
    info: pd.DataFrame,
    shown: Mapping[str, Frame],
    seconds: float | None,
    seen: set[tuple[str, str]],
) -> None:
    block, person = log.name.split("_")[:2]
    if block == CALIBRATION:
        folder.counts["logs of the calibration (left out)"] += 1
        return
    notes = Notes(log)
    try:
        rows = read_delimited(log).table
        rows = FORMAT.prepare(rows, notes) if FORMAT.prepare else rows
        lacking = [name for name in ("MEDIA_NAME", "FPOGX", "FPOGY", "FPOGS", "FPOGD") if name not in rows]
        if lacking:
            raise folder.unexpected(log, f"it has no column {lacking[0]!r}")
    except DataError as error:  # the authors leave out such logs, too
        folder.counts[f"log that cannot be read (left out): {error}"] += 1
        return
    for reason, count in notes.dropped.items():
        if "fixation" in reason and "column" not in reason:
            folder.counts[reason] += count
    person = person.lower()  # KH005 is kh005
    for name, of in rows.groupby("MEDIA_NAME", sort=False, dropna=False):
        image, onset = str(name), of["FPOGS"].to_numpy(float)
        for reason, why in (
            (f"scanpaths of an image that {INFO[0]} does not name (left out)", image not in info.index),
            ("scanpaths of an image whose file is not there (left out)", image not in shown),
            ("scanpaths in which the clock goes back (left out)", bool((np.diff(onset) < 0).any())),
            ("second scanpath of a person on an image (left out)", (person, image) in seen),
        ):
            if why:
                folder.counts[reason] += 1
                break
        else:
            seen.add((person, image))
            late = np.zeros(len(of), dtype=bool) if seconds is None else onset >= seconds
            if late.any():
                folder.counts[f"fixations that began after {seconds:g} s (left out)"] += int(late.sum())
            x, y, duration = (of[c].to_numpy(float)[~late] for c in ("FPOGX", "FPOGY", "FPOGD"))
            frame = shown[image]
            x, y = _SPACE.to_image(x, y, frame.width, frame.height)
            row = {"stimulus": image, "subject": person, "task": TASK, "block": block}
            row |= {"category": str(info.loc[image, "Category"]), "split": str(info.loc[image, "Train/Test"])}
            folder.add_path(x, y, duration * _SECOND, frame, **row)


_SPACE = Space(position_unit="share", screen_width=SCREEN[0], screen_height=SCREEN[1], placed="fit")
