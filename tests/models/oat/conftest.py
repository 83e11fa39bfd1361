"""Small scenes and networks for the tests of OAT."""

import numpy as np
import pytest
import torch

from gazekit import Dataset, Facts, Frame, Scanpaths, Trial
from gazekit.models.oat.config import preset
from gazekit.models.oat.training import seeded_network
from gazekit.trials import Objects

TINY = {"width": 64, "heads": 2, "feed_forward": 32, "encoder_layers": 1, "decoder_layers": 2}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def tiny_config():
    """Configuration of a network that is quick: tiny_config(**changes)."""
    return lambda **changes: preset("oat-small", **{**TINY, "appearance": "none", **changes})


@pytest.fixture(scope="session")
def tiny_network(tiny_config):
    """A network in eval mode: tiny_network(**changes)."""
    return lambda **changes: seeded_network(tiny_config(**changes), 0).eval()


@pytest.fixture(scope="session")
def shelf():
    """A trial with a grid of objects: shelf(rows, columns, target=..., name=..., **fields)."""

    def make(rows=2, columns=3, target=0, name="shelf", **fields):
        y, x = np.mgrid[:rows, :columns]
        boxes = np.stack([x * 40 + 4, y * 60 + 4, x * 40 + 36, y * 60 + 56], -1).reshape(-1, 4)
        picture = np.random.default_rng(rows * 100 + columns).integers(0, 256, (rows * 60, columns * 40, 3), np.uint8)
        values = {"image_source": picture, "objects": Objects(boxes.astype(float)), "target_object": target, **fields}
        return Trial(name, name, Frame(columns * 40, rows * 60), **values)

    return make


@pytest.fixture(scope="session")
def shelves(shelf):
    """A data set of shelves with made-up people who walk to the target: shelves(n, subjects)."""

    def make(n=8, subjects=2, rows=2, columns=3):
        rng = np.random.default_rng(0)
        trials = [shelf(rows, columns, int(rng.integers(rows * columns)), f"s{k}") for k in range(n)]
        x, y, offsets, table = [], [], [0], {"stimulus": [], "subject": [], "trial": []}
        for trial in trials:
            boxes, target = trial.objects.boxes, trial.target_object
            for subject in range(subjects):
                objects = [*rng.integers(rows * columns, size=rng.integers(0, 4)), target]
                x += list(boxes[objects][:, [0, 2]].mean(1))
                y += list(boxes[objects][:, [1, 3]].mean(1))
                offsets.append(len(x))
                for key, value in (("stimulus", trial.stimulus), ("subject", f"p{subject}"), ("trial", trial.id)):
                    table[key].append(value)
        import pandas as pd

        frame = pd.DataFrame({**table, "width": float(columns * 40), "height": float(rows * 60)})
        return Dataset("made-up shelves", trials, Scanpaths(x, y, offsets, frame, facts=Facts(forced_first=False)))

    return make
