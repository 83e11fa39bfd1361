"""Where fixations are dense: the smallest areas that hold a quarter, a half and three quarters of the density."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.plots import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

SHARES = (0.25, 0.5, 0.75)
CELLS = 200  # along the longer side
DEGREES = 1.0  # the usual width of the kernel: about the fovea, and the error of an eye tracker
DIAGONALS = 0.03  # where px per degree are not known
INK = style.PALETTE[1]
LAYER = 0.3  # opacity of one area
FADE = 0.35  # how much paler the image is
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def fixation_density(
    paths: Iterable[Scanpath],
    ax: "Axes | None" = None,
    *,
    image: np.ndarray | None = None,
    sigma: float | None = None,
    shares: Sequence[float] = SHARES,
    points: bool = True,
    key: bool = True,
) -> "Axes":
    """Draw the density of fixations on the shown image: the smallest areas that hold given shares of it.

    Every fixation counts once, whatever its duration and whoever made it, and is spread by a Gaussian. Density beyond
    the image is cut off. Unlike the colours of a heat map, the areas mean the same in every picture.

    Parameters
    ----------
    paths : scanpaths
        Of one frame: a list of `Scanpath`, or `Scanpaths`.
    ax : matplotlib Axes, optional
        Where to draw; default a new figure of one column's width.
    image : (H, W) or (H, W, 3) array, optional
        The shown image; it is drawn in pale grey, so that colour means density.
    sigma : float, optional
        Standard deviation of the Gaussian, px; default 1 degree, or 3 % of the image's diagonal where the frame does
        not know its px per degree.
    shares : sequence of float
        Between 0 and 1, increasing.
    points : bool
        Show the fixations, too.
    key : bool
        Say below the picture what the areas are, and the Gaussian's width.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    GazekitError
        No fixation inside the image, shares out of their range or order, or a sigma that is not positive.
    MismatchError
        Paths of two frames.

    Examples
    --------
    >>> from gazekit import Frame
    >>> path = Scanpath([20, 70, 50, 52], [30, 10, 45, 44], None, Frame(100, 60))
    >>> ax = fixation_density([path], sigma=5)
    >>> [text.get_text() for text in ax.get_legend().get_texts()]
    ['25 %', '50 %', '75 % of the density', 'σ = 5 px']
    """
    drawn = list(paths)
    frame, x, y = _inside(drawn)
    if sigma is None:
        sigma = DEGREES * frame.px_per_degree if frame.px_per_degree else DIAGONALS * frame.diagonal
    if not (np.isfinite(sigma) and sigma > 0):
        raise GazekitError(f"sigma is a positive number of px, not {sigma!r}")
    if not len(shares) or any(not low < high for low, high in zip((0, *shares), (*shares, 1), strict=True)):
        raise GazekitError(f"shares are numbers between 0 and 1, the smallest first, not {tuple(shares)}")
    sides = (0.0, frame.width, 0.0, frame.height)
    ax = style.new_canvas(sides) if ax is None else ax
    style.background(ax, frame.size, sides, None if image is None else _grey(image), fade=FADE)
    across, down, density = _density(frame, x, y, sigma)
    levels = _levels(density, shares)
    for level in levels:  # the areas lie in each other, so that the innermost is the darkest
        ax.contourf(across, down, density, [level, np.inf], colors=[INK], alpha=LAYER, zorder=2)
    lines = ax.contour(across, down, density, sorted(levels), colors=[INK], linewidths=0.8, zorder=3)
    lines.set_path_effects(style.halo(1.8))
    if points:
        ax.scatter(x, y, s=3, color="#222222", edgecolors="white", linewidths=0.25, zorder=4)
    if key:
        _key(ax, shares, f"σ = {_width(sigma, frame)}")
    return ax


# ---------------------------------------------------------------- inside


def _inside(paths: list[Scanpath]) -> tuple[Frame, np.ndarray, np.ndarray]:
    """The frame of all paths, and the fixations inside it."""
    sizes = sorted({path.frame.size for path in paths})
    if len(sizes) > 1:
        raise MismatchError(f"these paths are of {len(sizes)} frames ({sizes[0]}, {sizes[1]}, ...); show those of one")
    x, y = (np.concatenate([np.empty(0), *(getattr(path, axis) for path in paths)]) for axis in "xy")
    within = np.zeros(0, dtype=bool)
    if paths:
        within = (x >= 0) & (x <= sizes[0][0]) & (y >= 0) & (y <= sizes[0][1])
    if not within.any():
        raise GazekitError("there is no fixation inside the image, so there is no density to draw")
    return paths[0].frame, x[within], y[within]


def _width(sigma: float, frame: Frame) -> str:
    """A width in degrees where px per degree are known, else in px."""
    if not frame.px_per_degree:
        return f"{sigma:.3g} px"
    degrees = f"{sigma / frame.px_per_degree:.3g}"
    return f"{degrees} {'degree' if degrees == '1' else 'degrees'}"


def _grey(image: np.ndarray) -> np.ndarray:
    """The image without its colours, (H, W, 3) uint8."""
    grey = image if image.ndim == 2 else image[..., :3] @ LUMINANCE
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def _density(frame: Frame, x: np.ndarray, y: np.ndarray, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centres of columns and of rows of cells, px, and the density in each cell, which adds up to 1."""
    from scipy.ndimage import gaussian_filter

    cell = max(frame.size) / CELLS
    columns, rows = (max(round(side / cell), 1) for side in frame.size)
    edges_x, edges_y = np.linspace(0, frame.width, columns + 1), np.linspace(0, frame.height, rows + 1)
    counts, _, _ = np.histogram2d(y, x, bins=(edges_y, edges_x))
    density = gaussian_filter(counts, (sigma * rows / frame.height, sigma * columns / frame.width), mode="constant")
    return (edges_x[1:] + edges_x[:-1]) / 2, (edges_y[1:] + edges_y[:-1]) / 2, density / density.sum()


def _levels(density: np.ndarray, shares: Sequence[float]) -> list[float]:
    """Densities above which the cells hold these shares of the whole."""
    ranked = np.sort(density, axis=None)[::-1]
    held = np.cumsum(ranked)
    return ranked[np.minimum(np.searchsorted(held, shares), len(ranked) - 1)].tolist()


def _key(ax: "Axes", shares: Sequence[float], width: str) -> None:
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Patch

    handles: list[Artist] = []
    for k, share in enumerate(shares):
        alpha = 1 - (1 - LAYER) ** (len(shares) - k)
        label = f"{share:.0%}".replace("%", " %") + (" of the density" if k == len(shares) - 1 else "")
        handles.append(Patch(facecolor=(*to_rgb(INK), alpha), edgecolor=INK, linewidth=0.8, label=label))
    handles.append(style.entry(width, linestyle=""))
    style.key_below(ax, handles)
