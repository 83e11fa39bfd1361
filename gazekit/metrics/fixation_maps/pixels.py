"""Where fixations fall on a map: the pixel under each, the map that they make, and what a map may look like."""

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.frames import Frame
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import Size
from gazekit.metrics.options import is_number

LONGER_SIDE = 128  # cells of the longer side of the densities of an evaluation
SIGMA_SHARE = 0.03  # of the image's width: about 1 degree on a display 33 degrees wide; gazekit's choice
NORMALISED = 1e-3  # largest |log of the sum| of a log density; float32 maps of a million pixels stay below


def pixels_at(x: ArrayLike, y: ArrayLike, shape: tuple[int, int], size: Size = None) -> np.ndarray:
    """Flat index of the map's pixel under each fixation.

    Parameters
    ----------
    x, y : (n,) array
        Fixations, px of the shown image.
    shape : (int, int)
        Rows and columns of the map.
    size : (width, height), optional
        Of the shown image, px; the map is stretched over it. None: the map has the image's own pixels.

    Returns
    -------
    (n,) int64
        row x columns + column, by truncation (as pysaliency does); the image's right and lower edges belong to the last
        pixel. -1 for a fixation outside the image or not finite.

    Raises
    ------
    GazekitError
        x and y of different lengths, or a size that is not positive.

    Examples
    --------
    >>> pixels_at([0, 3.9, 4, 4.1], [0, 0, 2, 0], (2, 4)).tolist()
    [0, 3, 7, -1]
    """
    px, py = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
    if len(px) != len(py):
        raise GazekitError(f"fixations have one x and one y each, not {len(px)} and {len(py)}")
    rows, columns = shape
    width, height = (float(columns), float(rows)) if size is None else (float(size[0]), float(size[1]))
    if not (0 < width < np.inf and 0 < height < np.inf):
        raise GazekitError(f"size is the (width, height) of the shown image in px, not {size!r}")
    inside = (px >= 0) & (px <= width) & (py >= 0) & (py <= height)
    column = np.minimum(np.where(inside, px, 0.0) * (columns / width), columns - 1).astype(np.int64)
    row = np.minimum(np.where(inside, py, 0.0) * (rows / height), rows - 1).astype(np.int64)
    return np.where(inside, row * columns + column, -1)


def check_shares(x: ArrayLike, y: ArrayLike) -> None:
    """Refuse coordinates in px where shares of the image's width and height are wanted.

    Some fixations outside their image are no fault, and are left to the caller; where most coordinates are above 1,
    they are px.

    Raises
    ------
    GazekitError
        Most coordinates are above 1.

    Examples
    --------
    >>> check_shares([0.2, 1.1], [0.5, 0.5])
    """
    both = np.concatenate([np.asarray(side, dtype=np.float64).ravel() for side in (x, y)])
    both = both[np.isfinite(both)]
    if (both > 1).sum() * 2 > both.size:
        raise GazekitError(
            f"these fixations are shares of their image's width and height, from 0 to 1 each, and most are above 1 "
            f"(up to {both.max():g}): they look like px; divide x by the width and y by the height"
        )


def values_at(values: np.ndarray, x: ArrayLike, y: ArrayLike, size: Size = None) -> np.ndarray:
    """(n,) float64: the map's value under each fixation, NaN outside the image; arguments as in `pixels_at`."""
    index = pixels_at(x, y, (values.shape[0], values.shape[1]), size)
    return np.where(index >= 0, values.ravel()[np.maximum(index, 0)], np.nan)


