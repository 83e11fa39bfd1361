"""Edit distances of two scanpaths written as strings: Levenshtein and Damerau, raw and over the longer length."""

from functools import partial
from typing import Any, Unpack

import numpy as np

from gazekit.metrics.columns import AnyPath, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.options import takes_options_of
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.strings.symbols import StringOptions, Strings, distance_rows, marks, strings_of


@takes_options_of(strings_of)
def edit_distance(a: AnyPath, b: AnyPath, *, size: Size = None, **options: Unpack[StringOptions]) -> float:
    """Levenshtein distance of two scanpaths as strings of symbols.

    The fewest insertions, deletions and substitutions of a symbol, each at a cost of 1, that turn one string
    into the other. Symmetric.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms. With `symbols="objects"` a Scanpath with `object_id`, or
        an array (n,) of whole numbers, the string itself.
    size : (width, height), optional
        Of the shown image, px; needed for arrays and grid symbols, taken from the frame of a Scanpath.
    symbols : {"grid", "objects"}
        The cell of each fixation in a grid over the image, or its `object_id`: an object, a cluster or a label.
    bins : (int, int)
        Columns and rows of the grid. Positions outside the image count as in the nearest cell.
    temporal_bin_ms : float, optional
        Repeat each symbol int(duration / temporal_bin_ms) times; None ignores durations.
    fixatons_grid : bool
        Cells with the rounding of FixaTons; see `gazekit.metrics.strings.symbols.strings_of`.

    Returns
    -------
    float
        Distance, in symbols: 0 for the same string, at most the length of the longer one. Lower is more alike.
        NaN if a path has no symbol, a coordinate that is not finite, or (with `temporal_bin_ms`) an unknown
        duration. It grows with length: compare paths of like length, or use `edit_distance_normalised`.

    Raises
    ------
    GazekitError
        Arrays without `size`, arrays of another shape, or options out of their range.
    MismatchError
        Frames that disagree.

    References
    ----------
    Levenshtein (1966), Binary codes capable of correcting deletions, insertions, and reversals, Soviet Physics
    Doklady 10, 707-710; for scanpaths Brandt and Stark (1997), Journal of Cognitive Neuroscience 9, 27-38.

    Examples
    --------
    >>> a = [[10, 10], [60, 10], [90, 90]]
    >>> b = [[10, 10], [90, 90]]
    >>> edit_distance(a, b, size=(100, 100))
    1.0
    >>> edit_distance([3, 1, 2], [1, 3, 2, 2], symbols="objects")
    2.0
    """
    return score_pair("edit_distance", a, b, size, **options)[0]


@takes_options_of(strings_of)
def edit_distance_normalised(a: AnyPath, b: AnyPath, *, size: Size = None, **options: Unpack[StringOptions]) -> float:
    """Levenshtein distance over the length of the longer string.

    Symmetric. One minus it is the similarity that is often reported.

    Parameters
    ----------
    a, b, size, symbols, bins, temporal_bin_ms, fixatons_grid
        As in `edit_distance`.

    Returns
    -------
    float
        Distance in [0, 1]: 0 for the same string, 1 if no symbol stays in place. Lower is more alike. NaN as in
        `edit_distance`.

    Raises
    ------
    GazekitError, MismatchError
        As in `edit_distance`.

    References
    ----------
    As of `edit_distance`.

    Examples
    --------
    >>> a = [[10, 10], [60, 10], [90, 90], [90, 10]]
    >>> edit_distance_normalised(a, a[:2], size=(100, 100))
    0.5
    """
    return score_pair("edit_distance_normalised", a, b, size, **options)[0]


