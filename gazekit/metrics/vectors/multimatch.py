"""MultiMatch: five similarities of two paths aligned saccade by saccade (Jarodzka 2010, Dewhurst 2012)."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpath
from gazekit.metrics.columns import Columns, columns_of_single
from gazekit.metrics.registry import Metric, metrics

if TYPE_CHECKING:
    from gazekit.metrics.vectors.simplification import Thresholds

FEWEST_FIXATIONS = 3  # below, the reference implementation gives NaN in all five dimensions


class MultiMatch(NamedTuple):
    """The five similarities, each at most 1 and 1 for equal paths."""

    vector: float
    direction: float
    length: float
    position: float
    duration: float


class Saccades(NamedTuple):
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


def multimatch(
    a: Scanpath | ArrayLike,
    b: Scanpath | ArrayLike,
    *,
    size: tuple[float, float] | None = None,
    simplify: "Thresholds | tuple[float, float | None, float] | None" = None,
) -> MultiMatch:
    """Five MultiMatch similarities of two scanpaths.

    The saccades of the two paths are aligned by the cheapest walk through the table of distances between
    saccade vectors (right, down or diagonal; the first cell is free). Each similarity is one minus the
    median difference along that walk, over its norm: vector |v - u| over twice the diagonal, direction over
    pi, length and position (of saccade starts) over the diagonal, duration over the longer of the two.

    Several walks can be equally cheap when fixations fall on a few places only. The reference then follows
    SciPy's Dijkstra, which settles, among nodes of equal distance, the one of the highest number (row x
    columns + column) first (SciPy 1.16 to 1.18; found by experiment). The same rule is used here, so
    results agree on ties too.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms.
    size : (width, height), optional
        Of the shown image, px; needed for arrays, taken from the frame of a Scanpath. It enters only by its
        diagonal.
    simplify : Thresholds or (float, float or None, float), optional
        Simplify both paths first: direction in degrees, length in px (None: a tenth of the diagonal), duration in ms;
        see `gazekit.metrics.vectors.simplification`. Needs durations. None, the default, does not.

    Returns
    -------
    MultiMatch
        Similarities, higher is more alike, in [0, 1] for paths inside the image. All NaN if a path has
        fewer than three fixations or a coordinate that is not finite. Duration alone is NaN if durations
        are not known, or if two aligned fixations both last 0 ms (zero over zero, as in the reference). The
        last fixation's position and duration enter only through the last saccade's vector, as in the
        reference.

    Raises
    ------
    GazekitError
        Arrays without `size` or of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Jarodzka, Holmqvist, Nystrom (2010), A vector-based, multidimensional scanpath similarity measure, ETRA,
    211-218.

    Dewhurst et al. (2012), It depends on how you look at it, Behavior Research Methods 44, 1079-1100.

    Reference implementation: multimatch_gaze 0.1.3.

    Examples
    --------
    >>> a = [[100, 100, 200], [500, 400, 250], [900, 700, 300]]
    >>> b = [[100, 140, 100], [500, 440, 250], [900, 740, 300]]
    >>> [round(value, 4) for value in multimatch(a, b, size=(1024, 768))]
    [1.0, 1.0, 1.0, 0.9688, 0.75]
    """
    left, right = (_prepare(columns, simplify=simplify) for columns in columns_of_single([a, b], size, "multimatch"))
    out = np.empty((1, 5))
    _score(left, right, np.zeros((1, 2), dtype=np.int64), out)
    return MultiMatch(*out[0].tolist())


def _prepare(columns: Columns, *, simplify: "Thresholds | tuple[float, float | None, float] | None" = None) -> Saccades:
    if simplify is not None:
        from gazekit.metrics.vectors.simplification import simplified_saccades  # it builds on this module

        return simplified_saccades(columns, simplify)
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
    return Saccades(geometry, columns.offsets[:-1].copy(), count, diagonal)


def _score(a: Saccades, b: Saccades, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    from gazekit.metrics.kernels.multimatch import multimatch_scores

    multimatch_scores(a.geometry, a.first, a.saccades, a.diagonal, b.geometry, b.first, b.saccades, pairs, out)


metrics.add(
    "multimatch",
    Metric(
        name="multimatch",
        outputs=tuple(f"multimatch_{dimension}" for dimension in MultiMatch._fields),
        higher_is_better=True,
        bounds=(0.0, 1.0),
        unit="1",
        needs_duration=False,
        symmetric=False,  # where walks tie, the tie rule may take another one when the paths change places
        summary="Shape, direction, length, position and duration of saccades along the best "
        "alignment; 1 for equal paths; undefined below three fixations",
        source="Jarodzka, Holmqvist, Nystrom 2010, ETRA; Dewhurst et al. 2012, Behavior Research Methods 44",
        prepare=_prepare,
        score=_score,
        params={"simplify": None},
    ),
)
