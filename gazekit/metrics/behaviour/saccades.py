"""Saccades of a set of scanpaths: amplitude, direction, turn from one to the next; and what the first ones do."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour.search import steps_to_target, target_boxes
from gazekit.metrics.context import Trials, with_start
from gazekit.metrics.kinds.sets import OfRows, set_measure
from gazekit.metrics.means import mean_defined
from gazekit.metrics.options import takes_options_of

CENTRE_DEGREES = 2.0  # a first saccade that lands farther than this from the image's centre has left it; our choice


class Saccades(NamedTuple):
    """All saccades of a set of paths, one after another; a path of n fixations has n - 1.

    Attributes
    ----------
    amplitude : (M,) float64
        Length, in the unit of the paths (px or degrees of visual angle).
    direction : (M,) float64
        Degrees in (-180, 180]: 0 is right, 90 is up. NaN for a saccade without length.
    turn : (M,) float64
        Direction minus that of the saccade before, wrapped to (-180, 180]: 0 goes on, 180 goes back. NaN for the
        first saccade of a path, and where a direction is NaN.
    path : (M,) int64
        Which path it belongs to.
    rank : (M,) int64
        Index within its path, from 0.
    """

    amplitude: np.ndarray
    direction: np.ndarray
    turn: np.ndarray
    path: np.ndarray
    rank: np.ndarray


def saccades(paths: Scanpaths, *, skip_first: bool = False) -> Saccades:
    """All saccades of a set of scanpaths.

    Parameters
    ----------
    paths : Scanpaths
        In px or degrees; see `Scanpaths.to_degrees`.
    skip_first : bool
        Leave out the first saccade of every path, as the analysis of Gupta et al. (2021) does with the one that
        leaves the forced centre.

    Returns
    -------
    Saccades

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 100, "height": 100})
    >>> found = saccades(Scanpaths([0, 3, 3, 3], [4, 4, 0, 4], [0, 4], table))
    >>> found.amplitude.tolist(), found.direction.tolist(), found.turn.tolist()
    ([3.0, 4.0, 4.0], [0.0, 90.0, -90.0], [nan, 90.0, 180.0])
    """
    of, rank = paths.path_of(), paths.rank_of()
    starts = np.flatnonzero(of[1:] == of[:-1]) if len(of) else np.empty(0, dtype=np.int64)
    dx, dy = paths.x[starts + 1] - paths.x[starts], paths.y[starts + 1] - paths.y[starts]
    amplitude = np.hypot(dx, dy)
    direction = wrap(np.degrees(np.arctan2(-dy, dx)))  # y grows downwards on screens
    direction[~(amplitude > 0)] = np.nan
    turn = np.full(len(starts), np.nan)
    follows = rank[starts] > 0
    before = np.flatnonzero(follows) - 1
    turn[follows] = wrap(direction[follows] - direction[before])
    keep = rank[starts] > 0 if skip_first else slice(None)
    return Saccades(amplitude[keep], direction[keep], turn[keep], of[starts][keep], rank[starts][keep])


def wrap(angle: np.ndarray) -> np.ndarray:
    """Angles in degrees, wrapped to (-180, 180].

    Examples
    --------
    >>> wrap(np.array([190.0, -180.0, 0.0])).tolist()
    [-170.0, 180.0, 0.0]
    """
    return 180.0 - np.mod(180.0 - angle, 360.0)


class FirstSaccades(NamedTuple):
    """The first saccade of each path.

    Attributes
    ----------
    latency : (n,) float64
        ms: duration of the fixation that it leaves; NaN where not known.
    amplitude : (n,) float64
        Length, in the unit of the paths; NaN for a path with fewer than two fixations.
    direction : (n,) float64
        Degrees in (-180, 180], 0 right, 90 up; NaN where there is no saccade or it has no length.
    eccentricity : (n,) float64
        Distance of its landing point from the image's centre, in the unit of the paths; NaN where there is none.
    """

    latency: np.ndarray
    amplitude: np.ndarray
    direction: np.ndarray
    eccentricity: np.ndarray


def first_saccades(paths: Scanpaths) -> FirstSaccades:
    """Measure the first saccade of each path: the one from its first to its second fixation.

    Where a forced first fixation was dropped, that is really the second saccade; `with_start` puts the trial's start
    back (the registered measures do so by themselves).

    Parameters
    ----------
    paths : Scanpaths
        In px or degrees.

    Returns
    -------
    FirstSaccades

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 8, "height": 8})
    >>> first = first_saccades(Scanpaths([4, 4, 0], [4, 1, 0], [0, 3], table, duration=[180, 250, 240]))
    >>> [column.tolist() for column in first]
    [[180.0], [3.0], [90.0], [3.0]]
    """
    out = FirstSaccades(*(np.full(len(paths), np.nan) for _ in range(4)))
    found = saccades(paths)
    first = found.rank == 0
    row = found.path[first]
    start = paths.offsets[row]
    out.latency[row] = paths.durations()[start]
    out.amplitude[row], out.direction[row] = found.amplitude[first], found.direction[first]
    centre = paths.table[["width", "height"]].to_numpy(np.float64)[row] / 2
    out.eccentricity[row] = np.hypot(paths.x[start + 1] - centre[:, 0], paths.y[start + 1] - centre[:, 1])
    return out


def first_saccade_on_target(
    paths: Scanpaths, boxes: Mapping[str, Sequence[float]], *, strict: bool = False
) -> np.ndarray:
    """Whether the first saccade lands on the target.

    Parameters
    ----------
    paths : Scanpaths
        In px, from the start on.
    boxes : mapping of trial id to (x0, y0, x1, y1)
        Target boxes, px.
    strict : bool
        See `steps_to_target`.

    Returns
    -------
    (n,) float64
        1 or 0; NaN for a trial without a target, for a path without a saccade, and for one that starts on the target.

    Examples
    --------
    >>> import pandas as pd
    >>> paths = Scanpaths([4, 1], [4, 1], [0, 2], pd.DataFrame({"stimulus": ["s"], "width": 8, "height": 8}))
    >>> first_saccade_on_target(paths, {"s": (0, 0, 2, 2)}).tolist()
    [1.0]
    """
    step = steps_to_target(paths, boxes, strict=strict) - (0.0 if paths.facts.forced_first else 1.0)
    return np.where(np.isnan(step) | (step <= 0) | (paths.lengths < 2), np.nan, (step == 1).astype(np.float64))


def _amplitude(paths: Scanpaths, trials: Trials) -> np.ndarray:
    return first_saccades(paths.to_degrees()).amplitude


def _latency(paths: Scanpaths, trials: Trials) -> np.ndarray:
    # After drop_first the latency is gone: the start that is put back has no duration, so this is NaN.
    return first_saccades(paths).latency


def _leaves_centre(paths: Scanpaths, trials: Trials, *, centre_degrees: float = CENTRE_DEGREES) -> np.ndarray:
    if not centre_degrees >= 0:
        raise GazekitError(f"centre_degrees must be a radius of 0 degrees or more, not {centre_degrees!r}")
    eccentricity = first_saccades(paths.to_degrees()).eccentricity
    return np.where(np.isnan(eccentricity), np.nan, eccentricity > centre_degrees)


def _on_target(paths: Scanpaths, trials: Trials, *, strict: bool = False) -> np.ndarray:
    return first_saccade_on_target(paths, target_boxes(trials), strict=strict)


def _mean(of_each: Callable[..., np.ndarray], a: Scanpaths, b: Scanpaths, trials: Trials, **options: Any) -> OfRows:
    values = of_each(with_start(a, trials), trials, **options)
    return lambda mine, theirs: [mean_defined(values[mine])]


_ANY, _SHARE = (0.0, np.inf), (0.0, 1.0)
_LATENCY = "Mean duration of the fixation that the first saccade leaves; undefined where a forced first one was dropped"
_LEAVES = "Share of first saccades that land farther than a radius from the image's centre"
for _of_each, _name, _bounds, _unit, _need, _summary in (
    (_amplitude, "amplitude", _ANY, "degrees", "degrees", "Mean amplitude of the first saccade"),
    (_latency, "latency", _ANY, "ms", "duration", _LATENCY),
    (_leaves_centre, "leaves_centre", _SHARE, "1", "degrees", _LEAVES),
    (_on_target, "on_target", _SHARE, "1", "target_box", "Share of first saccades that land on the target"),
):
    set_measure(
        None,
        f"first_saccade_{_name}",
        of_rows=takes_options_of(_of_each)(partial(_mean, _of_each)),
        bounds=_bounds,
        values_in=_unit,
        needs=(_need, "start"),
        summary=_summary,
        source="Usual definitions; see gazekit's card",
    )
