"""Pooling that grows with distance from the centre of gaze, with the geometry of TensorFlow's 'same' windows.

Every pool here can also be computed for a box of its output cells alone, from the part of its input that the box
needs; that is what makes `gazekit.models.eccnet.fast.blank_windows` exact.
"""

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.models.eccnet.fast.ring_kernels import kernels
from gazekit.models.eccnet.pools import PoolRule, window_sides


class CellRange(NamedTuple):
    """Cells top <= row < bottom, left <= column < right of a map."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def empty(self) -> bool:
        """Whether no cell is in it."""
        return self.bottom <= self.top or self.right <= self.left

    @classmethod
    def around(cls, cells: np.ndarray) -> "CellRange":
        """Smallest box that holds every true cell of a map; an empty one where none is."""
        rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
        if not len(rows):
            return cls(0, 0, 0, 0)
        return cls(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)

    def moved(self, down: int, right: int) -> "CellRange":
        """The same box elsewhere."""
        return CellRange(self.top + down, self.bottom + down, self.left + right, self.right + right)

    def meet(self, other: "CellRange") -> "CellRange":
        """The cells that are in both."""
        top, left = max(self.top, other.top), max(self.left, other.left)
        return CellRange(top, min(self.bottom, other.bottom), left, min(self.right, other.right))

    def within(self, top: int = 0, left: int = 0) -> tuple[slice, slice]:
        """Slices that cut it out of a map, or out of the part of a map that begins at (top, left)."""
        return slice(self.top - top, self.bottom - top), slice(self.left - left, self.right - left)


class PoolTable:
    """A pool on an input of known size: where every output cell's window begins and ends.

    Parameters
    ----------
    height, width : int
        Cells of the input.
    rule : PoolRule
        The pool.

    Attributes
    ----------
    rows, columns : int
        Cells of the output.
    uniform : bool
        Whether all windows have one side.
    edges : four int64 arrays of the shape of the output
        Top, bottom, left and right of every window, which covers the input rows top <= r < bottom and columns
        left <= c < right, padding left out.
    """

    def __init__(self, height: int, width: int, rule: PoolRule) -> None:
        self.rule, self.height, self.width = rule, height, width
        self.sides = window_sides(height, width, rule)
        self.rows, self.columns = self.sides.shape
        self.uniform = bool((self.sides == self.sides[0, 0]).all())
        row, column = np.ogrid[: self.rows, : self.columns]
        side = self.sides[:1, :1] if self.uniform else self.sides
        top = _first(height, row, side, self.rows, rule.stride)
        left = _first(width, column, side, self.columns, rule.stride)
        edges = np.maximum(top, 0), np.minimum(top + side, height), np.maximum(left, 0), np.minimum(left + side, width)
        # Of a uniform pool each edge is one row or column; it is broadcast to a whole map.
        self.edges = tuple(np.broadcast_to(edge, self.sides.shape) for edge in edges)

    @property
    def whole(self) -> CellRange:
        """All output cells."""
        return CellRange(0, self.rows, 0, self.columns)

    def influenced(self, box: CellRange) -> CellRange:
        """Smallest box of output cells that holds all whose window meets `box` of the input."""
        if box.empty:
            return box
        top, bottom, left, right = self.edges
        in_rows, in_columns = (top < box.bottom) & (bottom > box.top), (left < box.right) & (right > box.left)
        return CellRange.around(in_rows & in_columns)

    def needed(self, box: CellRange) -> CellRange:
        """Smallest box of the input that holds the windows of `box` of the output."""
        top, bottom, left, right = (edge[box.within()] for edge in self.edges)
        return CellRange(int(top.min()), int(bottom.max()), int(left.min()), int(right.max()))

    def compute(self, x: Tensor, origin: CellRange, box: CellRange) -> Tensor:
        """Pool a box of output cells.

        Parameters
        ----------
        x : (1, C, h, w) float32
            Part of the input that holds `needed(box)`.
        origin : CellRange
            Where in the input that part lies.
        box : CellRange
            Output cells to compute.

        Returns
        -------
        (1, C, rows, columns) float32
        """
        return self._compiled(x, origin, box) if x.device.type == "cpu" else self._side_by_side(x, origin, box)

    def _corners(self, origin: CellRange, box: CellRange) -> list[np.ndarray]:
        """Top, bottom, left and right of the windows of a box, in cells of the part at hand."""
        starts = (origin.top, origin.top, origin.left, origin.left)
        return [edge[box.within()] - start for edge, start in zip(self.edges, starts, strict=True)]

    def _compiled(self, x: Tensor, origin: CellRange, box: CellRange) -> Tensor:
        means, maxima = kernels()
        corners = [np.ascontiguousarray(edge) for edge in self._corners(origin, box)]
        found = np.empty((*corners[0].shape, x.shape[1]), dtype=np.float32)
        cells = np.ascontiguousarray(x[0].permute(1, 2, 0).numpy())
        (means if self.rule.kind == "average" else maxima)(cells, *corners, found)
        pooled = torch.from_numpy(found).permute(2, 0, 1)[None]
        # Maps of networks whose channels are far apart in memory (v1) stay so below the growing pools.
        return pooled.contiguous() if self.uniform and x.stride(1) != 1 else pooled

    def _side_by_side(self, x: Tensor, origin: CellRange, box: CellRange) -> Tensor:
        """One side of window after the other, for devices that compiled loops do not reach."""
        sides = self.sides[box.within()]
        found = x.new_zeros((1, x.shape[1], *sides.shape))
        top, bottom, left, right = self._corners(origin, box)
        counts = torch.as_tensor((bottom - top) * (right - left), dtype=x.dtype, device=x.device)
        for k in np.unique(sides).tolist():
            part = CellRange.around(sides == k)
            here, values = torch.as_tensor(sides[part.within()] == k, device=x.device), found[..., *part.within()]
            values.copy_(torch.where(here, self._one_side(x, origin, part.moved(box.top, box.left), k), values))
        return found / counts if self.rule.kind == "average" else found

    def _one_side(self, x: Tensor, origin: CellRange, box: CellRange, k: int) -> Tensor:
        """Sums or maxima over windows of side k, for a box; cells outside the part at hand count as padding."""
        stride, largest = self.rule.stride, self.rule.kind == "max"
        row = _first(self.height, box.top, k, self.rows, stride) - origin.top
        column = _first(self.width, box.left, k, self.columns, stride) - origin.left
        last_row = row + (box.bottom - box.top - 1) * stride + k
        last_column = column + (box.right - box.left - 1) * stride + k
        height, width = x.shape[2:]
        part = x[:, :, max(row, 0) : min(last_row, height), max(column, 0) : min(last_column, width)]
        pads = (max(-column, 0), max(last_column - width, 0), max(-row, 0), max(last_row - height, 0))
        padded = functional.pad(part, pads, value=float("-inf") if largest else 0.0)
        return functional.max_pool2d(padded, k, stride) if largest else functional.avg_pool2d(padded, k, stride) * k**2


@lru_cache(maxsize=64)
def pool_table(height: int, width: int, rule: PoolRule) -> PoolTable:
    """Make the table of a pool, once for each size."""
    return PoolTable(height, width, rule)


def pool_whole(x: Tensor, rule: PoolRule) -> Tensor:
    """Pool a whole map: (B, C, H, W) to (B, C, ceil(H / stride), ceil(W / stride)).

    Examples
    --------
    >>> pool_whole(torch.ones(1, 1, 5, 5), PoolRule(2, 2, "average")).flatten().tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    table = pool_table(x.shape[2], x.shape[3], rule)
    everything = CellRange(0, x.shape[2], 0, x.shape[3])
    return torch.cat([table.compute(one[None], everything, table.whole) for one in x])


def _first(extent: int, index: Any, side: Any, cells: int, stride: int) -> Any:
    """First row of a window, padding counted as negative rows: TensorFlow's rule."""
    return index * stride - np.maximum((cells - 1) * stride + side - extent, 0) // 2
