"""Attention weights are those that the layers act on."""

import numpy as np
import pytest
import torch

from gazekit.foundations.errors import GazekitError
from gazekit.models.oat.checkpoint import Checkpoint
from gazekit.models.oat.inside import attention_weights, look_inside
from gazekit.models.oat.model import Oat
from gazekit.models.oat.network import Attention


@pytest.fixture
def model(tiny_network, tmp_path):
    path = tmp_path / "tiny.safetensors"
    Checkpoint(tiny_network(decoder_layers=2), 9, {}).save(path)
    return Oat(path)


def test_the_layer_mixes_values_with_these_weights():
    torch.manual_seed(0)
    layer = Attention(16, 4)
    x, other = torch.randn(2, 3, 16), torch.randn(2, 5, 16)
    keys, values = layer.keys_values(other)
    allowed = torch.tensor([True, True, False, True, True])[None, None, None]
    weights = attention_weights(layer, x, keys, allowed)
    mixed = layer.out((weights @ values).transpose(1, 2).flatten(2))
    assert torch.allclose(mixed, layer(x, keys, values, allowed), atol=1e-6)
    assert (weights[..., 2] == 0).all()


def test_shapes_sums_and_the_past_only(model, shelf):
    inside = look_inside(model, shelf(2, 3), np.array([4, 0, 0]))
    assert inside.next_object.shape == (4, 6)
    assert inside.objects.shape == (2, 2, 4, 7)
    assert inside.memory.shape == (2, 2, 4, 4)
    assert inside.scene.shape == (1, 2, 7, 7)
    for weights in (inside.objects, inside.memory, inside.scene):
        assert weights.sum(-1) == pytest.approx(1)
    assert inside.next_object.sum(1) + inside.end == pytest.approx(1)
    assert inside.end[0] == 0
    assert not np.triu(inside.memory, 1).any()


def test_probabilities_are_those_of_the_likelihood(model, shelves):
    data = shelves(2, 1)
    path = data.scanpaths.to_objects(data.object_boxes()).object_ids()[: data.scanpaths.lengths[0]]
    inside = look_inside(model, data.trials[0], path)
    scores = model.log_likelihood(data)[0]
    assert np.log(inside.next_object[np.arange(len(path)), path]) == pytest.approx(scores[:-1], abs=1e-5)
    assert np.log(inside.end[-1]) == pytest.approx(scores[-1], abs=1e-5)


def test_a_later_fixation_changes_nothing_before_it(model, shelf):
    one, other = (look_inside(model, shelf(2, 3), np.array([4, 0, last])) for last in (1, 5))
    assert one.memory[:, :, :3] == pytest.approx(other.memory[:, :, :3])
    assert one.objects[:, :, :3] == pytest.approx(other.objects[:, :, :3])


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ([], "one fixation or more"),
        ([[1]], "one fixation or more"),
        ([0, 6], "object 6 is not in trial 'shelf'; it has"),
    ],
)
def test_paths_that_cannot_be(model, shelf, path, message):
    with pytest.raises(GazekitError, match=message):
        look_inside(model, shelf(2, 3), np.array(path))
