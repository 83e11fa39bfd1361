"""What a search experiment is, declared: layout, conditions with their drawings, set sizes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import floor
from typing import Literal, Self, get_args

import numpy as np

from gazekit.foundations.errors import GazekitError, check_choice, check_whole

Grey = int
Colour = tuple[int, int, int]
Versions = Literal["random", "in turn", "evenly"]
Region = Literal["cell", "item"]


@dataclass(frozen=True, eq=False)
class Drawing:
    """One way an item can look: a patch that is laid over the display, its own background included.

    Parameters
    ----------
    name : str
        What it is, for messages.
    pixels : (h, w) or (h, w, 3) uint8
        The patch. Its background should be that of the display.

    Raises
    ------
    GazekitError
        Pixels of another shape or type, or none.

    Examples
    --------
    >>> Drawing("dot", np.zeros((3, 3), np.uint8))().shape
    (3, 3)
    """

    name: str
    pixels: np.ndarray

    def __post_init__(self) -> None:
        pixels = np.array(self.pixels)
        grey_or_colour = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
        if not grey_or_colour or pixels.dtype != np.uint8 or pixels.size == 0:
            raise GazekitError(
                f"drawing {self.name!r} must be an array (h, w) or (h, w, 3) of uint8 with at least one pixel, not "
                f"{pixels.dtype} {pixels.shape}"
            )
        pixels.setflags(write=False)
        object.__setattr__(self, "pixels", pixels)

    def __call__(self) -> np.ndarray:
        """The pixels; a drawing can stand where a trial wants the source of a picture."""
        return self.pixels

    @property
    def size(self) -> tuple[int, int]:
        """(width, height), px."""
        return (self.pixels.shape[1], self.pixels.shape[0])


def paint(name: str, coverage: np.ndarray, *, ink: Grey | Colour, paper: Grey | Colour) -> Drawing:
    """Make a drawing of a coverage, a colour for the ink and one for the paper.

    Parameters
    ----------
    name : str
        What it is.
    coverage : (h, w) uint8
        0 is paper, 255 is ink, and between them a mixture (see `gazekit.datasets.synthetic.search_arrays.shapes`).
    ink, paper : int or (r, g, b)
        0 to 255. The drawing is grey if both are.

    Returns
    -------
    Drawing

    Raises
    ------
    GazekitError
        A colour that is not one number or three, each 0 to 255.

    Examples
    --------
    >>> paint("grey dot", np.array([[0, 255], [255, 51]], np.uint8), ink=0, paper=255).pixels.tolist()
    [[255, 0], [0, 204]]
    """
    inked, plain = colour(ink, f"ink of {name!r}"), colour(paper, f"paper of {name!r}")
    inked, plain = np.broadcast_arrays(inked, plain)
    covered = coverage.astype(np.int64) if inked.ndim == 0 else coverage.astype(np.int64)[:, :, None]
    return Drawing(name, ((covered * inked + (255 - covered) * plain + 127) // 255).astype(np.uint8))


def colour(value: Grey | Colour, what: str) -> np.ndarray:
    """Check a grey level or an RGB colour; return it as an int64 array, () or (3,).

    Raises
    ------
    GazekitError
        It is neither; `what` names it in the message.
    """
    found = np.asarray(value)
    if found.shape not in ((), (3,)) or found.dtype.kind not in "iu" or found.min() < 0 or found.max() > 255:
        raise GazekitError(f"the {what} must be a grey level 0..255 or three of them (r, g, b), not {value!r}")
    return found.astype(np.int64)


@dataclass(frozen=True)
class Layout:
    """Where items may stand: a square display with a grid of square cells that begins at the top left.

    Parameters
    ----------
    side : int
        Side of the display, px.
    grid : int
        Cells per row and per column.
    cell : int
        Side of a cell, px.
    jitter : int
        The top left corner of an item is that of its cell plus 0, 1, ..., jitter - 1 px on each axis.
    background : int or (r, g, b)
        Grey level or colour of the display, 0 to 255.
    px_per_degree : float
        Pixels per degree of visual angle.

    Raises
    ------
    GazekitError
        Sizes that are not positive whole numbers, a colour that is none, or a grid larger than the display.

    Examples
    --------
    >>> Layout(339, grid=4, cell=84, jitter=15, background=255).cells[:2].tolist()
    [[0.0, 0.0, 84.0, 84.0], [84.0, 0.0, 168.0, 84.0]]
    """

    side: int
    grid: int
    cell: int
    jitter: int
    background: Grey | Colour
    px_per_degree: float = 30

    def __post_init__(self) -> None:
        for name in ("side", "grid", "cell", "jitter"):
            check_whole(f"a layout's {name}", getattr(self, name), 1)
        colour(self.background, "background")
        if self.grid * self.cell > self.side:
            raise GazekitError(
                f"a grid of {self.grid} x {self.grid} cells of {self.cell} px needs {self.grid * self.cell} px, and "
                f"the display has {self.side}; give fewer or smaller cells, or a larger display"
            )

    @classmethod
    def in_degrees(
        cls,
        side: float,
        *,
        grid: int,
        cell: float,
        jitter: float,
        background: Grey | Colour,
        px_per_degree: float = 30,
    ) -> Self:
        """Make a layout of sizes in degrees of visual angle, each rounded to whole px (halves up).

        `jitter` is the width of the range of positions; the item moves by less than that on each axis.

        Examples
        --------
        >>> Layout.in_degrees(11.3, grid=4, cell=2.8, jitter=0.5, background=255).jitter
        15
        """
        px = [floor(value * px_per_degree + 0.5) for value in (side, cell, jitter)]
        return cls(px[0], grid, px[1], max(px[2], 1), background, px_per_degree)

    @cached_property
    def cells(self) -> np.ndarray:
        """(grid * grid, 4) float64: x0, y0, x1, y1 of each cell, px, row after row; not writeable."""
        row, column = np.divmod(np.arange(self.grid**2), self.grid)
        corners = np.stack([column, row, column + 1, row + 1], axis=1) * float(self.cell)
        corners.setflags(write=False)
        return corners


@dataclass(frozen=True)
class Condition:
    """One condition: what is sought among what.

    Parameters
    ----------
    name : str
        Its name ("curve_in_lines"); without "/".
    target, distractors : Drawing or sequence of Drawing
        The ways the target and the distractors can look: kinds, orientations.
    versions : {"random", "in turn", "evenly"}
        Which of them an item shows. "random": each item draws one. "in turn": the i-th item of the display shows the
        i-th of its kind, beginning anew after the last. "evenly": distractors show each version once before any is
        shown again, in random order, and the remainder is drawn without repeats; the target draws one.
    task : str
        What is sought, in words, after "search: "; the name, if left out.

    Examples
    --------
    >>> dot = Drawing("dot", np.zeros((3, 3), np.uint8))
    >>> Condition("dot_in_dots", dot, [dot, dot]).task
    'dot in dots'
    """

    name: str
    target: Drawing | Sequence[Drawing]
    distractors: Drawing | Sequence[Drawing]
    versions: Versions = "random"
    task: str = ""

    def __post_init__(self) -> None:
        _name(self.name, "condition")
        check_choice(f"versions of condition {self.name!r}", self.versions, get_args(Versions))
        if not self.targets:
            raise GazekitError(f"condition {self.name!r} has no drawing of its target; give at least one")
        if not self.task:
            object.__setattr__(self, "task", self.name.replace("_", " "))

    @property
    def targets(self) -> tuple[Drawing, ...]:
        """The target's versions."""
        return (self.target,) if isinstance(self.target, Drawing) else tuple(self.target)

    @property
    def others(self) -> tuple[Drawing, ...]:
        """The distractors' versions."""
        return (self.distractors,) if isinstance(self.distractors, Drawing) else tuple(self.distractors)


