"""AlexNet (Krizhevsky 2014, the one-column form), cut at its pools."""

from collections.abc import Sequence
from pathlib import Path

from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.torchvision_networks import classifier

NAME, SETS = "alexnet", {"imagenet": "IMAGENET1K_V1"}
LEVELS = ("conv1", "conv2", "conv5")
POOL = Pool(3, 2, "max")


def backbone(weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """AlexNet without its classifier: conv1 to conv5, strides 4, 8, 16, 16, 16, max pools of 3 / 2.

    conv1 (11 x 11, stride 4) is padded by 5 px here, so that its output cell i is centred on px 4 i ('same'); as
    trained it is padded by 2. The pools are 'same' here and without padding there.

    Parameters
    ----------
    weights, seed, levels
        As in `load_backbone`; published: "imagenet". Weights are in torchvision's layout.
    """
    network, source = classifier(NAME, NAME, weights, SETS, head="classifier", seed=seed)
    features = network.features
    features[0].padding = (5, 5)
    layers = [
        Layer("conv1", features[0:2], 64, reach=5, stride=4),
        Layer("conv2", features[3:5], 192, reach=2, pool=POOL),
        Layer("conv3", features[6:8], 384, reach=1, pool=POOL),
        Layer("conv4", features[8:10], 256, reach=1),
        Layer("conv5", features[10:12], 256, reach=1),
    ]
    return Backbone.of_layers(NAME, source.text, layers, LEVELS if levels is None else levels, source.preprocessing)
