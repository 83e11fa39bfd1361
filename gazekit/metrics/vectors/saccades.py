"""Saccades of many paths as vectors, as MultiMatch and its simplification read them."""

from typing import NamedTuple

import numpy as np

from gazekit.metrics.columns import Columns

FEWEST_FIXATIONS = 3  # below, the reference implementation of MultiMatch gives NaN in all five dimensions


class SaccadeVectors(NamedTuple):
    """Saccades of n paths.

    Attributes
    ----------
    geometry : (7, N) float64
        Rows dx, dy, length (px), direction (rad, in [0, 2 pi)), start x, start y (px), duration of the
        start fixation (ms). Column k is the saccade that leaves fixation k; the column of a path's last
        fixation is never read.
    first : (n,) int64
        Column of each path's first saccade.
    saccades : (n,) int64
        How many saccades each path has; 0 for a path on which MultiMatch is not defined.
    diagonal : (n,) float64
        Diagonal of each path's frame, px.
    """

    geometry: np.ndarray
    first: np.ndarray
    saccades: np.ndarray
    diagonal: np.ndarray


def saccade_vectors(columns: Columns) -> SaccadeVectors:
    """Saccades of many paths, of those on which MultiMatch is defined."""
    geometry = np.empty((7, len(columns.x)))
    dx, dy, rho, theta, x, y, duration = geometry
    x[:], y[:] = columns.x, columns.y
    duration[:] = np.nan if columns.duration is None else columns.duration
    with np.errstate(invalid="ignore"):  # the step from one path to the next is computed too, and never read
        np.subtract(columns.x[1:], columns.x[:-1], out=dx[:-1])
        np.subtract(columns.y[1:], columns.y[:-1], out=dy[:-1])
        dx[-1:], dy[-1:] = 0.0, 0.0
        # sqrt of the sum of squares and this way of adding 2 pi: the reference's roundings, so that ties
        # are its ties
        np.sqrt(dx * dx + dy * dy, out=rho)
        np.arctan2(dy, dx, out=theta)
        theta[theta < 0] = np.pi + (np.pi + theta[theta < 0])
    fixations = np.diff(columns.offsets)
    count = np.where((fixations >= FEWEST_FIXATIONS) & columns.finite, fixations - 1, 0)
    diagonal = np.sqrt(columns.width * columns.width + columns.height * columns.height)
    return SaccadeVectors(geometry, columns.offsets[:-1].copy(), count, diagonal)
