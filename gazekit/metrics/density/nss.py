"""Normalised scanpath saliency: how many standard deviations above its mean a map is where people look."""

import numpy as np
from numpy.typing import ArrayLike

from gazekit.metrics.columns import Size
from gazekit.metrics.fixation_maps.pixels import as_map, values_at
from gazekit.metrics.kinds.densities import density_measure


def nss(values: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size = None, *, ddof: int = 0) -> np.ndarray:
    """Normalised scanpath saliency at each fixation.

    Parameters
    ----------
    values : (rows, columns) array
        A saliency map or density (not its logarithm); scale and offset do not matter.
    x, y : (n,) array
        Fixations, px of the shown image.
    size : (width, height), optional
        Of the shown image, px, where the map has another resolution.
    ddof : int
        0: standard deviation of the population (pysaliency). 1: of a sample (the MIT benchmark's MATLAB, and the
        conditional NSS of HAT); the two differ by a relative 1 / (2 x pixels).

    Returns
    -------
    (n,) float64
        Standard deviations above the map's mean; higher is better; 0 is chance. A constant map gives 0: it prefers
        nothing. NaN outside the image.

    Raises
    ------
    GazekitError
        A map of another shape, or with values that are not finite.

    References
    ----------
    Peters, Iyer, Itti, Koch (2005), Components of bottom-up gaze allocation in natural images, Vision Research 45.

    Examples
    --------
    >>> nss([[0, 0], [0, 4]], [1.5, 0.5], [1.5, 0.5]).round(3).tolist()
    [1.732, -0.577]
    """
    saliency = as_map(values)
    centred = saliency - saliency.mean()
    spread = float(saliency.std(ddof=ddof)) if saliency.size > ddof else 0.0
    constant = saliency.max() == saliency.min()  # the std of equal numbers may be 1e-17
    return values_at(np.zeros_like(centred) if constant else centred / spread, x, y, size)


def _of_density(log_density: np.ndarray, x: ArrayLike, y: ArrayLike, size: Size) -> np.ndarray:
    return nss(np.exp(log_density), x, y, size)


density_measure(
    _of_density,
    "nss",
    summary="Standard deviations of the density above its mean at the fixated pixel; chance 0",
    source="Peters, Iyer, Itti, Koch 2005, Vision Research 45",
)
