"""Visual search: when the target is found, cumulative performance, target-fixation probability; the scanpath ratio."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, GazekitError, check_whole
from gazekit.metrics.context import Trials, with_start
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import mean_defined
from gazekit.metrics.options import takes_options_of

MAX_FIXATIONS = 6  # after the initial one: what the COCO-Search18 line reports
ALLOWED = "saccades_allowed"  # column of paths whose people had a limit of their own
NO_LENGTH = 1e-6  # px: below this a way is rounding, not a saccade
NOWHERE = (np.nan,) * 4
Boxes = Mapping[str, Sequence[float]]


class CumulativePerformance(NamedTuple):
    """Share of trials in which the target was found, by number of fixations.

    Attributes
    ----------
    fixations : (k + 1,) int64
        0, 1, ..., k fixations after the start.
    share : (k + 1,) float64
        Share of trials that had found the target by then, 0 to 1.
    sem : (k + 1,) float64
        Standard error over trials (population standard deviation / sqrt(trials)).
    trials : int
        Trials with a target.
    """

    fixations: np.ndarray
    share: np.ndarray
    sem: np.ndarray
    trials: int


def steps_to_target(paths: Scanpaths, boxes: Boxes, *, strict: bool = False) -> np.ndarray:
    """Number of the first fixation on the target.

    Parameters
    ----------
    paths : Scanpaths
        In px.
    boxes : mapping of trial id to (x0, y0, x1, y1)
        Target box of each trial, px.
    strict : bool
        Whether a fixation on the box's very edge is outside (as in the code of COCO-Search18's line) or inside
        (default, as everywhere in gazekit).

    Returns
    -------
    (n,) float64
        Saccades made until the target was fixated: a forced first fixation, if the paths still have it, is number 0
        and the next 1. Infinite where the target was never fixated, NaN where the trial has no target box. Never an
        integer type: one official code keeps "not found" (1000) in eight bits, where it becomes 232.

    Raises
    ------
    GazekitError
        Paths in degrees.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 9, "height": 9})
    >>> paths = Scanpaths([1, 5, 1, 2], [1, 5, 1, 2], [0, 2, 4], table)
    >>> steps_to_target(paths, {"s": (4, 4, 6, 6)}).tolist()
    [2.0, inf]
    """
    if paths.facts.unit != "px":
        raise GazekitError("target boxes are in px, and these scanpaths are in degrees; search first, convert later")
    known = [boxes.get(trial) for trial in paths.table["trial"]]
    corners = np.array([NOWHERE if box is None else tuple(box) for box in known], dtype=np.float64).reshape(-1, 4)
    of = paths.path_of()
    x0, y0, x1, y1 = corners[of].T
    if strict:
        hit = (paths.x > x0) & (paths.x < x1) & (paths.y > y0) & (paths.y < y1)
    else:
        hit = (paths.x >= x0) & (paths.x <= x1) & (paths.y >= y0) & (paths.y <= y1)
    step = np.where(np.isnan(corners).any(axis=1), np.nan, np.inf)
    number = paths.rank_of() + (0.0 if paths.facts.forced_first else 1.0)
    np.minimum.at(step, of[hit], number[hit])
    return step


def target_boxes(trials: Trials) -> dict[str, tuple[float, ...]]:
    """Target boxes of the trials that have one."""
    return {name: tuple(shown.target_box) for name, shown in trials.items() if shown.target_box is not None}


def limits_of(paths: Scanpaths, trials: Iterable[Trial]) -> np.ndarray:
    """(n,) fixations that each path was allowed: the person's (`saccades_allowed`), else the trial's, else inf.

    Raises
    ------
    DataError
        `saccades_allowed` is no number.

    Examples
    --------
    >>> from gazekit.core.frames import Frame
    >>> table = {"stimulus": ["s", "s"], "subject": ["a", "b"], "width": 9, "height": 9, "saccades_allowed": [4, None]}
    >>> paths = Scanpaths([1, 5], [1, 5], [0, 1, 2], pd.DataFrame(table))
    >>> limits_of(paths, [Trial("s", "s", Frame(9, 9), max_fixations=12)]).tolist()
    [4.0, 12.0]
    """
    of_trial = {trial.id: trial.max_fixations or np.inf for trial in trials}
    limits = paths.table["trial"].map(of_trial).to_numpy(float)
    if ALLOWED in paths.table:
        given = paths.table[ALLOWED]
        own = pd.to_numeric(given, errors="coerce").to_numpy(float)
        for odd in given[(np.isnan(own) & given.notna() & (given != "")) | (own < 0)]:
            raise DataError(f"the column {ALLOWED} has {odd!r}: it holds numbers of saccades, or nothing")
        limits = np.where(np.isnan(own), limits, own)
    return limits


def steps_from_one_hot(one_hot: ArrayLike) -> np.ndarray:
    """Read steps from a table of 0 and 1 (trials x fixations) that marks the fixation which found the target.

    Parameters
    ----------
    one_hot : (n, k) array
        A row without a 1 is a trial in which the target was not found; column 0 is the start.

    Returns
    -------
    (n,) float64
        As from `steps_to_target`.

    Raises
    ------
    GazekitError
        A table of another shape, or a row with more than one mark.

    Examples
    --------
    >>> steps_from_one_hot([[0, 0, 1], [0, 0, 0]]).tolist()
    [2.0, inf]
    """
    marks = np.asarray(one_hot) != 0
    if marks.ndim != 2 or (marks.sum(axis=1) > 1).any():
        raise GazekitError("a one-hot table has the shape (trials, fixations) and at most one mark in each row")
    return np.where(marks.any(axis=1), marks.argmax(axis=1) if marks.shape[1] else 0, np.inf).astype(np.float64)


def cumulative_performance(steps: ArrayLike, max_fixations: int = MAX_FIXATIONS) -> CumulativePerformance:
    """Share of trials in which the target was found within 0, 1, ..., k fixations.

    A trial that ended without the target counts as not found for ever, however early it ended; see
    `survival_to_target` for the other reading.

    Parameters
    ----------
    steps : (n,) array
        As from `steps_to_target`; NaN are left out.
    max_fixations : int
        k, counted after the start.

    Returns
    -------
    CumulativePerformance
        NaN if no trial has a target. Higher is better search, not a better model: compare with people.

    Examples
    --------
    >>> cumulative_performance([1, 3, np.inf, 1], 3).share.tolist()
    [0.0, 0.5, 0.5, 0.75]
    """
    check_whole("max_fixations", max_fixations, 0)
    step = np.asarray(steps, dtype=np.float64).ravel()
    step = np.sort(step[~np.isnan(step)])
    numbers = np.arange(max_fixations + 1)
    if not len(step):
        return CumulativePerformance(numbers, np.full(len(numbers), np.nan), np.full(len(numbers), np.nan), 0)
    share = np.searchsorted(step, numbers, side="right") / len(step)
    return CumulativePerformance(numbers, share, np.sqrt(share * (1 - share) / len(step)), len(step))


def target_fixation_probability(
    paths: Scanpaths, boxes: Boxes, *, max_fixations: int = MAX_FIXATIONS, by: str | None = "task", strict: bool = False
) -> np.ndarray:
    """Target-fixation probability (TFP) after 0, 1, ..., k fixations.

    Parameters
    ----------
    paths : Scanpaths
        In px.
    boxes : mapping of trial id to (x0, y0, x1, y1)
        Target boxes, px.
    max_fixations : int
        k, counted after the start; 6 in the COCO-Search18 line.
    by : str or None
        Column of the paths whose values are weighted equally: the curve is made per value, then averaged ("task" as in
        the COCO-Search18 line). None pools all paths.
    strict : bool
        See `steps_to_target`.

    Returns
    -------
    (k + 1,) float64
        Shares 0 to 1; entry 0 is the start itself. NaN if no path has a target.

    References
    ----------
    Yang et al. (2020), Predicting goal-directed human attention using inverse reinforcement learning, CVPR.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 9, "height": 9})
    >>> paths = Scanpaths([1, 5, 1, 2], [1, 5, 1, 2], [0, 2, 4], table)
    >>> target_fixation_probability(paths, {"s": (4, 4, 6, 6)}, max_fixations=2).tolist()
    [0.0, 0.0, 0.5]
    """
    step = steps_to_target(paths, boxes, strict=strict)
    groups = [np.arange(len(paths))] if by is None else list(paths.table.groupby(by, sort=True).indices.values())
    curves = [cumulative_performance(step[rows], max_fixations) for rows in groups]
    with_target = [curve.share for curve in curves if curve.trials]
    return np.mean(with_target, axis=0) if with_target else np.full(max_fixations + 1, np.nan)


def tfp_auc(curve: ArrayLike) -> float:
    """Area under a target-fixation probability curve: the plain sum of its entries, as in the COCO-Search18 line.

    Parameters
    ----------
    curve : (k + 1,) array
        As from `target_fixation_probability`.

    Returns
    -------
    float
        0 to k + 1. The first entry is the start. Both ends count in full, unlike a trapezoid's.

    Examples
    --------
    >>> tfp_auc([0, 0.5, 0.75])
    1.25
    """
    return float(np.sum(np.asarray(curve, dtype=np.float64)))


def probability_mismatch(curve: ArrayLike, human_curve: ArrayLike) -> float:
    """Sum of the absolute gaps of two target-fixation probability curves.

    Parameters
    ----------
    curve, human_curve : (k + 1,) array
        As from `target_fixation_probability`.

    Returns
    -------
    float
        0 to k + 1; lower is more alike. Symmetric.

    Raises
    ------
    GazekitError
        Curves of different lengths.

    Examples
    --------
    >>> probability_mismatch([0, 0.5, 0.75], [0, 0.25, 1])
    0.5
    """
    a, b = np.asarray(curve, dtype=np.float64), np.asarray(human_curve, dtype=np.float64)
    if a.shape != b.shape or a.ndim != 1:
        raise GazekitError(f"two curves must have the same number of fixations, not shapes {a.shape} and {b.shape}")
    return float(np.abs(a - b).sum())


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


@takes_options_of(target_fixation_probability)
def _area(a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> list[float]:
    return [tfp_auc(target_fixation_probability(with_start(a, trials), target_boxes(trials), **options))]


@takes_options_of(target_fixation_probability)
def _mismatch(a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> list[float]:
    sides, boxes = (with_start(a, trials), with_start(b, trials)), target_boxes(trials)
    return [probability_mismatch(*(target_fixation_probability(side, boxes, **options) for side in sides))]


def _mean_ratio(a: Scanpaths, b: Scanpaths, trials: Trials, *, strict: bool = False) -> list[float]:
    return [mean_defined(scanpath_ratio(with_start(a, trials), target_boxes(trials), strict=strict))]


set_measure(
    _area,
    "tfp_auc",
    bounds=(0.0, MAX_FIXATIONS + 1.0),
    needs=("target_box",),
    summary="Area under the share of trials that have found the target by 0, 1, ..., 6 fixations",
    source="Yang et al. 2020, CVPR; Chen et al. 2021, Scientific Reports (COCO-Search18)",
)
set_measure(
    _mismatch,
    "probability_mismatch",
    higher_is_better=False,
    bounds=(0.0, MAX_FIXATIONS + 1.0),
    needs=("target_box",),
    summary="Sum of the gaps between the two target-fixation probability curves",
    source="Yang et al. 2020, CVPR (COCO-Search18 line)",
)
set_measure(
    _mean_ratio,
    "scanpath_ratio",
    bounds=(0.0, 1.0),
    needs=("target_box", "start"),
    summary="Straight distance to the target over the way made until it was fixated; mean of the found trials",
    source="As used with COCO-Search18 (Chen et al. 2021, Scientific Reports 11)",
)
