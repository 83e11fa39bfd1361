"""Coming back: refixation and return rates, the return curve over lags, and fixation durations before returns."""

from typing import NamedTuple

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.metrics.context import Trials
from gazekit.metrics.kinds.sets import OfRows, set_measure
from gazekit.metrics.means import mean_defined
from gazekit.metrics.options import is_number

RADIUS = 1.0  # degrees of visual angle, about the fovea; our choice, stated with every number
MAX_LAG = 10


class ReturnRates(NamedTuple):
    """How often gaze comes back to where it has been.

    Attributes
    ----------
    refixation : float
        Share of fixations that lie within the radius of any earlier fixation of their path.
    stay : float
        Share that lie within the radius of the fixation just before (corrective and small saccades).
    back : float
        Share that lie within the radius of a fixation two or more before: returns proper.
    fixations : int
        Fixations that could come back: all but the first of each path.
    """

    refixation: float
    stay: float
    back: float
    fixations: int


class ReturnCurve(NamedTuple):
    """Probability of being back after a number of fixations.

    Attributes
    ----------
    lag : (k,) int64
        1, 2, 3, ...
    observed : (k,) float64
        Share of pairs of fixations that many apart that lie within the radius; NaN where there is no pair.
    chance : (k,) float64
        The same share expected if each path had its own fixations in random order (exact, no sampling). Observed
        below chance at short lags is inhibition of return; above it, facilitation.
    pairs : (k,) int64
        Pairs of fixations at each lag.
    """

    lag: np.ndarray
    observed: np.ndarray
    chance: np.ndarray
    pairs: np.ndarray


class DurationsBeforeReturns(NamedTuple):
    """Durations of fixations, by where the next saccade goes.

    Attributes
    ----------
    before_return : float
        Mean duration, ms, of the fixation from which gaze goes back to where it was before (lag 2).
    before_others : float
        Mean duration, ms, of the fixation from which it goes elsewhere.
    returns, others : int
        Fixations in each mean.
    """

    before_return: float
    before_others: float
    returns: int
    others: int


def return_rates(paths: Scanpaths, *, radius_degrees: float = RADIUS) -> ReturnRates:
    """Refixation rate and its two parts.

    Parameters
    ----------
    paths : Scanpaths
        In degrees, or in px with a known px per degree.
    radius_degrees : float
        Two fixations this near each other, or nearer, are at one place; degrees of visual angle.

    Returns
    -------
    ReturnRates
        Shares 0 to 1, NaN if no path has two fixations. Neither high nor low is good: compare with people.

    Raises
    ------
    MismatchError
        A path whose px per degree is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 900, "height": 900, "px_per_degree": 30.0})
    >>> paths = Scanpaths([0, 300, 0, 10], [0, 0, 0, 0], [0, 4], table)
    >>> return_rates(paths)
    ReturnRates(refixation=0.666..., stay=0.333..., back=0.666..., fixations=3)
    """
    paths = _in_degrees(paths, radius_degrees)
    able = int((paths.rank_of() > 0).sum())
    any_earlier, stay, returned = (
        float(kind.sum()) / able if able else np.nan for kind in _returns(paths, radius_degrees)
    )
    return ReturnRates(any_earlier, stay, returned, able)


