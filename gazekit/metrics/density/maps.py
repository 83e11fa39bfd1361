"""Comparing two maps: KL divergence, correlation and similarity."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.fixation_maps.pixels import as_map, fixation_map
from gazekit.metrics.kinds.densities import density_measure

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


def _against_people(
    compare: Callable[..., float], log_density: np.ndarray, x: Any, y: Any, size: Any, sigma: float
) -> float:
    shape = (log_density.shape[0], log_density.shape[1])
    return compare(np.exp(log_density), fixation_map(x, y, shape, sigma=sigma, size=size))


for _compare, _better, _bounds, _unit, _summary in (
    (map_kl, False, (0.0, np.inf), "nat", "Kullback-Leibler divergence of people's smoothed map from the density"),
    (map_cc, True, (-1.0, 1.0), "1", "Correlation of the density and people's smoothed map"),
    (map_sim, True, (0.0, 1.0), "1", "Histogram intersection of the density and people's smoothed map"),
):
    density_measure(
        partial(_against_people, _compare),
        _compare.__name__,
        unit="stimulus",
        higher_is_better=_better,
        bounds=_bounds,
        values_in=_unit,
        needs=("sigma",),
        summary=_summary,
        source="Bylinskii et al. 2019, IEEE TPAMI 41",
    )
