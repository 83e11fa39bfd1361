"""Scanpath ratio: how straight a path goes to its target."""

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.behaviour.search import Boxes, steps_to_target, target_boxes
from gazekit.metrics.behaviour.starts import with_start
from gazekit.metrics.context import Trials
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import mean_defined

NO_LENGTH = 1e-6  # px: below this a way is rounding, not a saccade


def scanpath_ratio(paths: Scanpaths, boxes: Boxes, *, strict: bool = False) -> np.ndarray:
    """How straight each path goes to its target: distance from its first fixation to the target / way made.

    Parameters
    ----------
    paths : Scanpaths
        In px, from the start on (`with_start` puts it back).
    boxes : mapping of trial id to (x0, y0, x1, y1)
        Target boxes, px; the distance is to the box's centre.
    strict : bool
        See `steps_to_target`.

    Returns
    -------
    (n,) float64
        0 to 1, cut off at 1 (the way may end before the box's centre); higher is straighter. NaN where the target was
        not found, where it was found at the path's first fixation, and where the way has no length.

    Examples
    --------
    >>> import pandas as pd
    >>> paths = Scanpaths([0, 0, 4], [0, 3, 3], [0, 3], pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9}))
    >>> scanpath_ratio(paths, {"s": (3, 2, 5, 4)}).round(3).tolist()
    [0.714]
    """
    step = steps_to_target(paths, boxes, strict=strict)
    last = step - (0.0 if paths.facts.forced_first else 1.0)
    out = np.full(len(paths), np.nan)
    found = np.flatnonzero(np.isfinite(last) & (last > 0))
    if not len(found):
        return out
    of, first = paths.path_of(), paths.offsets[found]
    jump = np.hypot(np.diff(paths.x), np.diff(paths.y))
    unknown = np.isnan(jump)
    way = np.concatenate([[0.0], np.cumsum(np.where((of[1:] == of[:-1]) & ~unknown, jump, 0.0))])
    gaps = np.concatenate([[0], np.cumsum(unknown)])
    end = first + last[found].astype(np.int64)
    made = np.where(gaps[end] > gaps[first], np.nan, way[end] - way[first])
    trial = paths.table["trial"].to_numpy()[found]
    x0, y0, x1, y1 = np.array([tuple(boxes[t]) for t in trial], dtype=np.float64).T
    direct = np.hypot((x0 + x1) / 2 - paths.x[first], (y0 + y1) / 2 - paths.y[first])
    ratio = np.divide(direct, made, out=np.full(len(found), np.nan), where=made > NO_LENGTH)
    out[found] = np.minimum(ratio, 1.0)
    return out


def _mean_ratio(a: Scanpaths, b: Scanpaths, trials: Trials, *, strict: bool = False) -> list[float]:
    return [mean_defined(scanpath_ratio(with_start(a, trials), target_boxes(trials), strict=strict))]


set_measure(
    _mean_ratio,
    "scanpath_ratio",
    bounds=(0.0, 1.0),
    needs=("target_box",),
    summary="Straight distance to the target over the way made until it was fixated; mean of the found trials",
    source="As used with COCO-Search18 (Chen et al. 2021, Scientific Reports 11)",
)
