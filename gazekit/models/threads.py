"""How many threads torch and numpy have: one, where more make a small computation slower or depend on their number."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from typing import Any


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch, and numpy's products of matrices, to one thread inside.

    Sums over channels may differ in their last bits with the number of threads, and threads wait for each other longer
    than a small network computes; while they wait they take processor time from others. Nothing happens where torch
    has not been imported: no network is in use. numpy is left alone where threadpoolctl is not installed, which comes
    with `gazekit-scanpaths[models]`.

    Examples
    --------
    >>> import torch
    >>> with one_thread():
    ...     torch.get_num_threads()
    1
    """
    torch = sys.modules.get("torch")
    if torch is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        pools = _pools()
        with nullcontext() if pools is None else pools.limit(limits=1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(before)


@cache
def _pools() -> Any:
    """The libraries of this process that have threads; finding them takes 10 ms. None without threadpoolctl."""
    try:
        from threadpoolctl import ThreadpoolController
    except ModuleNotFoundError:
        return None
    return ThreadpoolController()
