"""Where weights come from: a file, a published set by name, or a seed; and the text that a result names them by."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.backbones.random_weights import random_state
from gazekit.models.backbones.state import fit_state
from gazekit.models.weights import FOLDER_VARIABLE, find_weights, read_weights

DIGITS = 12  # of a file's SHA-256 in the name of its weights
OFFLINE = "v1 and random"  # backbones that need no download, for messages


@dataclass(frozen=True)
class Published:
    """A set of weights that torchvision publishes, by the name of its enumeration ("VGG16_Weights.IMAGENET1K_V1")."""

    enumeration: str

    @property
    def entry(self) -> Any:
        """The torchvision entry: address, preprocessing."""
        from torchvision.models import get_weight

        return get_weight(self.enumeration)

    @property
    def network(self) -> str:
        """Name of the network as torchvision has it ("squeezenet1_0")."""
        return self.enumeration.split("_Weights")[0].lower()

    @property
    def file_name(self) -> str:
        """Name of the published file, which ends in the first digits of its SHA-256."""
        return self.entry.url.rsplit("/", 1)[1]

    @property
    def label(self) -> str:
        """What a result calls them."""
        return f"torchvision {self.enumeration.rsplit('.', 1)[1]}"

    def scaling(self) -> tuple[list[float], list[float]]:
        """Mean and deviation of RGB in 0..255, from torchvision's values for 0..1."""
        transforms = self.entry.transforms()
        return [255 * v for v in transforms.mean], [255 * v for v in transforms.std]


@dataclass(frozen=True)
class Loaded:
    """What is known of weights once they are in the network."""

    text: str
    mean: Sequence[float]
    deviation: Sequence[float]


def fill(
    network: nn.Module,
    name: str,
    weights: str | Path | None,
    published: Mapping[str, Published],
    *,
    seed: int,
    unused: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
) -> Loaded:
    """Fill a network with weights from a file, by a published name, or at random.

    Parameters
    ----------
    network : nn.Module
        In torchvision's layout of names; changed in place.
    name : str
        Of the network.
    weights : str, path or None
        "random"; a key of `published` (looked for in the folder GAZEKIT_WEIGHTS, then in PyTorch's cache, then
        downloaded and checked); the path of a file; None: as the first published name, but without a download.
    published : mapping of str to Published
        The first is the default, and its scaling of the input holds for files of one's own.
    seed : int
        For "random".
    unused : tuple of str
        As in `fit_state`.
    also : tuple of str
        Names of further sets that the caller loads itself, for messages.

    Raises
    ------
    DataError
        The file is not there, is damaged, or is of another network; or a download failed.
    GazekitError
        No such set of weights.
    """
    default = next(iter(published))
    if weights == "random":
        fit_state(network, random_state(network, name, seed), name=name, source="the random draw")
        return Loaded(f"random, seed {seed}", *published[default].scaling())
    asked = default if weights is None else str(weights)
    if asked in published:
        path = published_file(name, asked, published[asked], download=weights is not None)
    else:
        path = given_file(name, asked, [*published, *also])
    digits = check_file(path)
    # A published file is known by its digits, whatever it is called now; of another, only its name is known.
    same = [one for one in published.values() if digits.startswith(digits_in(one.file_name) or "?")]
    scaling = same[0] if same else published.get(asked, published[default])
    text = f"{same[0].label if same else f'file {path.name}'}, SHA-256 {digits}"
    fit_state(network, read_weights(path), name=name, source=str(path), unused=unused)
    return Loaded(f"{asked} ({text})" if asked in published else text, *scaling.scaling())


def given_file(name: str, weights: str, published: Iterable[str]) -> Path:
    """Take `weights` for a path, unless it looks like a misspelt name.

    Raises
    ------
    GazekitError
        It is neither a name nor the path of a file.
    """
    path = Path(weights)
    if not path.suffix and not path.is_file():
        known = ", ".join([*published, "random"])
        raise GazekitError(f"{name} has no weights called {weights!r}; give one of {known}, or the path of a file")
    if not path.is_file():
        raise DataError(
            f"the weights {path} are not there; give the path of a .safetensors or .pth file, or take a "
            f"backbone that needs none ({OFFLINE})"
        )
    return path


def published_file(name: str, asked: str, published: Published, *, download: bool) -> Path:
    """Find the file of a published set, or fetch it where that was asked for."""
    import torch

    for file_name in (published.file_name, f"{published.network}_{asked}.safetensors"):
        if (found := find_weights(file_name)) is not None:
            return found
    cached = Path(torch.hub.get_dir()) / "checkpoints" / published.file_name
    if cached.is_file():
        return cached
    place = (
        f"put {published.file_name} (or {published.network}_{asked}.safetensors) into the folder that the environment "
        f"variable {FOLDER_VARIABLE} names, or give the path of a file, or take a backbone that needs no download "
        f"({OFFLINE})"
    )
    if not download:
        raise DataError(
            f"no weights of {name} are on this machine; ask for weights {asked!r} to download them, or {place}"
        )
    try:
        cached.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(published.entry.url, str(cached), digits_in(published.file_name), progress=False)
    except (OSError, RuntimeError) as error:  # no network, no room; or a wrong checksum
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise DataError(f"the weights {asked!r} of {name} cannot be downloaded ({reason}); {place}") from error
    return cached


def digits_in(file_name: str) -> str | None:
    """The beginning of a SHA-256 that PyTorch's file names end in ("vgg16-397923af.pth"), or None."""
    match = re.search(r"-([0-9a-f]{8,})\.pth$", file_name)
    return match[1] if match else None


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
