"""What all pictures share: sizes, colours, and the canvas that lies under scanpaths and densities.

They are legible at one journal column and safe for colour-blind readers. On a canvas y grows downwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.patheffects import AbstractPathEffect

COLUMN = 85.0  # mm: width of one column of a journal page
MM = 1 / 25.4  # inches

TEXT = 7.0  # pt, labels and values
SMALL = 6.0  # pt, fixation numbers and keys
LINE = 1.0  # pt

# Okabe, M. & Ito, K. (2008), Color Universal Design: colours that people of every colour vision tell apart.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442")
MODEL, CEILING, CHANCE = PALETTE[0], PALETTE[2], "#666666"
TARGET = PALETTE[1]
PEOPLE = ("human", "people")  # names under which people are drawn in the colour of the ceiling
OTHERS = tuple(colour for colour in PALETTE[:6] if colour != CEILING)  # of lines; yellow ones vanish on white
DASHES = ("-", (0, (5, 1.5)), (0, (1, 1.2)))
GREYS = ("--", ":", "-.", (0, (1, 3)))  # chance and controls differ in their dashes, not in colour
RIM: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.5}  # of discs that may lie on each other
HOLLOW: dict[str, Any] = {"markerfacecolor": "white"}


def need_columns(table: "pd.DataFrame", names: Iterable[str], what: str = "the table") -> None:
    """Refuse a table that lacks a column.

    Raises
    ------
    GazekitError
        The message names the first that is not there, and all that are.
    """
    if absent := [name for name in names if name not in table]:
        raise GazekitError(f"{what} has no column {absent[0]!r}; it has {', '.join(map(str, table.columns))}")


def new_axes(width: float = COLUMN, height: float = 60.0, **options: Any) -> "Axes":
    """Return the Axes of a new figure.

    Parameters
    ----------
    width, height : float
        Size of the figure, mm.
    **options
        As for `matplotlib.pyplot.subplots`.

    Examples
    --------
    >>> ax = new_axes(85, 60)
    >>> [round(float(side) / MM) for side in ax.figure.get_size_inches()]
    [85, 60]
    """
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(figsize=(width * MM, height * MM), layout="constrained", **options)
    return ax


def new_panels(n: int, columns: int, width: float, height: float, below: float = 0.0) -> "tuple[Figure, list[Axes]]":
    """Return a new figure and its n Axes, so many in a row.

    Parameters
    ----------
    n, columns : int
        How many, and how many at most in a row.
    width, height : float
        Size of a panel, mm.
    below : float
        Room below all of them, mm.

    Examples
    --------
    >>> figure, panels = new_panels(3, 2, 60, 40)
    >>> [round(float(side) / MM) for side in figure.get_size_inches()], len(panels)
    ([120, 80], 3)
    """
    import matplotlib.pyplot as plt

    columns = min(n, columns)
    rows = -(-n // columns)
    size = (columns * width * MM, (rows * height + below) * MM)
    figure, grid = plt.subplots(rows, columns, figsize=size, layout="constrained", squeeze=False)
    for ax in grid.flat[n:]:
        figure.delaxes(ax)
    return figure, list(grid.flat[:n])


def view(paths: Sequence[Scanpath]) -> tuple[float, float, float, float]:
    """Left, right, top, bottom, px: the image, and a margin where fixations lie beyond it."""
    width, height = paths[0].frame.size
    sides = []
    for size, values in ((width, [p.x for p in paths]), (height, [p.y for p in paths])):
        finite = np.concatenate(values)
        finite = finite[np.isfinite(finite)]
        margin = 0.03 * paths[0].frame.diagonal
        low, high = finite.min(initial=0), finite.max(initial=size)
        sides += [low - margin if low < 0 else 0.0, high + margin if high > size else size]
    return tuple(map(float, sides))  # type: ignore[return-value]


def new_canvas(sides: tuple[float, float, float, float], below: float = 6.0) -> "Axes":
    """Axes of a new figure of one column's width, as high as these sides ask, with room (mm) below for a key."""
    left, right, top, bottom = sides
    return new_axes(height=COLUMN * (bottom - top) / (right - left) + below)


def show_only(ax: "Axes", sides: tuple[float, float, float, float]) -> None:
    """Show what lies between these sides (left, right, top, bottom), without ticks and frame."""
    left, right, top, bottom = sides
    ax.set_xlim(left, right)
    ax.set_ylim(bottom, top)
    ax.set_aspect("equal")
    ax.set_axis_off()


def background(
    ax: "Axes",
    size: tuple[float, float],
    sides: tuple[float, float, float, float],
    image: np.ndarray | None,
    *,
    fade: float = 0.0,
) -> None:
    """Show the image, (H, W) or (H, W, 3), stretched over its frame, with a border; `fade` 1 is white."""
    from matplotlib.patches import Rectangle

    width, height = size
    if image is not None:
        ax.imshow(
            image,
            extent=(0, width, height, 0),
            cmap="gray",
            zorder=0,
            interpolation="bilinear",
            alpha=1.0 - fade,
        )
    show_only(ax, sides)
    border = Rectangle((0, 0), width, height, fill=False, edgecolor="#999999", linewidth=0.6, clip_on=False)
    ax.add_patch(border)


