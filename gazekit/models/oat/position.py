"""Codes of places: cosine similarity of two codes falls off with the distance of the places as a Gaussian.

The paper learns such a table by gradient descent. Its optimum has a closed form: with the Gaussian kernel matrix K of
the grid positions, every W with W W' = n^2 K is one, and the symmetric square root of K, turned into the wanted width
by a matrix with orthonormal rows, is such a W. A place between grid positions gets the code that the same kernel gives
it (Nystrom): k(u, grid) K^(-1/2). On the grid that is the table itself, so that regular and irregular layouts share one
rule.
"""

import numpy as np

from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng

SPARE = 4  # grid positions beyond either end of the layout that the code is built on


def kernel_code(places: np.ndarray, width: int, *, sigma: float = 2.0, cells: int = 24) -> np.ndarray:
    """Distance-based code of places along one axis.

    Parameters
    ----------
    places : (...,) float64
        Position along the axis in cells, about -4 to `cells` + 3.
    width : int
        Numbers per code; at least `cells` + 8.
    sigma : float
        Width of the Gaussian, cells; the paper's best is 2.
    cells : int
        Length of the axis that the code is built for. Codes for different numbers of cells are not comparable, so one
        network keeps to one number, whatever its scenes are.

    Returns
    -------
    (..., width) float64
        Codes of length about sqrt(`width`) (exactly, on whole cells): numbers of variance 1. Cosine of two codes:
        exp(-distance^2 / (2 sigma^2)).

    Raises
    ------
    GazekitError
        `width` is too small for the axis.

    References
    ----------
    Fang et al. (2024), Oat: object-level attention transformer for gaze scanpath prediction, ECCV, section 3.

    Examples
    --------
    >>> code = kernel_code(np.arange(14.0), 64, cells=14)
    >>> cosine = code @ code.T / 64
    >>> bool(np.allclose(cosine[0, :3], [1, 0.8825, 0.6065], atol=1e-4))
    True
    """
    grid = np.arange(-SPARE, cells + SPARE, dtype=float)
    if width < len(grid):
        raise GazekitError(
            f"a position code of {width} numbers is too short for an axis of {cells} cells: give OAT a width of "
            f"at least {4 * len(grid)}"
        )
    values, vectors = np.linalg.eigh(_gauss(grid, grid, sigma))
    values = np.maximum(values, 1e-9)  # the kernel's least eigenvalues are near float64's noise
    whiten = vectors @ np.diag(values**-0.5) @ vectors.T
    turn = np.linalg.qr(keyed_rng(0, "oat position code", width).standard_normal((width, width)))[0][: len(grid)]
    return np.sqrt(width) * _gauss(np.asarray(places, dtype=float), grid, sigma) @ whiten @ turn


def _gauss(a: np.ndarray, b: np.ndarray, sigma: float) -> np.ndarray:
    return np.exp(-((a[..., None] - b) ** 2) / (2 * sigma**2))
