import numpy as np
import pytest

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.priority import features
from gazekit.models.priority.features import FeatureReader, Recipe


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """A small network with random weights as backbone, and a folder that keeps its features."""
    monkeypatch.setitem(features.RECIPES, "tiny", Recipe("random", ("fire3", "fire5"), 16, 96 * 96))
    monkeypatch.setenv(features.CACHE_VARIABLE, str(tmp_path / "features"))
    return FeatureReader("tiny")


@pytest.fixture
def discs():
    """Twelve grey pictures with one bright disc, and three people who look at it, then elsewhere."""
    frame, trials, paths = Frame(160, 120), [], []
    rows, columns = np.mgrid[:120, :160]
    for k in range(12):
        name = f"disc-{k}"
        rng = keyed_rng(0, name)
        x, y = rng.uniform(20, 140), rng.uniform(20, 100)
        image = np.full((120, 160, 3), 90, np.uint8)
        image[(columns - x) ** 2 + (rows - y) ** 2 < 15**2] = (250, 220, 40)
        trials.append(Trial(name, name, frame, image_source=image))
        for subject in "abc":
            near = rng.normal((x, y), 6, (3, 2)).clip((0, 0), (160, 120))
            away = rng.uniform((0, 0), (160, 120), (1, 2))
            at = np.concatenate([near[:2], away, near[2:]])
            ids = {"stimulus": name, "trial": name, "subject": subject}
            paths.append(Scanpath(at[:, 0], at[:, 1], rng.lognormal(5.5, 0.3, 4), frame, ids))
    facts = Facts(forced_first=False, points="fixations")
    return Dataset("discs", tuple(trials), Scanpaths.from_paths(paths, facts))
