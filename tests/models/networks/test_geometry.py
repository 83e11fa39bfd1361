import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.networks.geometry import measured_reach, same_geometry


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([1, 3, 5]), st.sampled_from([1, 2])), min_size=1, max_size=3))
def test_reach_of_a_chain_is_the_sum(layers):
    modules, reach, jump = [], 0, 1
    for kernel, stride in layers:
        modules.append(nn.Conv2d(2, 2, kernel, stride, padding=kernel // 2))
        reach += jump * (kernel // 2)
        jump *= stride
    assert measured_reach(nn.Sequential(*modules), channels=2, stride=jump) == reach


def test_uneven_kernels_count_by_their_longer_side():
    assert measured_reach(nn.Conv2d(1, 1, (1, 7), padding=(0, 3)), channels=1, stride=1) == 3
    assert measured_reach(nn.Conv2d(1, 1, (9, 1), padding=(4, 0)), channels=1, stride=1) == 4


def test_zero_weights_count_as_dependence():
    layer = nn.Conv2d(1, 1, 3, padding=1)
    nn.init.zeros_(layer.weight)
    assert measured_reach(layer, channels=1, stride=1) == 1


def test_a_mean_over_everything_reaches_everywhere():
    class Gate(nn.Module):
        def forward(self, x):
            return x * x.mean((2, 3), keepdim=True)

    assert measured_reach(Gate(), channels=1, stride=1) is None


@pytest.mark.parametrize("n", [64, 65, 66, 67])
def test_patches_are_made_whole(n):
    layers = same_geometry(nn.Conv2d(3, 2, 4, stride=4), channels=3, stride=4, name="x")
    assert layers(torch.zeros(1, 3, n, n)).shape == (1, 2, -(-n // 4), -(-n // 4))


def test_pools_keep_their_last_window_as_a_mean_of_what_is_there():
    layers = same_geometry(nn.AvgPool2d(2), channels=1, stride=2, name="x")
    assert torch.equal(layers(torch.ones(1, 1, 5, 5)), torch.ones(1, 1, 3, 3))


def test_what_cannot_be_made_same_is_refused():
    with pytest.raises(GazekitError, match="x does not give one cell for every 1 px"):
        same_geometry(nn.Conv2d(1, 1, 3), channels=1, stride=1, name="x")
