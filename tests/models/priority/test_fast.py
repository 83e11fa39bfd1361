"""The fast computation beside the network itself."""

import numpy as np
import pytest
import torch

from gazekit.core.frames import Frame
from gazekit.models.priority.events import path_events
from gazekit.models.priority.fast import Before, OnImage
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import PriorityConfig, PriorityNetwork

GRID = Grid.of(Frame(40, 30), 48)
NETWORKS = [
    {},
    {"history": 0},
    {"history": 1},
    {"history": 8},
    {"content": False},
    {"centre_bias": False},
    {"target": "picture"},
    {"target": "picture", "history": 0},
    {"target": "category", "categories": ("cup", "fork"), "content": False},
]


def both(changes):
    """A network, maps of an image, events of a path of twenty fixations, and the same computed fast."""
    torch.manual_seed(0)
    config = PriorityConfig((5, 7), **{"hidden": 12, "maps": 4, **changes})
    network = PriorityNetwork(config).eval()
    with torch.no_grad():
        for part in network.parameters():  # nothing begins at 0
            part.add_(0.1 * torch.randn_like(part))
    rng = np.random.default_rng(0)
    x, y, duration = rng.uniform(0, 40, 20), rng.uniform(0, 30, 20), rng.lognormal(5.5, 0.4, 20)
    x[4], duration[7] = np.nan, np.nan
    events = path_events(x, y, duration, GRID)
    levels = [torch.randn(1, 5, 12, 16), torch.randn(1, 7, 3, 4)]
    similarity = torch.randn(1, len(config.similarities), *GRID.shape) if config.target == "picture" else None
    with torch.no_grad():
        maps = network.look(levels, *GRID.shape, similarity, torch.tensor([1]) if config.categories else None)
    return network, maps, events, OnImage(network, maps, *GRID.centres())


@pytest.mark.parametrize("changes", NETWORKS)
@pytest.mark.parametrize("temperature", [1.0, 0.5])
@torch.no_grad()
def test_densities_are_those_of_the_network(changes, temperature):
    network, maps, events, fast = both(changes)
    x, y = (torch.from_numpy(side) for side in GRID.centres())
    expected = network.next_density(maps, events, x, y, temperature)[0].numpy()
    found = fast.following(Before.of(events), temperature)
    assert found.dtype == np.float64
    assert np.allclose(found, expected, atol=2e-5)
    assert np.allclose(np.exp(found).sum(1), 1, atol=1e-12)


@pytest.mark.parametrize("changes", NETWORKS)
@torch.no_grad()
def test_durations_and_the_end_are_those_of_the_network(changes):
    network, maps, events, fast = both(changes)
    known, cell = Before.of(events), events.target[0].clamp(min=0).numpy()
    found = fast.durations(known, cell, events.reach[0].numpy())
    for one, other in zip(found, network.durations(maps, events), strict=True):
        assert np.allclose(one, other[0].numpy(), atol=1e-5)
    assert np.allclose(fast.end(known), network.end(maps, events)[0].numpy(), atol=1e-5)


@pytest.mark.parametrize("changes", NETWORKS)
def test_what_is_computed_together_changes_no_bit(changes):
    """By construction: a fixation's numbers are of its own products."""
    _, _, events, fast = both(changes)
    known, cell, reach = Before.of(events), events.target[0].clamp(min=0).numpy(), events.reach[0].numpy()
    together = (fast.following(known), fast.end(known), *fast.durations(known, cell, reach))
    for size in (1, 3):
        parts = []
        for k in range(0, len(known.made), size):
            some = slice(k, k + size)
            one = known.at(some)
            parts.append((fast.following(one), fast.end(one), *fast.durations(one, cell[some], reach[some])))
        for whole, pieces in zip(together, zip(*parts, strict=True), strict=True):
            assert np.array_equal(whole, np.concatenate(pieces))


def test_no_fixation_has_no_density():
    _, _, events, fast = both({})
    assert fast.following(Before.of(events).at(slice(0))).shape == (0, GRID.rows * GRID.columns)
