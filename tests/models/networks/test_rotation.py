"""A network with turned kernels answers a turned image with the turned answer."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.networks import load_backbone
from gazekit.models.networks.rotation import MIRRORS, ROTATIONS, turn, turn_kernels

# Every symmetry of the square; a vertical mirror is a horizontal one after a half turn, so four of twelve repeat.
SYMMETRIES = [(rotate, mirror) for mirror in MIRRORS for rotate in ROTATIONS]
# Sides that are symmetric for all strides and pools of the family (see gazekit.models.networks.rotation).
SIDES = {
    "squeezenet": 49,
    "alexnet": 65,
    "resnet18": 65,
    "resnet50": 65,
    "vgg16": 48,
    "v1": 64,
    "timm:regnetx_002": 65,
    "timm:test_efficientnet": 65,
    "timm:test_convnext": 64,
}


def largest_difference(name, side, rotate, mirror, **options):
    weights = None if name == "v1" else "random"
    upright = load_backbone(name, weights, seed=1, **options)
    turned = load_backbone(name, weights, seed=1, rotate_kernels=rotate, mirror_kernels=mirror, **options)
    image = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0)) * 255
    with torch.inference_mode():
        expected = {key: turn(value, rotate, mirror) for key, value in upright(image).items()}
        answers = turned(turn(image, rotate, mirror))
    unturned = upright(turn(image, rotate, mirror))
    return (
        max(float((answers[key] - value).abs().max() / value.abs().max()) for key, value in expected.items()),
        max(float((unturned[key] - value).abs().max() / value.abs().max()) for key, value in expected.items()),
    )


@pytest.mark.parametrize("name", SIDES)
def test_a_quarter_turn_in_every_family(name):
    turned, unturned = largest_difference(name, SIDES[name], 90, "none")
    assert turned < 1e-5
    assert unturned > 1e-2  # without turning the kernels it is not so: the test can fail


@pytest.mark.parametrize(("rotate", "mirror"), SYMMETRIES)
def test_all_symmetries(rotate, mirror):
    assert largest_difference("squeezenet", 25, rotate, mirror, levels=["fire3", "fire5"])[0] < 1e-5


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(SYMMETRIES),
    st.sampled_from([(1, 7), (3, 1), (3, 3), (5, 3)]),
    st.sampled_from([1, 2]),
    st.sampled_from([1, 2]),
    st.integers(0, 99),
)
def test_any_convolution(symmetry, kernel, groups, stride, seed):
    generator = torch.Generator().manual_seed(seed)
    network = nn.Sequential(
        nn.Conv2d(2, 4, kernel, groups=groups, stride=(stride, 1), padding=(kernel[0] // 2, kernel[1] // 2)),
        nn.ReLU(),
        nn.AvgPool2d((3, 1), stride=1),
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network[0].reset_parameters()
    image = torch.rand(1, 2, 13, 13, generator=generator)
    with torch.inference_mode():
        expected = turn(network(image), *symmetry)
        turn_kernels(network, "toy", rotate=symmetry[0], mirror=symmetry[1])
        np.testing.assert_allclose(network(turn(image, *symmetry)), expected, atol=1e-6)


@given(st.sampled_from(SYMMETRIES), st.sampled_from(SYMMETRIES))
def test_symmetries_form_a_group(first, second):
    corners = torch.arange(4).reshape(2, 2)
    every = {tuple(turn(corners, *symmetry).flatten().tolist()) for symmetry in SYMMETRIES}
    assert len(every) == 8
    assert tuple(turn(turn(corners, *first), *second).flatten().tolist()) in every


def test_counter_clockwise_on_the_screen():
    upright = torch.zeros(3, 3)
    upright[0, 1] = 1  # at the top
    assert turn(upright, 90)[1, 0] == 1  # is now at the left
    assert turn(upright, 90, "horizontal")[1, 2] == 1  # rotated first, then mirrored


def test_on_other_sides_the_grid_is_in_the_way():
    assert largest_difference("squeezenet", 40, 90, "none")[0] > 1e-3


@pytest.mark.parametrize("name", ["timm:test_vit"])
def test_transformers_are_refused(name):
    with pytest.raises(
        GazekitError, match="timm:test_vit cannot be rotated or mirrored: .* take a convolutional backbone"
    ):
        load_backbone(name, "random", rotate_kernels=90)


def test_attention_by_any_other_module_is_refused():
    with pytest.raises(GazekitError, match="its MultiheadAttention knows places"):
        turn_kernels(nn.Sequential(nn.MultiheadAttention(4, 2)), "toy", mirror="vertical")
