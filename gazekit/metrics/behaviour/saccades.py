"""Saccades of a set of scanpaths: amplitude, direction, and the turn from one to the next."""

from typing import NamedTuple

import numpy as np

from gazekit.core.scanpaths import Scanpaths


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
