import json
import re

import numpy as np
import pytest
import torch

from gazekit.core.frames import Frame
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.priority.events import path_events
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import VISITED, WIDE, PriorityConfig, PriorityNetwork

GRID = Grid.of(Frame(40, 30), 48)
PATH = np.array([5.0, 30, 22]), np.array([25.0, 10, 12]), np.array([200.0, 300, 250])


def network(**changes):
    torch.manual_seed(0)
    return PriorityNetwork(PriorityConfig((5, 7), **{"hidden": 12, "maps": 4, **changes})).eval()


def features():
    torch.manual_seed(1)
    return [torch.randn(1, 5, 12, 16), torch.randn(1, 7, 3, 4)]


def centres():
    return tuple(torch.from_numpy(side) for side in GRID.centres())


@pytest.mark.parametrize("changes", [{}, {"history": 0}, {"content": False}, {"centre_bias": False}, {"context": 3}])
@torch.no_grad()
def test_densities_add_up_to_one(changes):
    net, events = network(**changes), path_events(*PATH, GRID)
    maps = net.look(features(), *GRID.shape)
    following = net.next_density(maps, events, *centres())
    assert following.shape == (1, 4, GRID.rows * GRID.columns)
    assert torch.allclose(following.exp().sum(-1), torch.ones(1, 4), atol=1e-5)
    assert torch.allclose(net.static_density(maps).exp().sum(-1), torch.ones(1), atol=1e-5)
    alike = torch.allclose(following[0, 1], following[0, 2], atol=1e-4)
    assert alike == (changes == {"history": 0})  # only then does what came before not matter


@torch.no_grad()
def test_the_history_is_what_its_definition_says():
    """Cell by cell, fixation by fixation, in plain numbers."""
    net, events = network(history=2), path_events(*PATH, GRID)
    found = net.history(events, *centres())[0].numpy()
    x, y = GRID.centres()
    for event in range(4):
        trace = [(0.0, 0.0), *GRID.places(PATH[0], PATH[1])[:event].tolist()]
        for cell, (cy, cx) in enumerate((cy, cx) for cy in y for cx in x):
            expected = []
            for k in range(2):
                if k < len(trace):
                    px, py = trace[-1 - k]
                    d = np.sqrt((cx - px) ** 2 + (cy - py) ** 2 + 1e-6)
                    expected += [cx - px, cy - py, d, np.exp(-d / WIDE), np.exp(-4 * d / WIDE)]
                else:
                    expected += [0.0] * 5
            for width in VISITED:
                bumps = [np.exp(-((cx - px) ** 2 + (cy - py) ** 2) / (2 * width**2)) for px, py in trace[1:]]
                expected.append(sum(bumps))
            assert np.allclose(found[event, :, cell], expected, atol=1e-5)


@torch.no_grad()
def test_an_event_does_not_depend_on_its_company():
    net, events = network(), path_events(*PATH, GRID)
    maps = net.look(features(), *GRID.shape)
    together = net.next_density(maps, events, *centres())
    for k in range(4):
        alone = net.next_density(maps, events.at(slice(k, k + 1)), *centres())
        assert torch.allclose(alone[0, 0], together[0, k], atol=1e-5)


@torch.no_grad()
def test_the_blur_keeps_sums_and_constants():
    net = network()
    assert torch.allclose(net.blurred(torch.full((1, 4, 9, 9), 3.0)), torch.full((1, 4, 9, 9), 3.0), atol=1e-5)
    point = torch.zeros(1, 4, 21, 21)
    point[..., 10, 10] = 1
    smooth = net.blurred(point)[0, 0]
    steps = torch.arange(21) - 10.0
    deviation = float(net.blur[0].exp())
    assert torch.allclose(smooth.sum(), torch.tensor(1.0), atol=1e-5)
    assert abs(float((smooth.sum(0) * steps**2).sum()) - deviation**2) < 0.02


@torch.no_grad()
def test_temperature_flattens():
    net, events = network(), path_events(*PATH, GRID)
    maps = net.look(features(), *GRID.shape)
    cold, usual, hot = (net.next_density(maps, events, *centres(), t) for t in (0.5, 1.0, 2.0))
    entropy = [-(d.exp() * d).sum(-1) for d in (cold, usual, hot)]
    assert (entropy[0] < entropy[1]).all()
    assert (entropy[1] < entropy[2]).all()


@pytest.mark.parametrize("text", ["[]", '{"maps": 3}', '{"channels": [3], "depth": 2}', '{"channels": [-1]}'])
def test_a_configuration_of_something_else_is_refused(text):
    with pytest.raises(DataError):
        PriorityConfig.from_json(text)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"maps": 0}, "maps must be from 1 to 10000, not 0"),
        ({"hidden": True}, "hidden must be a whole number, not True"),
        ({"history": 17}, "history must be from 0 to 16, not 17"),
        ({"context": 4}, "context must be an odd number of cells, or 0 for none, not 4"),
        ({"context": -1}, "context must be from 0 to 10000, not -1"),
        ({"dropout": 2.0}, "dropout must be from 0 to 0.99, not 2.0"),
        ({"content": "false"}, "content must be true or false, not 'false'"),
        ({"target": "smell"}, "target must be one of '', 'picture', 'box', 'category', 'text', not 'smell'"),
        ({"categories": ["fork"]}, "categories must be names if the target is a category, and only then"),
        ({"target": "category", "categories": "fork"}, "categories must be several names, not the text 'fork'"),
    ],
)
def test_values_that_no_network_can_have_are_refused(option, message):
    with pytest.raises(GazekitError, match=re.escape(message)):
        PriorityConfig.of((3, 4), option)
    with pytest.raises(DataError, match=re.escape(f"this is no configuration of a priority network: {message}")):
        PriorityConfig.from_json(json.dumps({"channels": [3, 4], **option}))


def test_a_configuration_comes_back():
    config = PriorityConfig((3, 4), history=2, dropout=0.25)
    assert PriorityConfig.from_json(config.to_json()) == config
