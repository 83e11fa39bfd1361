"""Load a backbone by name; nothing heavy is imported before one is asked for."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from gazekit.foundations.errors import GazekitError
from gazekit.foundations.registry import Registry

if TYPE_CHECKING:
    from gazekit.models.backbones.contract import Backbone

backbones = Registry("backbone")
"""Names to (where the builder is, one line of description)."""

_FOLDER = "gazekit.models.backbones"
_BUILT_IN = {
    "vgg16": ("vgg:vgg16", "VGG16; weights of Keras (as in the published eccNET), of Caffe or of torchvision"),
    "squeezenet": ("squeezenet:squeezenet", "SqueezeNet 1.0; small and quick"),
    "alexnet": ("alexnet:alexnet", "AlexNet, the one-column form"),
    "resnet18": ("resnet:resnet18", "ResNet-18; strides instead of pools after the first"),
    "resnet50": ("resnet:resnet50", "ResNet-50; strides instead of pools after the first"),
    "v1": ("v1:v1", "fixed bank of oriented, colour-opponent and on-off filters; needs no weights"),
    "random": ("squeezenet:squeezenet", "SqueezeNet 1.0 with random weights by seed; needs no weights"),
}
for _name, (_where, _line) in _BUILT_IN.items():
    backbones.add(_name, (f"{_FOLDER}.{_where}", _line))
FAMILIES = {
    "timm": ("timm_networks:timm_network", "timm:NAME, any convolutional network of timm, and its vision transformers"),
    "open_clip": ("open_clip_towers:open_clip_tower", "open_clip:NAME, the image tower of a CLIP model"),
}


def backbone_names() -> tuple[tuple[str, str], ...]:
    """Name and one line of description of every backbone; of families, the form of their names.

    Examples
    --------
    >>> [name for name, line in backbone_names()]
    ['alexnet', 'random', 'resnet18', 'resnet50', 'squeezenet', 'v1', 'vgg16', 'timm:NAME', 'open_clip:NAME']
    """
    families = ((f"{family}:NAME", line) for family, (_, line) in FAMILIES.items())
    return (*((name, backbones[name][1]) for name in backbones), *families)


def load_backbone(
    name: str,
    weights: str | Path | None = None,
    *,
    seed: int = 0,
    rotate_kernels: int = 0,
    mirror_kernels: str = "none",
    levels: Sequence[str] | None = None,
) -> "Backbone":
    """Load a network to look inside.

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
    if name == "random":
        if weights not in (None, "random"):
            raise GazekitError(f"the backbone random takes no weights; load squeezenet with {str(weights)!r} instead")
        weights = "random"
    family, _, member = name.partition(":")
    named = bool(member) and family in FAMILIES
    module, function = f"{_FOLDER}.{FAMILIES[family][0]}".split(":") if named else backbones[name][0].split(":")
    first = (member,) if named else ()
    levels = (levels,) if isinstance(levels, str) else levels
    try:
        build = getattr(import_module(module), function)
        backbone: Backbone = build(*first, weights, seed=seed, levels=levels)
    except ModuleNotFoundError as error:
        raise GazekitError(f"{name} needs {error.name}, which is not installed; install gazekit[models]") from error
    from gazekit.models.backbones.rotation import turn_kernels

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
