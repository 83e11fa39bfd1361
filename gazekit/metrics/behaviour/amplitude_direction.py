"""Saccade amplitudes and directions of a set of paths as distributions, and how far two sets are apart in them."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour.divergences import (
    circular_wasserstein,
    js_divergence,
    kl_divergence,
    ks_distance,
    kuiper_distance,
    wasserstein,
)
from gazekit.metrics.behaviour.saccades import Saccades, saccades
from gazekit.metrics.sets import SetMetric, Trials, set_metrics

BIN_DEGREES, LARGEST_DEGREES = 0.5, 40.0  # of visual angle: the bins of Gupta et al. 2021's analysis
DIRECTION_BINS = 36
SMOOTHING = 0.5  # counts added to every bin before KL, which an empty bin would make infinite; our choice


def amplitude_histogram(
    paths: Scanpaths,
    *,
    bin_degrees: float = BIN_DEGREES,
    largest_degrees: float = LARGEST_DEGREES,
    skip_first: bool = False,
) -> np.ndarray:
    """Count saccades by amplitude.

    Parameters
    ----------
    paths : Scanpaths
        In degrees, or in px with a known px per degree.
    bin_degrees, largest_degrees : float
        Width of a bin and upper end of the last one, degrees of visual angle; longer saccades are counted in the
        last bin.
    skip_first : bool
        Leave out the first saccade of every path.

    Returns
    -------
    (k,) int64
        Saccades in each bin; bins hold their left edge.

    Raises
    ------
    MismatchError
        A path whose px per degree is not known.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 100, "height": 100, "px_per_degree": 10.0})
    >>> paths = Scanpaths([0, 5, 25], [0, 0, 0], [0, 3], table)
    >>> amplitude_histogram(paths, bin_degrees=1, largest_degrees=3).tolist()
    [1, 0, 1]
    """
    found = saccades(paths.to_degrees(), skip_first=skip_first)
    return _amplitude_counts(found, bin_degrees, largest_degrees)


def direction_histogram(
    paths: Scanpaths, *, bins: int = DIRECTION_BINS, relative: bool = False, skip_first: bool = False
) -> np.ndarray:
    """Count saccades by direction.

    Parameters
    ----------
    paths : Scanpaths
        In px or degrees.
    bins : int
        Bins of the circle; the first is centred on 0 degrees (rightward), the next lie counterclockwise.
    relative : bool
        Count the turn from the saccade before instead: 0 goes on, 180 goes back.
    skip_first : bool
        Leave out the first saccade of every path.

    Returns
    -------
    (bins,) int64
        Saccades in each bin; saccades without length have no direction and are not counted.

    Examples
    --------
    >>> import pandas as pd
    >>> paths = Scanpaths([0, 5, 5], [5, 5, 0], [0, 3], pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9}))
    >>> direction_histogram(paths, bins=4).tolist()
    [1, 1, 0, 0]
    """
    found = saccades(paths, skip_first=skip_first)
    return _direction_counts(found.turn if relative else found.direction, bins)


def _amplitude_counts(found: Saccades, bin_degrees: float, largest_degrees: float) -> np.ndarray:
    if not (0 < bin_degrees <= largest_degrees < np.inf):
        raise GazekitError(
            f"amplitude bins need 0 < bin_degrees <= largest_degrees, not {bin_degrees!r} and {largest_degrees!r}"
        )
    count = int(np.ceil(largest_degrees / bin_degrees))
    amplitude = found.amplitude[np.isfinite(found.amplitude)]
    return np.bincount(np.minimum(amplitude // bin_degrees, count - 1).astype(np.int64), minlength=count)


def _direction_counts(angle: np.ndarray, bins: int) -> np.ndarray:
    if bins < 1:
        raise GazekitError(f"directions need at least one bin, not {bins}")
    step = 360.0 / bins
    cell = np.floor(np.mod(angle[np.isfinite(angle)] + step / 2, 360.0) / step).astype(np.int64)
    return np.bincount(np.minimum(cell, bins - 1), minlength=bins)


def _averaged(
    compare: Callable[[Saccades, Saccades], list[float]], a: Scanpaths, b: Scanpaths, by: str | None, skip_first: bool
) -> np.ndarray:
    """Compare pooled saccades, or group by group of people's paths, then the mean over defined groups."""
    if by is None:
        return np.array(compare(saccades(a, skip_first=skip_first), saccades(b, skip_first=skip_first)))
    values = []
    for key, theirs in b.groupby(by):
        mine = a if by == "subject" else a.filter(**{by: key})  # a model is no subject: all its paths meet each person
        values.append(compare(saccades(mine, skip_first=skip_first), saccades(theirs, skip_first=skip_first)))
    table = np.array(values, dtype=float).reshape(len(values), -1)
    defined = ~np.isnan(table)
    total = np.where(defined, table, 0.0).sum(axis=0)
    return np.divide(total, defined.sum(axis=0), out=np.full(len(total), np.nan), where=defined.any(axis=0))


