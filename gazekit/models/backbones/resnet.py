"""ResNet-18 and ResNet-50 (He et al. 2016) as torchvision has them."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from gazekit.models.backbones.contract import Backbone, Pool
from gazekit.models.backbones.layers import Layer, stages_of
from gazekit.models.backbones.sources import Published, fill

LEVELS = ("layer1", "layer2", "layer3")


def resnet18(weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """ResNet-18; see `resnet`. Published: "imagenet"."""
    from torchvision.models import resnet18 as make

    return resnet("resnet18", make, {"imagenet": Published("ResNet18_Weights.IMAGENET1K_V1")}, weights, seed, levels)


def resnet50(weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """ResNet-50; see `resnet`. Published: "imagenet" (torchvision's first recipe) and "imagenet-v2" (its second)."""
    from torchvision.models import resnet50 as make

    published = {
        "imagenet": Published("ResNet50_Weights.IMAGENET1K_V1"),
        "imagenet-v2": Published("ResNet50_Weights.IMAGENET1K_V2"),
    }
    return resnet("resnet50", make, published, weights, seed, levels)


def resnet(
    name: str,
    make: Callable[..., Any],
    published: dict[str, Published],
    weights: str | Path | None,
    seed: int,
    levels: Sequence[str] | None,
) -> Backbone:
    """Build a ResNet: conv1 (stride 2), a max pool of 3 / 2, layer1 (4), layer2 (8), layer3 (16), layer4 (32).

    layer2 to layer4 begin with a stride and have no pool before them, so that the only pool is the first. That one is
    'same' here: as trained (padded by one px on every side) where its input has odd sides, one px further right and
    down where they are even.

    Parameters
    ----------
    name : str
        For messages.
    make : callable
        torchvision's constructor.
    published : dict
        Names of published weights.
    weights, seed, levels
        As in `load_backbone`; weights are in torchvision's layout.
    """
    with torch.device("meta"):
        network = make(weights=None)
    network.fc = nn.Identity()
    loaded = fill(network, name, weights, published, seed=seed, unused=("fc.",))
    stem = nn.Sequential(network.conv1, network.bn1, network.relu)
    layers = [Layer("conv1", stem, network.conv1.out_channels, reach=3, stride=2)]
    for number in (1, 2, 3, 4):
        blocks = getattr(network, f"layer{number}")
        stride = 1 if number == 1 else 2
        basic = not hasattr(blocks[0], "conv3")
        channels = (blocks[0].conv2 if basic else blocks[0].conv3).out_channels
        # A 3 x 3 convolution reaches one cell of its own input: the first one's before the stride, all others' after.
        reach = 1 + stride * ((2 if basic else 1) * len(blocks) - 1)
        pool = Pool(3, 2, "max") if number == 1 else None
        layers.append(Layer(f"layer{number}", blocks, channels, reach=reach, stride=stride, pool=pool))
    levels = LEVELS if levels is None else levels
    stages = stages_of(name, layers, levels)
    return Backbone(name, loaded.text, stages, levels=levels, mean=loaded.mean, deviation=loaded.deviation)
