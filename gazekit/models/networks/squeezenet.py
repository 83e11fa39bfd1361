"""SqueezeNet 1.0 (Iandola et al. 2016): 1.2 million weights, the smallest ImageNet classifier of use."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.torchvision_networks import classifier

NAME, ARCHITECTURE, SETS = "squeezenet", "squeezenet1_0", {"imagenet": "IMAGENET1K_V1"}
LEVELS = ("fire4", "fire8", "fire9")
# Place of each layer in torchvision's `features`, with its channels; the gaps are activations and pools.
FIRES = {2: (3, 128), 3: (4, 128), 4: (5, 256), 5: (7, 256), 6: (8, 384), 7: (9, 384), 8: (10, 512), 9: (12, 512)}
POOL = Pool(3, 2, "max")


def backbone(weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """SqueezeNet without its classifier, strides 2, 4, 8, 16.

    Layers conv1, fire2 to fire9, with max pools of 3 / 2 before fire2, fire5 and fire9. conv1 is padded by 3 px
    here, so that its output cell i is centred on px 2 i ('same'); as trained it has no padding, and its cell i is
    centred on px 2 i + 3. Weights are in torchvision's layout.

    Parameters
    ----------
    weights, seed, levels
        As in `load_backbone`; published: "imagenet".
    """
    network, source = classifier(NAME, ARCHITECTURE, weights, SETS, head="classifier", seed=seed)
    features = network.features
    features[0].padding = (3, 3)
    layers = [Layer("conv1", nn.Sequential(features[0], features[1]), 96, reach=3, stride=2)]
    for number, (place, channels) in FIRES.items():
        pool = POOL if number in (2, 5, 9) else None
        layers.append(Layer(f"fire{number}", features[place], channels, reach=1, pool=pool))
    return Backbone.of_layers(NAME, source.text, layers, LEVELS if levels is None else levels, source.preprocessing)


def encoder(weights: str | Path | None) -> Encoder:
    """SqueezeNet with its classifier; see `SqueezeNet`. Published weights: "imagenet"."""
    network, source = classifier(NAME, ARCHITECTURE, weights, SETS)
    return SqueezeNet(NAME, source.text, network, source.preprocessing)


class SqueezeNet(Encoder):
    """SqueezeNet 1.0 with its last feature maps as places: embedding (B, 512) their mean, scores (B, 1000).

    Parameters
    ----------
    name, weights, preprocessing
        See `Encoder`.
    network : torchvision.models.SqueezeNet
        The network.

    References
    ----------
    Iandola et al. (2016), SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size.
    """

    outputs = ("embedding", "scores")
    spatial = True

    def __init__(self, name: str, weights: str, network: Any, preprocessing: Preprocessing) -> None:
        super().__init__(name, weights, preprocessing, any_shape=True)
        self.network = network.to(memory_format=torch.channels_last)  # halves the time of a pass on a CPU
        self.frozen()

    def features(self, x: Tensor) -> Tensor:
        """Last feature maps, (B, 512, h, w); see `Encoder.features`."""
        return self.network.features(x)

    def places(self, features: Tensor, output: str) -> Tensor:
        """Embedding: the feature maps. Scores: the rectified class maps, whose mean the network was trained on."""
        return features if output == "embedding" else torch.relu(self.network.classifier[1](features))
