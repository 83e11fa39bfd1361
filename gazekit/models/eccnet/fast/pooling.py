"""Pooling that grows with distance from the centre of gaze, with the geometry of TensorFlow's 'same' windows.

Every pool here can also be computed for a box of its output cells alone, from the part of its input that the box
needs; that is what makes `gazekit.models.eccnet.fast.blank_windows` exact.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.models.eccnet.fast.ring_kernels import kernels
from gazekit.models.eccnet.pools import PoolRule, window_sides


class Box(NamedTuple):
    """Cells top <= row < bottom, left <= column < right of a map."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def empty(self) -> bool:
        """Whether no cell is in it."""
        return self.bottom <= self.top or self.right <= self.left


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
    top, bottom, left, right : int64 arrays
        Windows cover the input rows top <= r < bottom and columns left <= c < right, padding left out. Of the
        shape of the output; for a uniform pool (rows, 1) and (1, columns).
    """

    def __init__(self, height: int, width: int, rule: PoolRule) -> None:
        self.rule, self.height, self.width = rule, height, width
        sides = window_sides(height, width, rule)
        self.rows, self.columns = sides.shape
        self.uniform = bool((sides == sides[0, 0]).all())
        self.side = int(sides[0, 0])
        self.sides = sides
        row, column = np.ogrid[: self.rows, : self.columns]
        side: np.ndarray = np.array([[self.side]]) if self.uniform else sides
        self.first_row, self.top, self.bottom = _windows(height, row, side, self.rows, rule.stride)
        self.first_column, self.left, self.right = _windows(width, column, side, self.columns, rule.stride)

    @property
    def whole(self) -> Box:
        """All output cells."""
        return Box(0, self.rows, 0, self.columns)

    def influenced(self, box: Box) -> Box:
        """Smallest box of output cells that holds all whose window meets `box` of the input."""
        if box.empty:
            return Box(0, 0, 0, 0)
        in_rows = (self.top < box.bottom) & (self.bottom > box.top)
        in_columns = (self.left < box.right) & (self.right > box.left)
        both = in_rows & in_columns
        rows, columns = np.flatnonzero(both.any(axis=1)), np.flatnonzero(both.any(axis=0))
        if not len(rows):
            return Box(0, 0, 0, 0)
        return Box(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)

    def needed(self, box: Box) -> Box:
        """Smallest box of the input that holds the windows of `box` of the output."""
        rows = slice(box.top, box.bottom)
        columns = slice(box.left, box.right)
        by_row = (rows, slice(None)) if self.uniform else (rows, columns)
        by_column = (slice(None), columns) if self.uniform else (rows, columns)
        return Box(
            int(self.top[by_row].min()),
            int(self.bottom[by_row].max()),
            int(self.left[by_column].min()),
            int(self.right[by_column].max()),
        )

    def compute(self, x: Tensor, origin: Box, box: Box) -> Tensor:
        """Pool a box of output cells.

        Parameters
        ----------
        x : (1, C, h, w) float32
            Part of the input that holds `needed(box)`.
        origin : Box
            Where in the input that part lies.
        box : Box
            Output cells to compute.

        Returns
        -------
        (1, C, rows, columns) float32
        """
        if self.uniform:
            return self._uniform(x, origin, box)
        return self._compiled(x, origin, box) if x.device.type == "cpu" else self._side_by_side(x, origin, box)

    def _uniform(self, x: Tensor, origin: Box, box: Box) -> Tensor:
        k, stride = self.side, self.rule.stride
        first_row, first_column = int(self.first_row[box.top, 0]), int(self.first_column[0, box.left])
        last_row = int(self.first_row[box.bottom - 1, 0]) + k
        last_column = int(self.first_column[0, box.right - 1]) + k
        part = x[
            :,
            :,
            max(first_row, 0) - origin.top : min(last_row, self.height) - origin.top,
            max(first_column, 0) - origin.left : min(last_column, self.width) - origin.left,
        ]
        before_row, before_column = max(-first_row, 0), max(-first_column, 0)
        pads = (before_column, max(last_column - self.width, 0), before_row, max(last_row - self.height, 0))
        largest = self.rule.kind == "max"
        if any(pads):
            part = functional.pad(part, pads, value=float("-inf") if largest else 0.0)
        pooled = _of_windows(part, k, stride, (box.bottom - box.top, box.right - box.left), largest)
        if largest:
            return pooled
        if not any(pads):
            return pooled.mul_(1 / k**2)
        rows = (self.bottom - self.top)[box.top : box.bottom]  # padding is no part of the mean
        columns = (self.right - self.left)[:, box.left : box.right]
        return pooled.mul_(torch.as_tensor(1 / (rows * columns), dtype=x.dtype, device=x.device))

    def _corners(self, origin: Box, box: Box) -> Iterator[np.ndarray]:
        """Top, bottom, left and right of the windows of a box, in cells of the part at hand."""
        cells = (slice(box.top, box.bottom), slice(box.left, box.right))
        for edge, start in (
            (self.top, origin.top),
            (self.bottom, origin.top),
            (self.left, origin.left),
            (self.right, origin.left),
        ):
            yield edge[cells] - start

    def _compiled(self, x: Tensor, origin: Box, box: Box) -> Tensor:
        means, maxima = kernels()
        corners = [np.ascontiguousarray(edge) for edge in self._corners(origin, box)]
        found = np.empty((*corners[0].shape, x.shape[1]), dtype=np.float32)
        cells = np.ascontiguousarray(x[0].permute(1, 2, 0).numpy())
        (means if self.rule.kind == "average" else maxima)(cells, *corners, found)
        return torch.from_numpy(found).permute(2, 0, 1)[None]

    def _side_by_side(self, x: Tensor, origin: Box, box: Box) -> Tensor:
        """One side of window after the other, for devices that compiled loops do not reach."""
        sides = self.sides[box.top : box.bottom, box.left : box.right]
        found = x.new_zeros((1, x.shape[1], *sides.shape))
        top, bottom, left, right = self._corners(origin, box)
        counts = torch.as_tensor((bottom - top) * (right - left), dtype=x.dtype, device=x.device)
        for k in np.unique(sides).tolist():
            rows, columns = np.nonzero(sides == k)
            part = Box(int(rows.min()), int(rows.max()) + 1, int(columns.min()), int(columns.max()) + 1)
            there = Box(part.top + box.top, part.bottom + box.top, part.left + box.left, part.right + box.left)
            here = torch.as_tensor(sides[part.top : part.bottom, part.left : part.right] == k, device=x.device)
            values = found[:, :, part.top : part.bottom, part.left : part.right]
            values.copy_(torch.where(here, self._one_side(x, origin, there, k), values))
        return found / counts if self.rule.kind == "average" else found

    def _one_side(self, x: Tensor, origin: Box, box: Box, k: int) -> Tensor:
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
    everything = Box(0, x.shape[2], 0, x.shape[3])
    return torch.cat([table.compute(one[None], everything, table.whole) for one in x])


def _of_windows(x: Tensor, k: int, stride: int, cells: tuple[int, int], largest: bool) -> Tensor:
    """Sums or maxima over k x k windows; torch's own pools first copy a part of a map, which costs more."""
    rows, columns = (cells[0] - 1) * stride + 1, (cells[1] - 1) * stride + 1
    found = None
    for i in range(k):
        for j in range(k):
            term = x[:, :, i : i + rows : stride, j : j + columns : stride]
            if found is None:
                found = term.clone(memory_format=torch.preserve_format)
            elif largest:
                torch.maximum(found, term, out=found)
            else:
                found += term
    assert found is not None  # noqa: S101 -- for type checkers: k is at least 1
    return found


def _first(extent: int, index: int, k: int, cells: int, stride: int) -> int:
    """First row of a window, padding counted as negative rows: TensorFlow's rule."""
    return index * stride - max((cells - 1) * stride + k - extent, 0) // 2


def _windows(
    extent: int, index: np.ndarray, side: np.ndarray, cells: int, stride: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = index * stride - np.maximum((cells - 1) * stride + side - extent, 0) // 2
    return first, np.maximum(first, 0), np.minimum(first + side, extent)
