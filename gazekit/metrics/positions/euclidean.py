"""Euclidean distance of fixations of the same rank; and what all distances of positions have in common."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import Columns, columns_of_single
from gazekit.metrics.registry import Metric, metrics

KINDS = ("mean", "sum", "norm")


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


def score_one(
    metric: Metric,
    a: Scanpath | ArrayLike,
    b: Scanpath | ArrayLike,
    size: tuple[float, float] | None,
    needs_size: bool,
    **options: Any,
) -> list[float]:
    """Score one pair by a metric's own two steps; without `needs_size`, arrays may come without a frame."""
    if size is None and not needs_size and not any(isinstance(path, Scanpath) for path in (a, b)):
        size = (1.0, 1.0)  # distances in px need no frame
    left, right = (metric.prepare(c, **options) for c in columns_of_single([a, b], size, metric.name))
    out = np.empty((1, len(metric.outputs)))
    metric.score(left, right, np.zeros((1, 2), dtype=np.int64), out, **options)
    return out[0].tolist()


def divide_by_diagonal(out: np.ndarray, a: Positions, pairs: np.ndarray) -> None:
    """Turn distances (n, 1) into shares of the diagonal of the frame of each pair's first path."""
    out[:, 0] /= a.diagonal[pairs[:, 0]]


def euclidean(
    a: Scanpath | ArrayLike,
    b: Scanpath | ArrayLike,
    *,
    size: tuple[float, float] | None = None,
    kind: Literal["mean", "sum", "norm"] = "mean",
    over_diagonal: bool = False,
) -> float:
    """Euclidean distance of two paths of the same length, fixation by fixation.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Of the shown image, px; needed for arrays with `over_diagonal` only. It must agree with a Scanpath's frame.
    kind : {"mean", "sum", "norm"}
        "mean": mean of the distances of fixations of the same rank. "sum": their sum (early FixaTons). "norm": root
        of the sum of their squares, the distance of the paths as points in 2n dimensions (VAME).
    over_diagonal : bool
        Give the distance as a share of the image's diagonal.

    Returns
    -------
    float
        Distance, px (degrees for paths in degrees), 0 or more, 0 for equal paths; with `over_diagonal` without unit,
        and "mean" at most 1 for paths inside the image. Lower is more alike. Symmetric. **NaN if the lengths differ**,
        if a path has no fixation or a coordinate that is not finite: nothing is cut or padded.

    Raises
    ------
    GazekitError
        Another `kind`, arrays without `size` where it is needed, or arrays of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Zanca et al. (2018), FixaTons, arXiv:1802.02534, section on metrics.

    Examples
    --------
    >>> a, b = [[0, 0], [100, 100]], [[30, 40], [100, 100]]
    >>> euclidean(a, b), euclidean(a, b, kind="sum"), euclidean(a, [[0, 0]])
    (25.0, 50.0, nan)
    >>> euclidean(a, b, size=(300, 400), over_diagonal=True)
    0.05
    """
    return score_one(_EUCLIDEAN, a, b, size, over_diagonal, kind=kind, over_diagonal=over_diagonal)[0]


def _prepare(columns: Columns, *, kind: str, over_diagonal: bool) -> Positions:
    if kind not in KINDS:
        raise GazekitError(f"euclidean: kind is one of {', '.join(KINDS)}, not {kind!r}")
    return positions(columns)


def _score(a: Positions, b: Positions, pairs: np.ndarray, out: np.ndarray, *, kind: str, over_diagonal: bool) -> None:
    from gazekit.metrics.kernels.distances import matched_distances

    matched_distances(*a[:4], *b[:4], pairs, KINDS.index(kind), out)
    if over_diagonal:
        divide_by_diagonal(out, a, pairs)


_EUCLIDEAN = Metric(
    name="euclidean",
    outputs=("euclidean",),
    higher_is_better=False,
    bounds=(0.0, float("inf")),
    unit="px",
    needs_duration=False,
    symmetric=True,
    summary="Mean distance of fixations of the same rank; undefined for paths of different lengths",
    source="Zanca et al. 2018, FixaTons",
    prepare=_prepare,
    score=_score,
    params={"kind": "mean", "over_diagonal": False},
)
metrics.add("euclidean", _EUCLIDEAN)
