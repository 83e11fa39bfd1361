"""MultiMatch: five similarities of two paths aligned saccade by saccade (Jarodzka 2010, Dewhurst 2012).

And its simplification of scanpaths before the alignment: small steps and stretches in one direction are joined to one
saccade. Equal to multimatch_gaze 0.1.3 with `grouping=True` wherever that returns a value, its quirks included; where
it ends in an error, see `simplify`.
"""

from typing import Any, NamedTuple

import numpy as np

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import AnyPath, Columns, Size, columns_of_single
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.pairwise import score_pair

FEWEST_FIXATIONS = 3  # below, the reference implementation of MultiMatch gives NaN in all five dimensions
LENGTH_SHARE = 0.1  # of the diagonal; with 45 degrees and 300 ms the usual thresholds (multimatch_gaze's documentation)


class Thresholds(NamedTuple):
    """What is small enough to be joined.

    Attributes
    ----------
    direction_degrees : float
        Neighbouring saccades whose directions differ by less are joined. 0 joins none.
    length : float or None
        Saccades shorter than this are joined, px (degrees for paths in degrees). None is a tenth of the diagonal of
        the frame, 0 joins none.
    duration_ms : float
        Only where a fixation between or beside them is shorter than this. 0 joins nothing at all.
    """

    direction_degrees: float = 45.0
    length: float | None = None
    duration_ms: float = 300.0


USUAL = Thresholds()
AnyThresholds = Thresholds | tuple[float, float | None, float]


class MultiMatch(NamedTuple):
    """The five similarities, each at most 1 and 1 for equal paths."""

    vector: float
    direction: float
    length: float
    position: float
    duration: float


class Simplified(NamedTuple):
    """Saccades that are left of a path, as MultiMatch compares them.

    They are not a scanpath any more: a saccade need not end where the next one starts, and durations of fixations that
    were joined are lost, not added.

    Attributes
    ----------
    x, y : (k,) float64
        Where each saccade starts, px.
    dx, dy : (k,) float64
        Its vector, px.
    duration : (k,) float64
        Duration that MultiMatch compares with it, ms.
    """

    x: np.ndarray
    y: np.ndarray
    dx: np.ndarray
    dy: np.ndarray
    duration: np.ndarray


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


def multimatch(a: AnyPath, b: AnyPath, *, size: Size = None, simplify: AnyThresholds | None = None) -> MultiMatch:
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
        see the function `simplify`. Needs durations. None, the default, does not.

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
    return MultiMatch(*score_pair("multimatch", a, b, size, simplify=simplify))


def simplify(path: AnyPath, *, size: Size = None, thresholds: AnyThresholds = USUAL) -> Simplified:
    """Simplify one scanpath as MultiMatch does before it aligns two.

    Two passes are repeated until the number of durations stays the same. *Direction*: from left to right, a saccade is
    joined with the next if their directions differ by less than the threshold and the fixation between them is short;
    the next two are looked at after that. *Length*: a short saccade is joined with the next if the fixation before or
    after it is short; a short last one is joined backwards. A joined saccade is the sum of two, with the start and the
    duration of the first.

    Quirks of the reference that are kept: the join backwards takes the last two saccades as they were before the pass,
    even where the last but one has just been joined itself, so that the sum of all vectors can change; and it keeps one
    duration too many, so that a pass which joins only backwards counts as no change and is the last.

    Parameters
    ----------
    path : Scanpath, or (n, 3) array
        x px, y px and duration ms.
    size : (width, height), optional
        Of the shown image, px; needed for arrays if the length threshold is None, taken from a Scanpath's frame.
    thresholds : Thresholds or (float, float or None, float)
        Direction in degrees, length in px, duration in ms.

    Returns
    -------
    Simplified
        What is left. Empty, so that MultiMatch gives NaN, where a path has fewer than three fixations, a coordinate
        or duration that is not a finite number, or where one short saccade is all that is left, on which the reference
        ends in an error (IndexError). Saccades on one line, on which it may end in another (the cosine of their angle
        is rounded to more than 1), have an angle of 0 here.

    Raises
    ------
    GazekitError
        No durations, thresholds that are not numbers of 0 or more, or arrays of another shape or without a needed size.

    References
    ----------
    Dewhurst et al. (2012), It depends on how you look at it, Behavior Research Methods 44, 1079-1100. Reference
    implementation: multimatch_gaze 0.1.3.

    Examples
    --------
    >>> path = [[100, 100, 200], [110, 100, 90], [500, 110, 250], [520, 600, 400], [100, 620, 350]]
    >>> simple = simplify(path, size=(1024, 768))
    >>> simple.dx.tolist(), simple.dy.tolist(), simple.duration.tolist()
    ([400.0, 20.0, -420.0], [10.0, 490.0, 20.0], [200.0, 250.0, 400.0])
    """
    limits = checked_thresholds(thresholds)
    # the frame enters by the default length only
    (columns,) = columns_of_single([path], size, "simplify", needs_size=limits.length is None)
    left = simplified_saccades(columns, limits)
    dx, dy, _, _, x, y, duration = left.geometry[:, : left.saccades[0]]
    return Simplified(x, y, dx, dy, duration)


