"""Waldo: search for Waldo in 67 crowded drawings, 15 people (Zhang et al. 2018; arrays of Gupta et al. 2021)."""

from pathlib import Path

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.cards import read_card
from gazekit.datasets.published.assembly import Outside, PathList
from gazekit.datasets.published.published_files import need_file, need_root, read_npy, unexpected
from gazekit.datasets.published.saccade_arrays import CENTRE, SIZE, read_rows, rows_by_subject

HALF_SIDE = 50.0  # px: the official search counts Waldo as found inside a square of 100 px


def load(root: str | Path, *, px_per_degree: float | None = None, outside: Outside = "keep") -> Dataset:
    """Read the Waldo searches.

    Parameters
    ----------
    root : path
        Folder with `fix/`, `ifix/`, `cp/` and `target_pos.npy`, or the folder above it.
    px_per_degree : float, optional
        Pixels per degree of visual angle; default 31.2 (5 degrees are 156 px in the official analysis).
    outside : {"keep", "clip", "drop"}
        What to do with points outside the screen.

    Returns
    -------
    Dataset
        67 trials with target boxes; 1,005 scanpaths, (x, y) px of 1280 x 1024, no durations, the central
        start included. The table adds `target_found`.

    Raises
    ------
    DataError
        A file is missing, truncated or of another structure.
    """
    card = read_card("waldo")
    root = need_root(root, card)
    scale = card.px_per_degree if px_per_degree is None else px_per_degree
    fixations, counts = read_rows(root, "human_all", card)
    file, found_file = root / "fix/human_all.npy", need_file(root, "cp/CP_human_all.npy", card)
    target_file = need_file(root, "target_pos.npy", card)
    found, targets = read_npy(found_file, card), read_npy(target_file, card)
    if targets.ndim != 2 or targets.shape[1] != 2:
        raise unexpected(target_file, card, f"its shape is {targets.shape}, not (stimuli, 2)")
    if found.ndim != 2 or len(found) != len(fixations):
        raise unexpected(
            found_file, card, f"its shape is {found.shape}, not one row for each of {len(fixations)} paths"
        )
    stimulus, subject = rows_by_subject(len(fixations), len(targets), file, card)
    paths = PathList()
    for row in range(len(fixations)):
        # Stored as (row, column): y first.
        y, x = fixations[row, : counts[row]].T
        paths.add(
            x,
            y,
            None,
            stimulus=_name(int(stimulus[row])),
            subject=f"{subject[row] + 1:02d}",
            task="search",
            width=SIZE[0],
            height=SIZE[1],
            target_found=bool(found[row].any()),
        )
    frame = Frame(*SIZE, px_per_degree=scale)
    trials = tuple(_trial(k, target, frame, fixations.shape[1] - 1) for k, target in enumerate(targets))
    scanpaths, dropped = paths.finish(card.facts, outside=outside, px_per_degree=scale)
    return Dataset("waldo", trials, scanpaths, card, dropped)


def _trial(k: int, target: np.ndarray, frame: Frame, max_fixations: int) -> Trial:
    y, x = (float(v) for v in target)  # stored as (row, column)
    box = Box(x - HALF_SIDE, y - HALF_SIDE, x + HALF_SIDE, y + HALF_SIDE)
    name = _name(k)
    return Trial(name, name, frame, task="search", target_box=box, max_fixations=max_fixations, start=CENTRE)


def _name(k: int) -> str:
    return f"waldo_{k + 1:02d}"