def return_curve(paths: Scanpaths, *, radius_degrees: float = RADIUS, max_lag: int = MAX_LAG) -> ReturnCurve:
    """Probability of being back within a radius after 1, 2, 3, ... fixations, beside chance.

    Parameters
    ----------
    paths : Scanpaths
        In degrees, or in px with a known px per degree.
    radius_degrees : float
        Two fixations this near each other, or nearer, are at one place; degrees of visual angle.
    max_lag : int
        Longest lag, in fixations.

    Returns
    -------
    ReturnCurve

    Raises
    ------
    MismatchError
        A path whose px per degree is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 900, "height": 900, "px_per_degree": 30.0})
    >>> curve = return_curve(Scanpaths([0, 300, 0, 300], [0, 0, 0, 0], [0, 4], table), max_lag=3)
    >>> curve.observed.tolist(), curve.chance.round(2).tolist()
    ([0.0, 1.0, 0.0], [0.33, 0.33, 0.33])
    """
    check_whole("max_lag", max_lag, 1)
    paths = _in_degrees(paths, radius_degrees)
    of, lengths = paths.path_of(), paths.lengths
    longest = int(lengths.max(initial=1)) - 1
    near_of_path = np.zeros(len(paths))
    observed, pairs = np.full(max_lag, np.nan), np.zeros(max_lag, dtype=np.int64)
    for lag in range(1, longest + 1):
        earlier, near = _near(paths, lag, radius_degrees)
        near_of_path += np.bincount(of[earlier[near]], minlength=len(paths))
        if lag <= max_lag:
            pairs[lag - 1], observed[lag - 1] = len(near), near.mean()
    # Under a random order every pair of places is as likely as any other to be `lag` apart.
    possible = lengths * (lengths - 1) / 2
    share = np.divide(near_of_path, possible, out=np.zeros(len(paths)), where=possible > 0)
    lags = np.arange(1, max_lag + 1)
    weight = np.maximum(lengths[None, :] - lags[:, None], 0)
    chance = np.divide(weight @ share, pairs, out=np.full(max_lag, np.nan), where=pairs > 0)
    return ReturnCurve(lags, observed, chance, pairs)


def durations_before_returns(paths: Scanpaths, *, radius_degrees: float = RADIUS) -> DurationsBeforeReturns:
    """Temporal inhibition of return: how long people fixate before going back, and before going on.

    A return goes back to within the radius of the fixation two before it. Longer fixations before returns are the
    temporal sign of inhibition of return.

    Parameters
    ----------
    paths : Scanpaths
        With durations, in degrees or in px with a known px per degree.
    radius_degrees : float
        Two fixations this near each other, or nearer, are at one place; degrees of visual angle.

    Returns
    -------
    DurationsBeforeReturns
        Means in ms, NaN where there is no such fixation; fixations without a known duration do not count.

    Raises
    ------
    GazekitError
        The paths have no durations.
    MismatchError
        A path whose px per degree is not known.

    References
    ----------
    Klein, MacInnes (1999), Inhibition of return is a foraging facilitator in visual search, Psychological Science 10.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 900, "height": 900, "px_per_degree": 30.0})
    >>> paths = Scanpaths([0, 300, 0, 600], [0, 0, 0, 0], [0, 4], table, duration=[200, 300, 250, 200])
    >>> durations_before_returns(paths)
    DurationsBeforeReturns(before_return=300.0, before_others=250.0, returns=1, others=1)
    """
    if paths.duration is None:
        raise GazekitError("durations_before_returns needs fixation durations, and these scanpaths have none")
    left, near = _left(_in_degrees(paths, radius_degrees), radius_degrees)
    returning, going_on = (paths.duration[left[near == back]] for back in (True, False))
    means = [float(d.mean()) if len(d) else np.nan for d in (returning, going_on)]
    return DurationsBeforeReturns(means[0], means[1], len(returning), len(going_on))


def _in_degrees(paths: Scanpaths, radius_degrees: float) -> Scanpaths:
    if not (is_number(radius_degrees) and radius_degrees >= 0):
        raise GazekitError(f"a radius must be a number of degrees of 0 or more, not {radius_degrees!r}")
    return paths.to_degrees()


