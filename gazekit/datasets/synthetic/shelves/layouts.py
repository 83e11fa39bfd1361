"""Where covers stand: grids of any size, and an irregular layout whose boxes are jittered and unequal."""

import re
from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame
from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves.covers import HEIGHT, WIDTH
from gazekit.foundations.errors import GazekitError

GRIDS = ("2x11", "3x9", "4x8", "6x14")  # those of the wine, yogurt and book-cover shelves, and a small one
IRREGULAR = "irregular"
GAP = 6  # px between covers of a grid


@dataclass(frozen=True)
class ShelfLayout:
    """A layout by its name.

    Parameters
    ----------
    name : str
        "4x8": four rows of eight; "irregular".
    rows, columns : int
        Cells.
    cell_height, cell_width : int
        Pitch of rows and of columns, px.
    irregular : bool
        Whether boxes differ and some cells stay empty.
    """

    name: str
    rows: int
    columns: int
    cell_height: int = HEIGHT + GAP
    cell_width: int = WIDTH + GAP
    irregular: bool = False

    @property
    def frame(self) -> Frame:
        """Size of the picture, px."""
        return Frame(self.columns * self.cell_width, self.rows * self.cell_height)

    @property
    def most(self) -> int:
        """Covers at most."""
        return self.rows * self.columns

    def boxes(self, draws: Draws) -> np.ndarray:
        """(P, 4) int64: x0, y0, x1, y1 of each cover, px, row by row.

        A grid has the same boxes each time. In the irregular layout 20 to 30 of the 5 x 6 cells hold a box of 36 to 64
        by 22 to 42 px, anywhere inside the cell, so that boxes do not overlap.
        """
        cell = np.arange(self.most)
        corner = np.column_stack([cell % self.columns * self.cell_width, cell // self.columns * self.cell_height])
        if not self.irregular:
            corner = corner + GAP // 2
            return np.hstack([corner, corner + np.array([WIDTH, HEIGHT])])
        empty = draws.order(self.most)[: draws.below(11, 1)[0]]
        size = np.column_stack([22 + draws.below(21, self.most), 36 + draws.below(29, self.most)])
        slack = np.array([self.cell_width, self.cell_height]) - size
        corner = corner + np.column_stack([draws.below(2**31, self.most), draws.below(2**31, self.most)]) % (slack + 1)
        return np.delete(np.hstack([corner, corner + size]), empty, axis=0)


def shelf_layout(name: str) -> ShelfLayout:
    """Read a layout's name.

    Parameters
    ----------
    name : str
        Rows x columns, as "4x8" (any grid of 2 to 500 covers), or "irregular".

    Returns
    -------
    ShelfLayout

    Raises
    ------
    GazekitError
        Anything else.

    Examples
    --------
    >>> shelf_layout("6x14").frame.size
    (504, 324)
    >>> shelf_layout("4 by 8")
    Traceback (most recent call last):
    gazekit.GazekitError: '4 by 8' is no layout of shelves; give rows x columns, as '4x8', or 'irregular'
    """
    if name == IRREGULAR:
        return ShelfLayout(IRREGULAR, 5, 6, cell_height=68, cell_width=46, irregular=True)
    found = re.fullmatch(r"([1-9]\d{0,2})x([1-9]\d{0,2})", name) if isinstance(name, str) else None
    if found is None:
        raise GazekitError(f"{name!r} is no layout of shelves; give rows x columns, as '4x8', or '{IRREGULAR}'")
    rows, columns = map(int, found.groups())
    if not 2 <= rows * columns <= 500:
        raise GazekitError(f"the layout {name!r} has {rows * columns} places for covers; a shelf has 2 to 500")
    return ShelfLayout(name, rows, columns)
