"""Where a network runs, and how exactly."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import torch

from gazekit.foundations.errors import GazekitError


def chosen_device(device: Literal["auto"] | str) -> torch.device:
    """Device of this name; "auto" is the GPU where there is one.

    Raises
    ------
    GazekitError
        A GPU is asked for and there is none, or no such kind of device.

    Examples
    --------
    >>> chosen_device("cpu").type
    'cpu'
    """
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise GazekitError(
            f"device {device!r} was asked for, but this machine has no GPU that torch can use; use 'auto'"
        )
    try:
        return torch.device(device)
    except RuntimeError as error:
        raise GazekitError(f"there is no device {device!r}; use 'auto', 'cpu' or 'cuda'") from error


@contextmanager
def full_float32() -> Iterator[None]:
    """Keep a GPU's convolutions in float32 inside: torch would round their inputs to TF32, a thousandth coarser.

    Examples
    --------
    >>> with full_float32():
    ...     torch.backends.cudnn.allow_tf32
    False
    """
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before
