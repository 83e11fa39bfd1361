"""Image operations as OpenCV does them, which the official code used: blurs, their difference, and enlargement."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import correlate1d

PASSES = 3  # times the difference of Gaussians is added
# OpenCV's kernels where sigma is 0: fixed for small sides, not computed from a Gaussian.
FIXED = {
    1: (1.0,),
    3: (0.25, 0.5, 0.25),
    5: (0.0625, 0.25, 0.375, 0.25, 0.0625),
    7: (0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125),
}


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
    # Off the seams a place has the value of its cell: nothing is computed there, and there are few seams.
    across, seams = m[:, column], column_part > 0
    share = column_part[seams]
    across[:, seams] = m[:, column[seams]] * (1 - share) + m[:, right[seams]] * share
    found, seams = across[row], row_part > 0
    share = row_part[seams, None]
    found[seams] = across[row[seams]] * (1 - share) + across[below[seams]] * share
    return found


def _seams(cells: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Cell at each place, and the share of the next one. Rounded where OpenCV rounds: it decides which cell wins."""
    ratio = length / cells
    place = np.arange(length)
    cell = np.floor(place * (1.0 / ratio)).astype(np.int64)
    share = ((place + 1) - (cell + 1) * ratio).astype(np.float32)
    share = np.where(share <= 0, np.float32(0), share - np.floor(share))
    last = cell >= cells - 1
    return np.where(last, cells - 1, cell), np.where(last, np.float32(0), share).astype(np.float64)
