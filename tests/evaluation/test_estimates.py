"""Estimates: a column per model, subtracted before it is averaged; the units differ in their resamples only."""

import numpy as np
import pandas as pd
import pytest

from gazekit.evaluation.estimates import MeansOverStimuli, ValuesOfTheWhole
from gazekit.evaluation.results import SCORE_COLUMNS


@pytest.fixture
def scores():
    rng = np.random.default_rng(0)
    rows = [("d", m, "scanmatch", f"s{k}", v, 3, 1) for m in ("a", "b") for k, v in enumerate(rng.random(40))]
    return pd.DataFrame(rows, columns=SCORE_COLUMNS)


@pytest.fixture
def sets():
    rng = np.random.default_rng(1)
    columns = ["dataset", "model", "metric", "resample", "value", "stimuli", "undefined"]
    rows = [("d", m, "direction_js", k, v, n, 2) for m, n in (("a", 9), ("b", 7)) for k, v in enumerate(rng.random(30))]
    return pd.DataFrame(rows, columns=columns).assign(resample=lambda t: t["resample"] - 1)


def test_of_stimuli(scores):
    (made,) = MeansOverStimuli.of_each(scores, seed=0, resamples=500)
    assert (made.dataset, made.metric, list(made.columns)) == ("d", "scanmatch", ["a", "b"])
    found = made.estimate(made.columns["a"], "a")
    assert found.value == pytest.approx(scores.query("model == 'a'")["value"].mean())
    assert found.low < found.value < found.high
    assert found.stimuli == 40
    assert made.counts.loc["a", "undefined"] == 40


def test_an_undefined_stimulus_is_left_out_of_a_difference(scores):
    scores.loc[3, "value"] = np.nan
    (made,) = MeansOverStimuli.of_each(scores, seed=0, resamples=100)
    gap = made.estimate(made.columns["a"] - made.columns["b"], "a", "b")
    wide = scores.pivot_table(index="stimulus", columns="model", values="value").dropna()
    assert gap.value == pytest.approx((wide["a"] - wide["b"]).mean())
    assert gap.stimuli == 39


def test_of_the_whole_data_set(sets):
    (made,) = ValuesOfTheWhole.of_each(sets)
    whole = sets.query("model == 'b' and resample == -1")["value"].item()
    found = made.estimate(made.columns["b"], "b")
    assert (found.value, found.stimuli) == (whole, 7)
    assert found.low < whole < found.high
    assert made.estimate(made.columns["a"] - made.columns["b"], "a", "b").stimuli == 7
    assert made.counts.loc["b", "undefined"] == 2


@pytest.mark.parametrize("unit", ["stimuli", "whole"])
def test_ratios(scores, sets, unit):
    """Half of what people have is 0.5, and its interval has no width; a share of nothing is undefined."""
    means = MeansOverStimuli.of_each(scores, seed=0, resamples=50)
    (made,) = means if unit == "stimuli" else ValuesOfTheWhole.of_each(sets)
    people = made.columns["a"]
    assert made.ratio(people / 2, people, np.zeros_like(people)) == pytest.approx((0.5, 0.5, 0.5))
    assert np.isnan(made.ratio(people, people, people)).all()
