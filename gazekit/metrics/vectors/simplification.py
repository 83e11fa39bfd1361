"""MultiMatch's simplification of scanpaths before the alignment (Jarodzka et al. 2010, Dewhurst et al. 2012).

Small steps and stretches in one direction are joined to one saccade. Equal to multimatch_gaze 0.1.3 with
`grouping=True` wherever that returns a value, its quirks included; where it ends in an error, see `simplify`.
"""

from typing import Any, NamedTuple

import numpy as np

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import AnyPath, Columns, Size, columns_of_single
from gazekit.metrics.vectors.saccades import FEWEST_FIXATIONS, SaccadeVectors, saccade_vectors

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
