"""Scanpaths written as strings of symbols: cells of a grid, or the object, cluster or label of each fixation."""

from collections.abc import Callable
from numbers import Integral
from typing import Literal, NamedTuple, TypedDict

import numpy as np

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import Columns
from gazekit.metrics.options import is_number

MOST_ROWS = 4096
MOST_SYMBOLS = 100_000  # of a path whose symbols are repeated by duration: 17 minutes at 10 ms
GRID = (4, 4)  # FixaTons since 2022, and the string measures of the NeVA line
Symbols = Literal["grid", "objects"]
Rounding = Literal["down", "half up", "half even"]
_ROUNDED: dict[Rounding, Callable[[np.ndarray], np.ndarray]] = {
    "down": np.floor,
    "half up": lambda times: np.floor(times + 0.5),
    "half even": np.rint,
}


class StringOptions(TypedDict, total=False):
    """How a path is written as a string; the defaults are those of `strings_of`."""

    symbols: Symbols
    bins: tuple[int, int]
    temporal_bin_ms: float | None
    fixatons_grid: bool


class Strings(NamedTuple):
    """Strings of n paths.

    Attributes
    ----------
    symbols : (N,) int64
        All symbols.
    offsets : (n + 1,) int64
        String i is `symbols[offsets[i]:offsets[i + 1]]`; empty for a path that has none.
    longest : int
        Most symbols of a string.
    lowest, highest : int
        The range of the symbols.
    """

    symbols: np.ndarray
    offsets: np.ndarray
    longest: int
    lowest: int
    highest: int

    def indices(self) -> tuple[np.ndarray, np.ndarray]:
        """Symbols, and offsets as the kernels index with them (uint64)."""
        return self.symbols, self.offsets.view(np.uint64)


IndexedPairs = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def marks(a: Strings, b: Strings, pairs: np.ndarray) -> tuple[IndexedPairs, int, np.ndarray, np.ndarray]:
    """What the kernels that take 64 symbols at a time need: strings and pairs, lowest symbol, bits, words.

    `bits` has a row for each symbol. Symbols far apart (numbers of files as labels, say) are numbered anew first.
    """
    (sym_a, off_a), (sym_b, off_b) = a.indices(), b.indices()
    low, high = min(a.lowest, b.lowest), max(a.highest, b.highest)
    if high - low >= MOST_ROWS:
        kinds = np.unique(np.concatenate([sym_a, sym_b]))
        sym_a, sym_b = np.searchsorted(kinds, sym_a), np.searchsorted(kinds, sym_b)
        low, high = 0, len(kinds) - 1
    columns = a.longest // 64 + 1
    bits = np.zeros((max(high - low, 0) + 1, columns), dtype=np.uint64)
    words = np.empty((2, columns), dtype=np.uint64)
    return (sym_a, off_a, sym_b, off_b, pairs.view(np.uint64)), low, bits, words


