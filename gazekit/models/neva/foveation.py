"""Foveated vision: what an eye that has been at some places sees of an image, and how that changes with its place.

All positions here are the paper's: (row, column) on a grid whose axes run from -1, the centre of the first cell, to 1,
the centre of the last. `gazekit.models.neva.view` converts them to px of the shown image.

Source: Schwinn, Precup, Eskofier and Zanca (2022), Behind the machine's gaze: neural networks with
biologically-inspired constraints exhibit human-like visual attention.
"""

import torch
from torch import Tensor


def axis(n: int, like: Tensor) -> Tensor:
    """Grid coordinates of the n cells of one axis, (n,), -1 to 1; a single cell is at 0.

    Examples
    --------
    >>> axis(5, torch.zeros(1)).tolist()
    [-1.0, -0.5, 0.0, 0.5, 1.0]
    """
    if n == 1:
        return torch.zeros(1, dtype=like.dtype, device=like.device)
    return torch.linspace(-1, 1, n, dtype=like.dtype, device=like.device)


def acuity(positions: Tensor, sigma: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Sharpness that a fixation gives, as a product of two one-dimensional factors.

    g(u) = exp(-|u - p|^2 / sigma). The paper's sigma is like a variance: no square and no factor 2, so that the
    standard deviation is sqrt(sigma / 2) grid units.

    Parameters
    ----------
    positions : (n, 2) float
        Fixations, (row, column) on the grid.
    sigma : (n, 2) or (2,) float
        Width along rows and columns, squared grid units.
    size : (height, width)
        Cells.

    Returns
    -------
    down, across : (n, height), (n, width) float
        g[k, i, j] = down[k, i] * across[k, j], in [0, 1].

    Examples
    --------
    >>> down, across = acuity(torch.tensor([[-1.0, 0.0]]), torch.tensor([0.2, 0.2]), (3, 3))
    >>> float(down[0, 0] * across[0, 1]), round(float(down[0, 1]), 5)  # exp(-1 / 0.2)
    (1.0, 0.00674)
    """
    sigma = sigma.expand(len(positions), 2)
    factors = [
        torch.exp(-((axis(n, positions) - positions[:, k : k + 1]) ** 2) / sigma[:, k : k + 1])
        for k, n in enumerate(size)
    ]
    return factors[0], factors[1]


def sharpness(memory: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """Share of the sharp image that is seen with a memory of earlier fixations and a present one.

    Parameters
    ----------
    memory : (n, height, width) float
        What earlier fixations left, at least 0, not clipped.
    down, across : (n, height), (n, width) float
        The present fixation, from `acuity`.

    Returns
    -------
    (n, height, width) float
        clip(memory + g, 0, 1).
    """
    return torch.clamp(memory + down[:, :, None] * across[:, None, :], 0, 1)


def perceive(sharp: Tensor, periphery: Tensor, share: Tensor) -> Tensor:
    """Blend the sharp image into its blurred form.

    Parameters
    ----------
    sharp, periphery : (n, 3, height, width) float
        The image and its blur.
    share : (n, height, width) float
        From `sharpness`.

    Returns
    -------
    (n, 3, height, width) float
        periphery + share * (sharp - periphery).
    """
    return torch.addcmul(periphery, sharp - periphery, share[:, None])


def remember(memory: Tensor, down: Tensor, across: Tensor, forgetting: float) -> Tensor:
    """Memory after a fixation: forgetting * memory + g. 0 keeps the last fixation only, 1 forgets nothing.

    The published order: what was remembered fades when a new fixation enters, so the last fixation has weight 1 while
    the next one is sought, and the one before it `forgetting`.
    """
    return torch.addcmul(forgetting * memory, down[:, :, None], across[:, None, :])


def position_gradient(contrast: Tensor, memory: Tensor, positions: Tensor, sigma: Tensor) -> Tensor:
    """Gradient of a loss with respect to the position of the present fixation, in closed form.

    dL/dp = sum over u of h(u) * [0 <= 1 - S(u) - g(u) <= 1] * (2 / sigma) * (u - p) * g(u)

    Parameters
    ----------
    contrast : (n, height, width) float
        h: gradient of the loss with respect to the perceived image, times (sharp - periphery), summed over channels.
    memory : (n, height, width) float
        S, at least 0.
    positions : (n, 2) float
        p, (row, column) on the grid.
    sigma : (n, 2) or (2,) float
        Width along rows and columns, squared grid units.

    Returns
    -------
    (n, 2) float
        Per row and column; 0 where everything near p is sharp already.
    """
    sigma = sigma.expand(len(positions), 2)
    height, width = contrast.shape[1:]
    down, across = acuity(positions, sigma, (height, width))
    blurred = memory + down[:, :, None] * across[:, None, :] <= 1
    open_ = torch.where(blurred, contrast, 0)
    towards = [
        2 / sigma[:, k : k + 1] * (axis(n, positions) - positions[:, k : k + 1]) for k, n in enumerate((height, width))
    ]
    along_rows = torch.einsum("ni,nij,nj->n", towards[0] * down, open_, across)
    along_columns = torch.einsum("ni,nij,nj->n", down, open_, towards[1] * across)
    return torch.stack([along_rows, along_columns], dim=1)
