"""Cluster bootstrap over stimuli: stimuli are drawn with replacement, everything scored on a stimulus goes with it."""

import numpy as np
from scipy import special

from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.foundations.randomness import keyed_rng

RESAMPLES = 2000
LEVEL = 0.95


def resample(n_stimuli: int, *, seed: int = 0, resamples: int = RESAMPLES) -> np.ndarray:
    """Draw the stimuli of every bootstrap resample.

    All models and metrics of a run share one set of draws, so that differences between them are paired.

    Parameters
    ----------
    n_stimuli : int
        Stimuli in the run, at least 1.
    seed : int
        Seed of the run.
    resamples : int
        Number of resamples.

    Returns
    -------
    (resamples, n_stimuli) int64
        Positions of the drawn stimuli.

    Raises
    ------
    GazekitError
        No stimulus, or fewer than one resample.

    Examples
    --------
    >>> resample(4, resamples=3).shape
    (3, 4)
    """
    if n_stimuli < 1:
        raise GazekitError("there is no stimulus to resample")
    check_whole("resamples", resamples, 1)
    return keyed_rng(seed, "bootstrap", n_stimuli).integers(0, n_stimuli, size=(resamples, n_stimuli))


def resampled_means(values: np.ndarray, draws: np.ndarray) -> np.ndarray:
    """Mean over stimuli in every resample, leaving undefined (NaN) stimuli out.

    Parameters
    ----------
    values : (n_stimuli,) float64
        One value per stimulus, NaN where undefined.
    draws : (resamples, n_stimuli) int
        From `resample`.

    Returns
    -------
    (resamples,) float64
        NaN for a resample in which nothing is defined; NaN all, where fewer than two stimuli are: one does not say how
        stimuli differ.
    """
    defined = np.isfinite(values)
    if defined.sum() < 2:
        return np.full(len(draws), np.nan)
    # Sums of gathered rows, not a matrix product: a product's last bits depend on the number of threads.
    total = np.where(defined, values, 0.0)[draws].sum(axis=1)
    count = defined[draws].sum(axis=1)
    return np.divide(total, count, out=np.full(len(draws), np.nan), where=count > 0)


def interval(means: np.ndarray, level: float = LEVEL) -> tuple[float, float]:
    """Percentile interval of resampled statistics; (NaN, NaN) if none is defined.

    Examples
    --------
    >>> interval(np.arange(101.0), 0.5)
    (25.0, 75.0)
    """
    means = means[np.isfinite(means)]
    if len(means) == 0:
        return (float("nan"), float("nan"))
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return (float(low), float(high))


def for_all_of(count: int, value: float, low: float, high: float) -> tuple[float, float]:
    """Make the 95 % interval of one of several differences so long that all of theirs hold together (Bonferroni).

    Each side is made longer as that of a normal value would be.

    Parameters
    ----------
    count : int
        Differences of the table, at least 1.
    value, low, high : float
        One of them, with the interval that holds for it alone.

    Returns
    -------
    (float, float)

    Examples
    --------
    >>> [round(end, 2) for end in for_all_of(16, 0.0, -1.96, 1.96)]
    [-2.96, 2.96]
    """
    longer = special.ndtri((1 - LEVEL) / 2 / count) / special.ndtri((1 - LEVEL) / 2)
    return value - (value - low) * float(longer), value + (high - value) * float(longer)
