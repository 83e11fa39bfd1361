"""One scanpath on its image, predicted ones beside human ones, and two with what a metric sets beside what."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from gazekit.metrics.alignment import Alignment

AREA_PER_MS = 0.3  # pt² of marker per ms of fixation: 250 ms is a disc of 10 pt
USUAL_MS = 250.0  # the key's example, and the size of all markers where durations are not known
PAIR = (style.PALETTE[0], style.PALETTE[1])  # colours of two paths
TIE = "#222222"
PALE = 0.45  # the image steps back behind twice as many marks


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
    scale. The first fixation has a ring around it; where gaze came back, one disc has all
    numbers. Fixations outside the image are shown, outside its border.

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
    sides = style.view([path])
    ax = style.new_canvas(sides) if ax is None else ax
    style.background(ax, path.frame.size, sides, image)
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
    sides = style.view(everything)
    if axes is None:
        left, right, top, bottom = sides
        width = 2 * style.COLUMN / min(len(panels), 2)
        _, axes = style.new_panels(len(panels), 2, width, width * (bottom - top) / (right - left) + 6, below=6)
    if len(axes) != len(panels):
        raise GazekitError(f"there are {len(panels)} panels ({', '.join(names)}) but {len(axes)} axes")
    for ax, title, paths in zip(axes, titles or names, panels.values(), strict=True):
        style.background(ax, everything[0].frame.size, sides, image)
        for k, path in enumerate(paths):
            draw(ax, path, style.PALETTE[k % len(style.PALETTE)], numbers=len(paths) == 1)
        ax.set_title(title, fontsize=style.TEXT, pad=3)
    if any(path.duration is not None and len(path) for path in everything):
        _duration_key(axes[0], style.CHANCE)
    return list(axes)


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
    _check_pair(a, b, alignment)
    sides = style.view([a, b])
    ax = style.new_canvas(sides) if ax is None else ax
    style.background(ax, a.frame.size, sides, image, fade=PALE)
    for path, colour, aligned in ((a, PAIR[0], "a"), (b, PAIR[1], "b")):
        draw(ax, Scanpath(path.x, path.y, None, path.frame), colour, hollow=_alone(path, alignment, aligned))
    if alignment is not None:
        _draw_ties(ax, a, b, alignment)
    if key:
        _pair_key(ax, names or (_name_of(a, b, "first"), _name_of(b, a, "second")), alignment)
    return ax


# ---------------------------------------------------------------- inside


def _panels(human: list[Scanpath], predicted: list[Scanpath]) -> dict[str, list[Scanpath]]:
    everything = [*human, *predicted]
    if not everything:
        raise GazekitError("there is no scanpath to draw")
    _check_one_stimulus(everything)
    panels = {"people": human} if human else {}
    for path in predicted:
        panels.setdefault(str(path.ids.get("source", "model")), []).append(path)
    return panels


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
    ring: dict[str, Any] = {"markerfacecolor": "none", "markeredgecolor": "black", "markeredgewidth": 1.2}
    size = float(np.sqrt(area[0]) + 5)
    ax.add_line(
        Line2D(x[:1], y[:1], ls="", marker="o", ms=size, path_effects=style.halo(2.8), clip_on=False, zorder=3, **ring)
    )
    index = np.flatnonzero(seen)
    inside, edge = ([pair[k in hollow] for k in index] for pair in ((colour, "white"), ("white", colour)))
    ax.scatter(x, y, s=area, facecolors=inside, edgecolors=edge, linewidths=0.6, zorder=4, clip_on=False)
    if numbers:
        for group in _together(ax, np.column_stack([x, y])):
            k = group[-1]
            # outlined in the disc's colour, so that a number wider than its disc stays legible
            look: dict[str, Any] = {"color": edge[k], "path_effects": style.halo(1.8, inside[k]), "weight": "bold"}
            place: dict[str, Any] = {"ha": "center", "va": "center_baseline", "zorder": 5}
            ax.text(x[k], y[k], _ranges(index[group] + 1), fontsize=style.SMALL, **look, **place)


def _together(ax: "Axes", xy: np.ndarray) -> list[list[int]]:
    """Fixations whose numbers would lie on each other, a group each: the later number would hide the earlier."""
    ax.apply_aspect()
    points = ax.transData.transform(xy) * 72 / ax.figure.dpi
    groups: list[list[int]] = []
    for k, place in enumerate(points):
        near = (g for g in groups if np.hypot(*(points[g[-1]] - place)) < 0.75 * style.SMALL)
        found = next(near, None)
        if found is None:
            groups.append([k])
        else:
            found.append(k)
    return groups


def _ranges(numbers: Iterable[int]) -> str:
    """Rising numbers with three and more in a row as a range.

    Examples
    --------
    >>> _ranges([1, 2, 3, 5, 8, 9])
    '1–3,5,8,9'
    """
    runs: list[list[int]] = []
    for number in map(int, numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(f"{r[0]}–{r[-1]}" if len(r) > 2 else ",".join(map(str, r)) for r in runs)


def _duration_key(ax: "Axes", colour: str) -> None:
    look: dict[str, Any] = {"linestyle": "", "marker": "o", "markerfacecolor": colour, **style.RIM}
    handles = [style.entry(f"{t} ms", markersize=float(np.sqrt(AREA_PER_MS * t)), **look) for t in (100, 250, 500)]
    style.key_below(ax, handles, handleheight=2.1)  # room for the largest marker


def _check_one_stimulus(paths: Sequence[Scanpath]) -> None:
    for what, kinds in (
        ("frames", {path.frame.size for path in paths}),
        ("stimuli", {path.ids["stimulus"] for path in paths if path.ids.get("stimulus") is not None}),
    ):
        if len(kinds) > 1:
            shown = ", ".join(map(str, [*sorted(kinds, key=str)[:2], *["..."] * (len(kinds) > 2)]))
            raise MismatchError(f"these paths are of {len(kinds)} {what} ({shown}); show those of one stimulus")


def _check_pair(a: Scanpath, b: Scanpath, alignment: "Alignment | None") -> None:
    _check_one_stimulus([a, b])
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
        for path, index, places, colour in zip((a, b), (alignment.a, alignment.b), ends, PAIR, strict=True):
            for k, (x, y) in zip(index[both], places, strict=True):
                angle = np.degrees(np.arctan2(path.y[k] - path.y[k + 1], path.x[k + 1] - path.x[k]))
                head = (3, 0, angle - 90)  # a triangle that points where the saccade goes; y grows downwards
                ax.plot(x, y, color=colour, marker=head, markersize=6, zorder=3.5, **style.RIM)


def _places(path: Scanpath, index: np.ndarray, unit: str) -> np.ndarray:
    """(k, 2) px: the fixations, or the middles of the saccades that leave them."""
    xy = np.column_stack([path.x, path.y])
    return xy[index] if unit == "fixation" else (xy[index] + xy[index + 1]) / 2


def _name_of(path: Scanpath, other: Scanpath, default: str) -> str:
    for field in ("subject", "source"):
        mine, theirs = path.ids.get(field), other.ids.get(field)
        if mine and str(mine) != str(theirs):
            return str(mine)
    return default


def _pair_key(ax: "Axes", names: tuple[str, str], alignment: "Alignment | None") -> None:
    mark: dict[str, Any] = {"marker": "o", "markersize": 6, "linewidth": 1.2}
    handles = [style.entry(n, color=c, **mark) for n, c in zip(names, PAIR, strict=True)]
    if alignment is not None and len(alignment.a):
        label = f"aligned {alignment.unit}s"
        handles.append(style.entry(label, color=TIE, linestyle=(0, (1, 1)), linewidth=1.2))
        if ((alignment.a < 0) | (alignment.b < 0)).any():
            open_disc = style.entry("alone", linestyle="", marker="o", markersize=6)
            open_disc.set(markerfacecolor="white", markeredgecolor=style.CHANCE)
            handles.append(open_disc)
    style.key_below(ax, handles, columnspacing=0.9, handlelength=1.6, handletextpad=0.4)
