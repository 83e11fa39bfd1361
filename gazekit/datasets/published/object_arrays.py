"""Object arrays: search among six objects on a circle, 15 people (Zhang et al. 2018; arrays of Gupta et al. 2021)."""

from pathlib import Path
from typing import Literal

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Dataset, Objects, Trial
from gazekit.datasets.cards import read_card
from gazekit.datasets.published.assembly import Outside, PathList
from gazekit.datasets.published.published_files import need_root, unexpected
from gazekit.datasets.published.saccade_arrays import CENTRE, SIZE, read_rows, rows_by_subject
from gazekit.foundations.errors import GazekitError

# (x, y), px: the six item centres as stored.
ITEMS = np.array([(1190, 512), (915, 988), (365, 988), (90, 512), (365, 36), (915, 36)], dtype=float)
STORED_RADIUS, SCREEN_RADIUS = 550.0, 300.0  # px
HALF_SIDE = 45.0  # px of an item's box: a choice, any box that holds one centre only gives the same objects
SCREEN_PX_PER_DEGREE = 156 / 5  # the official analysis counts 5 degrees for 156 px of the screen


def load(
    root: str | Path,
    *,
    positions: Literal["stored", "screen"] = "stored",
    px_per_degree: float | None = None,
    outside: Outside = "keep",
) -> Dataset:
    """Read the object arrays.

    Parameters
    ----------
    root : path
        Folder with `fix/` and `ifix/`, or the folder above it.
    positions : {"stored", "screen"}
        "stored": item centres as in the files, on a circle of 550 px, as the published scores used them.
        "screen": on the circle of 300 px that people saw, with 31.2 px per degree.
    px_per_degree : float, optional
        Pixels per degree of visual angle; default 31.2 for screen positions and unknown for stored ones.
    outside : {"keep", "clip", "drop"}
        What to do with points outside the screen.

    Returns
    -------
    Dataset
        300 trials with six `objects` and the `target_object`; 4,500 scanpaths, (x, y) px of 1280 x 1024, no
        durations, the central start included, `object_id` filled in (-1 for the start). The table adds
        `target_fixated`.

    Raises
    ------
    DataError
        A file is missing, truncated or of another structure.
    """
    if positions not in ("stored", "screen"):
        raise GazekitError(f"positions must be 'stored' or 'screen', not {positions!r}")
    card = read_card("object-arrays")
    root = need_root(root, card)
    if px_per_degree is None and positions == "screen":
        px_per_degree = SCREEN_PX_PER_DEGREE
    fixations, counts = read_rows(root, "human_all", card)
    # The target is stored nowhere; the published models stop on it in all 300 displays (the card says how
    # this is known).
    ends, end_counts = read_rows(root, "eccNET", card)
    file = root / "fix/human_all.npy"
    targets = _items_at(ends[np.arange(len(ends)), end_counts - 1])
    stimulus, subject = rows_by_subject(len(fixations), len(targets), file, card)
    within = np.arange(fixations.shape[1]) < counts[:, None]
    ids = _items_at(fixations)
    if (targets < 0).any() or (ids[:, 1:][within[:, 1:]] < 0).any():
        raise unexpected(file, card, "some fixations are not item centres")
    centre = np.array(CENTRE)
    shrink = SCREEN_RADIUS / STORED_RADIUS if positions == "screen" else 1.0
    xy, items = ((p - centre) * shrink + centre for p in (fixations, ITEMS))
    paths = PathList()
    for row in range(len(xy)):
        n = int(counts[row])
        name = _name(int(stimulus[row]))
        paths.add(
            xy[row, :n, 0],
            xy[row, :n, 1],
            None,
            stimulus=name,
            subject=f"{subject[row] + 1:02d}",
            task="search",
            width=SIZE[0],
            height=SIZE[1],
            target_fixated=bool((ids[row, :n] == targets[stimulus[row]]).any()),
        )
    boxes = np.hstack([items - HALF_SIDE, items + HALF_SIDE])
    frame = Frame(*SIZE, px_per_degree=px_per_degree)
    trials = tuple(
        Trial(
            _name(k),
            _name(k),
            frame,
            task="search",
            target_box=Box(*boxes[target]),
            objects=Objects(boxes),
            target_object=int(target),
            max_fixations=len(ITEMS),
            start=CENTRE,
        )
        for k, target in enumerate(targets)
    )
    scanpaths, dropped = paths.finish(card.facts, outside=outside, px_per_degree=px_per_degree)
    scanpaths = scanpaths.to_objects({t.id: boxes for t in trials}, rule="containing")
    return Dataset("object-arrays", trials, scanpaths, card, dropped)


def _items_at(xy: np.ndarray) -> np.ndarray:
    at = (xy[..., None, :] == ITEMS).all(axis=-1)
    return np.where(at.any(axis=-1), at.argmax(axis=-1), -1)


def _name(k: int) -> str:
    return f"array_{k + 1:03d}"
