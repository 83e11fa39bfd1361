"""The cells in which `priority` computes: their number hardly depends on the image, their shape is square."""

from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame

CELLS = 24 * 32
WIDEST = 8.0  # times as wide as high, or the other way: beyond, cells are no longer square


@dataclass(frozen=True)
class Grid:
    """Cells over a shown image.

    Parameters
    ----------
    width, height : float
        Of the image, px.
    rows, columns : int
        Of the cells.

    Examples
    --------
    >>> Grid.of(Frame(800, 600)), Grid.of(Frame(600, 800)).shape
    (Grid(width=800, height=600, rows=24, columns=32), (32, 24))
    """

    width: float
    height: float
    rows: int
    columns: int

    @classmethod
    def of(cls, frame: Frame, cells: int = CELLS) -> "Grid":
        """The cells of a frame."""
        ratio = float(np.clip(frame.width / frame.height, 1 / WIDEST, WIDEST))
        return cls(
            frame.width, frame.height, max(1, round((cells / ratio) ** 0.5)), max(1, round((cells * ratio) ** 0.5))
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def unit(self) -> float:
        """Side of a square of the image's area, px: the unit of places."""
        return float(np.sqrt(self.width * self.height))

    def places(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(n, 2) float64: points, px, as places: from the image's centre, in `unit`; outside points on the edge."""
        inside = np.clip(x, 0, self.width), np.clip(y, 0, self.height)
        return np.stack([inside[0] - self.width / 2, inside[1] - self.height / 2], -1) / self.unit

    def cells(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """(n,) int64: cell of each point, px, row by row; -1 outside the image. Edges count as inside."""
        inside = (x >= 0) & (x <= self.width) & (y >= 0) & (y <= self.height)
        column = np.minimum(np.where(inside, x, 0) * (self.columns / self.width), self.columns - 1).astype(np.int64)
        row = np.minimum(np.where(inside, y, 0) * (self.rows / self.height), self.rows - 1).astype(np.int64)
        return np.where(inside, row * self.columns + column, -1)

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """(columns,), (rows,) float32: centres of the cells, as places."""
        x = ((np.arange(self.columns) + 0.5) / self.columns - 0.5) * self.width / self.unit
        y = ((np.arange(self.rows) + 0.5) / self.rows - 0.5) * self.height / self.unit
        return x.astype(np.float32), y.astype(np.float32)

    def points(self, cell: np.ndarray, u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Points, px, in cells: `u` and `v` from 0 to 1 say where in the cell."""
        row, column = np.divmod(cell, self.columns)
        return (column + u) * (self.width / self.columns), (row + v) * (self.height / self.rows)