@takes_options_of(strings_of)
def damerau_distance(a: AnyPath, b: AnyPath, *, size: Size = None, **options: Unpack[StringOptions]) -> float:
    """Edit distance in which exchanging two neighbouring symbols also costs 1 (unrestricted Damerau).

    Unrestricted: symbols may be inserted between two that were exchanged, or deleted. The distance of "ca" and
    "abc" is 2; the restricted form (optimal string alignment) gives 3 and is no metric. Symmetric.

    Parameters
    ----------
    a, b, size, symbols, bins, temporal_bin_ms, fixatons_grid
        As in `edit_distance`.

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
    return score_pair("damerau_distance", a, b, size, **options)[0]


@takes_options_of(strings_of)
def damerau_distance_normalised(
    a: AnyPath, b: AnyPath, *, size: Size = None, **options: Unpack[StringOptions]
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
    return score_pair("damerau_distance_normalised", a, b, size, **options)[0]


def fixation_edit_distance(a: AnyPath, b: AnyPath, *, temporal_bin_ms: float | None = None) -> float:
    """Fixation Edit Distance (FED): `edit_distance` of the clusters that two scanpaths visit; not normalised.

    Over semantic labels it is SemFED; with `temporal_bin_ms=50` the version with time. Symmetric. Many pairs:
    `pairwise("edit_distance", a, b, pairs, symbols="objects")`.

    Parameters
    ----------
    a, b : Scanpath with object_id, or (n,) whole numbers
        The cluster or label of each fixation; see `gazekit.metrics.labels.clusters` and
        `gazekit.metrics.labels.labelling`.
    temporal_bin_ms : float, optional
        Repeat each symbol int(duration / temporal_bin_ms) times; None ignores durations.

    Returns
    -------
    float
        Distance, in symbols: 0 for the same string, at most the length of the longer one. Lower is more alike.
        NaN as in `edit_distance`.

    Raises
    ------
    GazekitError
        A path without labels, or options out of their range.

    References
    ----------
    Mondal et al. (2023), Gazeformer, CVPR; the COCO-Search18 line since.

    Examples
    --------
    >>> fixation_edit_distance([0, 2, 2, 1], [0, 2, 1, 4, 4])
    3.0
    """
    return edit_distance(a, b, symbols="objects", temporal_bin_ms=temporal_bin_ms)


def score_strings(
    a: Strings, b: Strings, pairs: np.ndarray, out: np.ndarray, *, kind: str, normalised: bool, **options: Any
) -> None:
    """Fill `out` (n, 1) with what one of `gazekit.metrics.kernels.strings.KINDS` makes of each pair of strings."""
    from gazekit.metrics.kernels.strings import KINDS, string_scores

    strings, low, bits, words = marks(a, b, pairs)
    rows, kept, seen = distance_rows(b.longest if kind == "damerau" else 0)
    string_scores(*strings, low, KINDS.index(kind), normalised, rows, kept, seen, bits, words, out)


_LEVENSHTEIN = "Levenshtein 1966, Soviet Physics Doklady 10; Brandt and Stark 1997, J. Cognitive Neuroscience 9"
_DAMERAU = "Lowrance and Wagner 1975, Journal of the ACM 22"
_FEWEST = "Fewest insertions, deletions and substitutions between the two paths as strings"
_EXCHANGE = "Edit distance in which exchanging two neighbouring symbols costs 1 too (unrestricted)"
_OVER_LENGTH = "over the length of the longer string"
for _distance, _kind, _normalised, _words, _source in (
    (edit_distance, "levenshtein", False, _FEWEST, _LEVENSHTEIN),
    (edit_distance_normalised, "levenshtein", True, f"Edit distance {_OVER_LENGTH}", _LEVENSHTEIN),
    (damerau_distance, "damerau", False, _EXCHANGE, _DAMERAU),
    (damerau_distance_normalised, "damerau", True, f"Unrestricted Damerau distance {_OVER_LENGTH}", _DAMERAU),
):
    pair_measure(
        _distance,
        prepare=partial(strings_of, metric=_distance.__name__),
        score=partial(score_strings, kind=_kind, normalised=_normalised),
        higher_is_better=False,
        bounds=(0.0, 1.0 if _normalised else float("inf")),
        values_in="1" if _normalised else "symbols",
        summary=f"{_words}; 0 for the same string",
        source=_source,
    )
