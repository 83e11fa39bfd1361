"""From saccades to reaction times, to search slopes and the asymmetry index; what becomes of an unsolved trial."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike

from gazekit.evaluation.bootstrap import interval
from gazekit.foundations.errors import GazekitError, check_known

# Gupta et al. (2021): fixed for every model and experiment, from people's data that are none of the six experiments.
MS_PER_SACCADE = 252.359
MS_BASE = 376.271

CENSORING = {
    "set-size": "a trial that was not solved counts as many saccades as items were shown (published)",
    "limit": "a trial that was not solved counts the most saccades that were allowed",
    "drop": "a trial that was not solved is left out",
}


def reaction_time(saccades: np.ndarray | float) -> np.ndarray | float:
    """Reaction time of a search, ms, from its number of saccades: 252.359 n + 376.271.

    Examples
    --------
    >>> round(reaction_time(1), 2)
    628.63
    """
    return MS_PER_SACCADE * saccades + MS_BASE


def censored(
    saccades: np.ndarray, found: np.ndarray, set_size: np.ndarray, limit: np.ndarray, rule: str = "set-size"
) -> np.ndarray:
    """Saccades of every trial, with those of unsolved trials replaced.

    Parameters
    ----------
    saccades : (n,) int
        Saccades until the target was found; anything where it was not.
    found : (n,) bool
        Whether it was.
    set_size : (n,) int
        Items shown.
    limit : (n,) int
        Most saccades that were allowed.
    rule : str
        What an unsolved trial counts: "set-size" (published), "limit", or "drop" (NaN: it is left out). The published
        rule counts an unsolved trial as an easier one than a solved one that took long.

    Returns
    -------
    (n,) float64

    Raises
    ------
    UnknownNameError
        No such rule.

    Examples
    --------
    >>> censored(np.array([2, 0]), np.array([True, False]), np.array([8, 8]), np.array([37, 37]), "limit").tolist()
    [2.0, 37.0]
    """
    check_known("rule for unsolved trials", rule, CENSORING)
    instead = {"set-size": set_size, "limit": limit, "drop": np.full(np.shape(found), np.nan)}[rule]
    return np.where(found, saccades, instead).astype(float)


def slope(set_sizes: ArrayLike, means: ArrayLike) -> np.ndarray:
    """Slope of the mean reaction times over set size, by unweighted least squares.

    Parameters
    ----------
    set_sizes : (k,) float
        At least two different ones.
    means : (..., k) float64
        Mean reaction times, ms; leading axes (bootstrap resamples) are kept.

    Returns
    -------
    (...) float64
        ms per item. Equal reaction times give exactly 0, which the asymmetry index relies on. NaN where a mean is NaN.

    Raises
    ------
    GazekitError
        Fewer than two different set sizes.

    Examples
    --------
    >>> float(slope(np.array([3, 6, 9]), np.array([645.0, 780.0, 915.0])))
    45.0
    >>> float(slope(np.array([1, 4, 12]), np.full(3, 628.63)))
    0.0
    """
    sizes = np.asarray(set_sizes, dtype=float)
    if len(np.unique(sizes)) < 2:
        raise GazekitError(f"a slope needs at least two different set sizes, not {sizes.tolist()}")
    times = np.asarray(means, dtype=float)
    centred = sizes - sizes.mean()
    risen = times - times[..., :1]  # equal times become exact zeros, whose sum is exact too
    return (risen * centred).sum(axis=-1) / (centred**2).sum()


def intercept(set_sizes: ArrayLike, means: ArrayLike) -> np.ndarray:
    """Reaction time at set size 0 of the line that `slope` fits, ms.

    Examples
    --------
    >>> float(intercept(np.array([3, 6, 9]), np.array([645.0, 780.0, 915.0])))
    510.0
    """
    return np.asarray(means, dtype=float).mean(axis=-1) - slope(set_sizes, means) * np.mean(np.asarray(set_sizes))


def asymmetry_index(easy: np.ndarray | float, hard: np.ndarray | float) -> np.ndarray:
    """Asymmetry index (hard - easy) / (hard + easy) of two search slopes, each clipped at 0 from below.

    Parameters
    ----------
    easy, hard : float64 arrays of one shape
        Slopes, ms per item, of the conditions that are easy and hard for people (of a new experiment: the first and
        the second condition).

    Returns
    -------
    float64 array
        -1 to 1; positive where the model finds hard what people find hard. 0 if neither slope is positive. It is 1 or
        -1 as soon as one of the slopes is not positive, however small the other.

    Examples
    --------
    >>> float(asymmetry_index(45.0, 96.0).round(4))
    0.3617
    >>> float(asymmetry_index(-3.0, 0.0)), float(asymmetry_index(0.0, 1e-9))
    (0.0, 1.0)
    """
    low, high = np.maximum(easy, 0.0), np.maximum(hard, 0.0)  # a NaN stays NaN
    total = np.asarray(low + high, dtype=float)
    return np.divide(high - low, total, out=np.where(np.isnan(total), np.nan, 0.0), where=total > 0)


class Line(NamedTuple):
    """A line through mean reaction times: slope (ms per item) and intercept (ms), and those of every resample."""

    slope: float
    intercept: float
    slopes: np.ndarray
    intercepts: np.ndarray
    people: int = 0  # whose line it is

    @classmethod
    def through(cls, set_sizes: Sequence[int], means: Sequence[float], draws: Sequence[np.ndarray]) -> Self:
        """Least squares through the mean of each set size, and through those of every resample."""
        drawn = np.column_stack(draws)
        points = float(slope(set_sizes, means)), float(intercept(set_sizes, means))
        return cls(*points, slope(set_sizes, drawn), intercept(set_sizes, drawn))

    def index_with(self, hard: "Line") -> tuple[float, np.ndarray]:
        """Asymmetry index of this line, the easy one, and a hard one; and that of every resample."""
        return float(asymmetry_index(self.slope, hard.slope)), asymmetry_index(self.slopes, hard.slopes)

    @property
    def estimates(self) -> tuple[float, ...]:
        """Slope and the ends of its 95 % interval, then the same of the intercept."""
        return self.slope, *interval(self.slopes), self.intercept, *interval(self.intercepts)