def lines_of(names: Iterable[str], controls: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Colour and dashes of the line of each source: people green and solid, the others in order of their names given.

    Controls are grey, and do not use up a colour.

    Examples
    --------
    >>> [line["color"] for line in lines_of(["levy", "human"]).values()]
    ['#0072B2', '#009E73']
    """
    drawn: dict[str, dict[str, Any]] = {}
    k = 0
    for name in names:
        colour, width = CEILING, 1.6 * LINE
        dash: object = DASHES[0]
        if name in controls:
            colour, dash, width = CHANCE, GREYS[list(controls).index(name) % len(GREYS)], LINE
        elif name not in PEOPLE:
            colour, dash, width = OTHERS[k % len(OTHERS)], DASHES[k // len(OTHERS) % len(DASHES)], 1.2 * LINE
            k += 1
        drawn[name] = {"color": colour, "linestyle": dash, "linewidth": width, "zorder": 3 if name in PEOPLE else 4}
    return drawn


def band(ax: "Axes", x: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str) -> None:
    """Shade an interval around a line."""
    ax.fill_between(np.asarray(x), np.asarray(low), np.asarray(high), color=colour, alpha=0.18, linewidth=0, zorder=1)


def curves(ax: "Axes", table: "pd.DataFrame", x: str, y: str, lines: Mapping[str, dict[str, Any]]) -> None:
    """Draw column y over column x, a line per model in the look that `lines` gives it, people with their interval."""
    for model, line in table.groupby("model", sort=False):
        line, people = line.sort_values(x), model in PEOPLE
        if people:
            band(ax, line[x], line["low"], line["high"], CEILING)
        ax.plot(line[x], line[y], label="people" if people else str(model), **lines[str(model)])


def plain(ax: "Axes") -> "Axes":
    """Take the frame's upper and right side away and make ticks small; return the Axes."""
    ax.tick_params(labelsize=TEXT, length=2, width=0.6)
    for side, spine in ax.spines.items():
        spine.set_visible(side not in ("top", "right"))
        spine.set_linewidth(0.6)
    return ax


def outline(ax: "Axes", box: Sequence[float] | np.ndarray, *, target: bool) -> None:
    """Draw the edge of a box (x0, y0, x1, y1; px), thin and grey; that of a target strong and orange.

    Its rim of white and black shows on any image, to readers of every colour vision.
    """
    from matplotlib.patches import Rectangle

    x0, y0, x1, y1 = box
    colour, line = (TARGET, 1.6) if target else ("#777777", 0.5)
    edge = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=colour, linewidth=line, zorder=1.5)
    if target:
        edge.set_path_effects([*halo(line + 1.8, "black"), *halo(line + 1.0)])
    ax.add_patch(edge)


def name_axes(ax: "Axes", x: str, y: str) -> None:
    """Write the titles of both axes."""
    ax.set_xlabel(x, fontsize=TEXT)
    ax.set_ylabel(y, fontsize=TEXT)


def name_lines(
    ax: "Axes", ends: Sequence[tuple[str, float, float, str]], room: float, size: float = TEXT, gap: float = 5
) -> None:
    """Write the name of each line (name, x, y, colour) beside its right end, `gap` pt from it, in its colour.

    Names have at least `room` between each other, a share of the axis.
    """
    low, high = ax.get_ylim()
    beside: dict[str, Any] = {"xytext": (gap, 0), "textcoords": "offset points", "va": "center", "fontsize": size}
    places = spread([y for _, _, y, _ in ends], room * (high - low))
    for (name, x, _, colour), y in zip(ends, places, strict=True):
        ax.annotate(name, (x, y), color=colour, annotation_clip=False, **beside)


def halo(width: float, colour: str = "white") -> "list[AbstractPathEffect]":
    """The effect that keeps a line or a text legible on a picture: an outline of so many pt."""
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=width, foreground=colour)]


def entry(label: str, **look: Any) -> "Line2D":
    """An entry of a key."""
    from matplotlib.lines import Line2D

    return Line2D([], [], label=label, **look)


def key(ax: "Axes", **options: Any) -> None:
    """Put a small key without a frame into the Axes."""
    ax.legend(fontsize=SMALL, frameon=False, **options)


def key_below(ax: "Axes", handles: "Sequence[Artist]", **options: Any) -> None:
    """Put a key in one row below the Axes, at its left edge."""
    settings: dict[str, Any] = {
        "loc": "upper left",
        "bbox_to_anchor": (0, 0),
        "ncols": len(handles),
        "frameon": False,
        "fontsize": SMALL,
        "handletextpad": 0.5,
        "columnspacing": 1.2,
        "borderaxespad": 0.4,
        "borderpad": 0,
    }
    ax.legend(handles=list(handles), **{**settings, **options})


def spread(places: list[float], room: float) -> list[float]:
    """Move places apart until each two are `room` from each other, in their order and as near as can be.

    Examples
    --------
    >>> spread([0.5, 0.5, 0.9], 0.25)
    [0.375, 0.625, 0.9]
    """
    # Places less the room below them may not decrease: least squares under that is isotonic regression.
    from scipy.optimize import isotonic_regression

    out, below = np.array(places, dtype=float), room * np.arange(len(places))
    order = np.argsort(out, kind="stable")
    if len(out):
        out[order] = isotonic_regression(out[order] - below).x + below
    return out.tolist()
