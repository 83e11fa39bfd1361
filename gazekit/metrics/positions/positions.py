"""Positions of many paths, as the kernels of distances read them."""

from typing import Any, NamedTuple

import numpy as np

from gazekit.metrics.columns import Columns


class Positions(NamedTuple):
    """Positions of n paths.

    Attributes
    ----------
    x, y : (N,) float64
        In px, or in degrees for paths in degrees.
    first : (n,) int64
        Where each path begins.
    fixations : (n,) int64
        Its fixations; 0 for a path of which a coordinate is not finite.
    width, height : (n,) float64
        Size of each path's frame, in the same unit.
    """

    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    fixations: np.ndarray
    width: np.ndarray
    height: np.ndarray

    @property
    def longest(self) -> int:
        """Most fixations of a path."""
        return int(self.fixations.max(initial=0))

    @property
    def diagonal(self) -> np.ndarray:
        """(n,) float64: diagonal of each path's frame."""
        return np.hypot(self.width, self.height)


def positions(columns: Columns, **options: Any) -> Positions:
    """Positions of many paths, as the kernels of distances read them; options of the metric are not needed."""
    # writable copies: numba compiles read-only and strided arrays anew
    fixations = np.where(columns.finite, np.diff(columns.offsets), 0)
    x, y = np.array(columns.x), np.array(columns.y)
    return Positions(x, y, columns.offsets[:-1].copy(), fixations, columns.width, columns.height)


def divide_by_diagonal(out: np.ndarray, a: Positions, pairs: np.ndarray) -> None:
    """Turn distances (n, 1) into shares of the diagonal of the frame of each pair's first path."""
    out[:, 0] /= a.diagonal[pairs[:, 0]]
