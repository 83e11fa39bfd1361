"""ScanMatch: global alignment of two scanpaths written as strings of cells or regions (Cristino et al. 2010)."""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.metrics.columns import AnyPath, Columns, Size
from gazekit.metrics.kinds.pairs import pair_measure
from gazekit.metrics.options import is_number
from gazekit.metrics.pairwise import score_pair
from gazekit.metrics.strings.symbols import Rounding, check_bins, repeated

BINS = (12, 8)  # the toolbox's defaults, Cristino et al. 2010
THRESHOLD = 3.5


class SymbolTable(NamedTuple):
    """Symbols of n paths.

    Attributes
    ----------
    symbols : (N,) int64
        All symbols.
    offsets : (n + 1,) int64
        Path i is `symbols[offsets[i]:offsets[i + 1]]`.
    longest : int
        Most symbols of a path.
    substitution : (k, k) float64
        Score of each two symbols.
    """

    symbols: np.ndarray
    offsets: np.ndarray
    longest: int
    substitution: np.ndarray


def scanmatch(
    a: AnyPath,
    b: AnyPath,
    *,
    size: Size = None,
    bins: tuple[int, int] = BINS,
    threshold: float = THRESHOLD,
    gap: float = 0.0,
    temporal_bin_ms: float | None = None,
    toolbox_durations: bool = False,
    gazeparser: bool = False,
) -> float:
    """ScanMatch similarity of two scanpaths.

    Each fixation becomes the symbol of its grid cell; the two strings are aligned globally
    (Needleman-Wunsch) with the substitution score `threshold - distance between cells`, distance in cells,
    and a linear gap penalty. The score in the last corner of the table is divided by `threshold` times the
    length of the longer string.

    Parameters
    ----------
    a, b : Scanpath, or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms. Positions outside the image count as on its edge.
    size : (width, height), optional
        Of the shown image, px; needed for arrays, taken from the frame of a Scanpath. Sizes that are not
        whole are rounded half up, because ScanMatch counts px.
    bins : (int, int)
        Columns and rows of the grid.
    threshold : float
        Distance in cells at which a substitution scores zero; the score of a match.
    gap : float
        Score of a gap: 0, or a negative number to discourage gaps.
    temporal_bin_ms : float, optional
        Repeat each symbol round(duration / temporal_bin_ms) times, halves up (50 or 100 ms in the paper);
        fixations that round to zero vanish. None ignores durations.
    toolbox_durations : bool
        With `temporal_bin_ms`, follow the public MATLAB toolbox (v1.00, 2009): it rounds durations to whole
        ms, makes zero one, and its loop starts at the second fixation, so that the first is lost. Default
        is to keep every fixation.
    gazeparser : bool
        Round as GazeParser's copy does, and with it most published models of scanpaths since 2021: px are counted from
        0 and cut off, and durations are rounded half to even. Its start of the table is not followed, which matters for
        `gap` below 0 only. Default is the toolbox's rounding.

    Returns
    -------
    float
        Similarity: 1 for the same string, 0 at worst for `gap=0`, possibly negative for `gap<0`. Higher is
        more alike. NaN if a path has no symbol, a coordinate that is not finite, or (with
        `temporal_bin_ms`) an unknown duration.

    Raises
    ------
    GazekitError
        Arrays without `size`, arrays of another shape, or options out of their range.
    MismatchError
        Frames that disagree.

    References
    ----------
    Cristino, Mathot, Theeuwes, Gilchrist (2010), ScanMatch: a novel method for comparing fixation
    sequences, Behavior Research Methods 42, 692-700.

    Examples
    --------
    >>> a = [[100, 100], [500, 400], [900, 700]]
    >>> b = [[100, 100], [900, 700]]
    >>> round(scanmatch(a, a, size=(1024, 768)), 6), round(scanmatch(a, b, size=(1024, 768)), 6)
    (1.0, 0.666667)
    """
    more = {"temporal_bin_ms": temporal_bin_ms, "toolbox_durations": toolbox_durations, "gazeparser": gazeparser}
    return score_pair("scanmatch", a, b, size, bins=bins, threshold=threshold, gap=gap, **more)[0]


