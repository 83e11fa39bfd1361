"""Small networks with random weights, of the shapes that backbones have."""

import pytest
import torch
from torch import nn

from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.network import Preprocessing

INPUT = Preprocessing((120 / 255, 110 / 255, 100 / 255), (1 / 255, 1 / 255, 1 / 255), bgr=True)
SHAPES = ("vgg", "pools of 3", "strided", "patch embedding", "sees all", "signed")


class SeesAll(nn.Module):
    """Every output depends on every input cell, as attention does."""

    def forward(self, x):
        return x + x.mean(dim=(2, 3), keepdim=True)


def conv(before, after, side=3, stride=1, relu=True):
    layers = [nn.Conv2d(before, after, side, stride, padding=side // 2)]
    return nn.Sequential(*layers, *([nn.ReLU()] if relu else []))


def make_network(shape="vgg", seed=0):
    torch.manual_seed(seed)
    pool = Pool(3 if shape == "pools of 3" else 2, 2, "max")
    relu = shape != "signed"
    if shape == "strided":  # as ResNet: strides inside stages, one of them two in a row
        layers = [
            Layer("a", nn.Sequential(conv(3, 4, 5, 2), conv(4, 4, 3, 2)), 4, reach=4, stride=4),
            Layer("b", nn.Sequential(conv(4, 6, 3, 2), conv(6, 6)), 6, reach=3, stride=2),
            Layer("c", conv(6, 8, 3, 2), 8, reach=1, stride=2),
        ]
        levels = ("a", "b", "c")
    elif shape == "patch embedding":
        # TensorFlow's way for lengths that 16 does not divide
        patches = nn.Sequential(ToMultiple(16), nn.Conv2d(3, 4, 16, 16))
        layers = [Layer("a", patches, 4, reach=15, stride=16), Layer("b", conv(4, 5), 5, reach=1)]
        levels = ("a", "b")
    else:
        last = nn.Sequential(conv(6, 8, relu=relu), SeesAll()) if shape == "sees all" else conv(6, 8, relu=relu)
        layers = [
            Layer("one", conv(3, 4, relu=relu), 4, reach=1),
            Layer("two", conv(4, 4, relu=relu), 4, reach=1, pool=pool),
            Layer("three", nn.Sequential(conv(4, 6), conv(6, 6, 5, relu=relu)), 6, reach=3, pool=pool),
            Layer("four", conv(6, 6, relu=relu), 6, reach=1, pool=pool),
            Layer("five", last, 8, reach=None if shape == "sees all" else 1, pool=pool),
        ]
        levels = ("three", "four", "five")
    return Backbone(shape, f"random, seed {seed}", layers, levels=levels, preprocessing=INPUT)


class ToMultiple(nn.Module):
    def __init__(self, of):
        super().__init__()
        self.of = of

    def forward(self, x):
        h, w = x.shape[2:]
        return nn.functional.pad(x, (0, -w % self.of, 0, -h % self.of))


@pytest.fixture
def network():
    """The function that makes a small network: network(shape, seed=0)."""
    return make_network
