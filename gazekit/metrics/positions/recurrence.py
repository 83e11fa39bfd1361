"""Recurrence quantification: where a path comes back to itself, or to another path, and on which lines.

Auto-recurrence (Anderson et al. 2013) describes one path, cross-recurrence (Anderson et al. 2015) a pair. Lines are
unbroken runs; FixaTons counts every recurrence on a row or diagonal that holds enough of them, adjacent or not.
"""

from typing import Any, NamedTuple

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, check_whole
from gazekit.metrics.columns import AnyPath, Columns, Size, columns_of, columns_of_single
from gazekit.metrics.context import Trials
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.kinds.sets import OfRows, set_measure
from gazekit.metrics.means import mean_defined
from gazekit.metrics.options import is_number
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.positions import Positions, positions

RADIUS_PX = 60.0  # FixaTons' default
SHORTEST_LINE = 2  # recurrences that make a line, Anderson et al. 2013


class CrossRecurrence(NamedTuple):
    """Percentages of the recurrence table of two paths; NaN where one would be zero over zero.

    Attributes
    ----------
    recurrence : float
        Share of all pairs of fixations that lie within the radius of each other.
    determinism : float
        Share of recurrences on diagonal lines: stretches that occur in both paths in the same order.
    laminarity : float
        Mean share of recurrences on horizontal and on vertical lines: one path stays where the other passes.
    """

    recurrence: float
    determinism: float
    laminarity: float


class AutoRecurrence(NamedTuple):
    """Percentages of the recurrence table of one path above its main diagonal; NaN where one would be zero over zero.

    The first three as in `CrossRecurrence`. `centre_of_mass` is the mean lag of the recurrences over the largest
    possible: small where returns come soon.
    """

    recurrence: float
    determinism: float
    laminarity: float
    centre_of_mass: float


def cross_recurrence(
    a: AnyPath, b: AnyPath, *, size: Size = None, radius: float | None = None, shortest_line: int = SHORTEST_LINE
) -> CrossRecurrence:
    """Cross-recurrence of two scanpaths.

    Both are cut to the length N of the shorter. Fixations i of `a` and j of `b` recur if at most `radius` apart. With C
    recurrences: recurrence is 100 C / N^2; determinism and laminarity are taken over all diagonals, rows and columns.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px; a third column is not used.
    size : (width, height), optional
        Not needed: distances are in px. If given, it must agree with the frame of a Scanpath.
    radius : float, optional
        px (degrees for paths in degrees). None: 60 px, FixaTons' default; for paths in degrees it must be given.
    shortest_line : int
        Adjacent recurrences that make a line.

    Returns
    -------
    CrossRecurrence
        Percent, 0 to 100. Higher is more alike; but a path against itself does not reach 100 unless it stays at one
        place. Symmetric. All NaN if a path has no fixation or a coordinate that is not finite; without a recurrence
        all but the first.

    Raises
    ------
    GazekitError
        A negative radius, a line of less than one recurrence, or arrays of another shape.
    MismatchError
        Frames that disagree.

    References
    ----------
    Anderson, Anderson, Kingstone, Bischof (2015), A comparison of scanpath comparison methods, Behavior Research
    Methods 47, 1377-1392.

    Examples
    --------
    >>> a = [[0, 0], [200, 0], [200, 200], [0, 200]]
    >>> b = [[500, 500], [0, 0], [200, 0], [200, 200]]  # the same, one fixation later
    >>> cross_recurrence(a, b)
    CrossRecurrence(recurrence=18.75, determinism=100.0, laminarity=0.0)
    """
    return CrossRecurrence(*score_pair("cross_recurrence", a, b, size, radius=radius, shortest_line=shortest_line))


def cross_recurrence_lag(
    a: AnyPath, b: AnyPath, *, size: Size = None, radius: float | None = None, signed: bool = False
) -> float:
    """Centre of recurrence mass of two scanpaths: 100 sum(j - i) / ((N - 1) C), or its size.

    Parameters
    ----------
    a, b, size, radius
        As in `cross_recurrence`.
    signed : bool
        Keep the sign: positive where `b` comes later to the places that both visit.

    Returns
    -------
    float
        Percent of the largest lag, 0 to 100; with `signed` -100 to 100. Nearer to 0: more alike in time. Symmetric;
        with `signed` an exchange of the paths changes the sign. NaN as in `cross_recurrence`, also without a
        recurrence and for paths of one fixation.

    Raises
    ------
    GazekitError, MismatchError
        As in `cross_recurrence`, which also names the source.

    Examples
    --------
    >>> a, b = [[0, 0], [200, 0], [200, 200]], [[500, 500], [0, 0], [200, 0]]
    >>> cross_recurrence_lag(a, b, signed=True), cross_recurrence_lag(b, a, signed=True)
    (50.0, -50.0)
    """
    return score_pair("cross_recurrence_lag", a, b, size, radius=radius, signed=signed)[0]


