"""Two scanpaths on one image, and what a metric's alignment sets beside what."""

from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.plots import style
from gazekit.plots.canvas import background, new_canvas, view
from gazekit.plots.scanpath import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gazekit.metrics.alignment import Alignment

COLOURS = (style.PALETTE[0], style.PALETTE[1])
TIE = "#222222"
FADE = 0.45  # the image steps back behind twice as many marks


def scanpath_pair(
    a: Scanpath,
    b: Scanpath,
    ax: "Axes | None" = None,
    *,
    alignment: "Alignment | None" = None,
    image: np.ndarray | None = None,
    names: tuple[str, str] | None = None,
    key: bool = True,
) -> "Axes":
    """Draw two scanpaths of one stimulus, and a dotted line between what the alignment sets beside each other.

    An alignment of fixations (ScanMatch) joins discs; a fixation that it leaves alone is not filled. An alignment of
    saccades (MultiMatch) joins the middles of saccades. All discs have one size, and the first of a path has a ring.

    Parameters
    ----------
    a, b : Scanpath
        Px of one frame.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    alignment : Alignment, optional
        From `gazekit.metrics.scanmatch_alignment` or `multimatch_alignment` of the same two paths.
    image : (H, W) or (H, W, 3) array, optional
        The shown image; it is drawn paler than it is.
    names : (str, str), optional
        What the paths are, for the key; default their subject, source or "first" and "second".
    key : bool
        Say below the picture which path is which, and what lines and open discs mean.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    MismatchError
        Paths of two frames or two stimuli.
    GazekitError
        An alignment of other paths: it has a fixation or saccade that these do not have.

    Examples
    --------
    >>> from gazekit import Frame
    >>> from gazekit.metrics import scanmatch_alignment
    >>> a, b = (Scanpath(x, [30, 10, 45], None, Frame(100, 60)) for x in ([20, 70, 50], [25, 60, 90]))
    >>> ax = scanpath_pair(a, b, alignment=scanmatch_alignment(a, b), names=("anna", "ben"))
    >>> [text.get_text() for text in ax.get_legend().get_texts()][:2]
    ['anna', 'ben']
    """
    _check(a, b, alignment)
    sides = view([a, b])
    ax = new_canvas(sides) if ax is None else ax
    background(ax, a.frame.size, sides, image, fade=FADE)
    for path, colour, aligned in ((a, COLOURS[0], "a"), (b, COLOURS[1], "b")):
        draw(ax, Scanpath(path.x, path.y, None, path.frame), colour, hollow=_alone(path, alignment, aligned))
    if alignment is not None:
        _draw_ties(ax, a, b, alignment)
    if key:
        _key(ax, names or (_name(a, b, "first"), _name(b, a, "second")), alignment)
    return ax


# ---------------------------------------------------------------- inside


def _check(a: Scanpath, b: Scanpath, alignment: "Alignment | None") -> None:
    for what, first, second in (
        ("frames", a.frame.size, b.frame.size),
        ("stimuli", a.ids.get("stimulus"), b.ids.get("stimulus")),
    ):
        if first != second and None not in (first, second):
            raise MismatchError(f"these paths are of two {what} ({first}, {second}); show two of one stimulus")
    if alignment is None or not len(alignment.a):
        return
    for path, aligned, which in ((a, alignment.a, "first"), (b, alignment.b, "second")):
        there = len(path) - (alignment.unit == "saccade")
        if aligned.max() >= there:
            raise GazekitError(
                f"the alignment has {alignment.unit} {aligned.max()} of the {which} path, which has {max(there, 0)} "
                f"(counted from 0); give the alignment of these two paths"
            )


def _alone(path: Scanpath, alignment: "Alignment | None", which: str) -> list[int]:
    """Fixations that an alignment of fixations sets beside nothing."""
    if alignment is None or alignment.unit != "fixation" or not len(alignment.a):
        return []
    own, other = (alignment.a, alignment.b) if which == "a" else (alignment.b, alignment.a)
    return own[other < 0].tolist()


def _draw_ties(ax: "Axes", a: Scanpath, b: Scanpath, alignment: "Alignment") -> None:
    both = (alignment.a >= 0) & (alignment.b >= 0)
    ends = [_places(path, index[both], alignment.unit) for path, index in ((a, alignment.a), (b, alignment.b))]
    halo = style.halo(2.6)
    for (x0, y0), (x1, y1) in zip(*ends, strict=True):
        ax.plot([x0, x1], [y0, y1], color=TIE, linestyle=(0, (1, 1)), linewidth=1.2, zorder=3, path_effects=halo)
    if alignment.unit == "saccade":
        edge: dict[str, Any] = {"markeredgecolor": "white", "markeredgewidth": 0.6, "zorder": 3.5}
        for path, index, places, colour in zip((a, b), (alignment.a, alignment.b), ends, COLOURS, strict=True):
            for k, (x, y) in zip(index[both], places, strict=True):
                angle = np.degrees(np.arctan2(path.y[k] - path.y[k + 1], path.x[k + 1] - path.x[k]))
                head = (3, 0, angle - 90)  # a triangle that points where the saccade goes; y grows downwards
                ax.plot(x, y, color=colour, marker=head, markersize=6, **edge)


def _places(path: Scanpath, index: np.ndarray, unit: str) -> np.ndarray:
    """(k, 2) px: the fixations, or the middles of the saccades that leave them."""
    xy = np.column_stack([path.x, path.y])
    return xy[index] if unit == "fixation" else (xy[index] + xy[index + 1]) / 2


def _name(path: Scanpath, other: Scanpath, default: str) -> str:
    for field in ("subject", "source"):
        mine, theirs = path.ids.get(field), other.ids.get(field)
        if mine and str(mine) != str(theirs):
            return str(mine)
    return default


def _key(ax: "Axes", names: tuple[str, str], alignment: "Alignment | None") -> None:
    mark: dict[str, Any] = {"marker": "o", "markersize": 6, "linewidth": 1.2}
    handles = [style.entry(n, color=c, **mark) for n, c in zip(names, COLOURS, strict=True)]
    if alignment is not None and len(alignment.a):
        label = f"aligned {alignment.unit}s"
        handles.append(style.entry(label, color=TIE, linestyle=(0, (1, 1)), linewidth=1.2))
        if ((alignment.a < 0) | (alignment.b < 0)).any():
            open_disc = style.entry("alone", linestyle="", marker="o", markersize=6)
            open_disc.set(markerfacecolor="white", markeredgecolor=style.CHANCE)
            handles.append(open_disc)
    style.key_below(ax, handles, columnspacing=0.9, handlelength=1.6, handletextpad=0.4)
