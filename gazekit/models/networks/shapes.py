"""Networks made for the shapes of their tensors only, without memory and without first weights."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.overrides import TorchFunctionMode


class _NoFirstWeights(TorchFunctionMode):
    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if getattr(function, "__module__", None) == "torch.nn.init":
            return kwargs["tensor"] if kwargs and "tensor" in kwargs else args[0]
        return function(*args, **(kwargs or {}))


@contextmanager
def without_memory() -> Iterator[None]:
    """Networks made inside have tensors with shapes and no values.

    Drawing first weights on torch's device without memory would load its compiler, which takes a second.

    Examples
    --------
    >>> with without_memory():
    ...     layer = torch.nn.Embedding(10**9, 10**6)
    >>> layer.weight.shape, layer.weight.is_meta
    (torch.Size([1000000000, 1000000]), True)
    """
    with torch.device("meta"), _NoFirstWeights():
        yield
