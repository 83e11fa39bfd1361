"""Conditional measures of the COCO-Search18 line: how well each next fixation is predicted after those before it."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError, check_choice
from gazekit.metrics.columns import Size
from gazekit.metrics.density.saliency import auc_one_positive, below_and_equal, nss
from gazekit.metrics.fixation_maps.pixels import as_map, fixation_map, values_at
from gazekit.metrics.kinds.densities import density_measure

EPSILON = 2.2204e-16  # as in HAT's code, added to both probabilities
PRIOR_SIGMA = 24.0  # px of the 512 x 320 map, HAT's choice


class ConditionalScores(NamedTuple):
    """Scores of one predicted next fixation.

    Attributes
    ----------
    cig : float
        Conditional information gain over the task's prior, bit.
    cnss : float
        Conditional normalised scanpath saliency.
    cauc_trapezoid : float
        AUC as the code of the line has it: 0.5 to 1, chance 0.75.
    cauc_rank : float
        AUC with one positive: 0 to 1, chance 0.5.
    """

    cig: float
    cnss: float
    cauc_trapezoid: float
    cauc_rank: float


def conditional_scores(values: ArrayLike, prior: ArrayLike, x: float, y: float, size: Size = None) -> ConditionalScores:
    """Score a model's map of the next fixation, given the true fixations before it.

    Published means are over all next fixations of all people: every fixation but the first, with the model
    shown the true path up to it, however long the path.

    Parameters
    ----------
    values : (rows, columns) array
        The model's map of the next fixation, 0 or more; divided by its sum.
    prior : (rows, columns) array
        The task's prior density (`task_prior`); divided by its sum.
    x, y : float
        The fixation that people made next, px of the shown image.
    size : (width, height), optional
        Of the shown image, px, where the maps have another resolution (HAT: 512 x 320 maps of 1680 x 1050).

    Returns
    -------
    ConditionalScores
        Higher is better in all four; NaN outside the image.

    Raises
    ------
    GazekitError
        Maps of different shapes, negative, or 0 everywhere.

    References
    ----------
    Yang et al. (2024), Unifying top-down and bottom-up scanpath prediction using transformers (HAT), CVPR.

    Examples
    --------
    >>> [round(score, 3) for score in conditional_scores([[1, 1], [2, 4]], [[1, 1], [1, 1]], 1.5, 1.5)]
    [1.0, 1.414, 1.0, 1.0]
    """
    return ConditionalScores(*_scores(values, prior, [x], [y], size)[0].tolist())


def conditional_information_gain(
    values: ArrayLike, prior: ArrayLike, x: float, y: float, size: Size = None, *, epsilon: float = EPSILON
) -> float:
    """Conditional information gain (cIG) of the next fixation, bit; arguments as in `conditional_scores`.

    It is log2(p + epsilon) - log2(prior + epsilon), p and prior the two maps divided by their sums.
    Unlike `information_gain` it takes maps, not logarithms, and a probability of 0 costs about 52 bit instead of
    infinitely many. Higher is better; 0 is the prior itself.

    Examples
    --------
    >>> round(conditional_information_gain([[1, 3]], [[1, 1]], 1.5, 0.5), 4)
    0.585
    """
    return float(_gains(values, prior, [x], [y], size, epsilon)[0])


def conditional_nss(values: ArrayLike, x: float, y: float, size: Size = None) -> float:
    """Conditional NSS (cNSS): `nss` of the next fixation, with the sample's standard deviation (ddof 1) as in HAT.

    Examples
    --------
    >>> round(conditional_nss([[0, 0], [0, 4]], 1.5, 1.5), 3)
    1.5
    """
    return float(nss(values, [x], [y], size, ddof=1)[0])


def conditional_auc(
    values: ArrayLike, x: float, y: float, size: Size = None, *, convention: Literal["trapezoid", "rank"] = "trapezoid"
) -> float:
    """Conditional AUC of the next fixation (cAUC).

    Parameters
    ----------
    values, x, y, size
        As in `conditional_scores`.
    convention : {"trapezoid", "rank"}
        "trapezoid": as the code of the line has it, the trapezoid through (0, 0), (fp, 1), (1, 1), with fp the share
        of other pixels whose value is at least the fixated one's: 1 - fp / 2. Its range is 0.5 to 1 and **chance is
        0.75**. "rank": the AUC with one positive, 0 to 1, chance 0.5, ties half (`auc_one_positive`).

    Returns
    -------
    float
        Higher is better. Without ties trapezoid = (1 + rank) / 2. NaN outside the image.

    Raises
    ------
    GazekitError
        A convention of another name.

    Examples
    --------
    >>> conditional_auc([[1, 2], [3, 4]], 0.5, 0.5), conditional_auc([[1, 2], [3, 4]], 0.5, 0.5, convention="rank")
    (0.5, 0.0)
    """
    check_choice("the convention of a conditional AUC", convention, ("trapezoid", "rank"))
    auc = auc_one_positive if convention == "rank" else _trapezoids
    return float(auc(values, [x], [y], size)[0])


def task_prior(
    x: ArrayLike, y: ArrayLike, shape: tuple[int, int], *, size: Size = None, sigma_pixels: float = PRIOR_SIGMA
) -> np.ndarray:
    """Prior density of a task: smoothed map of the training fixations, the first of each path left out.

    Parameters
    ----------
    x, y : (n,) array
        Training fixations of the task without each path's first (`Scanpaths.drop_first`), px of the shown image.
    shape : (int, int)
        Rows and columns of the map; HAT's is (320, 512).
    size : (width, height), optional
        Of the shown image, px.
    sigma_pixels : float
        Standard deviation of the Gaussian, pixels of the map; 24 in HAT, 16 in other code of the line.

    Returns
    -------
    (rows, columns) float64
        Adds up to 1.

    Raises
    ------
    GazekitError
        No fixation inside the image.

    Examples
    --------
    >>> task_prior([0.5, 1.5], [0.5, 0.5], (1, 3), sigma_pixels=0).tolist()
    [[0.5, 0.5, 0.0]]
    """
    width, height = (shape[1], shape[0]) if size is None else size
    px, py = np.asarray(x, dtype=np.float64) * (shape[1] / width), np.asarray(y, dtype=np.float64) * (shape[0] / height)
    prior = fixation_map(px, py, shape, sigma=sigma_pixels)
    if not prior.sum() > 0:
        raise GazekitError("a prior needs at least one training fixation inside the image")
    return prior


def _density(values: ArrayLike, what: str) -> np.ndarray:
    density = as_map(values, what)
    total = density.sum()
    if (density < 0).any() or not total > 0:
        raise GazekitError(f"{what} must have values of 0 or more and not be 0 everywhere")
    return density / total


def _scores(values: ArrayLike, prior: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size) -> np.ndarray:
    """(n, 4) float64: `ConditionalScores` of fixations (n,) that are all judged by one map."""
    return np.column_stack(
        [
            _gains(values, prior, x, y, size, EPSILON),
            nss(values, x, y, size, ddof=1),
            _trapezoids(values, x, y, size),
            auc_one_positive(values, x, y, size),
        ]
    )


def _gains(values: ArrayLike, prior: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size, epsilon: float) -> np.ndarray:
    p, q = _density(values, "the model's map"), _density(prior, "the prior")
    if p.shape != q.shape:
        raise GazekitError(f"the model's map has the shape {p.shape} and the prior {q.shape}; make them one")
    gained, reference = (values_at(np.log2(part + epsilon), x, y, size) for part in (p, q))
    return gained - reference


def _trapezoids(values: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size) -> np.ndarray:
    saliency = as_map(values)
    here = values_at(saliency, x, y, size)
    if saliency.size == 1:
        return np.full(len(here), np.nan)
    below, _ = below_and_equal(saliency.ravel(), here)
    return 1 - (saliency.size - below - 1) / (saliency.size - 1) / 2


def _of_density(log_density: np.ndarray, x: ArrayLike, y: ArrayLike, size: Size, *, baseline: ArrayLike) -> np.ndarray:
    return _scores(np.exp(log_density), np.exp(np.asarray(baseline, dtype=np.float64)), x, y, size)


density_measure(
    _of_density,
    "conditional",
    outputs=ConditionalScores._fields,
    values_in="mixed",
    needs=("baseline", "history"),
    summary="Next fixation, given the true ones before it: gain over the prior (bit), NSS, AUC in two conventions",
    source="Yang et al. 2024, CVPR (HAT)",
)
