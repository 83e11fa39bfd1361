"""Interiors: search for an object in grey photographs of rooms, 57 people (Bujia et al. 2022)."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError

SUBJECTS = 57
START_RADIUS = 100.0  # px; the distances of first fixations from the dot have their valley here
LONG = 5000.0  # ms; longer fixations are counted
_SUBJECT_FILE = "MatlabCode/data_new/new_matrix/sinfo_subj/info_per_subj_{}.mat"
_IMAGES = "MatlabCode/data_images"


def load(
    folder: PublishedFolder,
    *,
    coordinates: Literal["repaired", "published"] = "repaired",
    first: Literal["drop", "keep"] = "drop",
    keep_empty: bool = False,
    max_duration: float | None = None,
    subjects: Sequence[int] | None = None,
    saccades_allowed: int | None = None,
) -> Dataset:
    """Read Interiors.

    Parameters
    ----------
    folder : PublishedFolder
        With `MatlabCode/data_new/new_matrix/sinfo_subj/` and, for the images, `MatlabCode/data_images/`.
    coordinates : {"repaired", "published"}
        The published x and y of all trials without success, and of all trials of the 35 people on the smaller screen,
        are displaced by 45 to 181 px (the card has the measurements). "repaired" undoes it from fields of the same
        files; "published" gives x and y as they are.
    first : {"drop", "keep"}
        The fixation on the dot that people had to look at is stored for some paths only. "keep" leaves the paths as
        they are and declares nothing; "drop" removes it where it is stored and declares `forced_first=False`.
    keep_empty : bool
        Keep the trials without a fixation.
    max_duration : float, optional
        Leave out fixations that last longer, ms.
    subjects : sequence of int, optional
        Numbers (1 to 57) of the subjects to read; default all.
    saccades_allowed : {2, 3, 4, 8, 12, 16, 64}, optional
        Only the trials that allowed so many saccades. Default all together: then people who were allowed different
        numbers are compared with each other, and each trial's `max_fixations` is the most common, 12.

    Returns
    -------
    Dataset
        134 trials, one per image; 7,450 scanpaths, (x, y) px of 1024 x 768 images, durations in ms. The table adds
        `saccades_allowed`, `target_found`, `start_x`, `start_y` (the dot, px), `at_start` (whether the first fixation
        is on it), `order` (rank of the trial in the session) and `screen_height` (px).

    Raises
    ------
    DataError
        A subject's file is missing, truncated or of another structure; no trial allowed so many saccades.
    """
    counts = folder.counts
    shown: dict[str, Any] = {}
    starts: dict[str, tuple[float, float]] = {}
    allowed: Counter[int] = Counter()
    for number in subjects or range(1, SUBJECTS + 1):
        file = folder.file(_SUBJECT_FILE.format(number))
        for record in folder.mat(file, "info_per_subj"):
            with folder.structure(file):
                x, y, duration, start = _positions(record, coordinates)
                name, row = str(record.image_name), _row(record, start)
                height, width = (int(v) for v in record.image_size)
                frame = folder.frame(width, height)
            allowed[row["saccades_allowed"]] += 1
            if saccades_allowed not in (None, row["saccades_allowed"]):
                counts["trials that allowed another number of saccades (left out)"] += 1
                continue
            shown.setdefault(name, record)
            if name not in starts or _shift(record) == (0, 0):
                starts[name] = start
            if len(x) == 0 and not keep_empty:
                counts["trials without a fixation (left out)"] += 1
                continue
            on_dot = bool(len(x)) and float(np.hypot(x[0] - start[0], y[0] - start[1])) <= START_RADIUS
            keep = np.ones(len(x), dtype=bool)
            if first == "drop" and on_dot:
                keep[0] = False
                counts["forced first fixations (dropped)"] += 1
            keep &= _not_long(duration, keep, max_duration, counts)
            if len(x) and not keep.any() and not keep_empty:
                counts["trials left without a fixation (left out)"] += 1
                continue
            row |= {"stimulus": name, "subject": f"{number:02d}", "at_start": on_dot}
            folder.add_path(x[keep], y[keep], duration[keep], frame, **row)
    if not shown:
        there = ", ".join(map(str, sorted(allowed)))
        raise DataError(f"no trial of interiors allowed {saccades_allowed} saccades; the numbers are {there}")
    limit = saccades_allowed or allowed.most_common(1)[0][0]
    folder.trials += [_trial(folder, shown[n], starts[n], limit) for n in sorted(shown)]
    return folder.dataset(folder.scanpaths(forced_first=False if first == "drop" else None))


def _positions(record: Any, coordinates: str) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float]]:
    x, y, duration = (np.atleast_1d(np.asarray(v, dtype=float)) for v in (record.x, record.y, record.dur))
    start_x, start_y = (float(v) for v in record.initial_position)
    if coordinates == "published":
        return x, y, duration, (start_x, start_y)
    # `old` has the same fixations before the last steps of the authors' processing, found by their onset:
    # without the clipping, and without the margins that were added to the trials without success.
    old = record.old
    at = {t: k for k, t in enumerate(np.atleast_1d(old.t).tolist())}
    rows = [at[t] for t in np.atleast_1d(record.t).tolist()]
    old_x, old_y = (np.atleast_1d(np.asarray(v, dtype=float)) for v in (old.x, old.y))
    dx, dy = _shift(record)
    return old_x[rows] + dx, old_y[rows] + dy, duration, (start_x + dx, start_y + dy)


def _shift(record: Any) -> tuple[int, int]:
    # The image's left and top margin on the screen, px. The published positions are screen_x - top, screen_y
    # - left.
    left, top = (-int(v) for v in record.screen_rect[:2])
    return (top - left, left - top)


def _row(record: Any, start: tuple[float, float]) -> dict[str, Any]:
    return {
        "task": "search",
        "saccades_allowed": int(record.nsaccades_allowed),
        "target_found": bool(record.target_found),
        "start_x": start[0],
        "start_y": start[1],
        "order": int(record.trial_order),
        "screen_height": int(record.screen_size[0]),
    }


def _not_long(duration: np.ndarray, counted: np.ndarray, limit: float | None, counts: Counter[str]) -> np.ndarray:
    over = duration > (LONG if limit is None else limit)
    if (over & counted).any():
        done = f"{LONG:g} ms (kept)" if limit is None else f"{limit:g} ms (dropped)"
        counts[f"fixations longer than {done}"] += int((over & counted).sum())
    return np.ones(len(duration), dtype=bool) if limit is None else ~over


def _trial(folder: PublishedFolder, record: Any, start: tuple[float, float], max_fixations: int) -> Trial:
    name, images = str(record.image_name), folder.root / _IMAGES
    height, width = (int(v) for v in record.image_size)
    # (x1, y1, x2, y2) although the authors' notes say rows first, and counted from 1: template matching
    # places all 134 templates at target_rect - 1.
    x0, y0, x1, y1 = (float(v) - 1 for v in record.target_rect)
    return Trial(
        name,
        name,
        folder.frame(width, height),
        image_source=images / "images" / check_name(name, "the data set"),
        task="search",
        target_source=images / "templates" / check_name(str(record.target_name), "the data set"),
        target_box=Box(x0, y0, x1, y1),
        max_fixations=max_fixations,
        start=start,
    )
