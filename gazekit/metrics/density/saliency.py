"""What a saliency map says of fixated pixels: NSS, and the area under the ROC curve in three forms."""

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import Size
from gazekit.metrics.fixation_maps.pixels import as_map, check_shares, values_at
from gazekit.metrics.kinds.densities import AgainstOthers, density_measure

FEW = 16  # fixations that are compared with every negative sooner than these are sorted


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


def auc_uniform(values: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size = None) -> np.ndarray:
    """AUC of each fixation against all pixels of the image, the fixated one included.

    Parameters
    ----------
    values : (rows, columns) array
        A saliency map, a density or its logarithm: only the order of pixels counts.
    x, y : (n,) array
        Fixations, px of the shown image.
    size : (width, height), optional
        Of the shown image, px, where the map has another resolution.

    Returns
    -------
    (n,) float64
        (pixels with a lower value + half of those with the same) / pixels: 0 to 1, chance 0.5, higher is better. NaN
        outside the image. Their mean is the AUC of all fixations together.

    Raises
    ------
    GazekitError
        A map of another shape, or with NaN.

    References
    ----------
    As in pysaliency; after Tatler, Baddeley, Gilchrist (2005), Vision Research 45.

    Examples
    --------
    >>> auc_uniform([[1, 2], [3, 4]], [1.5, 0.5], [1.5, 0.5]).tolist()
    [0.875, 0.125]
    """
    saliency = _ordered(values)
    return _share_below(saliency.ravel(), values_at(saliency, x, y, size))


def auc_shuffled(
    values: ArrayLike, x: ArrayLike, y: ArrayLike, other_x: ArrayLike, other_y: ArrayLike, size: Size = None
) -> np.ndarray:
    """Shuffled AUC of each fixation: against the places that people fixated on other images.

    A model that only knows the centre bias is at chance.

    Parameters
    ----------
    values, x, y, size
        As in `auc_uniform`.
    other_x, other_y : (m,) array
        Fixations on the other images as shares of their width and height, 0 to 1; those outside are left out. All of
        them are used, so nothing is random.

    Returns
    -------
    (n,) float64
        0 to 1, chance 0.5, higher is better. NaN outside the image, and if there is no other fixation.

    Raises
    ------
    GazekitError
        A map of another shape, or with NaN; other fixations in px.

    References
    ----------
    Zhang, Tong, Marks, Shan, Cottrell (2008), SUN: a Bayesian framework for saliency, Journal of Vision 8.

    Examples
    --------
    >>> auc_shuffled([[1, 2], [3, 4]], [1.5], [0.5], [0.25, 0.75], [0.25, 0.75]).tolist()
    [0.5]
    """
    saliency = _ordered(values)
    check_shares(other_x, other_y)
    negatives = values_at(saliency, other_x, other_y, (1.0, 1.0))
    return _share_below(negatives[~np.isnan(negatives)], values_at(saliency, x, y, size))


def auc_one_positive(values: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size = None) -> np.ndarray:
    """AUC with the fixated pixel as the only positive and every other pixel as a negative.

    It differs from `auc_uniform` by less than 1 / pixels: there the fixated pixel is among the negatives too. The
    COCO-Search18 line's code calls something else AUC, with chance 0.75; see `conditional_auc`.

    Parameters
    ----------
    values, x, y, size
        As in `auc_uniform`.

    Returns
    -------
    (n,) float64
        0 to 1, chance 0.5, higher is better; NaN outside the image, and for a map of one pixel.

    Raises
    ------
    GazekitError
        A map of another shape, or with NaN.

    Examples
    --------
    >>> auc_one_positive([[1, 2], [3, 4]], [1.5, 0.5], [1.5, 0.5]).tolist()
    [1.0, 0.0]
    """
    saliency = _ordered(values)
    pixels = saliency.size
    if pixels == 1:
        return np.full(np.asarray(x, dtype=np.float64).size, np.nan)
    share = _share_below(saliency.ravel(), values_at(saliency, x, y, size))
    return (share * pixels - 0.5) / (pixels - 1)


