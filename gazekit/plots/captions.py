"""Pictures of the caption experiment: plausibility by length, where each condition looks, and what a path lets see."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style
from gazekit.plots.scanpath import scanpaths_beside

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

TITLE_WIDTH = 44  # characters of a panel's title before it is broken


def plausibility_by_length(
    curves: "pd.DataFrame", ax: "Axes | None" = None, *, controls: Sequence[str] = (), undrawn: Sequence[str] = ()
) -> "Axes":
    """Draw plausibility against window length: a line per source, people with their 95 % interval, controls in grey.

    Parameters
    ----------
    curves : table
        `CaptionResults.curves`: model, length, value, low, high.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    controls : sequence of str
        Chance and control models.
    undrawn : sequence of str
        Models to leave out.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        Nothing is left to draw.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("human", 1, 0.8, 0.7, 0.9), ("human", 2, 0.6, 0.5, 0.7), ("right caption", 1, 0.5, 0.4, 0.6)]
    >>> ax = plausibility_by_length(pd.DataFrame(rows, columns=["model", "length", "value", "low", "high"]))
    >>> [line.get_label() for line in ax.lines]
    ['people', 'right caption']
    """
    table = curves[~curves["model"].isin(undrawn) & curves["value"].notna()]
    if not len(table):
        raise GazekitError("there is no plausibility to draw: every path is shorter than every window")
    ax = style.new_axes(width=1.35 * style.COLUMN) if ax is None else ax
    style.curves(ax, table, "length", "value", style.lines_of(dict.fromkeys(curves["model"]), controls))
    style.name_axes(ax, "window length (fixations)", "plausibility (best person)")
    ax.set_ylim(0, 1)
    ax.set_xticks(sorted(table["length"].unique()))
    style.key(ax, loc="center left", bbox_to_anchor=(1, 0.5))
    return style.plain(ax)


def conditions_on_image(
    people: Iterable[Scanpath],
    paths: Mapping[str, Scanpath],
    *,
    image: np.ndarray | None = None,
    what_people: str = "people",
) -> "list[Axes]":
    """Draw people's paths on one image, and a path of each condition with the caption that it followed.

    Parameters
    ----------
    people : scanpaths
        On the image.
    paths : mapping of condition to Scanpath
        A path of each; the caption is in its ids.
    image : (H, W, 3) array, optional
        The shown image.
    what_people : str
        Title of people's panel ("clicks of 4 people").

    Returns
    -------
    list of matplotlib Axes
        People's first.
    """
    people = list(people)
    named = [Scanpath(p.x, p.y, None, p.frame, {**p.ids, "source": name}) for name, p in paths.items()]
    titles = [what_people] if people else []
    for name, path in paths.items():
        caption = str(path.ids.get("caption") or "")
        said = textwrap.shorten(caption, 2 * TITLE_WIDTH, placeholder=" ...")
        titles.append(textwrap.fill(f"{name}: {said}" if said else name, TITLE_WIDTH))
    untimed = [Scanpath(p.x, p.y, None, p.frame, p.ids) for p in people]
    return scanpaths_beside(untimed, named, image=image, titles=titles)


def perceived(
    pictures: Sequence[np.ndarray],
    path: Scanpath,
    axes: "Sequence[Axes] | None" = None,
    *,
    colour: str = style.PALETTE[1],
) -> "list[Axes]":
    """Draw the image perceived during each fixation, a panel per fixation, with the fixation marked.

    Parameters
    ----------
    pictures : sequence of (h, w, 3) uint8
        One per fixation, for instance from `gazekit.models.neva.film.perceived_images`; any resolution.
    path : Scanpath
        The fixations, px of its frame.
    axes : sequence of matplotlib Axes, optional
        As many as fixations; default a new figure of two columns' width, five panels per row.
    colour : str
        Of the mark of the present fixation; the earlier ones are small and white.

    Returns
    -------
    list of matplotlib Axes

    Raises
    ------
    GazekitError
        No picture, or another number of pictures or axes than fixations.

    Examples
    --------
    >>> from gazekit import Frame
    >>> path = Scanpath([2, 7], [3, 4], None, Frame(9, 6))
    >>> [ax.get_title() for ax in perceived([np.zeros((6, 9, 3), np.uint8)] * 2, path)]
    ['1', '2']
    """
    if not len(path) or len(pictures) != len(path):
        raise GazekitError(f"there are {len(pictures)} perceived images for {len(path)} fixations; give one for each")
    width, height = path.frame.size
    if axes is None:
        across = 2 * style.COLUMN / min(len(path), 5)
        _, axes = style.new_panels(len(path), 5, across, across * height / width + 5)
    if len(axes) != len(path):
        raise GazekitError(f"there are {len(path)} fixations but {len(axes)} axes")
    for t, (ax, picture) in enumerate(zip(axes, pictures, strict=True)):
        ax.imshow(picture, extent=(0, width, height, 0), interpolation="bilinear")
        ax.scatter(path.x[:t], path.y[:t], s=5, c="white", edgecolors="#444444", linewidths=0.4)
        ax.scatter(path.x[t], path.y[t], s=45, facecolors="none", edgecolors="white", linewidths=2.4)
        ax.scatter(path.x[t], path.y[t], s=45, facecolors="none", edgecolors=colour, linewidths=1.2)
        ax.set_xlim(0, width)
        ax.set_ylim(height, 0)
        ax.set_axis_off()
        ax.set_title(str(t + 1), fontsize=style.TEXT, pad=2)
    return list(axes)
