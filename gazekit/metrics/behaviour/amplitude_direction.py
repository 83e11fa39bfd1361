"""Saccade amplitudes and directions of a set of paths as distributions, and how far two sets are apart in them."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths, indices_of
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.metrics.behaviour.divergences import (
    circular_wasserstein,
    js_divergence,
    kl_divergence,
    ks_distance,
    kuiper_distance,
    wasserstein,
)
from gazekit.metrics.behaviour.saccades import saccades
from gazekit.metrics.context import Trials
from gazekit.metrics.kinds.sets import OfRows, set_measure
from gazekit.metrics.means import column_means
from gazekit.metrics.options import takes_options_of

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
    return _amplitude_counts(found.amplitude, bin_degrees=bin_degrees, largest_degrees=largest_degrees)


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
    return _direction_counts(found.turn if relative else found.direction, bins=bins)


def _amplitude_counts(
    amplitude: np.ndarray, *, bin_degrees: float = BIN_DEGREES, largest_degrees: float = LARGEST_DEGREES
) -> np.ndarray:
    if not (0 < bin_degrees <= largest_degrees < np.inf):
        raise GazekitError(
            f"amplitude bins need 0 < bin_degrees <= largest_degrees, not {bin_degrees!r} and {largest_degrees!r}"
        )
    count = int(np.ceil(largest_degrees / bin_degrees))
    amplitude = amplitude[np.isfinite(amplitude)]
    return np.bincount(np.minimum(amplitude // bin_degrees, count - 1).astype(np.int64), minlength=count)


def _direction_counts(angle: np.ndarray, *, bins: int = DIRECTION_BINS) -> np.ndarray:
    check_whole("bins", bins, 1)
    step = 360.0 / bins
    cell = np.floor(np.mod(angle[np.isfinite(angle)] + step / 2, 360.0) / step).astype(np.int64)
    return np.bincount(np.minimum(cell, bins - 1), minlength=bins)


Distance = Callable[[np.ndarray, np.ndarray], float]
AMPLITUDE, DIRECTIONS = ("amplitude",), ("direction", "turn")
AMPLITUDE_SOURCE = "Amplitude analysis as in Gupta, Zhang, Wu, Wolfe, Kreiman 2021, NeurIPS (0.5 degree bins)"
DIRECTION_SOURCE = "Common practice in the study of saccades; circular forms: Kuiper 1960, Rabin et al. 2011"


def _compared(
    a: Scanpaths,
    b: Scanpaths,
    trials: Trials,
    *,
    columns: tuple[str, ...],
    distance: Distance,
    by: str | None = None,
    skip_first: bool = False,
) -> OfRows:
    """Distance of the model's (first) and people's saccades in each column.

    Of pooled saccades, or group by group of people's paths, then the mean over defined groups.
    """
    if columns == AMPLITUDE:
        a, b = a.to_degrees(), b.to_degrees()
    found = [saccades(side, skip_first=skip_first) for side in (a, b)]
    ends = [np.searchsorted(of.path, np.arange(len(side) + 1)) for of, side in zip(found, (a, b), strict=True)]

    def compare(*rows: np.ndarray) -> np.ndarray:
        taken = [indices_of(end, chosen) for end, chosen in zip(ends, rows, strict=True)]
        values = [[getattr(of, column)[k] for of, k in zip(found, taken, strict=True)] for column in columns]
        return np.array([distance(*both) for both in values])

    if by is None:
        return compare
    group, keys = pd.factorize(b.table[by], sort=True, use_na_sentinel=False)
    if by == "subject":  # a model is no subject: all its paths meet each person
        own = None
    else:
        a.filter(**{by: list(keys)})  # refuses a column that is not there, or one of another kind
        own = keys.get_indexer(a.table[by])

    def group_by_group(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
        there = np.unique(group[theirs])
        values = [compare(mine if own is None else mine[own[mine] == k], theirs[group[theirs] == k]) for k in there]
        return column_means(np.array(values, dtype=float).reshape(len(values), -1))

    return group_by_group


def _of_counts(count: Callable[..., np.ndarray], smoothing: float | None, **bins: float) -> Distance:
    """Jensen-Shannon divergence of histograms or, with smoothing, Kullback-Leibler's of people's from the model's."""

    def distance(mine: np.ndarray, theirs: np.ndarray) -> float:
        model, people = count(mine, **bins), count(theirs, **bins)
        if not people.sum() or not model.sum():
            return np.nan
        if smoothing is None:
            return js_divergence(people, model)
        return kl_divergence(people + smoothing, model + smoothing)

    return distance


def _counts_apart(
    columns: tuple[str, ...],
    count: Callable[..., np.ndarray],
    *sets: Any,
    by: str | None = None,
    skip_first: bool = False,
    smoothing: float | None = SMOOTHING,
    **bins: float,
) -> OfRows:
    distance = _of_counts(count, smoothing, **bins)
    return _compared(*sets, columns=columns, distance=distance, by=by, skip_first=skip_first)


@takes_options_of(_counts_apart, _amplitude_counts)
def _amplitude_counts_apart(a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> OfRows:
    return _counts_apart(AMPLITUDE, _amplitude_counts, a, b, trials, **options)


@takes_options_of(_counts_apart, _direction_counts)
def _direction_counts_apart(a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> OfRows:
    return _counts_apart(DIRECTIONS, _direction_counts, a, b, trials, **options)


_ANY, _SHARE = (0.0, np.inf), (0.0, 1.0)
_JS, _KL = "Jensen-Shannon divergence", "Kullback-Leibler divergence of people's from the model's histogram"
_W1, _KS, _KUIPER = "Wasserstein-1 distance", "Kolmogorov-Smirnov distance", "Kuiper's distance"


def _of_samples(columns: tuple[str, ...], distance: Distance) -> Callable[..., OfRows]:
    return partial(_compared, columns=columns, distance=distance)


_amplitude_js, _direction_js = (
    partial(apart, smoothing=None) for apart in (_amplitude_counts_apart, _direction_counts_apart)
)
for _name, _apart, _bounds, _unit, _words in (
    ("amplitude_js", _amplitude_js, _SHARE, "bit", _JS),
    ("amplitude_kl", _amplitude_counts_apart, _ANY, "bit", _KL),
    ("amplitude_wasserstein", _of_samples(AMPLITUDE, wasserstein), _ANY, "degrees", _W1),
    ("amplitude_ks", _of_samples(AMPLITUDE, ks_distance), _SHARE, "1", _KS),
    ("direction_js", _direction_js, _SHARE, "bit", _JS),
    ("direction_kl", _direction_counts_apart, _ANY, "bit", _KL),
    ("direction_wasserstein", _of_samples(DIRECTIONS, circular_wasserstein), (0.0, 180.0), "degrees", _W1),
    ("direction_kuiper", _of_samples(DIRECTIONS, kuiper_distance), _SHARE, "1", _KUIPER),
):
    _turns = _name.replace("direction", "turn")
    _outputs, _needs, _of, _source = (
        ((_name, _turns), (), "directions, and of turns from one saccade to the next", DIRECTION_SOURCE)
        if _turns != _name
        else ((_name,), ("degrees",), "amplitudes in degrees of visual angle", AMPLITUDE_SOURCE)
    )
    set_measure(
        None,
        _name,
        of_rows=_apart,
        outputs=_outputs,
        higher_is_better=False,
        bounds=_bounds,
        values_in=_unit,
        needs=_needs,
        summary=f"{_words} of saccade {_of}",
        source=_source,
    )
