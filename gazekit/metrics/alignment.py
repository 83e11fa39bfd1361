"""Which fixations ScanMatch, and which saccades MultiMatch, set beside each other: what their scores are made of."""

from typing import Literal, NamedTuple

import numpy as np

from gazekit.metrics.columns import AnyPath, Size, columns_of_single
from gazekit.metrics.strings.scanmatch import BINS, THRESHOLD, symbol_table
from gazekit.metrics.vectors.multimatch import saccade_vectors

GAP = -1


class Alignment(NamedTuple):
    """An alignment of two paths, step by step from the first to the last.

    Attributes
    ----------
    unit : {"fixation", "saccade"}
        What is aligned. Saccade k leaves fixation k.
    a, b : (k,) int64
        Index, from 0, in the first and in the second path at each step; -1 for a gap. Both are empty where the
        metric is not defined.
    """

    unit: Literal["fixation", "saccade"]
    a: np.ndarray
    b: np.ndarray


def scanmatch_alignment(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    bins: tuple[int, int] = BINS,
    threshold: float = THRESHOLD,
    gap: float = 0.0,
) -> Alignment:
    """Fixations that ScanMatch aligns, and those that it leaves alone.

    The sum of the substitution scores of the aligned fixations and of the gaps, over `threshold` times the longer
    length, is `scanmatch`. Where several alignments have that score, the one is given that, read from the end, aligns
    two fixations rather than leaving one alone, and leaves out one of the first path rather than of the second.

    Parameters
    ----------
    a, b, size, bins, threshold, gap
        As in `scanmatch`, without durations.

    Returns
    -------
    Alignment
        Of fixations, with gaps. Empty where `scanmatch` is NaN.

    Raises
    ------
    GazekitError, MismatchError
        As in `scanmatch`.

    References
    ----------
    Needleman, Wunsch (1970), A general method applicable to the search for similarities in the amino acid sequence of
    two proteins, Journal of Molecular Biology 48, 443-453.

    Examples
    --------
    >>> a = [[100, 100], [500, 400], [900, 700]]
    >>> found = scanmatch_alignment(a, a[::2], size=(1024, 768))
    >>> found.a.tolist(), found.b.tolist()
    ([0, 1, 2], [0, -1, 1])
    """
    columns = columns_of_single([a, b], size, "scanmatch")
    left, right = (symbol_table(c, bins=bins, threshold=threshold, gap=gap) for c in columns)
    m, n = len(left.symbols), len(right.symbols)
    if not (m and n):
        return _empty("fixation")
    match = left.substitution[left.symbols[:, None], right.symbols]
    best = _best_scores(match, gap)
    i, j, steps = m, n, []
    while i or j:
        if i and j and best[i, j] == best[i - 1, j - 1] + match[i - 1, j - 1]:
            i, j = i - 1, j - 1
            steps.append((i, j))
        elif i and (not j or best[i, j] == best[i - 1, j] + gap):
            i -= 1
            steps.append((i, GAP))
        else:
            j -= 1
            steps.append((GAP, j))
    first, second = np.array(steps[::-1], dtype=np.int64).T
    return Alignment("fixation", first, second)


def multimatch_alignment(a: AnyPath, b: AnyPath, *, size: Size = None) -> Alignment:
    """Saccades that MultiMatch aligns.

    The five similarities of `multimatch` are one minus the medians of the differences between these pairs, over their
    norms. Without simplification; ties are decided as there.

    Parameters
    ----------
    a, b, size
        As in `multimatch`.

    Returns
    -------
    Alignment
        Of saccades: every saccade is in one pair at least, there are no gaps. Empty where `multimatch` is NaN.

    Raises
    ------
    GazekitError, MismatchError
        As in `multimatch`.

    References
    ----------
    Jarodzka, Holmqvist, Nystrom (2010), A vector-based, multidimensional scanpath similarity measure, ETRA, 211-218.

    Examples
    --------
    >>> a = [[100, 100], [500, 400], [900, 700]]
    >>> b = [[100, 100], [480, 400], [900, 680], [880, 690]]
    >>> found = multimatch_alignment(a, b, size=(1024, 768))
    >>> found.a.tolist(), found.b.tolist()
    ([0, 1, 1], [0, 1, 2])
    """
    left, right = (saccade_vectors(columns) for columns in columns_of_single([a, b], size, "multimatch"))
    m, n = int(left.saccades[0]), int(right.saccades[0])
    if not (m and n):
        return _empty("saccade")
    from gazekit.metrics.kernels.multimatch import aligned_saccades

    walk = aligned_saccades(left.geometry, m, right.geometry, n)
    return Alignment("saccade", walk // n, walk % n)


def _best_scores(match: np.ndarray, gap: float) -> np.ndarray:
    """(m + 1, n + 1) float64: score of the best alignment of every two beginnings, added up as `scanmatch` does."""
    m, n = match.shape
    best = np.empty((m + 1, n + 1))
    best[:, 0], best[0] = gap * np.arange(m + 1), gap * np.arange(n + 1)
    for i in range(m):
        for j in range(n):
            best[i + 1, j + 1] = max(best[i, j] + match[i, j], best[i, j + 1] + gap, best[i + 1, j] + gap)
    return best


def _empty(unit: Literal["fixation", "saccade"]) -> Alignment:
    nothing = np.empty(0, dtype=np.int64)
    return Alignment(unit, nothing, nothing)
