"""Comparing two maps: KL divergence, correlation and similarity; and the map of a set of fixations."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density.pixels import as_map, pixels_at

EPSILON = 2.2204e-16  # as in the MIT benchmark's code, inside the logarithm and in the quotient


class MapScores(NamedTuple):
    """KL divergence (nats, lower is better), correlation and similarity (higher is better) of two maps."""

    kl: float
    cc: float
    sim: float


def map_kl(values: ArrayLike, human: ArrayLike, *, epsilon: float = EPSILON) -> float:
    """Kullback-Leibler divergence of people's map from a model's, nats.

    Parameters
    ----------
    values, human : (rows, columns) array
        Maps of 0 or more; each is divided by its sum.
    epsilon : float
        Regularisation as in the MIT benchmark: sum of h x ln(h / (m + epsilon) + epsilon). It decides the value where
        the model is (nearly) 0.

    Returns
    -------
    float
        0 (to within epsilon x pixels) for equal maps, up to about 36 for disjoint ones; lower is better; not symmetric.
        NaN if a map is 0 everywhere.

    Raises
    ------
    GazekitError
        Maps of different shapes, or with negative values.

    References
    ----------
    Bylinskii, Judd, Oliva, Torralba, Durand (2019), What do different evaluation metrics tell us about saliency
    models?, IEEE TPAMI 41.

    Examples
    --------
    >>> round(map_kl([[1, 3]], [[1, 1]]), 4), round(map_kl([[1, 1]], [[1, 3]]), 4)
    (0.1438, 0.1308)
    """
    model, people = _shares(values, human)
    looked = people > 0
    if np.isnan(people).any() or np.isnan(model).any():
        return float("nan")
    with np.errstate(divide="ignore"):  # epsilon=0 makes a missed pixel cost infinitely much
        return float(np.sum(people[looked] * np.log(people[looked] / (model[looked] + epsilon) + epsilon)))


def map_cc(values: ArrayLike, human: ArrayLike) -> float:
    """Correlation (Pearson) of two maps.

    Parameters
    ----------
    values, human : (rows, columns) array
        Maps; scale and offset do not matter.

    Returns
    -------
    float
        -1 to 1; higher is better; symmetric. NaN if a map is constant.

    Raises
    ------
    GazekitError
        Maps of different shapes.

    Examples
    --------
    >>> round(map_cc([[1, 2, 3]], [[2, 4, 7]]), 4)
    0.9934
    """
    model, people = _pair(values, human)
    if model.min() == model.max() or people.min() == people.max():
        return float("nan")
    a, b = model - model.mean(), people - people.mean()
    return float(np.clip(np.sum(a * b) / np.sqrt(np.sum(a * a) * np.sum(b * b)), -1.0, 1.0))


def map_sim(values: ArrayLike, human: ArrayLike) -> float:
    """Similarity (histogram intersection) of two maps.

    Parameters
    ----------
    values, human : (rows, columns) array
        Maps of 0 or more; each is divided by its sum.

    Returns
    -------
    float
        Sum of the smaller of both: 0 for disjoint maps to 1 for equal ones; higher is better; symmetric. NaN if a map
        is 0 everywhere.

    Raises
    ------
    GazekitError
        Maps of different shapes, or with negative values.

    Examples
    --------
    >>> map_sim([[1, 3]], [[1, 1]])
    0.75
    """
    model, people = _shares(values, human)
    return float(np.minimum(model, people).sum())


def compare_maps(values: ArrayLike, human: ArrayLike) -> MapScores:
    """KL, CC and SIM of a model's map and people's.

    Examples
    --------
    >>> [round(score, 4) for score in compare_maps([[1, 3]], [[1, 1]])[::2]], compare_maps([[1, 3]], [[1, 1]]).cc
    ([0.1438, 0.75], nan)
    """
    return MapScores(map_kl(values, human), map_cc(values, human), map_sim(values, human))


def fixation_map(
    x: ArrayLike,
    y: ArrayLike,
    shape: tuple[int, int],
    *,
    sigma: float,
    size: tuple[float, float] | None = None,
) -> np.ndarray:
    """Map of fixations: one count each, smoothed by a Gaussian.

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

    if not (np.isfinite(sigma) and sigma >= 0):
        raise GazekitError(f"sigma must be a number of px of 0 or more, not {sigma!r}")
    rows, columns = shape
    index = pixels_at(x, y, (rows, columns), size)
    counts = np.bincount(index[index >= 0], minlength=rows * columns).reshape(rows, columns).astype(np.float64)
    width, height = (columns, rows) if size is None else size
    smooth = gaussian_filter(counts, (sigma * rows / height, sigma * columns / width), mode="reflect")
    total = smooth.sum()
    return smooth / total if total > 0 else smooth


def _pair(values: ArrayLike, human: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    model, people = as_map(values, "the model's map"), as_map(human, "people's map")
    if model.shape != people.shape:
        raise GazekitError(f"the model's map has the shape {model.shape} and people's {people.shape}; make them one")
    return model, people


def _shares(values: ArrayLike, human: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    maps = []
    for part in _pair(values, human):
        if (part < 0).any():
            raise GazekitError("KL and SIM compare maps of 0 or more, and one has negative values")
        total = part.sum()
        maps.append(part / total if total > 0 else np.full(part.shape, np.nan))
    return maps[0], maps[1]
