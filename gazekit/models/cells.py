"""The grid on which a model gives a density of fixations, and what a Gaussian has in its cells."""

import numpy as np
from scipy.special import log_ndtr, ndtr

from gazekit.core.frames import Frame
from gazekit.foundations.errors import GazekitError


def cells(frame: Frame, shape: tuple[int, int] | None) -> tuple[int, int]:
    """Rows and columns of a density: those asked for, else one cell per px of the shown image.

    Raises
    ------
    GazekitError
        A shape that is not two numbers of 1 or more.

    Examples
    --------
    >>> cells(Frame(800, 600), None), cells(Frame(800, 600), (3, 4))
    ((600, 800), (3, 4))
    """
    if shape is None:
        return max(1, round(frame.height)), max(1, round(frame.width))
    sides = np.asarray(shape)
    plain = sides.shape == (2,) and sides.dtype.kind in "iuf"
    if not (plain and sides.min() >= 1 and sides.max() < np.inf and (sides == sides.round()).all()):
        raise GazekitError(f"the shape of a density is (rows, columns), 1 or more each, not {shape!r}")
    return int(shape[0]), int(shape[1])


def resampled(log_density: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """A log density on another grid: interpolated between the centres of cells, added up where cells are larger.

    Examples
    --------
    >>> np.exp(resampled(np.log([[0.1, 0.2], [0.3, 0.4]]), (1, 1))).round(6).tolist()
    [[1.0]]
    """
    import torch

    if log_density.shape == shape:
        return log_density
    times = [max(1, -(-own // wanted)) for own, wanted in zip(log_density.shape, shape, strict=True)]
    fine = torch.nn.functional.interpolate(
        torch.from_numpy(np.ascontiguousarray(log_density))[None, None],
        (shape[0] * times[0], shape[1] * times[1]),
        mode="bilinear",
        align_corners=False,
    )[0, 0].numpy()
    probability = np.exp(fine - fine.max())
    whole = probability.reshape(shape[0], times[0], shape[1], times[1]).sum((1, 3))
    with np.errstate(divide="ignore"):
        return np.log(whole / whole.sum())


def normal_masses(edges: np.ndarray) -> np.ndarray:
    """Mass of the standard normal distribution between neighbouring edges.

    The distribution function is 1 to the last bit from 8 standard deviations on. Cells right of 0 are therefore
    computed as their mirror images, so that mirrored edges have mirrored masses.

    Parameters
    ----------
    edges : (..., n + 1) float64
        Increasing along the last axis, in standard deviations.

    Returns
    -------
    (..., n) float64
        0 beyond 38 standard deviations, where float64 ends; `log_normal_masses` goes on.

    Examples
    --------
    >>> normal_masses(np.array([-np.inf, -9, 9, np.inf])).round(22).tolist()
    [1.129e-19, 1.0, 1.129e-19]
    """
    low, high = _on_the_left(edges)
    return ndtr(high) - ndtr(low)


def log_normal_masses(edges: np.ndarray) -> np.ndarray:
    """Natural logarithm of `normal_masses`, however far the edges are.

    Examples
    --------
    >>> log_normal_masses(np.array([-60.0, -50, 50, 60])).round(3).tolist()
    [-1254.831, 0.0, -1254.831]
    """
    low, high = _on_the_left(edges)
    return log_ndtr(high) + np.log(-np.expm1(log_ndtr(low) - log_ndtr(high)))


def _on_the_left(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper edges, both mirrored where the cell lies right of 0."""
    low, high = edges[..., :-1], edges[..., 1:]
    right = low >= 0
    return np.where(right, -high, low), np.where(right, -low, high)