def fixation_map(
    x: ArrayLike,
    y: ArrayLike,
    shape: tuple[int, int],
    *,
    sigma: float,
    size: Size = None,
    weights: ArrayLike | None = None,
) -> np.ndarray:
    """Map of fixations: one count each (or its weight), smoothed by a Gaussian.

    Parameters
    ----------
    x, y : (n,) array
        Fixations, px of the shown image; those outside are left out.
    shape : (int, int)
        Rows and columns of the map.
    sigma : float
        Standard deviation of the Gaussian, px of the shown image; 0 does not smooth. Usual: 1 degree of visual angle.
    size : (width, height), optional
        Of the shown image, px, where the map has another resolution.
    weights : (n,) array, optional
        What each fixation counts, 0 or more.

    Returns
    -------
    (rows, columns) float64
        Adds up to 1 (mass that would leave the image is reflected); 0 everywhere without fixations.

    Examples
    --------
    >>> fixation_map([0.5, 1.5], [0.5, 0.5], (1, 3), sigma=0).tolist()
    [[0.5, 0.5, 0.0]]
    """
    from scipy.ndimage import gaussian_filter

    if not (is_number(sigma) and sigma >= 0):
        raise GazekitError(f"sigma must be a number of px of 0 or more, not {sigma!r}")
    rows, columns = shape
    index = pixels_at(x, y, (rows, columns), size)
    inside = index >= 0
    counted = None if weights is None else np.asarray(weights, dtype=np.float64)[inside]
    counts = np.bincount(index[inside], counted, rows * columns).reshape(rows, columns).astype(np.float64)
    width, height = (columns, rows) if size is None else size
    smooth = gaussian_filter(counts, (sigma * rows / height, sigma * columns / width), mode="reflect")
    total = smooth.sum()
    return smooth / total if total > 0 else smooth


def density_shape(frame: Frame) -> tuple[int, int]:
    """Rows and columns of the densities of an image: `LONGER_SIDE` cells along its longer side, square as can be.

    Examples
    --------
    >>> density_shape(Frame(800, 600)), density_shape(Frame(300, 600))
    ((96, 128), (128, 64))
    """
    cell = max(frame.size) / LONGER_SIDE
    return max(1, round(frame.height / cell)), max(1, round(frame.width / cell))


def as_map(values: ArrayLike, what: str = "a map") -> np.ndarray:
    """Check a map: (rows, columns) float64, finite, not empty.

    Raises
    ------
    GazekitError
        Anything else; `what` names it.
    """
    out = _of_pixels(values, what)
    if not np.isfinite(out).all():
        raise GazekitError(f"{what} has {int((~np.isfinite(out)).sum())} values that are not finite")
    return out


def as_log_density(values: ArrayLike, what: str = "a log density") -> np.ndarray:
    """Check a log density: natural logarithms of probabilities of pixels that add up to 1; -inf is allowed.

    Raises
    ------
    GazekitError
        Another shape, NaN or +inf, or probabilities that do not add up to 1 (within 0.1 %).

    Examples
    --------
    >>> as_log_density([[0.0, 0.0]])
    Traceback (most recent call last):
    gazekit.GazekitError: a log density adds up to a probability of 2, not 1; make it with log_density_of(map)
    """
    out = _of_pixels(values, what)
    if np.isnan(out).any() or (out == np.inf).any():
        raise GazekitError(f"{what} has values that are NaN or +inf; only -inf (probability 0) is allowed")
    top = out.max()
    total = float(top + np.log(np.sum(np.exp(out - top)))) if np.isfinite(top) else -np.inf
    if not abs(total) <= NORMALISED:
        raise GazekitError(
            f"{what} adds up to a probability of {np.exp(total):g}, not 1; make it with log_density_of(map)"
        )
    return out


def _of_pixels(values: ArrayLike, what: str) -> np.ndarray:
    out = np.asarray(values, dtype=np.float64)
    if out.ndim != 2 or out.size == 0:
        raise GazekitError(f"{what} has the shape (rows, columns), not {out.shape}")
    return out


def log_density_of(values: ArrayLike) -> np.ndarray:
    """Log density of a map of shares or probabilities: ln(map / sum).

    Parameters
    ----------
    values : (rows, columns) array
        0 or more, not all 0. A saliency map in arbitrary units is not a density: dividing it by its sum is one
        choice among many, and likelihoods depend on it.

    Returns
    -------
    (rows, columns) float64
        Natural logarithms; -inf where the map is 0.

    Raises
    ------
    GazekitError
        Negative values, or a map that is 0 everywhere.

    Examples
    --------
    >>> np.exp(log_density_of([[1, 3]])).round(2).tolist()
    [[0.25, 0.75]]
    """
    density = as_map(values)
    total = density.sum()
    if (density < 0).any() or not total > 0:
        raise GazekitError("a density has values of 0 or more and is not 0 everywhere")
    with np.errstate(divide="ignore"):
        return np.log(density) - np.log(total)