@lru_cache(maxsize=16)
def substitution_table(bins: tuple[int, int], threshold: float) -> np.ndarray:
    """(k, k) float64: `threshold` minus the distance in cells of each two of k = columns x rows symbols."""
    column, row = np.arange(bins[0] * bins[1]) % bins[0], np.arange(bins[0] * bins[1]) // bins[0]
    table = threshold - np.sqrt((column[:, None] - column) ** 2.0 + (row[:, None] - row) ** 2.0)
    table.flags.writeable = False  # shared by all calls
    return table


def _cells(columns: Columns, bins: tuple[int, int], gazeparser: bool) -> np.ndarray:
    """(N,) int64: the cell of each fixation; of no meaning where a coordinate is not finite."""
    from gazekit.metrics.kernels.alignment import grid_cells

    cells = np.empty(len(columns.x), dtype=np.int64)
    x, y = np.array(columns.x), np.array(columns.y)  # writable copies: numba compiles read-only arrays a second time
    if gazeparser:  # px p from 0 is px p + 1 from 1, which the rounding then leaves as it is
        x, y = np.trunc(x) + 1.0, np.trunc(y) + 1.0
    width, height = (np.maximum(np.floor(side + 0.5), 1.0) for side in (columns.width, columns.height))
    grid_cells(x, y, columns.offsets, width, height, float(bins[0]), float(bins[1]), cells)
    return cells