@dataclass(frozen=True)
class Experiment:
    """A search experiment: conditions that share a layout and set sizes.

    Parameters
    ----------
    name : str
        Its name ("curvature"); without "/".
    about : str
        One line: what it asks.
    layout : Layout
        Where items may stand.
    conditions : sequence of Condition
        Where people are known to find one condition easier, that one first.
    set_sizes : sequence of int
        Items shown, the target included.
    per_size : int
        Displays of each condition and set size.
    found : {"cell", "item"}
        Where a fixation counts as having found the target. "cell": in its grid cell. "item": in a square of the size of
        a cell that begins at the item's own corner, cut at the display's border; it reaches into cells beside the
        target's and leaves out a part of the target's own cell. The published lighting experiment has this.

    Raises
    ------
    GazekitError
        A description that cannot be drawn; the message says what does not fit.

    Examples
    --------
    >>> from gazekit.datasets.synthetic.search_arrays import experiments
    >>> curvature = experiments()["curvature"]
    >>> curvature.set_sizes, [condition.name for condition in curvature.conditions]
    ((8, 16, 32), ['curve_in_lines', 'line_in_curves'])
    """

    name: str
    about: str
    layout: Layout
    conditions: Sequence[Condition]
    set_sizes: Sequence[int]
    per_size: int = 30
    found: Region = "cell"

    def __post_init__(self) -> None:
        _name(self.name, "experiment")
        for attribute in ("conditions", "set_sizes"):
            object.__setattr__(self, attribute, tuple(getattr(self, attribute)))
        where = f"experiment {self.name!r}"
        check_choice(f"found of {where}", self.found, get_args(Region))
        _distinct([condition.name for condition in self.conditions], f"{where} has", "condition")
        _distinct(self.set_sizes, f"{where} has", "set size")
        check_whole(f"per_size of {where}", self.per_size, 1)
        cells = self.layout.grid**2
        for size in self.set_sizes:
            check_whole(f"a set size of {where}", size, 1)
            if size > cells:
                raise GazekitError(
                    f"{where} asks for {size} items, but its grid has {self.layout.grid} x {self.layout.grid} = "
                    f"{cells} cells; give smaller set sizes or a larger grid"
                )
        for condition in self.conditions:
            if max(self.set_sizes) > 1 and not condition.others:
                raise GazekitError(f"condition {condition.name!r} of {where} has no drawing of its distractors")
            for drawing in (*condition.targets, *condition.others):
                self._check_fit(drawing, where)

    def _check_fit(self, drawing: Drawing, where: str) -> None:
        layout = self.layout
        size, reach = " x ".join(map(str, drawing.size)), max(drawing.size) + layout.jitter - 1
        if max(drawing.size) > layout.side:
            raise GazekitError(
                f"drawing {drawing.name!r} ({size} px) is larger than the display of {where} ({layout.side} x "
                f"{layout.side} px); make it smaller"
            )
        if reach > layout.cell:
            raise GazekitError(
                f"drawing {drawing.name!r} ({size} px) of {where} needs a cell of {reach} px with a jitter of 0 to "
                f"{layout.jitter - 1} px, and a cell has {layout.cell}; make the drawing or the jitter smaller"
            )


def _name(name: str, kind: str) -> None:
    if not name or "/" in name:
        raise GazekitError(f"the name of a search {kind} must be a word without '/', not {name!r}")


def _distinct(values: Sequence[object], has: str, kind: str) -> None:
    if not values:
        raise GazekitError(f"{has} no {kind}; give at least one")
    twice = [value for k, value in enumerate(values) if value in values[:k]]
    if twice:
        raise GazekitError(f"{has} the {kind} {twice[0]!r} twice; each must be there once")
