"""SqueezeNet 1.0 (Iandola et al. 2016), cut at its pools."""

from collections.abc import Sequence

import torch
from torch import nn

from gazekit.models.backbones.contract import Backbone, Pool
from gazekit.models.backbones.layers import Layer, stages_of
from gazekit.models.backbones.sources import Published, fill

LEVELS = ("fire4", "fire8", "fire9")
PUBLISHED = {"imagenet": Published("SqueezeNet1_0_Weights.IMAGENET1K_V1")}
# Place of each layer in torchvision's `features`, with its channels; the gaps are activations and pools.
FIRES = {2: (3, 128), 3: (4, 128), 4: (5, 256), 5: (7, 256), 6: (8, 384), 7: (9, 384), 8: (10, 512), 9: (12, 512)}
POOL = Pool(3, 2, "max")


def squeezenet(weights: str | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """SqueezeNet 1.0: 1.2 million weights, strides 2, 4, 8, 16.

    Layers conv1, fire2 to fire9, with max pools of 3 / 2 before fire2, fire5 and fire9. conv1 is padded by 3 px
    here, so that its output cell i is centred on px 2 i ('same'); as trained it has no padding, and its cell i is
    centred on px 2 i + 3. Weights are in torchvision's layout.

    Parameters
    ----------
    weights, seed, levels
        As in `load_backbone`; published: "imagenet".
    """
    from torchvision.models import squeezenet1_0

    with torch.device("meta"):
        network = squeezenet1_0(weights=None)
    network.classifier = nn.Identity()
    loaded = fill(network, "squeezenet", weights, PUBLISHED, seed=seed, unused=("classifier.",))
    features = network.features
    features[0].padding = (3, 3)
    layers = [Layer("conv1", nn.Sequential(features[0], features[1]), 96, reach=3, stride=2)]
    for number, (place, channels) in FIRES.items():
        pool = POOL if number in (2, 5, 9) else None
        layers.append(Layer(f"fire{number}", features[place], channels, reach=1, pool=pool))
    levels = LEVELS if levels is None else levels
    return Backbone(
        "squeezenet",
        loaded.text,
        stages_of("squeezenet", layers, levels),
        levels=levels,
        mean=loaded.mean,
        deviation=loaded.deviation,
    )
