"""Log-likelihood of people's fixations under a log density, and information gain over a baseline."""

from collections.abc import Iterable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError, check_choice
from gazekit.metrics.columns import Size
from gazekit.metrics.fixation_maps.pixels import as_log_density, values_at
from gazekit.metrics.kinds.densities import density_measure


def log_likelihood(log_density: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size = None) -> np.ndarray:
    """Log-likelihood of each fixation, nats per fixation.

    Parameters
    ----------
    log_density : (rows, columns) array
        Natural logarithms of the pixels' probabilities, which add up to 1.
    x, y : (n,) array
        Fixations, px of the shown image.
    size : (width, height), optional
        Of the shown image, px, where the map has another resolution.

    Returns
    -------
    (n,) float64
        0 at most; higher is better; -inf where the model gave probability 0; NaN outside the image. It depends on the
        number of pixels: compare maps of one shape, or take `information_gain`.

    Raises
    ------
    GazekitError
        A log density that does not add up to 1, or has NaN.

    Examples
    --------
    >>> log_likelihood(np.log([[0.25, 0.75]]), [1.5], [0.5]).round(4).tolist()
    [-0.2877]
    """
    return values_at(as_log_density(log_density), x, y, size)


def information_gain(
    log_density: ArrayLike, x: ArrayLike, y: ArrayLike, size: Size = None, *, baseline: ArrayLike | None = None
) -> np.ndarray:
    """Information gain of each fixation over a baseline, bit per fixation.

    Parameters
    ----------
    log_density, x, y, size
        As in `log_likelihood`.
    baseline : (rows, columns) array, optional
        Log density of the baseline, of the same shape: usually the centre bias (`CentreBias.log_density`). None: the
        uniform density.

    Returns
    -------
    (n,) float64
        (log-likelihood - the baseline's) / ln 2: 0 for the baseline itself, higher is better, no bound below; at most
        log2(rows x columns) over the uniform density. NaN outside the image, and where both give probability 0.

    Raises
    ------
    GazekitError
        Log densities of different shapes, or ones that do not add up to 1.

    References
    ----------
    Kümmerer, Wallis, Bethge (2015), Information-theoretic model comparison unifies saliency metrics, PNAS 112.

    Examples
    --------
    >>> information_gain(np.log([[0.25, 0.75]]), [1.5, 0.5], [0.5, 0.5]).round(3).tolist()
    [0.585, -1.0]
    """
    model = as_log_density(log_density)
    if baseline is None:
        below = np.full(model.shape, -np.log(model.size))
    else:
        below = as_log_density(baseline, "the baseline's log density")
    if below.shape != model.shape:
        raise GazekitError(
            f"the model's map has the shape {model.shape} and the baseline's {below.shape}; make them one"
        )
    gained, reference = values_at(model, x, y, size), values_at(below, x, y, size)
    both = np.isneginf(gained) & np.isneginf(reference)
    gained[both] = np.nan
    return (gained - np.where(both, 0.0, reference)) / np.log(2)


def average(per_image: Iterable[ArrayLike], over: Literal["fixations", "images"] = "fixations") -> float:
    """Mean of values at fixations, given image by image.

    Parameters
    ----------
    per_image : iterable of (n,) array
        Values of each image's fixations; NaN are left out.
    over : {"fixations", "images"}
        "fixations": every fixation counts the same (pysaliency's default). "images": the mean of the images' means.

    Returns
    -------
    float
        NaN if no fixation has a value.

    Examples
    --------
    >>> average([[1, 1, 1], [5]]), average([[1, 1, 1], [5]], over="images")
    (2.0, 3.0)
    """
    check_choice("what an average is over", over, ("fixations", "images"))
    parts = [v[~np.isnan(v)] for v in (np.asarray(values, dtype=np.float64).ravel() for values in per_image)]
    parts = [part for part in parts if len(part)]
    if not parts:
        return float("nan")
    return float(np.mean([part.mean() for part in parts])) if over == "images" else float(np.concatenate(parts).mean())


_SOURCE = "Kümmerer, Wallis, Bethge 2015, PNAS 112"
density_measure(
    log_likelihood,
    "log_likelihood",
    bounds=(-np.inf, 0.0),
    values_in="nat",
    summary="Log probability of the fixated pixel; depends on the number of pixels",
    source=_SOURCE,
)
density_measure(
    information_gain,
    "information_gain",
    outputs=("information_gain_uniform",),
    values_in="bit",
    summary="Log-likelihood over that of the uniform density, per fixation",
    source=_SOURCE,
)
density_measure(
    information_gain,
    "information_gain_baseline",
    values_in="bit",
    needs=("baseline",),
    summary="Log-likelihood over that of a baseline, usually the centre bias, per fixation",
    source=_SOURCE,
)
