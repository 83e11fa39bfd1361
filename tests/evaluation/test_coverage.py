"""A small `make coverage`: intervals hold the true value about as often as they say. 86 % would be noticed."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from gazekit.evaluation.estimates import MeansOverStimuli
from gazekit.foundations.randomness import keyed_rng

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def bench():
    spec = importlib.util.spec_from_file_location("intervals", BENCHMARKS / "intervals.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(BENCHMARKS))
    sys.modules["intervals"] = module  # dataclasses look for it
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    yield module
    del sys.modules["intervals"]


def test_intervals_hold_the_true_value(bench):
    for found in bench.simulate(bench.World(25, 8, 10), 100):
        assert found.share >= 0.90, found
        assert 0.85 <= found.stated / found.right <= 1.2, found


def test_intervals_of_maps_of_few_people(bench):
    for found in bench.halves(20, 6, 60):
        assert found.share >= 0.88, found
        assert 0.8 <= found.stated / found.right <= 1.4, found


def test_intervals_of_maps_of_sampled_paths(bench):
    """People and a model, six measures: few worlds, so that only an interval that is far off is noticed."""
    found = {each.kind: each for each in bench.drawn(6, 4, 8)}
    assert len(found) == 18
    for name in ("nss", "auc", "cc"):
        each = found[f"paths_{name}, people - model"]
        assert each.share >= 0.7, each
        assert 0.4 <= each.stated / each.right <= 2.5, each


def test_intervals_of_densities(bench):
    """Images are negatives of each other, and people each other's gold standard."""
    found = {each.kind: each for each in bench.shuffled(8, 4, 16)}
    centre, looks = (found[f"auc_shuffled, {kind}"] for kind in ("the centre", "a model that looks"))
    assert centre.right < 1e-6  # as good as chance, whatever the stimuli are
    assert centre.stated < 0.3 * looks.stated
    for kind in ("people", "a model that looks", "a model that looks - the centre"):
        each = found[f"auc_shuffled, {kind}"]
        assert each.share >= 0.85, each
        assert 0.7 <= each.stated / each.right <= 1.5, each


def test_intervals_of_divergences(bench):
    """People's own, whose error is small where they are, and shares of them: .875 of these held before."""
    found = {each.kind: each for each in bench.sets(12, 5, 40)}
    for kind, least in (("people", 0.92), ("model", 0.85), ("people - model", 0.88), ("share of the ceiling", 0.92)):
        each = found[f"amplitude_js, {kind}"]
        assert each.share >= least, each
        assert 0.8 <= each.stated / each.right <= 1.5, each


def test_intervals_of_chance_as_they_were_would_be_noticed(bench):
    """Over stimuli only, with donors and people taken as they are: what the bench is there to catch."""
    world, held = bench.World(25, 8, 10), []
    for number in range(60):
        scores, _ = world.tables(keyed_rng(0, "as they were", number))
        values = scores.loc[scores["model"] == "chance", "value"].to_numpy()
        low, high = stats.t.interval(0.95, len(values) - 1, values.mean(), stats.sem(values))
        held.append(low <= world.truth["chance"] <= high)
    assert np.mean(held) < 0.86


def test_worlds_are_tables_of_an_evaluation(bench):
    scores, cells = bench.World(6, 4, 2).tables(keyed_rng(0, "tables"))
    (each,) = MeansOverStimuli.of_each(scores, cells)
    assert each.models == ["human", "model", "chance"]
    assert set(each.people) == set(each.models)
    assert set(each.donors) == {"chance"}
    judged = cells.query("donor == '' and model == 'human'").groupby("stimulus")["value"].mean()
    assert judged.to_numpy() == pytest.approx(scores.query("model == 'human'")["value"].to_numpy())


def test_the_page_says_how_far_off(bench):
    low = bench.Covered("OSIE other-image", 60, 15, 90, 100, 0.9, 1.0)
    assert bench.lines([low])[-1] == "| OSIE other-image | 60 | 15 | 100 | 90.0 +- 3.0 % | -3.0 | 0.90 | 76 % |"
