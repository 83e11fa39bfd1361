"""Features of images from frozen networks, kept on disk by (image, network)."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from gazekit.core.trials import Trial
from gazekit.files.atomic import write_atomically
from gazekit.files.links import make_folder
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.networks import BACKBONE, ENCODER, NO_WEIGHTS, entry_of, load_backbone, load_encoder
from gazekit.models.networks.backbone import Backbone
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.weights import sha256_of_tensors
from gazekit.models.option_checks import within

CACHE_VARIABLE = "GAZEKIT_FEATURES"  # a folder; empty: nothing is kept
ROOM = 4_000_000_000  # bytes; the files used longest ago are removed beyond
SIZES = 1 / 8, 4  # of a network's input, least and most: sides, beside the usual ones
MOST_TERMS = 12  # of a backbone
MOST_SQUARES = 64  # along a side of an image, however long it is
TEXT = "text/"  # before the name of an encoder that reads what is sought
DIGITS = 16  # of a SHA-256 in names


@dataclass(frozen=True)
class Recipe:
    """How features are taken from one network.

    Parameters
    ----------
    network : str
        Name for `load_backbone`.
    levels : tuple of str
        Layers whose outputs are kept; none: the network's own. A transformer is run once for each.
    multiple : int
        Sides of the input are multiples of it, px.
    area : int
        Pixels of the input, about.
    transformer : bool
        Whether the loader gives one level at a time.
    """

    network: str
    levels: tuple[str, ...]
    multiple: int
    area: int
    transformer: bool = False

    def size(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the input for an image: its shape as nearly as the multiples allow."""
        ratio = float(np.clip(width / height, 1 / 8, 8))
        sides = ((self.area / ratio) ** 0.5, (self.area * ratio) ** 0.5)
        high, wide = (max(1, round(side / self.multiple)) * self.multiple for side in sides)
        return high, wide


AREA = 512 * 384
RECIPES = {
    "lite0": Recipe("lite0", ("blocks.2", "blocks.4", "blocks.6"), 32, AREA),
    "dinov2": Recipe("timm:vit_small_patch14_dinov2", ("blocks.5", "blocks.8", "blocks.11"), 14, 518 * 392, True),
}


def recipe_of(term: str) -> tuple[str, Recipe]:
    """Name of a network, and how features are taken from it, by what is written: a name, or one with a size.

    Parameters
    ----------
    term : str
        A name of `RECIPES`, or one for `load_backbone`, whose own levels count. After an "@", by how much the sides of
        its input are larger than usual.

    Raises
    ------
    UnknownNameError, GazekitError
        There is no such network; the size is no number from 1/8 to 4.

    Examples
    --------
    >>> name, recipe = recipe_of("lite0@2")
    >>> name, recipe.size(600, 800)
    ('lite0', (768, 1024))
    """
    name, at, size = term.partition("@")
    if name not in RECIPES:
        entry_of(BACKBONE, name, besides=tuple(RECIPES))
    recipe = RECIPES.get(name, Recipe(name, (), 32, AREA))
    if not at:
        return name, recipe
    try:
        factor = float(size)
    except ValueError:
        raise GazekitError(f"the size in {term!r} must be a number, such as 2 in {name}@2, not {size!r}") from None
    within(f"the size in {term!r}", factor, *SIZES)
    return name, replace(recipe, area=round(recipe.area * factor**2))


def names_of(backbone: str) -> list[str]:
    """Names of the networks in a backbone, of the encoder of text too; see `FeatureReader`."""
    terms = backbone.split("+")
    return [term.removeprefix(TEXT) if term.startswith(TEXT) else recipe_of(term)[0] for term in terms]


