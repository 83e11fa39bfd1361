"""ResNet-18 and ResNet-50 (He et al. 2016) as torchvision has them."""

from collections.abc import Sequence
from pathlib import Path

from torch import nn

from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.torchvision_networks import classifier

SETS = {
    "resnet18": {"imagenet": "IMAGENET1K_V1"},
    "resnet50": {"imagenet": "IMAGENET1K_V1", "imagenet-v2": "IMAGENET1K_V2"},  # torchvision's first and second recipe
}
LEVELS = ("layer1", "layer2", "layer3")


def backbone(name: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """A ResNet: conv1 (stride 2), a max pool of 3 / 2, layer1 (4), layer2 (8), layer3 (16), layer4 (32).

    layer2 to layer4 begin with a stride and have no pool before them, so that the only pool is the first. That one is
    'same' here: as trained (padded by one px on every side) where its input has odd sides, one px further right and
    down where they are even.

    Parameters
    ----------
    name : str
        "resnet18" or "resnet50".
    weights, seed, levels
        As in `load_backbone`; published: "imagenet", and of ResNet-50 "imagenet-v2". Weights are in torchvision's
        layout.
    """
    network, source = classifier(name, name, weights, SETS[name], head="fc", seed=seed)
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
    return Backbone.of_layers(name, source.text, layers, LEVELS if levels is None else levels, source.preprocessing)
