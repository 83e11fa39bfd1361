"""One scanpath on its image, and predicted scanpaths beside human ones."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style
from gazekit.plots.canvas import background, new_canvas, view

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AREA_PER_MS = 0.3  # pt² of marker per ms of fixation: 250 ms is a disc of 10 pt
USUAL_MS = 250.0  # the key's example, and the size of all markers where durations are not known


def scanpath(
    path: Scanpath,
    ax: "Axes | None" = None,
    *,
    image: np.ndarray | None = None,
    colour: str = style.PALETTE[0],
    numbers: bool = True,
    key: bool = True,
) -> "Axes":
    """Draw a scanpath: numbered fixations, joined by saccades, on the shown image.

    The area of a marker is proportional to the fixation's duration; the key below the picture states the
    scale. The first fixation has a ring around it. Fixations outside the image are shown, outside its border.

    Parameters
    ----------
    path : Scanpath
        The path, px of its frame; y grows downwards in the picture.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    image : (H, W) or (H, W, 3) array, optional
        The shown image; any resolution, it is stretched over the frame.
    colour : str
        Colour of markers and saccades.
    numbers : bool
        Write each fixation's number, from 1.
    key : bool
        State the scale of the markers, where durations are known.

    Returns
    -------
    matplotlib Axes

    Examples
    --------
    >>> from gazekit import Frame
    >>> path = Scanpath([20, 70, 50], [30, 10, 45], [200, 350, 150], Frame(100, 60))
    >>> ax = scanpath(path, image=np.full((60, 100), 200, np.uint8))
    >>> tuple(map(float, ax.get_ylim()))  # y down
    (60.0, 0.0)
    """
    sides = view([path])
    ax = new_canvas(sides) if ax is None else ax
    background(ax, path.frame.size, sides, image)
    draw(ax, path, colour, numbers=numbers)
    if key and path.duration is not None and len(path):
        _duration_key(ax, colour)
    return ax


def scanpaths_beside(
    human: Iterable[Scanpath],
    predicted: Iterable[Scanpath],
    axes: "Sequence[Axes] | None" = None,
    *,
    image: np.ndarray | None = None,
    titles: Sequence[str] | None = None,
) -> "list[Axes]":
    """Draw predicted scanpaths beside human ones of the same stimulus: a panel per source.

    A panel with one path numbers its fixations; in a panel with several each path has its colour.

    Parameters
    ----------
    human : scanpaths
        People's paths: a list of `Scanpath` or `Scanpaths`.
    predicted : scanpaths
        Models' paths; each value of `ids["source"]` gets its own panel.
    axes : sequence of matplotlib Axes, optional
        As many as panels; default a new figure, two panels per row.
    image : (H, W) or (H, W, 3) array, optional
        The shown image.
    titles : sequence of str, optional
        Titles of the panels; default "people" and the models' names, with the number of paths if not one.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    GazekitError
        No path at all, paths of different stimuli or frames, or another number of axes or titles than panels.

    Examples
    --------
    >>> from gazekit import Frame
    >>> frame = Frame(9, 6)
    >>> person, model = (Scanpath([1, 5], [1, 4], None, frame, {"source": s}) for s in ("human", "levy"))
    >>> [ax.get_title() for ax in scanpaths_beside([person, person], [model])]
    ['people (2)', 'levy']
    """
    panels = _panels(list(human), list(predicted))
    names = [name if len(paths) == 1 else f"{name} ({len(paths)})" for name, paths in panels.items()]
    if titles is not None and len(titles) != len(panels):
        raise GazekitError(f"there are {len(panels)} panels ({', '.join(names)}) but {len(titles)} titles")
    everything = [path for paths in panels.values() for path in paths]
    sides = view(everything)
    if axes is None:
        axes = _new_panels(len(panels), sides)
    if len(axes) != len(panels):
        raise GazekitError(f"there are {len(panels)} panels ({', '.join(names)}) but {len(axes)} axes")
    for ax, title, paths in zip(axes, titles or names, panels.values(), strict=True):
        background(ax, everything[0].frame.size, sides, image)
        for k, path in enumerate(paths):
            draw(ax, path, style.PALETTE[k % len(style.PALETTE)], numbers=len(paths) == 1)
        ax.set_title(title, fontsize=style.TEXT, pad=3)
    if any(path.duration is not None and len(path) for path in everything):
        _duration_key(axes[0], style.CHANCE)
    return list(axes)


# ---------------------------------------------------------------- inside


def _panels(human: list[Scanpath], predicted: list[Scanpath]) -> dict[str, list[Scanpath]]:
    everything = [*human, *predicted]
    if not everything:
        raise GazekitError("there is no scanpath to draw")
    for what, kinds in (
        ("frames", {path.frame.size for path in everything}),
        ("stimuli", {path.ids["stimulus"] for path in everything if "stimulus" in path.ids}),
    ):
        if len(kinds) > 1:
            first, second = sorted(kinds, key=str)[:2]
            raise GazekitError(
                f"these paths are of {len(kinds)} {what} ({first}, {second}, ...); show those of one stimulus"
            )
    panels = {"people": human} if human else {}
    for path in predicted:
        panels.setdefault(str(path.ids.get("source", "model")), []).append(path)
    return panels


def _new_panels(n: int, sides: tuple[float, float, float, float]) -> "list[Axes]":
    left, right, top, bottom = sides
    width = 2 * style.COLUMN / min(n, 2)
    return style.new_panels(n, 2, width, width * (bottom - top) / (right - left) + 6, below=6)[1]


def draw(ax: "Axes", path: Scanpath, colour: str, *, numbers: bool = True, hollow: Sequence[int] = ()) -> None:
    """Draw fixations and saccades on a canvas that is there; the markers of `hollow` fixations are not filled."""
    from matplotlib.lines import Line2D

    seen = np.isfinite(path.x) & np.isfinite(path.y)
    x, y = path.x[seen], path.y[seen]
    if not len(x):
        ax.text(0.5, 0.5, "no fixations", transform=ax.transAxes, ha="center", va="center", fontsize=style.TEXT)
        return
    ms = np.full(len(x), USUAL_MS) if path.duration is None else path.duration[seen]
    area = AREA_PER_MS * np.where(np.isnan(ms), USUAL_MS, ms)
    halo = style.halo(2.4 * style.LINE)
    ax.plot(x, y, "-", color=colour, linewidth=1.2 * style.LINE, zorder=2, path_effects=halo, clip_on=False)
    ring = Line2D(
        x[:1],
        y[:1],
        linestyle="",
        marker="o",
        markersize=float(np.sqrt(area[0]) + 5),
        markerfacecolor="none",
        markeredgecolor="black",
        markeredgewidth=1.2,
        path_effects=style.halo(2.8),
        clip_on=False,
        zorder=3,
    )
    ax.add_line(ring)
    index = np.flatnonzero(seen)
    inside, edge = ([pair[k in hollow] for k in index] for pair in ((colour, "white"), ("white", colour)))
    ax.scatter(x, y, s=area, facecolors=inside, edgecolors=edge, linewidths=0.6, zorder=4, clip_on=False)
    if numbers:
        for k in range(len(x)):
            # outlined in the disc's colour, so that a number wider than its disc stays legible
            outline = style.halo(1.8, inside[k])
            ax.text(
                x[k],
                y[k],
                str(int(index[k]) + 1),
                color=edge[k],
                fontsize=style.SMALL,
                fontweight="bold",
                ha="center",
                va="center_baseline",
                zorder=5,
                path_effects=outline,
            )


def _duration_key(ax: "Axes", colour: str) -> None:
    look: dict[str, Any] = {
        "linestyle": "",
        "marker": "o",
        "markerfacecolor": colour,
        "markeredgecolor": "white",
        "markeredgewidth": 0.6,
    }
    handles = [style.entry(f"{t} ms", markersize=float(np.sqrt(AREA_PER_MS * t)), **look) for t in (100, 250, 500)]
    style.key_below(ax, handles, handleheight=2.1)  # room for the largest marker
