"""Where a network's weights come from: a file, a published set by name, or a seed; and the text that names them."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.weights import (
    FOLDER_VARIABLE,
    check_file,
    digits_in,
    digits_of,
    find_weights,
    fit_state,
    random_state,
    read_weights,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

RANDOM = "random"
OFFLINE = "take one that needs no download (backbones: v1 and random; encoders: filters)"


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
class Source:
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

    def renamed(self, rename: "Callable[[Mapping[str, Tensor], nn.Module], Mapping[str, Tensor]]") -> "Source":
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
) -> Source:
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
        return Source(
            f"random, seed {seed}", own.preprocessing, RANDOM, lambda network: random_state(network, name, seed)
        )
    asked = default if weights is None else str(weights)
    if asked in published:
        chosen = published[asked]
        path = chosen.on_this_machine() or _fetch(name, asked, chosen, download=download or weights is not None)
        if not isinstance(path, Path):
            tensors = path
            text = f"{asked} ({chosen.label}, SHA-256 of the tensors {digits_of(tensors)})"
            return Source(text, chosen.preprocessing, chosen.label, lambda network: tensors)
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
    return Source(text, chosen.preprocessing, str(file), lambda network: chosen.read(file))


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
            f"no weights of {name} are on this machine; ask for weights {asked!r} to download them, or {place}"
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