def _share_below(negatives: np.ndarray, positives: np.ndarray) -> np.ndarray:
    """Share of the negatives below each positive, equal ones half; NaN where a positive is."""
    if not len(negatives):
        return np.full(len(positives), np.nan)
    below, equal = below_and_equal(negatives, positives)
    return (2 * below + equal) / (2 * len(negatives))


def below_and_equal(negatives: np.ndarray, positives: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(n,) float64 each: how many negatives lie below each positive, and how many equal it; NaN where a positive is."""
    below, equal = np.full((2, len(positives)), np.nan)
    defined = ~np.isnan(positives)
    at = positives[defined]
    if len(at) <= FEW:
        below[defined], equal[defined] = (
            np.count_nonzero(which(negatives, at[:, None]), axis=1) for which in (np.less, np.equal)
        )
    else:
        ordered = np.sort(negatives)
        below[defined], up_to = (np.searchsorted(ordered, at, side=side) for side in ("left", "right"))
        equal[defined] = up_to - below[defined]
    return below, equal


def _shares_above(
    values: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size, *, weights: np.ndarray, others: np.ndarray
) -> np.ndarray:
    """(m,) float64: the weight of the fixations that lie higher than each of the others, of those alike half."""
    saliency = _ordered(values)
    positives, negatives = values_at(saliency, x, y, size), values_at(saliency, others[:, 0], others[:, 1], (1.0, 1.0))
    order = np.argsort(positives, kind="stable")[: int((~np.isnan(positives)).sum())]  # NaN are last
    up_to = np.concatenate([[0.0], np.cumsum(weights[order])])
    lower, equal = (np.searchsorted(positives[order], negatives, side=side) for side in ("left", "right"))
    return up_to[-1] - (up_to[lower] + up_to[equal]) / 2


def _ordered(values: ArrayLike) -> np.ndarray:
    """A map of which only the order counts: -inf, the logarithm of 0, is a value like any other."""
    out = np.asarray(values, dtype=np.float64)
    if np.isnan(out).any():
        raise GazekitError(f"a map has {int(np.isnan(out).sum())} values that are NaN")
    lowest = out[np.isfinite(out)].min(initial=0.0)
    return as_map(np.where(np.isneginf(out), lowest - 1.0 - abs(lowest), out))


def _shuffled(log_density: np.ndarray, x: ArrayLike, y: ArrayLike, size: Size, *, others: ArrayLike) -> np.ndarray:
    other_x, other_y = np.asarray(others, dtype=np.float64).T
    return auc_shuffled(log_density, x, y, other_x, other_y, size)


def _nss(log_density: np.ndarray, x: ArrayLike, y: ArrayLike, size: Size) -> np.ndarray:
    return nss(np.exp(log_density), x, y, size)


density_measure(
    _nss,
    "nss",
    summary="Standard deviations of the density above its mean at the fixated pixel; chance 0",
    source="Peters, Iyer, Itti, Koch 2005, Vision Research 45",
)
_PYSALIENCY = "As in pysaliency; Tatler, Baddeley, Gilchrist 2005, Vision Research 45"
_ZHANG = "Zhang et al. 2008, Journal of Vision 8"
_OURS = "gazekit; the AUC that the conditional AUC of the COCO-Search18 line stands for"
_OTHERS = "the places fixated on other images that are below the fixated pixel"
for _name, _compute, _needs, _of, _source in (
    ("auc_uniform", auc_uniform, (), "all pixels below the fixated one", _PYSALIENCY),
    ("auc_shuffled", AgainstOthers(_shuffled, _shares_above), ("others",), _OTHERS, _ZHANG),
    ("auc_one_positive", auc_one_positive, (), "the other pixels below the fixated one", _OURS),
):
    density_measure(
        _compute,
        _name,
        bounds=(0.0, 1.0),
        needs=_needs,
        summary=f"Share of {_of}, ties half; chance 0.5",
        source=_source,
    )
