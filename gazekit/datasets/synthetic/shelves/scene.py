"""One shelf: its layout, which covers stand where, which is sought, and the picture, drawn when it is looked at.

Layouts are grids of any size, and an irregular one whose boxes are jittered and unequal.
"""

import re
from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Objects, Trial
from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves.covers import (
    CLUSTERS,
    HEIGHT,
    WIDTH,
    CoverPicture,
    CoverPictures,
    Library,
    cover_library,
    cover_name,
)
from gazekit.foundations.errors import GazekitError, MissingNeedError

IRREGULAR = "irregular"
GAP = 6  # px between covers of a grid
BACKGROUND = 110  # grey level of the shelf
MOST_FIXATIONS = 40


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


@dataclass(frozen=True, eq=False)
class Shelf:
    """What a shelf's picture is drawn from; calling it draws the picture. It can be sent to other processes.

    Parameters
    ----------
    library_size, library_seed : int
        Which cover library.
    covers : (P,) int64
        Number of the cover in each box.
    boxes : (P, 4) int64
        x0, y0, x1, y1, px.
    cell : (height, width)
        Pitch of rows and columns, px: the unit of the agents' distances.
    size : (width, height)
        Of the picture, px.
    """

    library_size: int
    library_seed: int
    covers: np.ndarray
    boxes: np.ndarray
    cell: tuple[int, int]
    size: tuple[int, int]

    @property
    def library(self) -> Library:
        """The cover library, made once in each process."""
        return cover_library(self.library_size, self.library_seed)

    def picture(self, k: int) -> CoverPicture:
        """Picture of the cover in box k, at the box's size."""
        x0, y0, x1, y1 = map(int, self.boxes[k])
        return CoverPicture(self.library_size, self.library_seed, int(self.covers[k]), y1 - y0, x1 - x0)

    def __call__(self) -> np.ndarray:
        """Draw it: (height, width, 3) uint8."""
        image = np.full((self.size[1], self.size[0], 3), BACKGROUND, dtype=np.uint8)
        for k, (x0, y0, x1, y1) in enumerate(self.boxes):
            image[y0:y1, x0:x1] = self.picture(k)()
        return image


def shelf_of(trial: Trial) -> Shelf:
    """The shelf that a trial shows.

    Raises
    ------
    MissingNeedError
        The trial is not one of the data set `shelves`.
    """
    if not isinstance(trial.image_source, Shelf):
        raise MissingNeedError(
            f"the search agents know the covers of made-up shelves only, and trial {trial.id!r} is not one of the "
            f"data set 'shelves'"
        )
    return trial.image_source


def shelf_trial(
    layout: ShelfLayout, covers: str, index: int, books: Library, *, lookalikes: int = 0, blocks: bool = False
) -> Trial:
    """Make one trial; it depends on the arguments only, whatever other trials there are.

    Parameters
    ----------
    layout : ShelfLayout
        Where covers stand.
    covers : {"train", "test", "all"}
        Part of the library that they are drawn from, without replacement.
    index : int
        Which shelf of its kind.
    books : Library
        The covers; its seed is that of the shelf, too.
    lookalikes : int
        At least so many covers of the target's cluster beside it.
    blocks : bool
        Covers of a cluster stand together, column after column, down and up in turn.

    Returns
    -------
    Trial
        Named `layout/covers/index`. `target` is the target's cover at its usual size, which in the irregular layout is
        not that of its box.

    Raises
    ------
    GazekitError
        More boxes than covers, or more lookalikes than the cluster or the shelf has room for.

    Examples
    --------
    >>> from gazekit.datasets.synthetic.shelves.scene import shelf_layout
    >>> trial = shelf_trial(shelf_layout("4x8"), "test", 0, cover_library(400))
    >>> trial.id, len(trial.objects), trial.image.shape, trial.task == "search: " + trial.objects.names[
    ...     trial.target_object]
    ('4x8/test/00000', 32, (216, 288, 3), True)
    """
    name = f"{layout.name}/{covers}/{index:05d}"
    draws = Draws(books.seed, "shelves", "scene", books.size, lookalikes, int(blocks), name)
    boxes = layout.boxes(draws)
    there = _choose(books.part(covers), len(boxes), lookalikes, draws, name)
    order = _block_order(books.cluster[there], layout, boxes, draws) if blocks else draws.order(len(boxes))
    standing = np.empty_like(there)
    standing[order] = there
    target = int(order[0])
    frame = layout.frame
    shelf = Shelf(
        books.size,
        books.seed,
        standing,
        boxes,
        (layout.cell_height, layout.cell_width),
        (int(frame.width), int(frame.height)),
    )
    return Trial(
        name,
        name,
        frame,
        image_source=shelf,
        task=f"search: {cover_name(int(standing[target]))}",
        target_source=CoverPicture(books.size, books.seed, int(standing[target])),
        target_box=Box(*map(float, boxes[target])),
        objects=Objects(
            boxes,
            crops=CoverPictures([shelf.picture(k) for k in range(len(boxes))]),
            names=[cover_name(k) for k in standing.tolist()],
        ),
        target_object=target,
        max_fixations=MOST_FIXATIONS,
        start=frame.centre,
        condition=f"shelves/{layout.name}",
    )


def _choose(pool: np.ndarray, count: int, lookalikes: int, draws: Draws, name: str) -> np.ndarray:
    """Covers of a shelf in random order, the target first."""
    if count > len(pool):
        raise GazekitError(
            f"shelf {name!r} has {count} places and there are {len(pool)} covers to draw from; give a larger library "
            f"(a quarter of it is kept for testing), or a smaller layout"
        )
    shuffled = pool[draws.order(len(pool))]
    alike = np.flatnonzero(shuffled % CLUSTERS == shuffled[0] % CLUSTERS)[1:]
    if lookalikes > min(len(alike), count - 1):
        raise GazekitError(
            f"shelf {name!r} cannot have {lookalikes} lookalikes of its target: the target's cluster has {len(alike)} "
            f"further covers, and the shelf {count - 1} further places"
        )
    first = np.concatenate([[0], alike[:lookalikes]])
    rest = np.delete(np.arange(len(pool)), first)[: count - len(first)]
    return shuffled[np.concatenate([first, rest])]


def _block_order(cluster: np.ndarray, layout: ShelfLayout, boxes: np.ndarray, draws: Draws) -> np.ndarray:
    """Box of each cover, so that clusters, in random order, fill the columns down and up in turn."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    column, row = (centres // [layout.cell_width, layout.cell_height]).astype(int).T
    snake = np.lexsort([np.where(column % 2, -row, row), column])
    rank = draws.order(CLUSTERS)[cluster]
    order = np.empty(len(boxes), dtype=np.int64)
    order[np.lexsort([draws.order(len(boxes)), rank])] = snake
    return order
