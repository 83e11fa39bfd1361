"""What lies under scanpaths and densities: the shown image in its frame, y downwards."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
    return style.new_axes(height=style.COLUMN * (bottom - top) / (right - left) + below)


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
