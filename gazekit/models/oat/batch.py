"""Batches of tensors: what the network is given and keeps, moved to a device or picked by rows as a whole."""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor


@dataclass
class Batch:
    """Base of dataclasses of tensors; a field may also be None, another batch, or a list or tuple of them."""

    def to(self, device: str | torch.device) -> Self:
        """Move every tensor."""
        moved: Self = _each(self, lambda tensor: tensor.to(device))
        return moved

    def rows(self, index: Tensor) -> Self:
        """Take these rows of every tensor, in this order."""
        picked: Self = _each(self, lambda tensor: tensor[index])
        return picked


def _each(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    if isinstance(value, Tensor):
        return change(value)
    if isinstance(value, list | tuple):
        return type(value)(_each(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _each(getattr(value, f.name), change) for f in fields(value)})
    return value
