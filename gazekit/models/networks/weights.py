"""Weights: read from files without running any code of theirs, drawn at random, and fitted into a network."""

import hashlib
import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gazekit.files.untrusted import BoundedFile, check_room, first_line
from gazekit.foundations.errors import DataError
from gazekit.foundations.randomness import keyed_rng

if TYPE_CHECKING:
    from torch import Tensor, nn

FOLDER_VARIABLE = "GAZEKIT_WEIGHTS"
DIGITS = 12  # of a SHA-256 in the text that names weights
SHOWN = 3  # names in a message


def read_weights(path: str | Path) -> "dict[str, Tensor]":
    """Read a file of named tensors.

    Parameters
    ----------
    path : path
        `.safetensors`, or `.pt` / `.pth` / `.bin` as PyTorch writes them (tensors only: a file that carries code is
        refused).

    Returns
    -------
    dict of str to Tensor
        As stored, on the CPU, in the stored precision.

    Raises
    ------
    DataError
        The file is not there, is of another kind, is damaged, or carries something other than tensors.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"the weights {path} are not there; give the path of a .safetensors or .pth file")
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        if path.suffix in (".pt", ".pth", ".bin"):
            import torch

            _check_archive(path)
            with BoundedFile(path) as file:
                state = torch.load(file, map_location="cpu", weights_only=True)
            state = state.get("state_dict", state) if isinstance(state, Mapping) else state
            if not isinstance(state, Mapping) or not all(isinstance(v, torch.Tensor) for v in state.values()):
                raise DataError(f"{path} holds no plain table of tensors; save the model's state_dict as safetensors")
            return dict(state)
    except DataError:
        raise
    except Exception as error:  # damaged files raise many kinds for one fact
        raise DataError(
            f"{path} cannot be read as weights ({first_line(error)}); it is damaged, or carries code instead of "
            f"tensors: fetch it again, or save it as safetensors"
        ) from error
    raise DataError(f"{path} is no weights file that gazekit reads: give .safetensors, .pt, .pth or .bin")


def _check_archive(path: Path) -> None:
    """Refuse a zip archive, which PyTorch's files are, whose members unpack to more than they may."""
    from zipfile import ZipFile, is_zipfile

    if is_zipfile(path):
        with ZipFile(path) as archive:
            check_room(path, sum(member.file_size for member in archive.infolist()), path.stat().st_size)


def find_weights(file_name: str) -> Path | None:
    """Look for a file in the folder that the environment variable GAZEKIT_WEIGHTS names; None if it is not there."""
    folder = os.environ.get(FOLDER_VARIABLE)
    path = Path(folder) / file_name if folder else None
    return path if path is not None and path.is_file() else None


def check_file(path: Path) -> str:
    """First 12 digits of a file's SHA-256, compared with the digits in its name where PyTorch put them there.

    Raises
    ------
    DataError
        The file is not what its name says.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    expected = digits_in(path.name)
    if expected is not None and not digest.startswith(expected):
        raise DataError(
            f"{path} is damaged: its SHA-256 begins with {digest[: len(expected)]}, not with {expected}; fetch it again"
        )
    return digest[:DIGITS]


def digits_in(file_name: str) -> str | None:
    """The beginning of a SHA-256 that PyTorch's file names end in ("vgg16-397923af.pth"), or None."""
    match = re.search(r"-([0-9a-f]{8,})\.pth$", file_name)
    return match[1] if match else None


def digits_of(state: "Mapping[str, Tensor]") -> str:
    """First 12 digits of the SHA-256 of all tensors, in the order of their names."""
    digest = hashlib.sha256()
    for key in sorted(state):
        digest.update(key.encode() + state[key].contiguous().numpy().tobytes())
    return digest.hexdigest()[:DIGITS]


def random_state(network: "nn.Module", name: str, seed: int) -> "dict[str, Tensor]":
    """Draw weights for every parameter of a network: He's normal distribution, the same on every machine.

    Kernels and matrices are normal with mean 0 and variance 2 / fan-in (He et al. 2015), where the fan-in is the
    product of all dimensions but the first; biases are 0; scales and statistics of normalisation leave values as
    they are (scale 1, mean 0, variance 1).

    Parameters
    ----------
    network : nn.Module
        Only names and shapes are used, so it may live on the meta device.
    name : str
        Name of the network: part of the key of the draws.
    seed : int
        Seed; each tensor's draws depend on (seed, name, the tensor's name) only.

    Returns
    -------
    dict of str to Tensor
        float32, in the layout of `network.state_dict()`.

    Notes
    -----
    A deep residual network without trained normalisation doubles its variance with every block; values grow, but
    their order does not change.

    Examples
    --------
    >>> import torch
    >>> from torch import nn
    >>> one, two = (random_state(nn.Conv2d(3, 4, 3), "toy", seed=5)["weight"] for _ in range(2))
    >>> bool((one == two).all()), tuple(one.shape)
    (True, (4, 3, 3, 3))
    """
    import torch

    state = {}
    for key, tensor in network.state_dict().items():
        if not tensor.is_floating_point():  # counters and tables of places, which are no weights
            state[key] = torch.zeros(tensor.shape, dtype=tensor.dtype) if tensor.is_meta else tensor
        elif tensor.ndim >= 2:
            rng = keyed_rng(seed, "backbone", name, key)
            draws = torch.from_numpy(rng.standard_normal(tuple(tensor.shape)).astype("float32"))
            state[key] = draws * math.sqrt(2 / math.prod(tensor.shape[1:]))
        elif key.endswith(("running_var", "weight", "gamma")):
            state[key] = torch.ones(tensor.shape)
        else:
            state[key] = torch.zeros(tensor.shape)
    return state


def fit_state(
    network: "nn.Module", state: "Mapping[str, Tensor]", *, name: str, source: str, unused: tuple[str, ...] = ()
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
    import torch

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
