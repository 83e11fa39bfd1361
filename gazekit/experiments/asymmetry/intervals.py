"""Bootstrap over displays: within every cell (condition and set size) displays are drawn with replacement."""

import numpy as np

from gazekit.evaluation.bootstrap import RESAMPLES, resampled_means
from gazekit.foundations.randomness import keyed_rng


def cell_means(
    times: np.ndarray, experiment: str, condition: str, set_size: int, *, seed: int = 0, resamples: int = RESAMPLES
) -> np.ndarray:
    """Mean reaction time of a cell in every bootstrap resample.

    The draws depend on seed, experiment, condition, set size and number of displays only: all models that searched the
    same displays share them, so that differences between models are paired.

    Parameters
    ----------
    times : (n,) float64
        One reaction time per display, in the order of the displays; NaN for displays left out.
    experiment, condition, set_size
        Which cell it is.
    seed : int
        Seed of the run.
    resamples : int
        How many resamples.

    Returns
    -------
    (resamples,) float64
        NaN for a resample in which nothing is defined.

    Examples
    --------
    >>> cell_means(np.array([1.0, 1.0]), "lighting", "top_down", 6, resamples=3).tolist()
    [1.0, 1.0, 1.0]
    """
    n = len(times)
    draws = keyed_rng(seed, "asymmetry", experiment, condition, int(set_size), n).integers(0, n, (resamples, n))
    return resampled_means(np.asarray(times, dtype=float), draws)
