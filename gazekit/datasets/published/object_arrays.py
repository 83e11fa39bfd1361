"""Object arrays: search among six objects on a circle, 15 people (Zhang et al. 2018; arrays of Gupta et al. 2021)."""

from typing import Literal

import numpy as np

from gazekit.core.trials import Box, Dataset, Objects, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.saccade_arrays import CENTRE, SIZE, read_rows, rows_by_subject

# (x, y), px: the six item centres as stored.
ITEMS = np.array([(1190, 512), (915, 988), (365, 988), (90, 512), (365, 36), (915, 36)], dtype=float)
STORED_RADIUS, SCREEN_RADIUS = 550.0, 300.0  # px
HALF_SIDE = 45.0  # px of an item's box: a choice, any box that holds one centre only gives the same objects
SCREEN_PX_PER_DEGREE = 156 / 5  # the official analysis counts 5 degrees for 156 px of the screen


def load(folder: PublishedFolder, *, positions: Literal["stored", "screen"] = "stored") -> Dataset:
    """Read the object arrays.

    Parameters
    ----------
    folder : PublishedFolder
        With `fix/` and `ifix/`. Without `px_per_degree` it is 31.2 for screen positions, and not known for stored ones.
    positions : {"stored", "screen"}
        "stored": item centres as in the files, on a circle of 550 px, as the published scores used them.
        "screen": on the circle of 300 px that people saw, with 31.2 px per degree.

    Returns
    -------
    Dataset
        300 trials with six `objects` and the `target_object`; 4,500 scanpaths, (x, y) px of 1280 x 1024, no durations,
        the central start included, `object_id` filled in (-1 for the start). The table adds `target_fixated`.

    Raises
    ------
    DataError
        A file is missing, truncated or of another structure.
    """
    if folder.px_per_degree is None and positions == "screen":
        folder.px_per_degree = SCREEN_PX_PER_DEGREE
    fixations, counts = read_rows(folder, "human_all")
    # The target is stored nowhere; the published models stop on it in all 300 displays (the card says how
    # this is known).
    ends, end_counts = read_rows(folder, "eccNET")
    targets = _items_at(ends[np.arange(len(ends)), end_counts - 1])
    stimulus, subject = rows_by_subject(folder, len(fixations), len(targets))
    within = np.arange(fixations.shape[1]) < counts[:, None]
    ids = _items_at(fixations)
    if (targets < 0).any() or (ids[:, 1:][within[:, 1:]] < 0).any():
        raise folder.unexpected(folder.file("fix/human_all.npy"), "some fixations are not item centres")
    centre = np.array(CENTRE)
    shrink = SCREEN_RADIUS / STORED_RADIUS if positions == "screen" else 1.0
    xy, items = ((p - centre) * shrink + centre for p in (fixations, ITEMS))
    frame = folder.frame(*SIZE)
    for row, n in enumerate(counts):
        about = {"stimulus": _name(int(stimulus[row])), "subject": f"{subject[row] + 1:02d}", "task": "search"}
        found = bool((ids[row, :n] == targets[stimulus[row]]).any())
        folder.add_path(xy[row, :n, 0], xy[row, :n, 1], None, frame, **about, target_fixated=found)
    boxes = np.hstack([items - HALF_SIDE, items + HALF_SIDE])
    folder.trials += [
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
    ]
    return folder.dataset(folder.scanpaths().to_objects({t.id: boxes for t in folder.trials}, rule="containing"))


def _items_at(xy: np.ndarray) -> np.ndarray:
    at = (xy[..., None, :] == ITEMS).all(axis=-1)
    return np.where(at.any(axis=-1), at.argmax(axis=-1), -1)


def _name(k: int) -> str:
    return f"array_{k + 1:03d}"
