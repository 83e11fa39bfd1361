"""A strip of perceived images: what each fixation of a path lets be seen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
