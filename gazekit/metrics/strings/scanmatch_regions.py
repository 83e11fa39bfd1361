"""ScanMatch over regions of the image instead of a grid: a mask says which region each px belongs to."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import AnyPath, Columns
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.strings.scanmatch import SymbolTable, score_alignments
from gazekit.metrics.strings.symbols import repeated


def scanmatch_regions(
    a: AnyPath, b: AnyPath, substitution: ArrayLike, *, gap: float = 0.0, temporal_bin_ms: float | None = None
) -> float:
    """ScanMatch similarity of two paths over regions, with a score for every two regions.

    Regions come from a mask of the image: `label_fixations(paths, masks, pixel="round")` reads it as the ScanMatch
    toolbox does. The alignment is that of `scanmatch`; the result is divided by the greatest substitution score times
    the longer length. Many pairs: `pairwise(REGION_SCANMATCH, a, b, pairs, substitution=...)`. Symmetric if
    `substitution` is.

    Parameters
    ----------
    a, b : Scanpath with object_id, or (n,) whole numbers
        The region of each fixation, 0 to k - 1.
    substitution : (k, k) array
        Score of each two regions. The identity matrix scores equal regions only; with a gap of 0 that is
        `sequence_score`. Negative scores keep regions from being matched.
    gap : float
        Score of a gap: 0, or a negative number to discourage gaps.
    temporal_bin_ms : float, optional
        Repeat each region round(duration / temporal_bin_ms) times, halves up, as `scanmatch` does; None ignores
        durations.

    Returns
    -------
    float
        Similarity: at most 1; 1 for the same string if each region scores the greatest score with itself; 0 at worst
        for `gap=0`. Higher is more alike. NaN if a path has no symbol, or (with `temporal_bin_ms`) an unknown duration.

    Raises
    ------
    GazekitError
        A substitution table that is not square, finite and somewhere positive; a region that it does not have; options
        out of their range.

    References
    ----------
    Cristino, Mathot, Theeuwes, Gilchrist (2010), Behavior Research Methods 42, 692-700.

    Examples
    --------
    >>> scanmatch_regions([0, 0, 2], [0, 1, 2], [[3, 2, 0], [2, 3, 0], [0, 0, 3]])  # (3 + 2 + 3) / (3 * 3)
    0.8888888888888888
    """
    options: dict[str, Any] = {"substitution": substitution, "gap": gap, "temporal_bin_ms": temporal_bin_ms}
    return score_pair(REGION_SCANMATCH, a, b, **options)[0]


def _prepare(columns: Columns, *, substitution: ArrayLike, gap: float, temporal_bin_ms: float | None) -> SymbolTable:
    regions = np.asarray(columns.object_id)  # never None: the need of objects is checked before
    scores = np.array(substitution, dtype=np.float64)
    if (
        scores.ndim != 2
        or scores.shape[0] != scores.shape[1]
        or not np.isfinite(scores).all()
        or not (scores > 0).any()
    ):
        raise GazekitError(
            f"scanmatch_regions: substitution is a square table of finite scores, some of them above 0, not of shape "
            f"{scores.shape}"
        )
    if not (np.isfinite(gap) and gap <= 0):
        raise GazekitError(f"scanmatch_regions: gap is a score of 0 or below, not {gap!r}")
    if len(regions) and (regions.min() < 0 or regions.max() >= len(scores)):
        wrong = int(regions.min() if regions.min() < 0 else regions.max())
        raise GazekitError(
            f"scanmatch_regions: a fixation is in region {wrong}, and the substitution table has 0 to {len(scores) - 1}"
        )
    good = np.ones(len(columns.width), dtype=bool)
    symbols = (regions, columns.offsets, good, columns.duration)
    strings = repeated(*symbols, temporal_bin_ms, "scanmatch_regions", rounded=True)
    return SymbolTable(strings.symbols, strings.offsets, strings.longest, scores)


REGION_SCANMATCH = pair_measure(
    scanmatch_regions,
    registered=False,  # it has no default: the table of scores belongs to the masks
    prepare=_prepare,
    score=score_alignments,
    higher_is_better=True,
    bounds=(0.0, 1.0),
    symmetric=False,  # the caller's table of scores need not be
    needs=("objects",),
    summary="Global alignment of the two paths as strings of regions of the image; needs a region of each fixation and "
    "a score for every two regions",
    source="Cristino, Mathot, Theeuwes, Gilchrist 2010, Behavior Research Methods 42",
)
