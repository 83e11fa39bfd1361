"""Fixations to target with searches that ended without it handled openly: the Kaplan-Meier survival curve."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.metrics.behaviour.search import MAX_FIXATIONS, steps_to_target, target_boxes
from gazekit.metrics.context import Trials, with_start
from gazekit.metrics.kinds.sets import set_measure


class SurvivalCurve(NamedTuple):
    """Share of searches still going, by number of fixations, corrected for those that ended without the target.

    Attributes
    ----------
    fixations : (k + 1,) int64
        0, 1, ..., up to the longest search.
    at_risk : (k + 1,) int64
        Searches that had not found the target before, and were still looking.
    found : (k + 1,) int64
        Searches that found it at this fixation.
    ended : (k + 1,) int64
        Searches that ended here without it (censored).
    survival : (k + 1,) float64
        Kaplan-Meier estimate of the probability that the target takes more fixations than this.
    low, high : (k + 1,) float64
        95 % interval (Greenwood's variance on the log(-log) scale); NaN where survival is 0 or 1.
    """

    fixations: np.ndarray
    at_risk: np.ndarray
    found: np.ndarray
    ended: np.ndarray
    survival: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def median(self) -> float:
        """Fewest fixations after which at most half of the searches go on; NaN if the curve stays above one half."""
        below = np.flatnonzero(self.survival <= 0.5 + 1e-12)
        return float(self.fixations[below[0]]) if len(below) else np.nan

    def restricted_mean(self, limit: int) -> float:
        """Mean number of fixations to the target, each search counted up to `limit`: the area under the curve.

        NaN if the longest search is shorter than `limit` and the curve has not reached 0 by then: nobody
        looked that long, so nothing is known.
        """
        check_whole("the limit of a restricted mean", limit, 1)
        if not len(self.survival):
            return np.nan
        seen = self.survival[:limit]
        if len(seen) < limit and seen[-1] > 0:
            return np.nan
        return float(seen.sum())


def survival_to_target(steps: ArrayLike, lengths: ArrayLike) -> SurvivalCurve:
    """Kaplan-Meier curve of the number of fixations to the target.

    A search that ended without the target is known to need more fixations than it made; it counts among those still
    looking up to its end and not after. Leaving such searches out makes people look faster than they are, and
    counting them as never finding (`cumulative_performance`) makes them look slower if they were stopped. The estimate
    supposes that those who stopped were no different from those who went on: true for a time limit, doubtful for
    giving up. Read it beside `cumulative_performance`, and the number that ended.

    Parameters
    ----------
    steps : (n,) array
        As from `steps_to_target`: infinite where the target was not found; NaN rows are left out.
    lengths : (n,) array
        Fixations made after the start in each search.

    Returns
    -------
    SurvivalCurve
        Empty if there is no search.

    Raises
    ------
    GazekitError
        Rows that do not match, or a target found after the end of its path.

    References
    ----------
    Kaplan, Meier (1958), Nonparametric estimation from incomplete observations, JASA 53.

    Examples
    --------
    >>> curve = survival_to_target([1, 3, np.inf, 1], [1, 3, 2, 4])
    >>> curve.survival.tolist(), curve.median, curve.restricted_mean(3)
    ([1.0, 0.5, 0.5, 0.0], 1.0, 2.0)
    """
    step, length = np.asarray(steps, dtype=np.float64).ravel(), np.asarray(lengths, dtype=np.float64).ravel()
    if step.shape != length.shape:
        raise GazekitError(f"each search has one step and one length, not {len(step)} and {len(length)}")
    used = ~np.isnan(step)
    step, length = step[used], length[used]
    if (np.isfinite(step) & (step > length)).any():
        raise GazekitError("a target is found after the end of its path; lengths count the fixations after the start")
    found = np.isfinite(step)
    time = np.where(found, step, length).astype(np.int64)
    size = int(time.max()) + 1 if len(time) else 0
    found_at, ended_at = (np.bincount(time[rows], minlength=size) for rows in (found, ~found))
    at_risk = np.cumsum((found_at + ended_at)[::-1])[::-1]
    survival = np.cumprod(1 - found_at / np.maximum(at_risk, 1))
    low, high = _interval(survival, at_risk, found_at)
    return SurvivalCurve(np.arange(size), at_risk, found_at, ended_at, survival, low, high)


def _interval(survival: np.ndarray, at_risk: np.ndarray, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    low, high = np.full(len(survival), np.nan), np.full(len(survival), np.nan)
    inner = (survival > 0) & (survival < 1)
    if inner.any():
        left = np.maximum(at_risk - found, 1)
        spread = np.sqrt(np.cumsum(found / (np.maximum(at_risk, 1) * left)))[inner]
        scale = np.log(survival[inner])
        z = 1.959963984540054  # 97.5 % point of the normal distribution
        reach = z * spread / scale
        low[inner] = np.exp(scale * np.exp(-reach))
        high[inner] = np.exp(scale * np.exp(reach))
    return low, high


def _fixations_to_target(
    a: Scanpaths, b: Scanpaths, trials: Trials, *, limit: int = MAX_FIXATIONS, strict: bool = False
) -> list[float]:
    paths = with_start(a, trials)
    step = steps_to_target(paths, target_boxes(trials), strict=strict)
    made = np.maximum(paths.lengths - (1 if paths.facts.forced_first else 0), 0)
    curve = survival_to_target(step, made)
    searches = step[~np.isnan(step)]
    found = float(np.isfinite(searches).mean()) if len(searches) else np.nan
    return [curve.median, curve.restricted_mean(limit), found]


set_measure(
    _fixations_to_target,
    "fixations_to_target",
    outputs=("fixations_to_target_median", "fixations_to_target_mean", "target_found"),
    bounds=(0.0, np.inf),
    needs=("target_box",),
    summary="Median and restricted mean number of fixations to the target (Kaplan-Meier), and share that found it",
    source="Kaplan, Meier 1958, JASA 53",
)
