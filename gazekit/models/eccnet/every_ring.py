"""Pooling as the published code does it: every ring's window over the whole map."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.models.eccnet.pooling import PoolTable, pool_table
from gazekit.models.eccnet.rings import PoolRule


def pool_every_ring(x: Tensor, rule: PoolRule) -> Tensor:
    """Pool a whole map as the published code does: every window side over all of it, then the rings cut out.

    The oracle of `gazekit.models.eccnet.pooling.pool_whole`, and what the benchmark compares with.
    """
    table = pool_table(x.shape[2], x.shape[3], rule)
    found = None
    for k in np.unique(table.sides).tolist():
        pooled = _padded_pool(x, k, rule, table)
        here = torch.as_tensor(table.sides == k, dtype=x.dtype, device=x.device)
        found = pooled * here if found is None else found + pooled * here
    assert found is not None  # noqa: S101 -- for type checkers: a map has at least one cell
    return found


def _padded_pool(x: Tensor, k: int, rule: PoolRule, table: PoolTable) -> Tensor:
    pads = []
    for n, cells in ((x.shape[3], table.columns), (x.shape[2], table.rows)):
        total = max((cells - 1) * rule.stride + k - n, 0)
        pads += [total // 2, total - total // 2]
    if rule.kind == "max":
        return functional.max_pool2d(functional.pad(x, pads, value=float("-inf")), k, rule.stride)
    counted = functional.avg_pool2d(functional.pad(torch.ones_like(x[:1, :1]), pads), k, rule.stride)
    return functional.avg_pool2d(functional.pad(x, pads), k, rule.stride) / counted
