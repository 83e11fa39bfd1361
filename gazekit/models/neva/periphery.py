"""The blurred periphery: a separable Gaussian with reflection at the borders, as one small matrix per axis."""

import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError

KERNEL, SPREAD = 41, 10.0  # taps and standard deviation, cells, that the authors use at 224 cells


def blur_matrix(n: int, kernel: int = KERNEL, spread: float = SPREAD, dtype: torch.dtype = torch.float32) -> Tensor:
    """Matrix that blurs a line of n cells.

    The weights are exp(-i^2 / (2 spread^2)) at the `kernel` cells around each, normalised to sum 1; cells beyond an end
    are those mirrored at the end cell, as often as a short line needs.

    Parameters
    ----------
    n : int
        Cells.
    kernel : int
        Taps, odd.
    spread : float
        Standard deviation, cells.
    dtype : torch.dtype
        Of the result; it is computed in double precision.

    Returns
    -------
    (n, n) float
        Each row sums to 1.

    Raises
    ------
    GazekitError
        A kernel that is not odd and positive, or a spread that is not positive.

    Examples
    --------
    >>> blur_matrix(3, 3, 1.0).mul(1000).round().int().tolist()
    [[452, 548, 0], [274, 452, 274], [0, 548, 452]]
    """
    if kernel < 1 or kernel % 2 == 0:
        raise GazekitError(f"the blur's kernel must be an odd number of cells, at least 1, not {kernel}")
    if not spread > 0:
        raise GazekitError(f"the blur's spread must be a positive number of cells, not {spread}")
    offsets = torch.arange(kernel) - kernel // 2
    weights = torch.exp(-(offsets.double() ** 2) / (2 * spread**2))
    weights /= weights.sum()
    cells = torch.arange(n)[:, None] + offsets
    period = max(2 * (n - 1), 1)  # a line mirrored at both end cells repeats after this many
    cells = cells % period
    cells = torch.where(cells >= n, period - cells, cells)
    matrix = torch.zeros(n, n, dtype=torch.float64)
    return matrix.scatter_add_(1, cells, weights.expand(n, kernel)).to(dtype)


def blur(images: Tensor, kernel: int = KERNEL, spread: float | tuple[float, float] = SPREAD) -> Tensor:
    """Blur images.

    Parameters
    ----------
    images : (n, channels, height, width) float
        Any values. Blurring before or after a network's normalisation of each channel is the same.
    kernel, spread : int, float
        Taps and standard deviation, cells; the spread may be a pair (along rows, along columns).

    Returns
    -------
    (n, channels, height, width) float

    Examples
    --------
    >>> blur(torch.ones(1, 1, 4, 5)).allclose(torch.ones(1, 1, 4, 5))
    True
    """
    spreads = spread if isinstance(spread, tuple) else (spread, spread)
    down, across = (
        blur_matrix(n, kernel, s, images.dtype).to(images.device)
        for n, s in zip(images.shape[-2:], spreads, strict=True)
    )
    return down @ images @ across.T
