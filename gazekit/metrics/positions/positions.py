"""Positions of many paths, as the kernels of distances read them; and how a distance becomes a measure."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from gazekit.metrics.columns import Columns
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.measure import Measure


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


def score_positions(a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray, *, kind: str) -> None:
    """Fill `out` (n, 1) with one of the distances of `gazekit.metrics.kernels.distances.KINDS`, px."""
    from gazekit.metrics.kernels.distances import KINDS, position_distances

    position_distances(*a[:4], *b[:4], pairs, KINDS.index(kind), np.empty(a.longest), np.empty(b.longest), out)


def distance_measure(
    function: Callable[..., Any],
    *,
    score: Callable[..., None] | None = None,
    prepare: Callable[..., Any] = positions,
    **facts: Any,
) -> Measure:
    """Make and register a distance in px, which the option `over_diagonal` gives in diagonals of the image.

    Parameters
    ----------
    function : callable
        See `pair_measure`.
    score : callable, optional
        `score(a, b, pairs, out, **options)` in px; the options are those of the function but `over_diagonal`. None:
        the distance of `score_positions` that has the function's name.
    prepare : callable
        From the columns to what `score` reads, which has a `diagonal`.
    **facts
        See `pair_measure`.
    """
    score = score or partial(score_positions, kind=function.__name__)
    return pair_measure(
        function,
        prepare=prepare,
        score=partial(_score_over_diagonal, score),
        frame="over_diagonal",
        higher_is_better=False,
        bounds=(0.0, float("inf")),
        values_in="px",
        **facts,
    )


def _score_over_diagonal(
    score: Callable[..., None],
    a: Any,
    b: Any,
    pairs: np.ndarray,
    out: np.ndarray,
    *,
    over_diagonal: bool,
    **options: Any,
) -> None:
    score(a, b, pairs, out, **options)
    if over_diagonal:
        divide_by_diagonal(out, a, pairs)


def divide_by_diagonal(out: np.ndarray, a: Any, pairs: np.ndarray) -> None:
    """Turn distances (n, 1) into shares of the diagonal of the frame of each pair's first path."""
    out[:, 0] /= a.diagonal[pairs[:, 0]]