def _amplitude_metric(kind: str) -> Callable[..., np.ndarray]:
    def compute(
        a: Scanpaths,
        b: Scanpaths,
        trials: Trials,
        *,
        by: str | None,
        skip_first: bool,
        bin_degrees: float = BIN_DEGREES,
        largest_degrees: float = LARGEST_DEGREES,
        smoothing: float = SMOOTHING,
    ) -> np.ndarray:
        def compare(mine: Saccades, theirs: Saccades) -> list[float]:
            if kind == "wasserstein":
                return [wasserstein(mine.amplitude, theirs.amplitude)]
            if kind == "ks":
                return [ks_distance(mine.amplitude, theirs.amplitude)]
            p, q = (_amplitude_counts(s, bin_degrees, largest_degrees) for s in (theirs, mine))
            return [_histogram_divergence(kind, p, q, smoothing)]

        return _averaged(compare, a.to_degrees(), b.to_degrees(), by, skip_first)

    return compute


def _direction_metric(kind: str) -> Callable[..., np.ndarray]:
    def compute(
        a: Scanpaths,
        b: Scanpaths,
        trials: Trials,
        *,
        by: str | None,
        skip_first: bool,
        bins: int = DIRECTION_BINS,
        smoothing: float = SMOOTHING,
    ) -> np.ndarray:
        def compare(mine: Saccades, theirs: Saccades) -> list[float]:
            out = []
            for left, right in ((mine.direction, theirs.direction), (mine.turn, theirs.turn)):
                if kind == "wasserstein":
                    out.append(circular_wasserstein(left, right))
                elif kind == "kuiper":
                    out.append(kuiper_distance(left, right))
                else:
                    p, q = (_direction_counts(angle, bins) for angle in (right, left))
                    out.append(_histogram_divergence(kind, p, q, smoothing))
            return out

        return _averaged(compare, a, b, by, skip_first)

    return compute


def _histogram_divergence(kind: str, people: np.ndarray, model: np.ndarray, smoothing: float) -> float:
    if not people.sum() or not model.sum():
        return np.nan
    return kl_divergence(people + smoothing, model + smoothing) if kind == "kl" else js_divergence(people, model)


_KINDS: dict[str, tuple[tuple[float, float], str, str]] = {
    "js": ((0.0, 1.0), "bit", "Jensen-Shannon divergence"),
    "kl": ((0.0, np.inf), "bit", "Kullback-Leibler divergence of people's from the model's histogram"),
    "wasserstein": ((0.0, np.inf), "degrees", "Wasserstein-1 distance"),
    "ks": ((0.0, 1.0), "1", "Kolmogorov-Smirnov distance"),
    "kuiper": ((0.0, 1.0), "1", "Kuiper's distance"),
}
_SHARED: dict[str, Any] = {"by": None, "skip_first": False}


def _register() -> None:
    for kind, (bounds, unit, words) in _KINDS.items():
        smoothing: dict[str, Any] = {"smoothing": SMOOTHING} if kind == "kl" else {}
        if kind != "kuiper":
            bins = {"bin_degrees": BIN_DEGREES, "largest_degrees": LARGEST_DEGREES} if kind in ("js", "kl") else {}
            set_metrics.add(
                f"amplitude_{kind}",
                SetMetric(
                    name=f"amplitude_{kind}",
                    outputs=(f"amplitude_{kind}",),
                    higher_is_better=False,
                    bounds=bounds,
                    unit=unit,
                    needs=("degrees",),
                    summary=f"{words} of saccade amplitudes in degrees of visual angle",
                    source="Amplitude analysis as in Gupta, Zhang, Wu, Wolfe, Kreiman 2021, NeurIPS (0.5 degree bins)",
                    compute=_amplitude_metric(kind),
                    params={**_SHARED, **bins, **smoothing},
                ),
            )
        if kind != "ks":
            circle = {"bins": DIRECTION_BINS} if kind in ("js", "kl") else {}
            set_metrics.add(
                f"direction_{kind}",
                SetMetric(
                    name=f"direction_{kind}",
                    outputs=(f"direction_{kind}", f"turn_{kind}"),
                    higher_is_better=False,
                    bounds=(0.0, 180.0) if kind == "wasserstein" else bounds,
                    unit=unit,
                    needs=(),
                    summary=f"{words} of saccade directions, and of turns from one saccade to the next",
                    source="Common practice in the study of saccades; circular forms: Kuiper 1960, Rabin et al. 2011",
                    compute=_direction_metric(kind),
                    params={**_SHARED, **circle, **smoothing},
                ),
            )


_register()
