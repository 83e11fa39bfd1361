"""Networks of torchvision: any whole classifier, and AlexNet, ResNets and SqueezeNet as chains of layers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import check_known
from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing
from gazekit.models.networks.weights import Published, WeightsSource, digits_in, find_source

# Sets by our names: resnet50 has torchvision's first and second recipe.
SETS = {"imagenet": "IMAGENET1K_V1"}
SETS_OF = {"resnet50": {**SETS, "imagenet-v2": "IMAGENET1K_V2"}}
SQUEEZENET, SQUEEZENET_1_0 = "squeezenet", "squeezenet1_0"  # our name, and torchvision's
POOL = Pool(3, 2, "max")  # of all of them
# Place of each layer of SqueezeNet in `features`, with its channels; the gaps are activations and pools.
FIRES = {2: (3, 128), 3: (4, 128), 4: (5, 256), 5: (7, 256), 6: (8, 384), 7: (9, 384), 8: (10, 512), 9: (12, 512)}


def published_by_torchvision(entry: Any, architecture: str, name: str) -> Published:
    """A set of weights that torchvision publishes.

    Parameters
    ----------
    entry : torchvision.models.WeightsEnum
        The set.
    architecture : str
        Torchvision's name of the network.
    name : str
        What the set is called here ("imagenet"), for a file of one's own that holds it.
    """
    preset = entry.transforms()
    file_name = entry.url.rsplit("/", 1)[1]
    cached = Path(torch.hub.get_dir()) / "checkpoints" / file_name

    def fetch() -> Path:
        cached.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(entry.url, str(cached), digits_in(file_name), progress=False)
        return cached

    return Published(
        (file_name, f"{architecture}_{name}.safetensors"),
        fetch,
        Preprocessing(tuple(preset.mean), tuple(preset.std), size=preset.crop_size[0]),
        label=f"torchvision {entry.name}",
        cached=cached,
    )


def classifier(
    name: str,
    architecture: str,
    weights: str | Path | None,
    sets: Mapping[str, str],
    *,
    head: str | None = None,
    others: Mapping[str, Published] | None = None,
    **options: Any,
) -> tuple[Any, WeightsSource]:
    """Make a classifier of torchvision with its weights.

    Parameters
    ----------
    name, architecture : str
        Our name of the network, and torchvision's.
    weights : str, path or None
        See `find_source`; files are in torchvision's layout.
    sets : mapping of str to str
        Our names of published sets to torchvision's; the first is the default.
    head : str, optional
        A part that is left out, also of files.
    others : mapping of str to Published, optional
        Sets that somebody else publishes.
    **options
        For `find_source`.
    """
    import torchvision.models

    every = torchvision.models.get_model_weights(architecture)
    published = {ours: published_by_torchvision(every[theirs], architecture, ours) for ours, theirs in sets.items()}
    source = find_source(name, weights, {**published, **(others or {})}, **options)
    with torch.random.fork_rng(devices=[]), torch.device("cpu" if head is None else "meta"):
        network = torchvision.models.get_model(architecture, weights=None)
    if head is not None:
        setattr(network, head, nn.Identity())
    if hasattr(network, "transform_input"):  # as torchvision does where it loads these weights itself
        network.transform_input = True
    source.fill(network, name, unused=(f"{head}.",) if head else ())
    return network, source


def encoder(architecture: str, weights: str | Path | None) -> Encoder:
    """A classifier of torchvision as an encoder.

    Parameters
    ----------
    architecture : str
        A name of `torchvision.models.list_models()`; or "squeezenet", see `SqueezeNet`.
    weights : str or path, optional
        "random", a file of named tensors, or a published set: of "squeezenet" "imagenet", of any other "DEFAULT" or
        another name that torchvision has.
    """
    import torchvision.models

    if architecture == SQUEEZENET:
        network, source = classifier(SQUEEZENET, SQUEEZENET_1_0, weights, SETS)
        network = network.to(memory_format=torch.channels_last)  # halves the time of a pass on a CPU
        return SqueezeNet(SQUEEZENET, source.text, source.preprocessing, network, any_shape=True)
    known = torchvision.models.list_models(module=torchvision.models)
    check_known("classifier of torchvision", architecture, known)
    names = [entry.name for entry in torchvision.models.get_model_weights(architecture)]
    name = f"torchvision:{architecture}"
    sets = {"DEFAULT": "DEFAULT"} | dict(zip(names, names, strict=True))
    network, source = classifier(name, architecture, weights, sets, download=True)
    return Classifier(name, source.text, source.preprocessing, network)


class Classifier(Encoder):
    """A whole classifier: its scores, and as embedding what enters its last linear layer.

    Parameters
    ----------
    name, weights, preprocessing, network
        See `Encoder`; the network is from (B, 3, H, W) to scores (B, classes).
    """

    outputs = ("embedding", "scores")

    def __init__(self, name: str, weights: str, preprocessing: Preprocessing, network: nn.Module) -> None:
        super().__init__(name, weights, preprocessing, network)
        modules = [(k, module) for k, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)]
        self._last, last = modules[-1]
        self._classes = last.out_features if isinstance(last, nn.Linear) else last.out_channels

    def features(self, x: Tensor) -> Tensor:
        """Embedding and scores side by side, (B, D + classes); see `Encoder.features`."""
        caught: list[Tensor] = []
        last = self.network.get_submodule(self._last)
        hook = last.register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0]))
        try:
            scores = self.network(x)
        finally:
            hook.remove()
        return torch.cat([caught[0].flatten(1), scores], dim=1)

    def read(self, features: Tensor, output: str) -> Tensor:
        """Embedding or scores; see `Encoder.read`."""
        self.check_output(output)
        return features[:, : -self._classes] if output == "embedding" else features[:, -self._classes :]


class SqueezeNet(Encoder):
    """SqueezeNet 1.0 with its last feature maps as places: embedding (B, 512) their mean, scores (B, 1000).

    Parameters
    ----------
    name, weights, preprocessing, network
        See `Encoder`; the network is a `torchvision.models.SqueezeNet`.

    References
    ----------
    Iandola et al. (2016), SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and < 0.5 MB model size.
    """

    outputs = ("embedding", "scores")
    spatial = True

    def features(self, x: Tensor) -> Tensor:
        """Last feature maps, (B, 512, h, w); see `Encoder.features`."""
        return self.network.features(x)

    def places(self, features: Tensor, output: str) -> Tensor:
        """Embedding: the feature maps. Scores: the rectified class maps, whose mean the network was trained on."""
        return features if output == "embedding" else torch.relu(self.network.classifier[1](features))


def backbone(name: str, weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """A network without its classifier, as a chain of layers; see `alexnet`, `resnet` and `squeezenet`.

    Parameters
    ----------
    name : str
        "alexnet", "resnet18", "resnet50" or "squeezenet".
    weights, seed, levels
        As in `load_backbone`; published: "imagenet", and of ResNet-50 "imagenet-v2". Weights are in torchvision's
        layout.
    """
    architecture, head = SQUEEZENET_1_0 if name == SQUEEZENET else name, "fc" if "resnet" in name else "classifier"
    network, source = classifier(name, architecture, weights, SETS_OF.get(name, SETS), head=head, seed=seed)
    layers_of, own = CHAINS[name]
    return Backbone(name, source.text, layers_of(network), own if levels is None else levels, source.preprocessing)


def alexnet(network: Any) -> list[Layer]:
    """AlexNet (Krizhevsky 2014, the one-column form): conv1 to conv5, strides 4, 8, 16, 16, 16, max pools of 3 / 2.

    conv1 (11 x 11, stride 4) is padded by 5 px here, so that its output cell i is centred on px 4 i ('same'); as
    trained it is padded by 2. The pools are 'same' here and without padding there.
    """
    features = network.features
    features[0].padding = (5, 5)
    return [
        Layer("conv1", features[0:2], 64, reach=5, stride=4),
        Layer("conv2", features[3:5], 192, reach=2, pool=POOL),
        Layer("conv3", features[6:8], 384, reach=1, pool=POOL),
        Layer("conv4", features[8:10], 256, reach=1),
        Layer("conv5", features[10:12], 256, reach=1),
    ]


def resnet(network: Any) -> list[Layer]:
    """A ResNet (He et al. 2016): conv1 (stride 2), max pool of 3 / 2, layer1 (4), layer2 (8), layer3 (16), layer4 (32).

    layer2 to layer4 begin with a stride and have no pool before them, so that the only pool is the first. That one is
    'same' here: as trained (padded by one px on every side) where its input has odd sides, one px further right and
    down where they are even.
    """
    stem = nn.Sequential(network.conv1, network.bn1, network.relu)
    layers = [Layer("conv1", stem, network.conv1.out_channels, reach=3, stride=2)]
    for number in (1, 2, 3, 4):
        blocks = getattr(network, f"layer{number}")
        stride = 1 if number == 1 else 2
        basic = not hasattr(blocks[0], "conv3")
        channels = (blocks[0].conv2 if basic else blocks[0].conv3).out_channels
        # A 3 x 3 convolution reaches one cell of its own input: the first one's before the stride, all others' after.
        reach = 1 + stride * ((2 if basic else 1) * len(blocks) - 1)
        pool = POOL if number == 1 else None
        layers.append(Layer(f"layer{number}", blocks, channels, reach=reach, stride=stride, pool=pool))
    return layers


def squeezenet(network: Any) -> list[Layer]:
    """SqueezeNet 1.0 (Iandola et al. 2016), strides 2, 4, 8, 16: 1.2 million weights, the smallest classifier of use.

    Layers conv1, fire2 to fire9, with max pools of 3 / 2 before fire2, fire5 and fire9. conv1 is padded by 3 px
    here, so that its output cell i is centred on px 2 i ('same'); as trained it has no padding, and its cell i is
    centred on px 2 i + 3.
    """
    features = network.features
    features[0].padding = (3, 3)
    layers = [Layer("conv1", nn.Sequential(features[0], features[1]), 96, reach=3, stride=2)]
    for number, (place, channels) in FIRES.items():
        pool = POOL if number in (2, 5, 9) else None
        layers.append(Layer(f"fire{number}", features[place], channels, reach=1, pool=pool))
    return layers


CHAINS = {  # layers of a network, and the levels to compare by default
    "alexnet": (alexnet, ("conv1", "conv2", "conv5")),
    "resnet18": (resnet, ("layer1", "layer2", "layer3")),
    "resnet50": (resnet, ("layer1", "layer2", "layer3")),
    SQUEEZENET: (squeezenet, ("fire4", "fire8", "fire9")),
}