def side_of_square(shorter: int, share: int) -> int:
    """Side, px, of the squares of an image that are compared with a text: a share of its shorter side."""
    return max(1, shorter // share)


def image_hash(image: np.ndarray) -> str:
    """SHA-256 (first 16 digits) of an image's size and pixels: the same picture under another name is the same."""
    return hashlib.sha256(repr(image.shape).encode() + np.ascontiguousarray(image).tobytes()).hexdigest()[:DIGITS]


@dataclass
class FeatureReader:
    """Features of images, computed once.

    Parameters
    ----------
    backbone : str
        What `recipe_of` reads ("lite0", "lite0@2"), or several joined by "+": their levels stand one after another. Of
        a text that is sought also the encoder that reads it: "lite0+text/open_clip/RN50-quickgelu".
    weights : mapping of str to path, optional
        Weights of each network by its name, for `load_backbone`; of the encoder by its name behind "text/".
    cache : path, optional
        Folder of the features; default that of the environment variable GAZEKIT_FEATURES; without, nothing is kept.
    room : int
        Bytes that the folder may hold.

    Raises
    ------
    GazekitError
        No such backbone.
    """

    backbone: str
    weights: dict[str, str] = field(default_factory=dict)
    cache: Path | None = None
    room: int = ROOM

    def __post_init__(self) -> None:
        every = self.backbone.split("+")
        terms = [term for term in every if not term.startswith(TEXT)]
        readers = [term.removeprefix(TEXT) for term in every if term.startswith(TEXT)]
        if len(every) > MOST_TERMS or len(set(every)) < len(every):
            raise GazekitError(f"backbone {self.backbone[:60]!r} must have {MOST_TERMS} terms at most, each once")
        if len(readers) > 1 or not terms:
            raise GazekitError(f"backbone {self.backbone!r} must have a network, and one encoder of text at most")
        for reader in readers:
            entry_of(ENCODER, reader)
        self._names, recipes = zip(*map(recipe_of, terms), strict=True)
        self.recipes = list(recipes)
        self.reads_text = "".join(readers)  # name of the encoder; "": none
        self._networks: list[list[Backbone]] = []
        self._sha256, self._folders = "", dict[int, str]()
        if self.cache is None and os.environ.get(CACHE_VARIABLE):
            self.cache = Path(os.environ[CACHE_VARIABLE])

    def networks(self) -> list[list[Backbone]]:
        """The networks of each recipe, loaded when they are first used; for several sizes, once."""
        if not self._networks:
            loaded: dict[tuple[str, tuple[str, ...]], list[Backbone]] = {}
            for k, (name, recipe) in enumerate(zip(self._names, self.recipes, strict=True)):
                if (parts := loaded.get((name, recipe.levels))) is None:
                    cut = [(level,) for level in recipe.levels] if recipe.transformer else [recipe.levels or None]
                    parts = [load_backbone(recipe.network, self.weights.get(name), levels=c) for c in cut]
                    loaded[name, recipe.levels] = parts
                self._networks.append(parts)
                self.recipes[k] = replace(recipe, levels=tuple(level for part in parts for level in part.levels))
        return self._networks

    @cached_property
    def encoder(self) -> Encoder:
        """What reads the text that is sought.

        Raises
        ------
        GazekitError
            None is named in `backbone`, or one that reads no text, or whose weights are not named.
        """
        if not self.reads_text:
            raise GazekitError(
                f"what is sought is known by a text, and backbone {self.backbone!r} has nothing that reads it: name an "
                f"encoder, as in {self.backbone}+text/open_clip/RN50-quickgelu (text/colour-words reads colours only)"
            )
        if self.reads_text not in (*NO_WEIGHTS, *self.weights):  # a file of a stranger must not start a download
            raise GazekitError(
                f"the encoder {self.reads_text} needs weights: name them, as in {self.reads_text}=FILE "
                f"(--weights, or the option weights), or a published set such as openai"
            )
        encoder = load_encoder(self.reads_text, self.weights.get(self.reads_text))
        encoder.text([])  # raises the sentence that says so
        return encoder

    @property
    def sha256(self) -> str:
        """What tells these features from others: weights, layers and sizes of the input (16 digits).

        With an encoder of text, a "+" and as many digits of it.
        """
        if not self._sha256:
            networks = self.networks()  # which complete the recipes
            self._sha256 = _digest(zip(self.recipes, networks, strict=True))
            if self.reads_text:
                buffers = dict(self.encoder.named_buffers())  # also those that are no part of its state
                told = f"{self.encoder.name} {self.encoder.size} "
                told += sha256_of_tensors({**self.encoder.state_dict(), **buffers})
                self._sha256 += "+" + hashlib.sha256(told.encode()).hexdigest()[:DIGITS]
        return self._sha256

    def describe(self) -> str:
        """Names of the networks and their weights."""
        networks = [parts[0] for parts in self.networks()] + ([self.encoder] if self.reads_text else [])
        return "; ".join(f"{network.name}, {network.weights}" for network in networks)

    def of(self, trial: Trial) -> tuple[Tensor, ...]:
        """Features of a trial's image; see `of_image`."""
        return self.of_image(trial.image)

    def of_image(self, image: np.ndarray) -> tuple[Tensor, ...]:
        """Features of an image, (channels, h, w) float16 for each level.

        They are rounded to float16, and lie alike in memory, whether they come from the disk or not, so that both give
        the same results.

        Parameters
        ----------
        image : (H, W, 3) uint8
            Any size.
        """
        numbers = range(len(self.recipes))
        each = (self._kept(partial(self._folder, k), partial(self.computed, k), image) for k in numbers)
        return tuple(level for levels in each for level in levels)

    def squares_of(self, image: np.ndarray, shares: Sequence[int]) -> tuple[Tensor, ...]:
        """What the encoder of text makes of squares of an image, half a square apart, but at most 64 along a side.

        Parameters
        ----------
        image : (H, W, 3) uint8
            Any size.
        shares : sequence of int
            The shorter side of the image in sides of a square.

        Returns
        -------
        tuple of (rows, columns, D) float32
            Unit vectors. The first and the last of a row touch the edges.
        """
        folder = f"{self.sha256.partition('+')[2]}-{'-'.join(map(str, shares))}"
        return self._kept(lambda: folder, lambda shown: tuple(self._squares(shown, share) for share in shares), image)

    @torch.inference_mode()
    def _squares(self, image: np.ndarray, share: int) -> Tensor:
        pixels, size = torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255, (self.encoder.size,) * 2
        sides = pixels.shape[2:]
        side = side_of_square(min(sides), share)
        many = (min(1 - -2 * (n - side) // side, MOST_SQUARES) for n in sides)
        tops, lefts = (np.linspace(0, n - side, k).round().astype(int) for n, k in zip(sides, many, strict=True))
        rows = []
        for top in tops:
            parts = [pixels[..., top : top + side, left : left + side] for left in lefts]
            sized = [functional.interpolate(part, size, mode="bilinear", antialias=True) for part in parts]
            rows.append(functional.normalize(self.encoder(torch.cat(sized)), dim=1))
        return torch.stack(rows)

    def _kept(
        self,
        folder: Callable[[], str],
        compute: Callable[[np.ndarray], tuple[Tensor, ...]],
        image: np.ndarray,
    ) -> tuple[Tensor, ...]:
        """What one network makes of an image; kept for each by itself, so that joined ones do not compute it again."""
        if self.cache is None:
            return compute(image)
        file = self.cache / folder() / f"{image_hash(image)}.safetensors"
        kept = _read(file)
        if kept is None:
            from safetensors.torch import save

            kept = compute(image)
            with _keeping(self.cache):
                make_folder(file.parent, within=self.cache)
                write_atomically(file, save({f"{i:02d}": part for i, part in enumerate(kept)}))
                make_room(self.cache, self.room)
        return kept

    def _folder(self, k: int) -> str:
        if k not in self._folders:
            networks = self.networks()
            self._folders[k] = _digest([(self.recipes[k], networks[k])])
        return self._folders[k]

    @torch.inference_mode()
    def computed(self, k: int, image: np.ndarray) -> tuple[Tensor, ...]:
        """Features of one of the networks, computed anew."""
        from PIL import Image

        high, wide = self.recipes[k].size(*image.shape[:2])
        resized = np.array(Image.fromarray(image).resize((wide, high), Image.Resampling.BILINEAR))
        pixels = torch.from_numpy(resized).permute(2, 0, 1)[None]
        out: list[Tensor] = []
        for part in self.networks()[k]:
            outputs = part(pixels)
            out += [outputs[level][0].half().contiguous() for level in part.levels]
        return tuple(out)


def _digest(parts: Iterable[tuple[Recipe, Sequence[Backbone]]]) -> str:
    digest = hashlib.sha256()
    for recipe, networks in parts:
        digest.update(repr(recipe).encode())
        for network in networks:
            digest.update(sha256_of_tensors(network.state_dict()).encode())
    return digest.hexdigest()[:DIGITS]


@contextmanager
def _keeping(folder: Path) -> Iterator[None]:
    """Say of features that cannot be written who has named their folder: no option of a command has."""
    try:
        yield
    except (OSError, DataError) as error:
        why = f"the system answers {error.strerror!r}" if isinstance(error, OSError) else error
        raise GazekitError(
            f"features of images cannot be kept in {folder}, which the environment variable {CACHE_VARIABLE} names: "
            f"{why}; name another folder there, or unset it, and nothing is kept"
        ) from error


def _read(file: Path) -> tuple[Tensor, ...] | None:
    """Features of a file; None where there is none, or a damaged one, which is then made again."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        tensors = load(file.read_bytes())
        os.utime(file)  # it was used now
    except (OSError, SafetensorError):
        return None
    return tuple(tensors[name] for name in sorted(tensors))


def make_room(folder: Path, room: int) -> None:
    """Remove the features that were used longest ago, until the folder holds no more than `room` bytes."""
    about = []
    for file in folder.glob("*/*.safetensors"):
        try:
            facts = file.stat()
        except FileNotFoundError:  # another process has removed it
            continue
        about.append((facts.st_mtime_ns, file, facts.st_size))
    total = sum(size for _, _, size in about)
    for _, file, size in sorted(about):
        if total <= room:
            return
        file.unlink(missing_ok=True)
        total -= size


def channels_of(features: Sequence[Tensor]) -> tuple[int, ...]:
    """Channels of each level."""
    return tuple(int(part.shape[0]) for part in features)
