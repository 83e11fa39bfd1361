"""VGG16 (Simonyan and Zisserman 2015): Keras and Caffe weights, and torchvision's two sets."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from gazekit.models.backbones.contract import Backbone, Pool
from gazekit.models.backbones.keras_vgg import CAFFE_MEAN, KERAS, keras_file, read_keras_vgg16
from gazekit.models.backbones.layers import Layer, stages_of
from gazekit.models.backbones.sources import Loaded, Published, check_file, fill
from gazekit.models.backbones.state import fit_state

LEVELS = ("conv3_3", "conv4_3", "conv5_3")
PUBLISHED = {
    "imagenet": Published("VGG16_Weights.IMAGENET1K_V1"),
    "imagenet-features": Published("VGG16_Weights.IMAGENET1K_FEATURES"),
}
BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels, layers


def vgg16(weights: str | Path | None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """VGG16 without its classifier: conv1_1 to conv5_3, strides 1, 2, 4, 8, 16, with max pools of 2 / 2.

    Parameters
    ----------
    weights, seed, levels
        As in `load_backbone`. Published sets, which are three different things:
        "imagenet": torchvision's default, a training run of its own, input scaled to mean 0 and deviation 1;
        "imagenet-features": torchvision's copy of the original (Caffe) weights, RGB;
        "imagenet-keras": Keras' copy of the original weights, which the published eccNET starts from: blue first,
        minus the mean of ImageNet, not scaled.
        A file that ends in .h5 or .hdf5 is taken for Keras' layout with Keras' scaling; any other for torchvision's
        layout with the scaling of "imagenet", unless its SHA-256 is that of "imagenet-features".
    """
    network = nn.Module()
    network.features = convolutions()
    if weights == KERAS or Path(str(weights)).suffix in (".h5", ".hdf5"):
        path = keras_file() if weights == KERAS else Path(str(weights))
        fit_state(network, read_keras_vgg16(path), name="vgg16", source=str(path))
        text = f"{path.name}, Keras layout, SHA-256 {check_file(path)}"
        loaded = Loaded(f"{KERAS} ({text})" if weights == KERAS else f"file {text}", CAFFE_MEAN, (1.0, 1.0, 1.0))
        bgr = True
    else:
        loaded = fill(network, "vgg16", weights, PUBLISHED, seed=seed, unused=("classifier.",), also=(KERAS,))
        bgr = False
    layers, place = [], 0
    for block, (channels, count) in enumerate(BLOCKS, 1):
        for k in range(1, count + 1):
            pool = Pool(2, 2, "max") if k == 1 and block > 1 else None
            module = network.features[place : place + 2]
            layers.append(Layer(f"conv{block}_{k}", module, channels, reach=1, pool=pool))
            place += 2
        place += 1
    levels = LEVELS if levels is None else levels
    stages = stages_of("vgg16", layers, levels)
    return Backbone("vgg16", loaded.text, stages, levels=levels, mean=loaded.mean, deviation=loaded.deviation, bgr=bgr)


def convolutions() -> nn.Sequential:
    """The convolutions under the numbers that torchvision gives them, without memory of their own (meta device)."""
    modules: list[nn.Module] = []
    incoming = 3
    with torch.device("meta"):
        for channels, count in BLOCKS:
            for _ in range(count):
                modules += [nn.Conv2d(incoming, channels, 3, padding=1), nn.ReLU()]
                incoming = channels
            modules.append(nn.Identity())  # where the pool was
    return nn.Sequential(*modules)
