from itertools import pairwise

import numpy as np
import pytest
import torch

from gazekit.models.oat.history import NEAR, OF_OBJECT, OF_PATH, GazeHistory, hats
from gazekit.models.oat.scenes import batch_of, scene_of
from gazekit.models.oat.training import seeded_network

PATH = [4, 4, 1, 2, 4, 2, 2, 0]


def begun(scene):
    target = torch.zeros(scene.there.shape, dtype=torch.bool)
    target[0, scene.target[0]] = True
    return GazeHistory.begin(scene.places, scene.there, scene.start, target)


@pytest.fixture
def scene(shelf, tiny_config):
    return batch_of([scene_of(shelf(2, 3, 2), tiny_config())])


def test_hats_are_a_partition_of_one():
    knots = (0.0, 1.0, 2.5, 7.0)
    x = torch.linspace(-1, 9, 101)
    out = hats(x, knots)
    assert torch.allclose(out.sum(-1), torch.ones(101), atol=1e-6)
    assert torch.allclose((out * torch.tensor(knots)).sum(-1), x.clamp(0, 7), atol=1e-5)


def test_a_history_by_brute_force(scene):
    places, history, target = scene.places[0].numpy(), begun(scene), int(scene.target[0])
    for n in range(len(PATH) + 1):
        path = PATH[:n]
        lag = [next((k + 1 for k, o in enumerate(reversed(path)) if o == p), 0) for p in range(6)]
        assert history.lag[0].tolist() == lag
        assert history.visits[0].tolist() == [path.count(p) for p in range(6)]
        near = [sum(np.exp(-((places[p] - places[o]) ** 2).sum() / (2 * NEAR**2)) for o in set(path)) for p in range(6)]
        assert history.near[0].numpy() == pytest.approx(np.array(near), abs=1e-5)
        run = next((k for k, o in enumerate(reversed(path)) if o != path[-1]), n)
        assert float(history.run) == run
        runs = [o for k, o in enumerate(path) if k == 0 or path[k - 1] != o]
        assert float(history.target_runs) == runs.count(target)
        assert float(history.since) == lag[target]
        moves = [places[b] - places[a] for a, b in pairwise(runs)]
        assert history.last[0].tolist() == (moves[-1].tolist() if moves else [0, 0])
        assert history.before[0].tolist() == (moves[-2].tolist() if len(moves) > 1 else [0, 0])
        assert float(history.stays) == max(n - len(runs), 0)
        assert float(history.jumps) == pytest.approx(sum(np.log1p(np.hypot(*m)) for m in moves), abs=1e-5)
        if n > 1:
            before, after = (np.hypot(*(places[o] - places[target])) for o in path[-2:])
            assert float(history.approach) == pytest.approx(before - after, abs=1e-5)
        if n < len(PATH):
            history = history.fixate(torch.tensor([PATH[n]]))


def test_steps_looked_at_together_are_as_each_alone(scene):
    histories = [begun(scene)]
    for o in PATH:
        histories.append(histories[-1].fixate(torch.tensor([o])))
    live = torch.ones(1, len(histories), dtype=torch.bool)
    live[0, 3] = False
    path, objects = GazeHistory.at_steps(histories, live).features()
    assert path.shape == (8, OF_PATH)
    assert objects.shape == (8, 6, OF_OBJECT)
    for row, k in enumerate([0, 1, 2, 4, 5, 6, 7, 8]):
        alone = histories[k].features()
        assert torch.equal(path[row], alone[0][0])
        assert torch.equal(objects[row], alone[1][0])


def test_an_unknown_target_changes_nothing(scene):
    nowhere = torch.zeros(scene.there.shape, dtype=torch.bool)
    history = GazeHistory.begin(scene.places, scene.there, scene.start, nowhere).fixate(torch.tensor([2]))
    path, objects = history.features()
    assert float(history.since) == float(history.target_runs) == float(history.approach) == 0
    assert (objects[..., 6:13] == 0).all()
    assert float(path[0, 0]) == 0


def test_the_history_has_no_say_where_nothing_was_learned(tiny_config):
    tables = seeded_network(tiny_config(pointer_bias="history"), 0).history.tables
    assert all((t.weight == 0).all() for t in tables.values())
