"""From px of the shown image to cells of the encoder's input: which part of it is seen, and how wide the fovea is."""

from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, check_choice

How = Literal["letterbox", "whole", "crop"]
Unit = Literal["grid", "px", "degrees"]
SMALLEST = 32  # cells; trained networks halve their input about five times
SIGMA = 0.2  # the authors' value at 224 cells, and NevaClip's


@dataclass(frozen=True)
class View:
    """How a shown image lies on the cells of a network's input.

    Parameters
    ----------
    frame : Frame
        The shown image.
    height, width : int
        The network's input, cells.
    content : (int, int)
        Rows and columns of cells to which the whole image is resized.
    corner : (int, int)
        Row and column of the resized image's first cell on the input: positive where there are bars, negative where a
        part of the image is cut off.

    Examples
    --------
    >>> view = View.of(Frame(1024, 768), 224, "letterbox")
    >>> view.content, view.corner
    ((168, 224), (28, 0))
    >>> x, y = view.to_px(np.zeros((1, 2)))  # the centre of the grid is the centre of the image
    >>> float(x[0]), float(y[0])
    (512.0, 384.0)
    """

    frame: Frame
    height: int
    width: int
    content: tuple[int, int]
    corner: tuple[int, int]

    @classmethod
    def of(cls, frame: Frame, size: int, how: How = "letterbox") -> Self:
        """Lay an image of a frame on an input.

        Parameters
        ----------
        frame : Frame
            The shown image.
        size : int
            Side of the network's usual square input, cells.
        how : {"letterbox", "whole", "crop"}
            "letterbox": the longer side fills the square, the rest is bars of the network's mean colour. "whole": the
            same without the bars, for networks that take inputs of any shape (a side is at least 32 cells). "crop", as
            published: the shorter side fills the square, and the ends of the longer are cut off.

        Raises
        ------
        GazekitError
            Another way than these.
        """
        check_choice("a view", how, get_args(How))
        longer, shorter = max(frame.size), min(frame.size)
        if how == "crop":
            sides = [size if side == shorter else int(size * side / shorter) for side in frame.size]
            columns, rows = sides
            # half a cell rounds to the even number, as in torchvision's centre crop
            return cls(frame, size, size, (rows, columns), (-round((rows - size) / 2), -round((columns - size) / 2)))
        columns, rows = (max(1, round(size * side / longer)) for side in frame.size)
        if how == "whole":
            columns, rows = max(columns, SMALLEST), max(rows, SMALLEST)
            return cls(frame, rows, columns, (rows, columns), (0, 0))
        return cls(frame, size, size, (rows, columns), ((size - rows) // 2, (size - columns) // 2))

    @property
    def cell(self) -> tuple[float, float]:
        """Width and height of a cell, px of the shown image."""
        return self.frame.width / self.content[1], self.frame.height / self.content[0]

    def price(self, cost: float) -> tuple[float, float]:
        """What one grid unit along rows and columns costs, if a saccade across the image's diagonal costs `cost`."""
        width, height = self.cell
        per_px = cost / self.frame.diagonal
        return per_px * height * (self.height - 1) / 2, per_px * width * (self.width - 1) / 2

    @property
    def limits(self) -> np.ndarray:
        """((lowest row, highest row), (lowest column, highest column)) of the image on the grid, (2, 2) float64.

        These are the centres of its first and last visible cells.
        """
        out = np.empty((2, 2))
        for k, (cells, n, corner) in enumerate(zip(self.content, (self.height, self.width), self.corner, strict=True)):
            first, last = max(corner, 0), min(corner + cells, n) - 1
            out[k] = [2 * q / (n - 1) - 1 if n > 1 else 0.0 for q in (first, last)]
        return out

    def to_px(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Convert grid positions (..., 2), (row, column), to x and y, px of the shown image."""
        row, column = positions[..., 0], positions[..., 1]  # here (row, column) becomes (x, y)
        x = ((column + 1) / 2 * (self.width - 1) - self.corner[1] + 0.5) * self.cell[0]
        y = ((row + 1) / 2 * (self.height - 1) - self.corner[0] + 0.5) * self.cell[1]
        return x, y

    def to_grid(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Convert px of the shown image to grid positions (..., 2), (row, column); the inverse of `to_px`."""
        column = 2 * (np.asarray(x) / self.cell[0] - 0.5 + self.corner[1]) / max(self.width - 1, 1) - 1
        row = 2 * (np.asarray(y) / self.cell[1] - 0.5 + self.corner[0]) / max(self.height - 1, 1) - 1
        return np.stack([row, column], axis=-1)


@dataclass(frozen=True)
class Fovea:
    """Width of the fovea.

    Parameters
    ----------
    size : float or (float, float)
        One number, or one along x and one along y.
    unit : {"grid", "px", "degrees"}
        "grid": the paper's sigma, g = exp(-d^2 / sigma), d in units in which the longer side of the network's input is
        2 long: a circle of cells, as published. "px" and "degrees": the standard deviation s of
        g = exp(-d^2 / (2 s^2)), d in px of the shown image or degrees of visual angle: a circle on the shown image,
        whatever its shape and however the network's input is stretched.

    Raises
    ------
    GazekitError
        A size that is not positive, or another unit.

    Examples
    --------
    >>> from gazekit import Frame
    >>> view = View.of(Frame(1024, 768, px_per_degree=35), 224, "crop")
    >>> Fovea(0.2).on(view)
    (0.2, 0.2)
    >>> [round(s, 3) for s in Fovea(3.457, "degrees").on(view)]  # the paper's fovea on MIT1003
    [0.2, 0.199]
    """

    size: float | tuple[float, float] = SIGMA
    unit: Unit = "grid"

    def __post_init__(self) -> None:
        check_choice("the unit of the fovea", self.unit, get_args(Unit))
        sizes = self.size if isinstance(self.size, tuple | list) else (self.size, self.size)
        if len(sizes) != 2 or not all(isinstance(s, int | float) and 0 < s < float("inf") for s in sizes):
            raise GazekitError(
                f"the size of the fovea must be a positive number, or a pair of them (x, y), not {self.size!r}"
            )

    def on(self, view: View) -> tuple[float, float]:
        """Sigma along (rows, columns) of a view's grid.

        Raises
        ------
        GazekitError
            The unit is degrees and the frame has no px per degree.
        """
        x, y = self.size if isinstance(self.size, tuple | list) else (self.size, self.size)
        longest = max(view.height, view.width) - 1
        if self.unit == "grid":
            down = y * (longest / max(view.height - 1, 1)) ** 2
            across = x * (longest / max(view.width - 1, 1)) ** 2
            return down, across
        if self.unit == "degrees":
            scale = view.frame.px_per_degree
            if scale is None:
                raise GazekitError(
                    f"the fovea is {self.size} degrees, but the frame {view.frame.width:g} x {view.frame.height:g} px "
                    f"does not say how many px a degree is; give the data's px_per_degree, or the fovea as sigma_px"
                )
            x, y = x * scale, y * scale
        grid_x = x / view.cell[0] * 2 / max(view.width - 1, 1)
        grid_y = y / view.cell[1] * 2 / max(view.height - 1, 1)
        return 2 * grid_y**2, 2 * grid_x**2


def unreachable_share(scanpaths: Scanpaths, size: int = 224, how: How = "crop") -> float:
    """Share of fixations on places that a view does not show, and a model behind it cannot reach.

    Parameters
    ----------
    scanpaths : Scanpaths
        For instance a data set's human ones, px. Fixations outside the frame, or missing, are not counted.
    size : int
        Side of the network's input, cells.
    how : {"letterbox", "whole", "crop"}
        The view; only a crop hides anything.

    Returns
    -------
    float
        In [0, 1]; NaN if there is no fixation.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["a"], "width": 1024, "height": 768})
    >>> unreachable_share(Scanpaths([100, 512, 890, 1000], [10, 10, 10, 10], [0, 4], table))
    0.5
    """
    if scanpaths.facts.unit != "px":
        raise GazekitError("the share of unreachable fixations is counted in px; these scanpaths are in degrees")
    hidden = counted = 0
    of = scanpaths.path_of()
    sizes = scanpaths.table[["width", "height"]].to_numpy(float)
    for width, height in np.unique(sizes, axis=0):
        view = View.of(Frame(width, height), size, how)
        own = (sizes[of] == (width, height)).all(axis=1)
        x, y = scanpaths.x[own], scanpaths.y[own]
        inside = (x >= 0) & (y >= 0) & (x <= width) & (y <= height)
        left, top = (-min(view.corner[k], 0) * view.cell[1 - k] for k in (1, 0))
        shown = (x >= left) & (x <= left + min(view.width, view.content[1]) * view.cell[0])
        shown &= (y >= top) & (y <= top + min(view.height, view.content[0]) * view.cell[1])
        counted += int(inside.sum())
        hidden += int((inside & ~shown).sum())
    return hidden / counted if counted else float("nan")
