"""How far two distributions of saccades are apart: on histograms (KL, JS), on samples (Wasserstein, KS), on circles."""

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError


def kl_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Kullback-Leibler divergence of histogram p from histogram q, in bit.

    Parameters
    ----------
    p, q : (k,) array
        Counts or shares, 0 or more; each is divided by its sum.

    Returns
    -------
    float
        0 or more; lower is more alike. Infinite where q is 0 and p is not; NaN if either is empty. Not symmetric.

    Examples
    --------
    >>> kl_divergence([1, 1], [1, 3]), kl_divergence([1, 1], [1, 0])
    (0.20751874963942185, inf)
    """
    p, q = _shares(p, q)
    if np.isnan(p).any() or np.isnan(q).any():
        return np.nan
    used = p > 0
    if (q[used] == 0).any():
        return np.inf
    return max(0.0, float(np.sum(p[used] * np.log2(p[used] / q[used]))))


def js_divergence(p: ArrayLike, q: ArrayLike) -> float:
    """Jensen-Shannon divergence of two histograms, in bit (the divergence, not its square root).

    Parameters
    ----------
    p, q : (k,) array
        Counts or shares, 0 or more; each is divided by its sum.

    Returns
    -------
    float
        0 for equal histograms to 1 for histograms that share no bin; NaN if either is empty. Symmetric.

    Examples
    --------
    >>> js_divergence([1, 1], [2, 2]), js_divergence([1, 0], [0, 1])
    (0.0, 1.0)
    """
    p, q = _shares(p, q)
    middle = (p + q) / 2
    return (kl_divergence(p, middle) + kl_divergence(q, middle)) / 2


def ks_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Kolmogorov-Smirnov distance of two samples: the largest gap of their distribution functions.

    Parameters
    ----------
    a, b : (n,) and (m,) array
        Samples; NaN are left out.

    Returns
    -------
    float
        0 to 1; lower is more alike; NaN if either is empty. Symmetric.

    Examples
    --------
    >>> ks_distance([1, 2, 3], [1, 2, 3]), ks_distance([1, 2], [3, 4])
    (0.0, 1.0)
    """
    _, gap = _gaps(a, b)
    return float(np.abs(gap).max()) if len(gap) else np.nan


def kuiper_distance(a: ArrayLike, b: ArrayLike) -> float:
    """Kuiper's distance of two samples of angles: like Kolmogorov-Smirnov, but blind to where the circle is cut.

    Parameters
    ----------
    a, b : (n,) and (m,) array
        Angles, degrees; NaN are left out.

    Returns
    -------
    float
        0 to 1; lower is more alike; NaN if either is empty. Symmetric.

    Examples
    --------
    >>> kuiper_distance([170, -170], [172, -168]), kuiper_distance([0, 1], [90, 91])
    (0.5, 1.0)
    """
    _, gap = _gaps(np.mod(a, 360.0), np.mod(b, 360.0))
    return float(max(gap.max(), 0.0) - min(gap.min(), 0.0)) if len(gap) else np.nan


def wasserstein(a: ArrayLike, b: ArrayLike) -> float:
    """Wasserstein-1 (earth mover's) distance of two samples, in their unit.

    Parameters
    ----------
    a, b : (n,) and (m,) array
        Samples; NaN are left out.

    Returns
    -------
    float
        0 or more; lower is more alike; NaN if either is empty. Symmetric.

    Examples
    --------
    >>> wasserstein([0, 2], [1, 3])
    1.0
    """
    values, gap = _gaps(a, b)
    return float(np.sum(np.abs(gap[:-1]) * np.diff(values))) if len(gap) else np.nan


def circular_wasserstein(a: ArrayLike, b: ArrayLike) -> float:
    """Wasserstein-1 distance of two samples of angles along the circle, degrees.

    Parameters
    ----------
    a, b : (n,) and (m,) array
        Angles, degrees; NaN are left out.

    Returns
    -------
    float
        0 to 180; lower is more alike; NaN if either is empty. Symmetric.

    Notes
    -----
    On a circle mass may move either way round, so the gap of the distribution functions is free up to a constant;
    the best constant is the gap's median over the circle (Rabin, Delon, Gousseau 2011).

    Examples
    --------
    >>> circular_wasserstein([175], [-175]), circular_wasserstein([0], [180])
    (10.0, 180.0)
    """
    values, gap = _gaps(np.mod(a, 360.0), np.mod(b, 360.0))
    if not len(gap):
        return np.nan
    spans = np.append(np.diff(values), 360.0 - values[-1] + values[0])
    order = np.argsort(gap)
    middle = int(np.searchsorted(np.cumsum(spans[order]), 180.0))
    median = gap[order[min(middle, len(gap) - 1)]]
    return float(np.sum(np.abs(gap - median) * spans))


def _shares(p: ArrayLike, q: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    shares = []
    for histogram in (p, q):
        counts = np.asarray(histogram, dtype=np.float64)
        if (counts < 0).any():
            raise GazekitError("a histogram has a negative count; give counts or shares of 0 or more")
        total = counts.sum()
        shares.append(counts / total if total > 0 else np.full(counts.shape, np.nan))
    if shares[0].shape != shares[1].shape or shares[0].ndim != 1:
        raise GazekitError(
            f"two histograms must have the same bins, one count each, not the shapes {shares[0].shape} and "
            f"{shares[1].shape}"
        )
    return shares[0], shares[1]


def _gaps(a: ArrayLike, b: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Distinct values of both samples, sorted, and F_a - F_b just after each; empty if either sample is."""
    first, second = (np.sort(s[~np.isnan(s)]) for s in (np.asarray(v, dtype=np.float64).ravel() for v in (a, b)))
    if not len(first) or not len(second):
        return np.empty(0), np.empty(0)
    values = np.unique(np.concatenate([first, second]))
    below_first = np.searchsorted(first, values, side="right") / len(first)
    return values, below_first - np.searchsorted(second, values, side="right") / len(second)
