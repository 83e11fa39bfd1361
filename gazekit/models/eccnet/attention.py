"""From features to an attention map: correlation with the target, weights of the levels, contrast, enlargement."""

from collections.abc import Sequence

import numpy as np
import torch
from scipy.ndimage import correlate1d
from torch import Tensor
from torch.nn import functional

PASSES = 3  # times the difference of Gaussians is added
# OpenCV's kernels where sigma is 0: fixed for small sides, not computed from a Gaussian.
FIXED = {
    1: (1.0,),
    3: (0.25, 0.5, 0.25),
    5: (0.0625, 0.25, 0.375, 0.25, 0.0625),
    7: (0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125),
}


def correlate(search: Tensor, target: Tensor) -> np.ndarray:
    """Cross-correlate one level of the search branch with the same level of the target.

    Parameters
    ----------
    search : (1, C, h, w)
        Features of the window.
    target : (1, C, t, u)
        Features of the target: the kernel, not flipped, not normalised.

    Returns
    -------
    (h, w) float32
        Zero 'same' padding; of an even side, the smaller half goes before.
    """
    rows, columns = target.shape[2:]
    top, left = (rows - 1) // 2, (columns - 1) // 2
    padded = functional.pad(search, (left, columns - 1 - left, top, rows - 1 - top))
    return functional.conv2d(padded, target)[0, 0].cpu().numpy()


def level_weights(maps: Sequence[np.ndarray], rule: str) -> np.ndarray:
    """Weight of each level, summing to 1.

    Parameters
    ----------
    maps : sequence of (h, w)
        One correlation map per compared level.
    rule : {"maximum", "equal"}
        "maximum": each level's largest raw value over the whole map (published for the asymmetry experiments), which
        favours levels of large features. A level whose largest value is not positive gets none.

    Examples
    --------
    >>> level_weights([np.array([[1.0, 3.0]]), np.array([[1.0, 0.5]])], "maximum").tolist()
    [0.75, 0.25]
    """
    if rule == "equal":
        return np.full(len(maps), 1 / len(maps))
    largest = np.array([max(float(m.max()), 0.0) for m in maps])
    return largest / largest.sum() if largest.sum() > 0 else np.full(len(maps), 1 / len(maps))


def between_0_and_1(m: np.ndarray) -> np.ndarray:
    """Scale a map so that its least value is 0 and its largest 1; a constant map becomes 0."""
    low, high = m.min(), m.max()
    return (m - low) / (high - low) if high > low else np.zeros_like(m)


def gaussian_kernel(side: int, sigma: float) -> np.ndarray:
    """Weights of a blur, as OpenCV makes them.

    Examples
    --------
    >>> gaussian_kernel(3, 0).tolist()
    [0.25, 0.5, 0.25]
    """
    if sigma <= 0 and side in FIXED:
        return np.array(FIXED[side])
    if sigma <= 0:
        sigma = 0.3 * ((side - 1) * 0.5 - 1) + 0.8
    x = np.arange(side) - (side - 1) / 2
    weights = np.exp(-(x**2) / (2 * sigma**2))
    return weights / weights.sum()


def difference_of_gaussians(m: np.ndarray, pairs: Sequence[Sequence[float]]) -> np.ndarray:
    """Add the difference of two blurs to a map, three times over.

    Parameters
    ----------
    m : (h, w) float64
        The map.
    pairs : ((side, sigma), (side, sigma))
        Narrow and wide blur: odd side in cells, and standard deviation in cells. Borders are mirrored without
        repeating the edge cell.
    """
    narrow, wide = (gaussian_kernel(int(side), float(sigma)) for side, sigma in pairs)
    for _ in range(PASSES):
        m = m + _blur(m, narrow) - _blur(m, wide)
    return m


def _blur(m: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    return correlate1d(correlate1d(m, kernel, axis=1, mode="mirror"), kernel, axis=0, mode="mirror")


def enlarge(m: np.ndarray, height: int, width: int) -> np.ndarray:
    """Enlarge a map as OpenCV's INTER_AREA does: flat plateaus with narrow seams, not bilinear.

    Parameters
    ----------
    m : (h, w) float64
        The map.
    height, width : int
        The new size, at least the old one.

    Returns
    -------
    (height, width) float64

    Examples
    --------
    >>> enlarge(np.array([[0.0, 1.0]]), 1, 5).tolist()
    [[0.0, 0.0, 0.5, 1.0, 1.0]]
    """
    row, row_part = _seams(m.shape[0], height)
    column, column_part = _seams(m.shape[1], width)
    below, right = np.minimum(row + 1, m.shape[0] - 1), np.minimum(column + 1, m.shape[1] - 1)
    across = m[:, column] * (1 - column_part) + m[:, right] * column_part
    return across[row] * (1 - row_part[:, None]) + across[below] * row_part[:, None]


def _seams(cells: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell at each place, and the share of the next one. Rounded where OpenCV rounds: it decides which cell wins."""
    ratio = length / cells
    place = np.arange(length)
    cell = np.floor(place * (1.0 / ratio)).astype(np.int64)
    share = ((place + 1) - (cell + 1) * ratio).astype(np.float32)
    share = np.where(share <= 0, np.float32(0), share - np.floor(share))
    last = cell >= cells - 1
    return np.where(last, cells - 1, cell), np.where(last, np.float32(0), share).astype(np.float64)


def combine(
    search: Sequence[Tensor], target: Sequence[Tensor], rule: str, pairs: Sequence[Sequence[float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Make the attention map of one fixation, on cells.

    Parameters
    ----------
    search, target : sequence of (1, C, h, w)
        Features of both branches, a pair per compared level.
    rule : {"maximum", "equal"}
        See `level_weights`.
    pairs : ((side, sigma), (side, sigma))
        See `difference_of_gaussians`.

    Returns
    -------
    map : (h, w) float64
    weights : (levels,) float64
        What each level counted for.
    """
    with torch.inference_mode():
        maps = [correlate(s, t) for s, t in zip(search, target, strict=True)]
    weights = level_weights(maps, rule)
    total = np.zeros(maps[0].shape)
    for weight, m in zip(weights, maps, strict=True):
        total += weight * between_0_and_1(m).astype(np.float64)
    return difference_of_gaussians(total, pairs), weights
