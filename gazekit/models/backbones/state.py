"""Fit stored weights into a network, and say exactly what does not fit."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import DataError

SHOWN = 3  # names in a message


def fit_state(
    network: nn.Module, state: Mapping[str, Tensor], *, name: str, source: str, unused: tuple[str, ...] = ()
) -> None:
    """Put weights into a network, as float32; the network may live on the meta device.

    Parameters
    ----------
    network : nn.Module
        Takes the tensors themselves (they are not copied where they are float32 already).
    state : mapping of str to Tensor
        Named as in `network.state_dict()`.
    name, source : str
        Of the network, and of the weights, for messages.
    unused : tuple of str
        Beginnings of names that the file may hold beyond the network's (a classifier's).

    Raises
    ------
    DataError
        Missing or unexpected names, other shapes, or values that are not finite.
    """
    wanted = network.state_dict()
    given = {key: value for key, value in state.items() if key in wanted or not key.startswith(unused or ("\0",))}
    # A counter of training steps: files from before 2017 lack it, and it decides nothing.
    counters = {key for key in wanted if key.endswith("num_batches_tracked")}
    given.update({key: torch.tensor(0) for key in counters - given.keys()})
    faults = []
    if missing := [key for key in wanted if key not in given]:
        faults.append(f"it lacks {listed(missing)}")
    if unexpected := [key for key in given if key not in wanted]:
        faults.append(f"it has {listed(unexpected)}, which {name} has not")
    if other := [key for key in wanted if key in given and given[key].shape != wanted[key].shape]:
        key = other[0]
        faults.append(f"{key} is {tuple(given[key].shape)} instead of {tuple(wanted[key].shape)}")
    if faults:
        raise DataError(f"{source} does not hold weights of {name}: {'; '.join(faults)}")
    if broken := [key for key in wanted if not torch.isfinite(given[key]).all()]:
        raise DataError(f"{source} is damaged: {listed(broken)} holds values that are not finite; fetch the file again")
    floats = {key: given[key].float() if given[key].is_floating_point() else given[key] for key in wanted}
    network.load_state_dict({key: value.contiguous() for key, value in floats.items()}, assign=True)


def listed(names: list[str]) -> str:
    """The first names, and how many more."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
