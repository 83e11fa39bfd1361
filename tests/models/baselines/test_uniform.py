import numpy as np
import pytest
from scipy.stats import kstest

from gazekit import Frame, Trial, load_model


@pytest.fixture(scope="module")
def paths():
    trials = [Trial(f"t{i}", f"t{i}", Frame(300, 50)) for i in range(200)]
    return load_model("uniform").predict(trials, n_samples=5, progress=False)


def test_positions_are_uniform(paths):
    assert kstest(paths.x / 300, "uniform").pvalue > 1e-3
    assert kstest(paths.y / 50, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(paths.x, paths.y)[0, 1]) < 0.03


def test_nothing_else_is_declared(paths):
    assert paths.duration is None
    assert paths.facts.forced_first is False
    assert paths.facts.points is None
    assert len(np.unique(paths.x)) == len(paths.x)


def test_centre_point_is_the_centre():
    trials = [Trial("t", "t", Frame(300, 50)), Trial("u", "u", Frame(7, 9))]
    points = load_model("centre-point").predict(trials, max_fixations=2, seed=3, progress=False)
    assert points.x.tolist() == [150, 150, 3.5, 3.5]
    assert points.y.tolist() == [25, 25, 4.5, 4.5]
