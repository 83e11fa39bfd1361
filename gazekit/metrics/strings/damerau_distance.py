"""Unrestricted Damerau distance of two scanpaths written as strings, raw and over the longer length."""

from gazekit.metrics.columns import AnyPath, Size
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.strings.edit_distance import distance_of_strings
from gazekit.metrics.strings.symbols import GRID, Symbols


def damerau_distance(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    symbols: Symbols = "grid",
    bins: tuple[int, int] = GRID,
    temporal_bin_ms: float | None = None,
    fixatons_grid: bool = False,
) -> float:
    """Edit distance in which exchanging two neighbouring symbols also costs 1 (unrestricted Damerau).

    Unrestricted: symbols may be inserted between two that were exchanged, or deleted. The distance of "ca" and
    "abc" is 2; the restricted form (optimal string alignment) gives 3 and is no metric. Symmetric.

    Parameters
    ----------
    a, b, size, symbols, bins, temporal_bin_ms, fixatons_grid
        As in `gazekit.metrics.strings.edit_distance.edit_distance`.

    Returns
    -------
    float
        Distance, in symbols: 0 for the same string, at most `edit_distance`. Lower is more alike. NaN as there.

    Raises
    ------
    GazekitError, MismatchError
        As in `edit_distance`.

    References
    ----------
    Lowrance and Wagner (1975), An extension of the string-to-string correction problem, Journal of the ACM 22,
    177-183. FixaTons compares scanpaths by it since 2022.

    Examples
    --------
    >>> damerau_distance([3, 1], [1, 2, 3], symbols="objects")
    2.0
    """
    options = {"symbols": symbols, "bins": bins, "temporal_bin_ms": temporal_bin_ms, "fixatons_grid": fixatons_grid}
    return score_pair("damerau_distance", a, b, size, **options)[0]


def damerau_distance_normalised(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    symbols: Symbols = "grid",
    bins: tuple[int, int] = GRID,
    temporal_bin_ms: float | None = None,
    fixatons_grid: bool = False,
) -> float:
    """Unrestricted Damerau distance over the length of the longer string. Symmetric.

    Parameters
    ----------
    a, b, size, symbols, bins, temporal_bin_ms, fixatons_grid
        As in `edit_distance`.

    Returns
    -------
    float
        Distance in [0, 1]: 0 for the same string. Lower is more alike. NaN as in `edit_distance`.

    Raises
    ------
    GazekitError, MismatchError
        As in `edit_distance`.

    References
    ----------
    As of `damerau_distance`.

    Examples
    --------
    >>> damerau_distance_normalised([3, 1, 2, 2], [1, 3, 2, 2], symbols="objects")
    0.25
    """
    options = {"symbols": symbols, "bins": bins, "temporal_bin_ms": temporal_bin_ms, "fixatons_grid": fixatons_grid}
    return score_pair("damerau_distance_normalised", a, b, size, **options)[0]


_SOURCE = "Lowrance and Wagner 1975, Journal of the ACM 22"
distance_of_strings(
    damerau_distance,
    transpositions=True,
    normalised=False,
    summary="Edit distance in which exchanging two neighbouring symbols costs 1 too (unrestricted); 0 for the same "
    "string",
    source=_SOURCE,
)
distance_of_strings(
    damerau_distance_normalised,
    transpositions=True,
    normalised=True,
    summary="Unrestricted Damerau distance over the length of the longer string; 0 for the same string",
    source=_SOURCE,
)