def auto_recurrence(
    path: AnyPath, *, size: Size = None, radius: float | None = None, shortest_line: int = SHORTEST_LINE
) -> AutoRecurrence:
    """Auto-recurrence of one scanpath.

    With R the recurrences above the main diagonal (i < j) of N fixations: recurrence 200 R / (N (N - 1)); determinism
    and laminarity over diagonals, rows and columns above the main diagonal; centre of mass
    100 sum(j - i) / ((N - 1) R).

    Parameters
    ----------
    path, size, radius, shortest_line
        As in `cross_recurrence`.

    Returns
    -------
    AutoRecurrence
        Percent, each 0 to 100. A description: neither high nor low is good. Recurrence is NaN below two fixations,
        the others also where nothing recurs.

    Raises
    ------
    GazekitError
        As in `cross_recurrence`.

    References
    ----------
    Anderson, Bischof, Laidlaw, Risko, Kingstone (2013), Recurrence quantification analysis of eye movements, Behavior
    Research Methods 45, 842-856.

    Examples
    --------
    >>> auto_recurrence([[0, 0], [200, 0], [0, 0], [200, 0]])  # there and back twice
    AutoRecurrence(recurrence=33.33..., determinism=100.0, laminarity=0.0, centre_of_mass=66.66...)
    """
    (columns,) = columns_of_single([path], size, "auto_recurrence", needs_size=False)
    return AutoRecurrence(*_auto(columns, radius, shortest_line)[0].tolist())


def _checked(name: str, unit: str, radius: float | None, shortest_line: int) -> tuple[float, int]:
    if radius is None:
        if unit != "px":
            raise GazekitError(f"{name}: these scanpaths are in {unit}; give the radius in {unit}")
        radius = RADIUS_PX
    if not (is_number(radius) and radius >= 0):
        raise GazekitError(f"{name}: radius is a distance of 0 or more, not {radius!r}")
    check_whole(f"{name}: shortest_line", shortest_line, 1)
    return float(radius), int(shortest_line)


def _fill(a: Positions, b: Positions, pairs: np.ndarray, radius: float, shortest_line: int, upper: bool) -> np.ndarray:
    from gazekit.metrics.kernels.recurrence import recurrences

    out = np.empty((len(pairs), 4))
    down, along = np.empty((2, max(a.longest, b.longest) + 1), dtype=np.int64)
    recurrences(*a[:4], *b[:4], pairs, radius, shortest_line, upper, down, along, out)
    return out


def _auto(columns: Columns, radius: float | None, shortest_line: int) -> np.ndarray:
    chosen = _checked("auto_recurrence", columns.unit, radius, shortest_line)
    paths = positions(columns)
    return _fill(paths, paths, np.repeat(np.arange(len(paths.first)), 2).reshape(-1, 2), *chosen, True)


class _Recurring(NamedTuple):
    """Positions with the radius that their unit asks for."""

    at: Positions
    radius: float
    shortest_line: int


def _prepare(
    columns: Columns, *, radius: float | None, shortest_line: int = SHORTEST_LINE, **options: Any
) -> _Recurring:
    return _Recurring(positions(columns), *_checked("cross_recurrence", columns.unit, radius, shortest_line))


def _score(a: _Recurring, b: _Recurring, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    out[:] = _fill(a.at, b.at, pairs, a.radius, a.shortest_line, False)[:, :3]


def _score_lag(
    a: _Recurring, b: _Recurring, pairs: np.ndarray, out: np.ndarray, *, signed: bool, **options: Any
) -> None:
    lag = _fill(a.at, b.at, pairs, a.radius, a.shortest_line, False)[:, 3]
    out[:, 0] = lag if signed else np.abs(lag)


def _mean_auto(
    a: Scanpaths, b: Scanpaths, trials: Trials, *, radius: float | None = None, shortest_line: int = SHORTEST_LINE
) -> OfRows:
    values = _auto(columns_of(a), radius, shortest_line)
    return lambda mine, theirs: [mean_defined(column) for column in values[mine].T]


_SOURCE = "Anderson, Anderson, Kingstone, Bischof 2015, Behavior Research Methods 47"
pair_measure(
    cross_recurrence,
    prepare=_prepare,
    score=_score,
    frame="never",
    outputs=("cross_recurrence", "cross_recurrence_determinism", "cross_recurrence_laminarity"),
    higher_is_better=True,
    bounds=(0.0, 100.0),
    values_in="%",
    px_defaults=("radius",),
    summary="Share of pairs of fixations of the two paths within a radius, and the shares of these on diagonal and on "
    "horizontal or vertical lines; a path against itself does not reach 100",
    source=_SOURCE,
)
pair_measure(
    cross_recurrence_lag,
    prepare=_prepare,
    score=_score_lag,
    frame="never",
    higher_is_better=False,
    bounds=(0.0, 100.0),
    values_in="%",
    px_defaults=("radius",),
    summary="How far apart in time recurrences of the two paths lie on average (centre of recurrence mass, its size); "
    "where signed, positive if the second path is later",
    source=_SOURCE,
)
set_measure(
    None,
    "auto_recurrence",
    of_rows=_mean_auto,
    outputs=tuple(f"auto_recurrence_{name}" for name in ("rate", *AutoRecurrence._fields[1:])),
    bounds=(0.0, 100.0),
    values_in="%",
    px_defaults=("radius",),
    summary="How often paths come back to where they were, the shares of these returns on lines, and how late "
    "they come: means over paths",
    source="Anderson, Bischof, Laidlaw, Risko, Kingstone 2013, Behavior Research Methods 45",
)
