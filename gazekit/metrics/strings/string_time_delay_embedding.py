"""String-based time-delay embedding: how near each stretch of one string comes to some stretch of another.

Not symmetric: stretches of the first path, the one that is judged, look for their nearest in the second, the reference.
Every stretch of a path that repeats one good place finds a near one, so this measure rewards saying little.
"""

from functools import cache
from typing import Any, Unpack

import numpy as np

from gazekit.foundations.errors import check_whole
from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.options import takes_options_of
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.positions.time_delay_embedding import WIDTH
from gazekit.metrics.strings.symbols import StringOptions, Strings, distance_rows, strings_of

LONGEST_IN_MEMO = 4  # windows whose distances are kept by their pattern of equal symbols: 2 ** (k * k) patterns
WORD = 64  # longest window whose equal symbols fit a word


@takes_options_of(strings_of)
def sbtde(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    k: int = WIDTH,
    furthest: bool = False,
    transpositions: bool = True,
    **options: Unpack[StringOptions],
) -> float:
    """String-based time-delay embedding distance of path `a` from path `b`.

    Both paths become strings; the score is the mean, over the windows of k symbols of `a`, of the edit distance to the
    nearest window of `b`, divided by k.

    **Not symmetric**: `a` is the path that is judged (the model's), `b` the reference (a person's).

    Parameters
    ----------
    a, b, size, symbols, bins, temporal_bin_ms, fixatons_grid
        As in `gazekit.metrics.strings.edit_distance.edit_distance`.
    k : int
        Symbols in a window.
    furthest : bool
        Take the maximum over the windows of `a` instead of the mean.
    transpositions : bool
        Edit distance in which exchanging neighbours costs 1 (unrestricted Damerau, as FixaTons since 2022); False is
        Levenshtein.

    Returns
    -------
    float
        Distance in [0, 1]; 0 if every window of `a` occurs in `b`. Lower is more alike; the NeVA line reports one minus
        it. NaN if a string is shorter than k, where published code returns a distance of 0, the best there is.

    Raises
    ------
    GazekitError, MismatchError
        As in `edit_distance`; k below 1.

    References
    ----------
    Schwinn et al. (2022), Behind the machine's gaze: neural networks with biologically-inspired constraints exhibit
    human-like visual attention, TMLR; Zanca et al., FixaTons.

    Examples
    --------
    >>> human = [0, 1, 2, 3, 3]
    >>> round(sbtde([0, 1, 2, 9], human, symbols="objects"), 4)
    0.1667
    >>> round(sbtde(human, [0, 1, 2, 9], symbols="objects"), 4)
    0.4444
    """
    return score_pair("sbtde", a, b, size, k=k, furthest=furthest, transpositions=transpositions, **options)[0]


def _prepare(columns: Columns, *, k: int, furthest: bool, transpositions: bool, **options: Any) -> Strings:
    check_whole("sbtde: k", k, 1)
    return strings_of(columns, "sbtde", **options)


def _score(
    a: Strings,
    b: Strings,
    pairs: np.ndarray,
    out: np.ndarray,
    *,
    k: int,
    furthest: bool,
    transpositions: bool,
    **options: Any,
) -> None:
    from gazekit.metrics.kernels.strings import window_distances

    k = int(k)
    short, masked = k <= LONGEST_IN_MEMO, k <= WORD
    memo = _memo(k, bool(transpositions)) if short else np.empty(0, dtype=np.int8)
    masks = np.empty((a.longest, b.longest) if masked else (0, 0), dtype=np.uint64)
    places = np.empty(b.longest, dtype=np.uint64)
    rows, kept, seen = distance_rows(k)
    strings = (*a.indices(), *b.indices(), pairs.view(np.uint64))
    choice = (k, bool(transpositions), bool(furthest))
    window_distances(*strings, *choice, rows, kept, seen, masks, places, memo, out)


@cache
def _memo(k: int, transpositions: bool) -> np.ndarray:
    """Distances of windows by their pattern of equal symbols, -1 until needed.

    Threads share it: they can only write the same number at the same place, a byte each.
    """
    return np.full(2 ** (k * k), -1, dtype=np.int8)


pair_measure(
    sbtde,
    prepare=_prepare,
    score=_score,
    higher_is_better=False,
    bounds=(0.0, 1.0),
    symmetric=False,  # the first path is judged by the second
    summary="Mean edit distance per symbol of each stretch of k symbols of the first path to the nearest of the "
    "second; not symmetric: the first path is judged by the second; undefined below k symbols",
    source="Schwinn et al. 2022, TMLR; Zanca et al., FixaTons",
)
