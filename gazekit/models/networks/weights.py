"""Weights of a network: where they come from (a file, a published set by name, a seed), and the text that names them.

Files are read without running any code of theirs.
"""

import hashlib
import logging
import math
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from gazekit.files.atomic import sha256_of
from gazekit.files.untrusted import BoundedFile, check_room, check_safetensors, decoding
from gazekit.foundations.errors import DataError, GazekitError, listed
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.networks.network import Preprocessing

if TYPE_CHECKING:
    from torch import Tensor, nn

FOLDER_VARIABLE = "GAZEKIT_WEIGHTS"
DIGITS = 12  # of a SHA-256 in the text that names weights
PATIENCE = 5  # s until a host that does not answer counts as out of reach
RANDOM = "random"
OFFLINE = "take one that needs no download (backbones: v1 and random; encoders: filters)"


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
    then = "it is damaged, or carries code instead of tensors: fetch it again, or save it as safetensors"
    with decoding(f"{path} cannot be read as weights", then):
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            check_safetensors(path)
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
    digest = sha256_of(path)
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


def sha256_of_tensors(state: "Mapping[str, Tensor]") -> str:
    """SHA-256 (hex) of named tensors, in the order of their names."""
    import torch

    digest = hashlib.sha256()
    for name in sorted(state):
        digest.update(name.encode())
        digest.update(state[name].detach().cpu().reshape(-1).contiguous().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


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


@dataclass(frozen=True)
class Published:
    """A set of weights that somebody publishes.

    Parameters
    ----------
    files : sequence of str
        Names under which a file of it is looked for in the folder GAZEKIT_WEIGHTS; a message asks for the first.
    fetch : callable
        Downloads it: gives the path of a file, or the tensors themselves where a library loads them.
    preprocessing : Preprocessing
        The input that these weights were trained on.
    label : str
        What a result calls them where a file is known to be the published one.
    cached : path, optional
        Where a library keeps the file once it was downloaded.
    read : callable
        Path to tensors, for files of another kind than `read_weights` reads.
    check : callable
        Raises `DataError` where the file is not the published one; returns the digits that name it.
    """

    files: Sequence[str]
    fetch: "Callable[[], Path | Mapping[str, Tensor]]"
    preprocessing: Preprocessing
    label: str = ""
    cached: Path | None = None
    read: "Callable[[Path], dict[str, Tensor]]" = read_weights
    check: Callable[[Path], str] = check_file

    def on_this_machine(self) -> Path | None:
        """Its file, from the folder GAZEKIT_WEIGHTS or a library's cache; None where it is in neither."""
        found = [path for name in self.files if (path := find_weights(name)) is not None]
        if found or self.cached is None:
            return found[0] if found else None
        return self.cached if self.cached.is_file() else None

    def known_by(self, digits: str) -> bool:
        """Whether a file of these digits is the published one, whatever it is called now."""
        return any(digits.startswith(known) for name in self.files if (known := digits_in(name)))


@dataclass(frozen=True)
class WeightsSource:
    """Weights that were found.

    Parameters
    ----------
    text : str
        What a result calls them.
    preprocessing : Preprocessing
        The input that they were trained on.
    origin : str
        Where the tensors come from, for messages: a path.
    tensors : callable
        Gives them; of the network it uses names and shapes, which random draws need.
    """

    text: str
    preprocessing: Preprocessing
    origin: str
    tensors: "Callable[[nn.Module], Mapping[str, Tensor]]"

    def fill(self, network: "nn.Module", name: str, *, unused: tuple[str, ...] = ()) -> None:
        """Put the weights into a network; see `fit_state`."""
        fit_state(network, self.tensors(network), name=name, source=self.origin, unused=unused)

    def renamed(self, rename: "Callable[[Mapping[str, Tensor], nn.Module], Mapping[str, Tensor]]") -> "WeightsSource":
        """The same with other names of tensors; random draws have the network's own names already."""
        if self.origin == RANDOM:
            return self
        return replace(self, tensors=lambda network: rename(self.tensors(network), network))


def find_source(
    name: str,
    weights: str | Path | None,
    published: Mapping[str, Published],
    *,
    seed: int = 0,
    download: bool = False,
    by_suffix: Mapping[str, Published] | None = None,
    usual: Preprocessing | None = None,
) -> WeightsSource:
    """Find weights: a file, a published set by name, or random ones.

    Parameters
    ----------
    name : str
        Of the network, for messages and for the key of random draws.
    weights : str, path or None
        "random"; a key of `published` (looked for in the folder GAZEKIT_WEIGHTS, then in the library's cache, then
        downloaded and checked); the path of a file; None: as the first published name.
    published : mapping of str to Published
        The first is the default.
    seed : int
        For "random".
    download : bool
        Whether None may download.
    by_suffix : mapping of str to Published, optional
        Files of another kind, by the suffix of their names: how they are read, and their preprocessing.
    usual : Preprocessing, optional
        For random weights and files of one's own; default that of the first published set.

    Raises
    ------
    DataError
        The file is not there, is damaged, or a download failed.
    GazekitError
        No such set of weights.
    """
    default = next(iter(published), RANDOM)
    own = published[default] if usual is None else Published((), dict, usual)
    if weights == RANDOM:
        return WeightsSource(
            f"random, seed {seed}", own.preprocessing, RANDOM, lambda network: random_state(network, name, seed)
        )
    asked = default if weights is None else str(weights)
    if asked in published:
        chosen = published[asked]
        path = chosen.on_this_machine() or _fetch(name, asked, chosen, download=download or weights is not None)
        if not isinstance(path, Path):
            tensors = path
            text = f"{asked} ({chosen.label}, SHA-256 of the tensors {sha256_of_tensors(tensors)[:DIGITS]})"
            return WeightsSource(text, chosen.preprocessing, chosen.label, lambda network: tensors)
        digits = chosen.check(path)
        kind = chosen.label if chosen.known_by(digits) else f"file {path.name}"
        text = f"{asked} ({kind}, SHA-256 {digits})"
    else:
        path = _given_file(name, asked, published)
        digits = check_file(path)
        # A published file is known by its digits, whatever it is called now.
        known = [one for one in published.values() if one.known_by(digits)]
        chosen = (by_suffix or {}).get(path.suffix) or next(iter(known), own)
        text = f"{chosen.label if known else f'file {path.name}'}, SHA-256 {digits}"
    file = path
    return WeightsSource(text, chosen.preprocessing, str(file), lambda network: chosen.read(file))


def _given_file(name: str, weights: str, published: Mapping[str, Published]) -> Path:
    """Take `weights` for a path, unless it looks like a misspelt name."""
    path = Path(weights)
    if not path.suffix and not path.is_file():
        known = ", ".join([*published, RANDOM])
        raise GazekitError(f"{name} has no weights called {weights!r}; give one of {known}, or the path of a file")
    if not path.is_file():
        raise DataError(f"the weights {path} are not there; give the path of a file, or {OFFLINE}")
    return path


def _fetch(name: str, asked: str, chosen: Published, *, download: bool) -> "Path | Mapping[str, Tensor]":
    place = (
        f"put {' or '.join(chosen.files)} into the folder that the environment variable {FOLDER_VARIABLE} names, or "
        f"give the path of a file, or {OFFLINE}"
    )
    if not download:
        raise DataError(
            f"no weights of {name} are on this machine; ask for weights {asked!r} to download them (on the command "
            f"line --weights {asked}, or MODEL:weights={asked}), or {place}"
        )
    try:
        return chosen.fetch()
    except Exception as error:  # no network, no room, a wrong checksum: the libraries raise many kinds
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"the weights {asked!r} of {name} cannot be downloaded ({reason[:200]}); {place}") from error


@contextmanager
def quietly() -> Iterator[None]:
    """Leave PyTorch's random numbers as they were, and keep a library from logging that weights are random."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        import torch

        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        logging.disable(before)


@contextmanager
def hub_at_once() -> Iterator[None]:
    """Ask Hugging Face's hub only where it can be reached: its client tries again for a minute or two where it cannot.

    What the client has on the disk is taken in any case.

    Raises
    ------
    ConnectionError
        What was asked for is not on the disk, and the hub cannot be reached.
    """
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or _reached(constants.ENDPOINT):
        yield
        return
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    except Exception as error:  # as of any download, see `_fetch`
        raise ConnectionError(f"{urlsplit(constants.ENDPOINT).hostname} cannot be reached") from error
    finally:
        constants.HF_HUB_OFFLINE = False


def _reached(address: str) -> bool:
    """Whether the host of an address, or the proxy that stands for it, takes a connection."""
    host = urlsplit(address)
    proxy = None if proxy_bypass(host.netloc) else getproxies().get(host.scheme)
    asked = urlsplit(proxy if proxy and "//" in proxy else f"//{proxy}") if proxy else host
    try:
        socket.create_connection((asked.hostname, asked.port or 443), PATIENCE).close()
    except OSError:
        return False
    return True
