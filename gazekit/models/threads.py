"""How many threads torch has: one, where more make a small network slower or a result depend on their number."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep torch to one thread inside.

    Sums over channels may differ in their last bits with the number of threads, and threads wait for each other longer
    than a small network computes. Nothing happens where torch has not been imported: no network is in use.

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
        yield
    finally:
        torch.set_num_threads(before)
