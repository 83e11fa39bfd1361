"""Pools that grow with eccentricity: one side of window at the fovea, larger ones on rings around it."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from gazekit.models.networks.backbone import Pool, same_pool

FOVEA = 4  # degrees; the official code calls it a size and uses it as a radius


@dataclass(frozen=True)
class PoolRule(Pool):
    """How a pool works, whatever the size of its input.

    Parameters
    ----------
    size, stride : int
        Window side and step at the fovea, cells of the input.
    kind : {"average", "max"}
        What is taken of a window. Padded cells never count.
    slope : float
        Growth of the window's side per degree of eccentricity and per cell-per-degree; 0: the same everywhere.
    px_per_degree : float
        Cells of the input per published degree, of which the fovea has 4: with a fovea of F degrees, F / 4 times the
        cells of a degree. Rounded by the caller where the official code rounds.
    """

    slope: float = 0.0
    px_per_degree: float = 0.0


def window_sides(height: int, width: int, rule: PoolRule) -> np.ndarray:
    """Side of the window of every output cell.

    A disc of 4 degrees around the central cell has the pool's own size. Rings of 1 degree follow as long as they fit
    in half the map; what is left, corners included, counts as one more ring. A point belongs to a disc if its squared
    distance is strictly below the squared radius.

    Parameters
    ----------
    height, width : int
        Cells of the pool's input. The published maps are square; of others, the longer side counts the rings.
    rule : PoolRule
        The pool.

    Returns
    -------
    (height', width') int64
        Cells of the input, with height' = ceil(height / stride).

    Examples
    --------
    >>> sides = window_sides(202, 202, PoolRule(2, 2, "average", 0.07, 8))
    >>> sides.shape, sides[50, 50::4].tolist()
    ((101, 101), [2, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7])
    """
    rows, columns = -(-height // rule.stride), -(-width // rule.stride)
    half, d = max(rows, columns) / 2, rule.px_per_degree
    radius, step = round(FOVEA * d / rule.stride), max(round(d / rule.stride), 1)
    sides = np.full((rows, columns), rule.size, dtype=np.int64)
    if rule.slope == 0 or radius > half:
        return sides
    row, column = np.ogrid[:rows, :columns]
    squared = (row - rows // 2) ** 2 + (column - columns // 2) ** 2
    j, inside = 0, radius
    while True:
        j, outside = j + 1, inside
        inside = radius + j * step
        growth = rule.slope * (rule.stride * inside - FOVEA * d)
        sides[squared >= outside**2] = max(rule.size + round(growth), 1)
        if inside >= half:
            return sides


def pool_every_ring(x: Tensor, rule: PoolRule) -> Tensor:
    """Pool a whole map as the published code does: every window side over all of it, then the rings cut out.

    Windows lie as TensorFlow's 'same' rule puts them, and cells beyond the map do not count.

    Parameters
    ----------
    x : (B, C, H, W)
        The map.
    rule : PoolRule
        The pool.

    Returns
    -------
    (B, C, ceil(H / stride), ceil(W / stride))

    Examples
    --------
    >>> pool_every_ring(torch.ones(1, 1, 3, 3), PoolRule(2, 2, "average")).flatten().tolist()
    [1.0, 1.0, 1.0, 1.0]
    """
    sides = window_sides(x.shape[2], x.shape[3], rule)
    found = x.new_zeros((*x.shape[:2], *sides.shape))
    for k in np.unique(sides).tolist():
        here = torch.as_tensor(sides == k, dtype=x.dtype, device=x.device)
        found += same_pool(x, replace(rule, size=k)) * here
    return found
