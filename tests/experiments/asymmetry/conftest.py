"""Small search displays of an experiment that nobody ran, and models that search them in ways one can work out."""

import numpy as np
import pytest

from gazekit import Dataset, Frame, Scanpaths, Trial
from gazekit.core.trials import Box, Objects
from gazekit.models.capabilities import SearchResult
from gazekit.models.contract import ScanpathModel

CELLS = np.array([[x, y, x + 50, y + 50] for y in (0, 50) for x in (0, 50)], dtype=float)


def make_displays(experiment="colour", conditions=("red", "green"), sizes=(1, 3), per_size=12) -> Dataset:
    """Four cells of 50 px; the first of `size` shuffled cells holds the target, an item of 40 px."""
    trials = []
    for condition in conditions:
        for size in sizes:
            for k in range(per_size):
                boxes = CELLS[np.random.default_rng([size, k]).permutation(4)[:size]] + (5, 5, -5, -5)
                name = f"{experiment}/{condition}/{size:02d}/{k:03d}"
                trials.append(
                    Trial(
                        name,
                        name,
                        Frame(100, 100),
                        np.full((100, 100), k, np.uint8),
                        target_box=Box(*boxes[0]),
                        objects=Objects(boxes),
                        target_object=0,
                        max_fixations=5,
                        start=(50, 50),
                        cells=CELLS,
                        condition=f"{experiment}/{condition}",
                    )
                )
    return Dataset("mine", trials, Scanpaths.from_paths([]))


class Serial(ScanpathModel):
    """Looks at the items in their order, in the second condition from the last to the first.

    The target is item 0: it takes 1 saccade in the first condition, as many as there are items in the second. With the
    target swapped it is never found in displays of one item.
    """

    name = "serial"
    needs = ("target_box",)

    def __init__(self, background=7, level_weights="maximum", swap_target=False, hard="green", seed=0):
        self.background, self.level_weights, self.swap_target = background, level_weights, swap_target
        self.hard, self.seed, self.asked = hard, seed, 0

    def predict(self, trials, **_):
        raise AssertionError("a model with `search` is asked that")

    def search(self, trial):
        self.asked += 1
        boxes = trial.objects.boxes[::-1] if trial.condition.endswith(self.hard) else trial.objects.boxes[:1]
        found = not (self.swap_target and len(trial.objects) == 1)
        middles = (boxes[:, :2] + boxes[:, 2:]) / 2
        fixations = np.concatenate([[trial.start], middles])
        weights = (1, 0, 0) if self.level_weights == "maximum" else (1 / 3, 1 / 3, 1 / 3)
        return SearchResult(fixations, found, np.tile(weights, (len(middles), 1)))


@pytest.fixture
def displays():
    return make_displays()


@pytest.fixture
def displays_of():
    return make_displays


@pytest.fixture
def serial():
    return Serial
