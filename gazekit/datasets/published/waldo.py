"""Waldo: search for Waldo in 67 crowded drawings, 15 people (Zhang et al. 2018; arrays of Gupta et al. 2021)."""

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.saccade_arrays import CENTRE, SIZE, read_rows, rows_by_subject

HALF_SIDE = 50.0  # px: the official search counts Waldo as found inside a square of 100 px


def load(folder: PublishedFolder) -> Dataset:
    """Read the Waldo searches.

    Parameters
    ----------
    folder : PublishedFolder
        With `fix/`, `ifix/`, `cp/` and `target_pos.npy`.

    Returns
    -------
    Dataset
        67 trials with target boxes; 1,005 scanpaths, (x, y) px of 1280 x 1024, no durations, the central start
        included. The table adds `target_found`.

    Raises
    ------
    DataError
        A file is missing, truncated or of another structure.
    """
    fixations, counts = read_rows(folder, "human_all")
    found_file, target_file = folder.file("cp/CP_human_all.npy"), folder.file("target_pos.npy")
    found, targets = folder.npy(found_file), folder.npy(target_file)
    if targets.ndim != 2 or targets.shape[1] != 2:
        raise folder.unexpected(target_file, f"its shape is {targets.shape}, not (stimuli, 2)")
    if found.ndim != 2 or len(found) != len(fixations):
        raise folder.unexpected(
            found_file, f"its shape is {found.shape}, not one row for each of {len(fixations)} paths"
        )
    stimulus, subject = rows_by_subject(folder, len(fixations), len(targets))
    frame = folder.frame(*SIZE)
    for row in range(len(fixations)):
        y, x = fixations[row, : counts[row]].T  # stored as (row, column)
        about = {"stimulus": _name(int(stimulus[row])), "subject": f"{subject[row] + 1:02d}", "task": "search"}
        folder.add_path(x, y, None, frame, **about, target_found=bool(found[row].any()))
    folder.trials += [_trial(k, target, frame, fixations.shape[1] - 1) for k, target in enumerate(targets)]
    return folder.dataset()


def _trial(k: int, target: np.ndarray, frame: Frame, max_fixations: int) -> Trial:
    y, x = (float(v) for v in target)  # stored as (row, column)
    box = Box(x - HALF_SIDE, y - HALF_SIDE, x + HALF_SIDE, y + HALF_SIDE)
    name = _name(k)
    return Trial(name, name, frame, task="search", target_box=box, max_fixations=max_fixations, start=CENTRE)


def _name(k: int) -> str:
    return f"waldo_{k + 1:02d}"