def _returns(paths: Scanpaths, radius: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(N,) bool each: near any earlier fixation of the path, near the one just before, near one two or more before."""
    near_before, back = np.zeros(len(paths.x), dtype=bool), np.zeros(len(paths.x), dtype=bool)
    for lag in range(1, int(paths.lengths.max(initial=0))):
        earlier, near = _near(paths, lag, radius)
        (near_before if lag == 1 else back)[earlier[near] + lag] = True
    return near_before | back, near_before, back


def _left(paths: Scanpaths, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """Fixations of known duration between two others, and whether the later one is near the earlier."""
    earlier, near = _near(paths, 2, radius)
    known = np.isfinite(paths.durations()[earlier + 1])
    return earlier[known] + 1, near[known]


def _near(paths: Scanpaths, lag: int, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """First fixation of each pair `lag` apart in one path, and whether the second lies within the radius of it."""
    of = paths.path_of()
    earlier = np.flatnonzero(of[lag:] == of[:-lag])
    later = earlier + lag
    gap = np.hypot(paths.x[later] - paths.x[earlier], paths.y[later] - paths.y[earlier])
    return earlier, gap <= radius


def _rates(a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float = RADIUS) -> OfRows:
    of = a.path_of()
    kinds = _returns(_in_degrees(a, radius_degrees), radius_degrees)
    counts = np.array([np.bincount(of[kind], minlength=len(a)) for kind in (*kinds, a.rank_of() > 0)])

    def of_rows(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        *near, able = counts[:, mine].sum(axis=1)
        return np.array(near) / able if able else np.full(3, np.nan)

    return of_rows


def _curve_distance(
    a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float = RADIUS, max_lag: int = MAX_LAG
) -> OfRows:
    check_whole("max_lag", max_lag, 1)
    counts = [np.zeros((2, max_lag, len(side)), dtype=np.int64) for side in (a, b)]  # near, and all, by lag and path
    for side, found in zip((a, b), counts, strict=True):
        paths, of = _in_degrees(side, radius_degrees), side.path_of()
        for lag in range(1, min(int(side.lengths.max(initial=1)) - 1, max_lag) + 1):
            earlier, near = _near(paths, lag, radius_degrees)
            for k, kept in enumerate((earlier[near], earlier)):
                found[k, lag - 1] = np.bincount(of[kept], minlength=len(side))

    def of_rows(*rows: np.ndarray) -> list[float]:
        sums = [found[:, :, taken].sum(axis=2) for found, taken in zip(counts, rows, strict=True)]
        mine, theirs = (np.divide(near, pairs, out=np.full(max_lag, np.nan), where=pairs > 0) for near, pairs in sums)
        return [mean_defined(np.abs(mine - theirs))]  # over lags that both sets reach

    return of_rows


def _durations(a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float = RADIUS) -> tuple[float, ...]:
    return durations_before_returns(a, radius_degrees=radius_degrees)[:2]


def _durations_of_rows(a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float) -> OfRows:
    left, near = _left(_in_degrees(a, radius_degrees), radius_degrees)
    of, duration = a.path_of()[left], a.durations()[left]
    kinds = near, ~near
    totals = np.array([np.bincount(of[kind], duration[kind], len(a)) for kind in kinds])
    counts = np.array([np.bincount(of[kind], minlength=len(a)) for kind in kinds])

    def of_rows(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        total, count = totals[:, mine].sum(axis=1), counts[:, mine].sum(axis=1)
        return np.divide(total, count, out=np.full(2, np.nan), where=count > 0)

    return of_rows


set_measure(
    None,
    "return_rates",
    of_rows=_rates,
    outputs=("refixation_rate", "stay_rate", "return_rate"),
    bounds=(0.0, 1.0),
    needs=("degrees",),
    summary="Share of fixations near any earlier one, near the one just before, and near one two or more before",
    source="Usual definitions; the radius is gazekit's choice",
)
set_measure(
    None,
    "return_curve_distance",
    of_rows=_curve_distance,
    higher_is_better=False,
    bounds=(0.0, 1.0),
    needs=("degrees",),
    summary="Mean gap, over lags, of the probability of being back after that many fixations",
    source="gazekit; the curve is the usual picture of inhibition of return",
)
set_measure(
    _durations,
    "durations_before_returns",
    of_rows=_durations_of_rows,
    outputs=("duration_before_returns", "duration_before_others"),
    bounds=(0.0, np.inf),
    values_in="ms",
    needs=("degrees", "duration"),
    summary="Mean fixation duration before a saccade back to the fixation before, and before other saccades",
    source="Klein, MacInnes 1999, Psychological Science 10 (temporal inhibition of return)",
)
