"""Batch normalisation folded into convolutions: the same features, and nothing folded where that would change them."""

import pytest
import torch
from torch import nn

from gazekit.models.eccnet.fast.blank_windows import BlankWindows
from gazekit.models.eccnet.fast.folded import folded
from gazekit.models.eccnet.network import eccentric_network, variant_named
from gazekit.models.networks.backbone import Backbone, Layer


class NormFirst(nn.Module):
    """Listed as convolution and normalisation, run the other way round."""

    def __init__(self, channels):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels)

    def forward(self, x):
        return self.conv(self.norm(x))


@pytest.fixture
def network():
    torch.manual_seed(0)

    def block(before, after, stride):
        conv = nn.Conv2d(before, after, 3, stride, padding=1, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(after), nn.ReLU())

    layers = [
        Layer("a", block(3, 4, 2), 4, reach=1, stride=2),
        Layer("b", block(4, 6, 2), 6, reach=1, stride=2),
        Layer("c", NormFirst(6), 6, reach=1),
    ]
    backbone = Backbone("normed", "random", layers, levels=("b", "c"))
    for module in backbone.modules():
        if isinstance(module, nn.BatchNorm2d):
            for values in (module.running_mean, module.running_var, module.weight, module.bias):
                values.data.uniform_(0.2, 2)
    return eccentric_network(backbone, variant_named("ivsn"))


def norms(network):
    return [sum(isinstance(m, nn.BatchNorm2d) for m in stage.modules()) for _, stage in network.steps]


def test_features_are_those_of_the_network(network):
    images = torch.arange(3 * 40 * 40).reshape(1, 3, 40, 40) % 251
    before = norms(network)
    with torch.inference_mode():
        expected, found = network.features(images, "search"), folded(network).features(images, "search")
    for a, b in zip(found, expected, strict=True):
        assert float((a - b).abs().max()) <= 1e-5 * float(b.abs().max())
    assert norms(network) == before  # the network itself is as it was


def test_what_runs_in_another_order_is_left_as_it_is(network):
    assert norms(folded(network))[-1] == 1
    assert sum(norms(folded(network))[:-1]) == 0
    assert sum(norms(BlankWindows(network).network)) == 1
