"""CAT2000: free viewing of 2,000 images of 20 categories, 18 people each; prepared as version 1.1 of pysaliency's."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.mat import load_mat_map
from gazekit.files.untrusted import check_name

SIZE = (1920, 1080)  # px, of every image
TASK = "free viewing"
_FOLDER, _FILE = "trainSet", "allFixData.mat"


def load(folder: PublishedFolder) -> Dataset:
    """Read the training set of CAT2000.

    Positions are prepared as in pysaliency's version 1.1: MATLAB's count from 1 is undone, points off the image (lost
    gaze among them) are left out, and so is a row that repeats the position of the one before it; all of it is counted.

    Parameters
    ----------
    folder : PublishedFolder
        With `trainSet/allFixData.mat` and, for the images, `trainSet/Stimuli/<category>/`; or `trainSet` itself.

    Returns
    -------
    Dataset
        A trial per image. Names repeat between categories, so a stimulus is "Action/001.jpg". (x, y) px of 1920 x 1080
        images, no durations. The table adds `category`, and `recording`, the name of the person's file.

    Raises
    ------
    DataError
        `allFixData.mat` is missing, truncated or of another structure.
    """
    base = f"{_FOLDER}/" if (folder.root / _FOLDER).is_dir() else ""
    file, frame = folder.file(base + _FILE), folder.frame(*SIZE)
    with folder.decoding(file):
        recordings = load_mat_map(file)
    for name, cell in recordings.items():
        stimulus, seen = check_name(name, _FILE), set()
        with folder.structure(file, f"{name}: "):
            for record in _records(cell):
                recording = str(np.ravel(record["name"])[0])
                subject = recording.split(".eye")[0].split("-")[2]
                if subject in seen:
                    folder.counts["second recording of a person on an image (left out)"] += 1
                    continue
                seen.add(subject)
                x, y = _prepared(folder, np.asarray(record["data"], dtype=float))
                row = {"stimulus": stimulus, "subject": subject, "task": TASK, "recording": recording}
                folder.add_path(x, y, None, frame, **row, category=stimulus.rpartition("/")[0])
        image = folder.root / base / "Stimuli" / stimulus
        folder.trials.append(Trial(stimulus, stimulus, frame, image_source=image, task=TASK))
    return folder.dataset()


def _records(cell: Any) -> Iterator[Any]:
    """The structs in a cell array, however often cells hold cells."""
    if {"name", "data"} <= set(cell.dtype.names or ()):
        yield from cell.ravel()
    elif cell.dtype == object:
        for inner in cell.ravel():
            yield from _records(inner)
    else:
        raise ValueError(f"it holds {cell.dtype} in place of the structs of people")


def _prepared(folder: PublishedFolder, data: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if data.size == 0:
        data = np.empty((0, 2))
    known = ~np.isnan(data).any(axis=1)
    x, y = data[:, 0] - 1, data[:, 1] - 1
    inside = known & (x >= 0) & (y >= 0) & (x < SIZE[0]) & (y < SIZE[1])
    folder.counts["rows without a position (left out)"] += int((~known).sum())
    folder.counts["points off the image (left out)"] += int((known & ~inside).sum())
    x, y = x[inside], y[inside]
    new = np.ones(len(x), dtype=bool)
    new[1:] = (np.diff(x) != 0) | (np.diff(y) != 0)
    folder.counts["fixations that repeat the one before (left out)"] += int((~new).sum())
    return x[new], y[new]