def checked_thresholds(thresholds: AnyThresholds) -> Thresholds:
    """Thresholds as numbers of 0 or more.

    Raises
    ------
    GazekitError
        Not three of them, or one that is not a number of 0 or more.
    """
    given: tuple[Any, ...] = tuple(thresholds) if isinstance(thresholds, tuple | list) else ()
    if len(given) != 3:
        raise GazekitError(
            f"simplification needs three thresholds (direction in degrees, length in px or None, duration in ms), "
            f"not {thresholds!r}"
        )
    for name, value in zip(Thresholds._fields, given, strict=True):
        if value is None and name == "length":
            continue
        if not isinstance(value, int | float | np.number) or not value >= 0:
            raise GazekitError(f"simplification: {name} is a number of 0 or more, not {value!r}")
    return Thresholds(*given)


def simplified_saccades(columns: Columns, thresholds: AnyThresholds) -> SaccadeVectors:
    """Simplified saccades of many paths, ready for the kernel of MultiMatch; 0 saccades where undefined.

    Parameters
    ----------
    columns : Columns
        The paths.
    thresholds : Thresholds or (float, float or None, float)
        As in `simplify`.

    Raises
    ------
    GazekitError
        As in `simplify`.
    """
    from gazekit.metrics.kernels.simplification import simplify_saccades

    limits = checked_thresholds(thresholds)
    durations = columns.duration
    if durations is None and not len(columns.x):
        durations = columns.x
    if durations is None:
        raise GazekitError(
            "simplification joins saccades around short fixations, and these scanpaths have no durations"
        )
    all_saccades = saccade_vectors(columns)
    known = columns._replace(x=durations).finite
    fixations = np.where(known & (all_saccades.saccades >= FEWEST_FIXATIONS - 1), all_saccades.saccades + 1, 0)
    if limits.length is None:
        length = LENGTH_SHARE * all_saccades.diagonal
    else:
        length = np.full(len(fixations), float(limits.length))
    left = np.empty(len(fixations), dtype=np.int64)
    simplify_saccades(
        all_saccades.geometry,
        all_saccades.first,
        fixations,
        float(limits.direction_degrees),
        length,
        float(limits.duration_ms),
        left,
    )
    return all_saccades._replace(saccades=left)


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


def _prepare(columns: Columns, *, simplify: AnyThresholds | None) -> SaccadeVectors:
    return saccade_vectors(columns) if simplify is None else simplified_saccades(columns, simplify)


def _score(a: SaccadeVectors, b: SaccadeVectors, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    from gazekit.metrics.kernels.multimatch import multimatch_scores

    multimatch_scores(a.geometry, a.first, a.saccades, a.diagonal, b.geometry, b.first, b.saccades, pairs, out)


pair_measure(
    multimatch,
    prepare=_prepare,
    score=_score,
    outputs=tuple(f"multimatch_{dimension}" for dimension in MultiMatch._fields),
    higher_is_better=True,
    bounds=(0.0, 1.0),
    symmetric=False,  # where walks tie, the tie rule may take another one when the paths change places
    summary="Shape, direction, length, position and duration of saccades along the best "
    "alignment; 1 for equal paths; undefined below three fixations",
    source="Jarodzka, Holmqvist, Nystrom 2010, ETRA; Dewhurst et al. 2012, Behavior Research Methods 44",
)
