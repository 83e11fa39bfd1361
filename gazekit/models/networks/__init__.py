"""Pretrained, made-up and fixed networks by name: one table, one way to find weights, two views.

`load_encoder` gives a whole network, from an image to one vector. `load_backbone` gives a chain of stages to look
inside. Nothing heavy is imported before one is asked for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.foundations.version import pip_install

if TYPE_CHECKING:
    from torch import Tensor

    from gazekit.models.networks.backbone import Backbone
    from gazekit.models.networks.encoder import Encoder

__all__ = ["Backbone", "Encoder", "load_backbone", "load_encoder", "network_names"]
ENCODER, BACKBONE = "encoder", "backbone"
NO_WEIGHTS = ("filters", "pixels", "colour-words", "v1")


@dataclass(frozen=True)
class Entry:
    """A network, or a family of networks whose members a library names.

    Parameters
    ----------
    module : str
        The file that builds it, by `encoder(name, weights)` and `backbone(name, weights, *, seed, levels)`.
    line : str
        One line of description.
    views : tuple of str
        What it can be loaded as.
    """

    module: str
    line: str
    views: tuple[str, ...] = (ENCODER, BACKBONE)


TORCHVISION = "torchvision_networks"
NETWORKS = {
    "filters": Entry("filters", "fixed bank of oriented and colour filters; needs no weights", (ENCODER,)),
    "pixels": Entry("filters", "the image itself; needs no weights", (ENCODER,)),
    "colour-words": Entry("colour_words", "names of colours, also in captions; needs no weights", (ENCODER,)),
    "vgg16": Entry(
        "vgg", "VGG16; weights of Keras (as in the published eccNET), of Caffe or of torchvision", (BACKBONE,)
    ),
    "lite0": Entry("lite0", "EfficientNet-Lite0; the extra weights brings its weights"),
    "squeezenet": Entry(TORCHVISION, "SqueezeNet 1.0; small and quick"),
    "alexnet": Entry(TORCHVISION, "AlexNet, the one-column form", (BACKBONE,)),
    "resnet18": Entry(TORCHVISION, "ResNet-18; strides instead of pools after the first", (BACKBONE,)),
    "resnet50": Entry(TORCHVISION, "ResNet-50; strides instead of pools after the first", (BACKBONE,)),
    "v1": Entry(
        "gabor_v1", "fixed bank of oriented, colour-opponent and on-off filters; needs no weights", (BACKBONE,)
    ),
    "random": Entry(TORCHVISION, "SqueezeNet 1.0 with random weights by seed; needs no weights"),
}
FAMILIES = {
    "timm": Entry("timm_networks", "any network of timm; as a backbone the convolutional ones and vision transformers"),
    "open_clip": Entry("open_clip_networks", "a CLIP model; as a backbone its image tower"),
    "torchvision": Entry(TORCHVISION, "any whole classifier of torchvision", (ENCODER,)),
}


def network_names(view: str | None = None) -> tuple[tuple[str, str], ...]:
    """Name and one line of description of every network; of families, the form of their names.

    Parameters
    ----------
    view : {"encoder", "backbone"}, optional
        Only those that can be loaded as this.

    Examples
    --------
    >>> [name for name, line in network_names("backbone")]
    ['alexnet', 'lite0', 'random', 'resnet18', 'resnet50', 'squeezenet', 'v1', 'vgg16', 'timm:NAME', 'open_clip:NAME']
    >>> [name for name, line in network_names("encoder")][:3]
    ['colour-words', 'filters', 'lite0']
    """
    every = {**dict(sorted(NETWORKS.items())), **{f"{family}:NAME": entry for family, entry in FAMILIES.items()}}
    return tuple((name, entry.line) for name, entry in every.items() if view is None or view in entry.views)


def entry_of(view: str, name: str, besides: Sequence[str] = ()) -> tuple[Entry, str]:
    """A network's line of the table, and of a family the member's name; nothing is loaded.

    Parameters
    ----------
    view : {"encoder", "backbone"}
        What it shall be loaded as.
    name : str
        Its name.
    besides : sequence of str
        Names that the caller knows besides, for the message.

    Raises
    ------
    UnknownNameError, GazekitError
        There is none; it cannot be loaded as this.
    """
    # "open_clip:RN50", or "open_clip/RN50" as in earlier command lines
    family, _, member = name.replace("/", ":", 1).partition(":")
    entry = FAMILIES.get(family) if member else NETWORKS.get(name)
    if entry is None:
        raise UnknownNameError(view, name, sorted({*besides, *(known for known, _ in network_names(view))}))
    if view not in entry.views:
        other = "an encoder (a whole network)" if view == BACKBONE else "a backbone (a network to look inside)"
        raise GazekitError(f"{name} is {other}, not one to load as {view}; {view}s are {_listed(view)}")
    return entry, member


def _build(view: str, name: str, weights: str | Path | None, **options: Any) -> Any:
    """Find the builder of a network by its name, and call it."""
    name = str(name)  # "backbone=5" of a command line is a number
    entry, member = entry_of(view, name)
    if name in NO_WEIGHTS and weights is not None:
        raise GazekitError(f"the {view} {name!r} takes no weights; leave out weights={str(weights)!r}")
    if name == "random":
        if weights not in (None, "random"):
            raise GazekitError(f"the {view} random takes no weights; load squeezenet with {str(weights)!r} instead")
        member, weights = "squeezenet", "random"
    try:
        return getattr(import_module(f"gazekit.models.networks.{entry.module}"), view)(
            member or name, weights, **options
        )
    except ModuleNotFoundError as error:
        raise GazekitError(f"{name} needs {error.name}, which is not installed: {pip_install('models')}") from error


def _listed(view: str) -> str:
    return ", ".join(name for name, _ in network_names(view))


def load_encoder(encoder: "str | Encoder | Callable[[Tensor], Tensor]", weights: str | Path | None = None) -> "Encoder":
    """Load a whole network, from an image to one vector.

    Parameters
    ----------
    encoder : str, Encoder or callable
        "filters" (a fixed filter bank: no weights, nothing learned), "pixels", "colour-words" (names of colours in
        images and captions; nothing learned), "squeezenet", "open_clip:RN50-quickgelu", "torchvision:resnet50",
        "timm:mobilenetv3_small_100", of which a slash may divide the two parts too; an encoder; or any function
        (B, 3, H, W) in 0..1 to (B, D).
    weights : str or path, optional
        As in `load_backbone`. Without, networks of libraries take (and may download) the default published set.

    Raises
    ------
    UnknownNameError
        No such encoder.
    DataError
        Weights are not on this machine, cannot be downloaded, are damaged, or are of another network.
    GazekitError
        Weights for an encoder that has none.

    Examples
    --------
    >>> load_encoder("filters").name
    'filters'
    """
    if isinstance(encoder, str):
        return _build(ENCODER, encoder, weights)
    from gazekit.models.networks.encoder import Encoder, FunctionEncoder

    if weights is not None:
        what = repr(encoder.name) if isinstance(encoder, Encoder) else "a function"
        raise GazekitError(f"the encoder {what} takes no weights; leave out weights={str(weights)!r}")
    return encoder.frozen() if isinstance(encoder, Encoder) else FunctionEncoder(encoder)


def load_backbone(
    name: str,
    weights: str | Path | None = None,
    *,
    seed: int = 0,
    rotate_kernels: int = 0,
    mirror_kernels: str = "none",
    levels: Sequence[str] | None = None,
) -> "Backbone":
    """Load a network to look inside, a chain of stages.

    Parameters
    ----------
    name : str
        A name of `backbone_names`, "timm:" and a name of timm ("timm:convnext_atto"), or "open_clip:" and one of
        open_clip ("open_clip:RN50"). "random" is SqueezeNet with random weights.
    weights : str or path, optional
        The path of a file (.safetensors, .pth, .pt, .bin; for vgg16 also .h5); a published name ("imagenet"; for vgg16
        also "imagenet-features" and "imagenet-keras", for resnet50 "imagenet-v2", for timm "pretrained", for open_clip
        one of its tags), which is looked for in the folder that the environment variable GAZEKIT_WEIGHTS names, then in
        the library's cache, and then downloaded and checked; or "random". None: the default published set if it is on
        this machine, without a download.
    seed : int
        Of random weights.
    rotate_kernels : int
        Rotate all kernels: 0, 90, 180 or 270 degrees counter-clockwise as seen on the screen.
    mirror_kernels : str
        Then mirror them: "none", "horizontal" (left and right swap) or "vertical" (top and bottom swap).
    levels : sequence of str, optional
        Layers that a model shall compare; by default those of strides 4, 8 and 16. The network ends at the highest.

    Returns
    -------
    Backbone
        In eval mode, float32, on the CPU. `weights` says where its weights come from, and what was done to them.

    Raises
    ------
    UnknownNameError
        No such backbone.
    DataError
        Weights are not on this machine, cannot be downloaded, are damaged, or are of another network.
    GazekitError
        No such layer, weights, rotation or mirror; or kernels that cannot be turned.

    Examples
    --------
    >>> backbone = load_backbone("v1")
    >>> backbone.weights, backbone.levels, [stage.stride for stage in backbone.stages]
    ('fixed filter bank', ('fine', 'middle', 'coarse'), [2, 4, 8, 16])
    >>> load_backbone("random", seed=3, rotate_kernels=90).weights
    'random, seed 3, kernels rotated by 90 degrees'
    >>> load_backbone("random", levels=["fire99"])
    Traceback (most recent call last):
    gazekit.GazekitError: squeezenet has no layer 'fire99'; its layers are conv1, fire2, ...
    """
    levels = (levels,) if isinstance(levels, str) else levels
    backbone: Backbone = _build(BACKBONE, name, weights, seed=seed, levels=levels)
    from gazekit.models.networks.rotation import turn_kernels

    backbone.weights += turn_kernels(backbone, name, rotate=rotate_kernels, mirror=mirror_kernels)
    # Kernels whose channels lie together in memory take 0.4 to 0.75 of the time on a CPU; those of v1, which work on
    # one channel each, take longer.
    return backbone if name == "v1" else in_channels_last(backbone)


def in_channels_last(backbone: "Backbone") -> "Backbone":
    """Lay out all kernels so that a place's channels are neighbours in memory; convolutions then answer in it too."""
    import torch

    for parameter in backbone.parameters():
        if parameter.ndim == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return backbone


def __getattr__(name: str) -> Any:
    if name in ("Backbone", "Encoder"):  # torch is imported only where a network is used
        return getattr(import_module(f"{__name__}.{name.lower()}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