def distance_rows(longest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Room that `distance_by_cell` needs for second strings of up to `longest` symbols."""
    return np.empty((3, longest + 1), dtype=np.int64), *np.empty((2, longest), dtype=np.int64)


def _made(symbols: np.ndarray, offsets: np.ndarray) -> Strings:
    lowest, highest = (int(symbols.min()), int(symbols.max())) if len(symbols) else (0, 0)
    # a writable copy: numba compiles read-only arrays a second time
    return Strings(np.array(symbols), offsets, int(np.diff(offsets).max(initial=0)), lowest, highest)


def strings_of(
    columns: Columns,
    metric: str,
    *,
    symbols: Symbols = "grid",
    bins: tuple[int, int] = GRID,
    temporal_bin_ms: float | None = None,
    fixatons_grid: bool = False,
) -> Strings:
    """Write many paths as strings.

    Parameters
    ----------
    columns : Columns
        The paths.
    metric : str
        Name for messages.
    symbols : {"grid", "objects"}
        "grid": the cell of each fixation in a grid of `bins` over the path's frame, column + columns x row.
        "objects": its `object_id`, whatever that numbers: objects (`Scanpaths.to_objects`), clusters
        (`gazekit.metrics.labels.clusters`) or semantic labels (`gazekit.metrics.labels.labelling`). -1, no object,
        is a symbol like any other: two fixations on no object are alike.
    bins : (int, int)
        Columns and rows of the grid. Positions outside the frame count as in the nearest cell.
    temporal_bin_ms : float, optional
        Repeat each symbol int(duration / temporal_bin_ms) times: the COCO-Search18 line truncates (at 50 ms)
        where ScanMatch rounds. Fixations shorter than a bin vanish.
    fixatons_grid : bool
        Cells as FixaTons cuts them: steps of width // columns and height // rows px and nothing clipped, so
        that the last px of a row of cells get the symbol of the next row's first cell.

    Returns
    -------
    Strings
        Empty for paths of which a coordinate (for grid symbols) is not finite, or with `temporal_bin_ms` a
        duration is not known.

    Raises
    ------
    GazekitError
        Options out of their range, or what they need is absent.
    """
    if symbols == "grid":
        good = columns.finite
        symbol = _cells(columns, good, bins, fixatons_grid, metric)
    elif symbols == "objects":
        if columns.object_id is None:
            raise GazekitError(
                f"{metric}: symbols='objects' needs the object of each fixation; name them first with "
                f"Scanpaths.to_objects, Clusters.label or label_fixations"
            )
        good, symbol = np.ones(len(columns.width), dtype=bool), columns.object_id
    else:
        raise GazekitError(f"{metric}: symbols are 'grid' or 'objects', not {symbols!r}")
    return repeated(symbol, columns.offsets, good, columns.duration, temporal_bin_ms, metric)


def repeated(
    symbol: np.ndarray,
    offsets: np.ndarray,
    good: np.ndarray,
    duration: np.ndarray | None,
    temporal_bin_ms: float | None,
    metric: str,
    rounded: Rounding = "down",
) -> Strings:
    """Strings from one symbol per fixation: only of `good` paths, each symbol duration / bin times, rounded so."""
    if temporal_bin_ms is None:
        if good.all():
            return _made(symbol, offsets)
        repeat = good[np.repeat(np.arange(len(good)), np.diff(offsets))].astype(np.int64)
    else:
        if not (is_number(temporal_bin_ms) and temporal_bin_ms > 0):
            raise GazekitError(f"{metric}: temporal_bin_ms must be a positive number of ms, not {temporal_bin_ms!r}")
        if duration is None:
            raise GazekitError(f"{metric}: temporal_bin_ms needs fixation durations; leave it out to ignore time")
        if (duration < 0).any():
            raise GazekitError(f"{metric}: a fixation duration is negative; temporal_bin_ms needs 0 ms or more")
        of = np.repeat(np.arange(len(good)), np.diff(offsets))
        unknown = ~np.isfinite(duration)
        whole = good.copy()
        whole[of[unknown]] = False
        times = np.where(whole[of], np.where(unknown, 0.0, duration) / temporal_bin_ms, 0.0)
        if len(times) and np.diff(np.append(0.0, np.cumsum(times))[offsets]).max(initial=0.0) > MOST_SYMBOLS:
            raise GazekitError(
                f"{metric}: temporal_bin_ms={temporal_bin_ms:g} makes more than {MOST_SYMBOLS:,} symbols of a path; "
                f"give a longer bin, and see whether durations are ms"
            )
        repeat = _ROUNDED[rounded](times).astype(np.int64)
    return _made(np.repeat(symbol, repeat), np.concatenate([[0], np.cumsum(repeat)])[offsets])


def check_bins(metric: str, bins: object) -> None:
    """Refuse bins that are no whole numbers of columns and of rows, 1 or more each.

    Examples
    --------
    >>> check_bins("scanmatch", (12, 7.5))
    Traceback (most recent call last):
    gazekit.GazekitError: scanmatch: bins are a whole number of columns and of rows, not (12, 7.5)
    """
    sides = list(bins) if isinstance(bins, tuple | list | np.ndarray) else []
    if len(sides) != 2 or not all(isinstance(side, Integral) and int(side) >= 1 for side in sides):
        raise GazekitError(f"{metric}: bins are a whole number of columns and of rows, not {bins!r}")


def _cells(columns: Columns, good: np.ndarray, bins: tuple[int, int], fixatons_grid: bool, metric: str) -> np.ndarray:
    check_bins(metric, bins)
    x, y, width, height = columns.x, columns.y, columns.width, columns.height
    if columns.same_frame:
        width, height = width[:1], height[:1]
    else:
        of = np.repeat(np.arange(len(width)), np.diff(columns.offsets))
        width, height = width[of], height[of]
    if not good.all():
        x, y = np.nan_to_num(x, posinf=0.0, neginf=0.0), np.nan_to_num(y, posinf=0.0, neginf=0.0)
    across, down = int(bins[0]), int(bins[1])
    if not fixatons_grid:
        column = np.clip(np.floor(x * across / width), 0, across - 1)
        row = np.clip(np.floor(y * down / height), 0, down - 1)
    else:
        step_x, step_y = np.floor(width / across), np.floor(height / down)
        if (step_x < 1).any() or (step_y < 1).any():
            raise GazekitError(f"{metric}: fixatons_grid needs cells of a px or more; {bins!r} are too many")
        column, row = np.floor(x / step_x), np.floor(y / step_y)
    return (column + across * row).astype(np.int64)