def _toolbox_durations(duration: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """Whole ms, at least one, and none for the first fixation; what is unknown or negative stays, to be refused."""
    whole = np.where(duration >= 0, np.maximum(np.floor(duration + 0.5), 1.0), duration)
    first = offsets[:-1][np.diff(offsets) > 0]
    whole[first] = np.where(duration[first] >= 0, 0.0, duration[first])
    return whole


def symbol_table(
    columns: Columns,
    *,
    bins: tuple[int, int] = BINS,
    threshold: float = THRESHOLD,
    gap: float = 0.0,
    temporal_bin_ms: float | None = None,
    toolbox_durations: bool = False,
    gazeparser: bool = False,
) -> SymbolTable:
    """Symbols of many paths, and the substitution scores between them; options as in `scanmatch`.

    A symbol is column + columns x row of its cell, from 0. A path on which ScanMatch is not defined has none.
    """
    if not (is_number(threshold) and threshold > 0):
        raise GazekitError(f"scanmatch: threshold must be a positive number of cells, not {threshold!r}")
    if not (is_number(gap) and gap <= 0):
        raise GazekitError(f"scanmatch: gap is a score of 0 or below, not {gap!r}")
    if columns.unit != "px":
        raise MismatchError("scanmatch counts px, and these scanpaths are in degrees; score them before to_degrees()")
    check_bins("scanmatch", bins)
    duration = columns.duration
    if toolbox_durations and duration is not None:
        duration = _toolbox_durations(duration, columns.offsets)
    cells = _cells(columns, bins, gazeparser)
    rounded: Rounding = "half even" if gazeparser else "half up"
    strings = repeated(cells, columns.offsets, columns.finite, duration, temporal_bin_ms, "scanmatch", rounded)
    return SymbolTable(*strings[:3], substitution_table((int(bins[0]), int(bins[1])), float(threshold)))


def score_alignments(a: SymbolTable, b: SymbolTable, pairs: np.ndarray, out: np.ndarray, **options: Any) -> None:
    """`score` of both forms of ScanMatch: the greatest substitution score is that of a match."""
    from gazekit.metrics.kernels.alignment import alignment_scores, gap_free_scores

    best, gap = float(a.substitution.max()), float(options["gap"])
    row = np.empty(b.longest)
    strings = (a.symbols, a.offsets, b.symbols, b.offsets, pairs)
    if gap == 0.0:
        flat, kinds = a.substitution.ravel(), np.uint64(len(a.substitution))
        sym_a, off_a, sym_b, off_b, rows = (part.view(np.uint64) for part in strings)
        gap_free_scores(sym_a, off_a, sym_b, off_b, rows, flat, kinds, best, row, out)
    else:
        alignment_scores(*strings, a.substitution, best, gap, row, out)


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


def _regions(columns: Columns, *, substitution: ArrayLike, gap: float, temporal_bin_ms: float | None) -> SymbolTable:
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
    if not (is_number(gap) and gap <= 0):
        raise GazekitError(f"scanmatch_regions: gap is a score of 0 or below, not {gap!r}")
    if len(regions) and (regions.min() < 0 or regions.max() >= len(scores)):
        wrong = int(regions.min() if regions.min() < 0 else regions.max())
        raise GazekitError(
            f"scanmatch_regions: a fixation is in region {wrong}, and the substitution table has 0 to {len(scores) - 1}"
        )
    good = np.ones(len(columns.width), dtype=bool)
    symbols = (regions, columns.offsets, good, columns.duration)
    strings = repeated(*symbols, temporal_bin_ms, "scanmatch_regions", "half up")
    return SymbolTable(*strings[:3], scores)


def recommended_threshold(paths: Scanpaths, *, bins: tuple[int, int] = BINS) -> float:
    """Twice the standard deviation of saccade amplitudes, in cells of the grid's columns.

    Below this distance two cells count as alike, above it as unlike: a substitution within the usual scatter of
    saccades scores above zero. Use it as `threshold` of `scanmatch`, and report it: scores of different thresholds
    cannot be compared.

    Parameters
    ----------
    paths : Scanpaths
        Usually all human paths of a data set, px. Amplitudes are taken on each path's own frame.
    bins : (int, int)
        Columns and rows of the grid. Only the columns enter: cells are width / columns px wide, also where they are
        not square.

    Returns
    -------
    float
        Threshold, cells, with the sample standard deviation (over n - 1).

    Raises
    ------
    DataError
        Fewer than two saccades, a position that is not finite, or saccades that are all of one length.
    MismatchError
        Positions in degrees.
    GazekitError
        Bins that are not whole numbers of 1 or more.

    References
    ----------
    Cristino, Mathot, Theeuwes, Gilchrist (2010), Behavior Research Methods 42, 692-700.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 1200, "height": 800})
    >>> paths = Scanpaths([100, 200, 500, 500], [100, 100, 100, 300], [0, 4], table)
    >>> recommended_threshold(paths, bins=(12, 8))  # amplitudes of 1, 3 and 2 cells
    2.0
    """
    check_bins("recommended_threshold", bins)
    if paths.facts.unit != "px":
        raise MismatchError("recommended_threshold works on px, and these scanpaths are in degrees; use the px paths")
    unknown = ~(np.isfinite(paths.x) & np.isfinite(paths.y))
    if unknown.any():
        raise DataError(
            f"recommended_threshold: {int(unknown.sum())} of {len(unknown)} fixations have no finite position; leave "
            f"their paths out first"
        )
    within = np.diff(paths.path_of()) == 0
    cell = (paths.table["width"].to_numpy(float) / int(bins[0]))[paths.path_of()[1:]]
    amplitude = (np.hypot(np.diff(paths.x), np.diff(paths.y)) / cell)[within]
    if len(amplitude) < 2:
        raise DataError(f"recommended_threshold needs two saccades or more, and these scanpaths have {len(amplitude)}")
    threshold = 2.0 * float(amplitude.std(ddof=1))
    if threshold == 0.0:
        raise DataError("recommended_threshold: all saccades are of one length, so their spread gives no threshold")
    return threshold


_SOURCE = "Cristino, Mathot, Theeuwes, Gilchrist 2010, Behavior Research Methods 42"
pair_measure(
    scanmatch,
    prepare=symbol_table,
    score=score_alignments,
    higher_is_better=True,
    bounds=(0.0, 1.0),
    summary="Global alignment of the two paths as strings of grid cells; 1 for the same string of cells",
    source=_SOURCE,
)
REGION_SCANMATCH = pair_measure(
    scanmatch_regions,
    registered=False,  # it has no default: the table of scores belongs to the masks
    prepare=_regions,
    score=score_alignments,
    higher_is_better=True,
    bounds=(0.0, 1.0),
    symmetric=False,  # the caller's table of scores need not be
    needs=("objects",),
    summary="Global alignment of the two paths as strings of regions of the image; needs a region of each fixation and "
    "a score for every two regions",
    source=_SOURCE,
)
