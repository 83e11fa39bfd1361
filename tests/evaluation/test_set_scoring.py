"""Measures of sets in an evaluation: equal numbers, resamples, intervals."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Results
from gazekit.evaluation.bootstrap import centred_interval, resample
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.evaluation.set_scoring import (
    SET_COLUMNS,
    WHOLE,
    SetWork,
    mean_of_draws,
    score_drawn_stimuli,
    score_whole,
)
from gazekit.metrics import Context, Source, density, measures, plausibility, score_sets


@pytest.fixture
def people(scanpaths_of):
    rows = [(f"s{i}", f"p{k}") for i in range(6) for k in range(6)]
    lengths = np.random.default_rng(1).integers(3, 9, len(rows))
    return scanpaths_of(lengths, stimulus=[s for s, _ in rows], subject=[p for _, p in rows])


@pytest.fixture
def work(people):
    chosen = [measures["direction_js"], measures["paths_nss"]]
    stimuli = tuple(f"s{i}" for i in range(6))
    return SetWork(Context(people), chosen, dict.fromkeys(stimuli, 3), stimuli, seed=0, resamples=20)


def test_the_value_is_the_mean_over_draws(work):
    row = score_whole(work, None, "human", [WHOLE]).set_index("metric").loc["direction_js"]
    values = [score_sets("direction_js", *work.sets(None, draw))[0] for draw in range(5)]
    assert row["value"] == pytest.approx(np.mean(values))
    assert (row["stimuli"], row["undefined"]) == (6, 0)


def test_a_resample_takes_its_stimuli_with_repeats(work):
    found = score_whole(work, None, "human", [7]).set_index("metric").loc["direction_js", "value"]
    picked = [work.stimuli[k] for k in resample(6, seed=0, resamples=20)[7]]
    sides = [
        side[np.concatenate([np.flatnonzero(side.table["stimulus"] == s) for s in picked])]
        for side in work.sets(None, 7 % 5)
    ]
    assert found == pytest.approx(score_sets("direction_js", *sides)[0])


def test_blocks_change_nothing(work):
    whole = score_whole(work, None, "human", range(6))
    parts = pd.concat([score_whole(work, None, "human", [k]) for k in range(6)], ignore_index=True)
    pd.testing.assert_frame_equal(whole, parts)


def test_measures_of_stimuli_are_means_over_draws(work):
    parts = [score_drawn_stimuli(work, None, "human", draw) for draw in range(5)]
    table = mean_of_draws(parts).set_index("stimulus")
    one = work.sets(None, 2)
    value = density.paths_as_maps(*one).loc["s4", "paths_nss"]
    assert parts[2].set_index("stimulus").loc["s4", "value"] == pytest.approx(value)
    assert table.loc["s4", "value"] == pytest.approx(
        np.mean([p.set_index("stimulus").loc["s4", "value"] for p in parts])
    )
    assert table.loc["s4", "pairs"] == 5


def test_a_source_without_durations_is_undefined(people):
    work = SetWork(Context(people), [measures["first_saccade_latency"]], {"s0": 1, "s1": 1}, ("s0", "s1"), 0, 5)
    predicted = people.replace(duration=None, table=people.table.assign(source="m", subject=""))
    row = score_whole(work, predicted, "m", [WHOLE]).iloc[0]
    assert np.isnan(row["value"])
    assert row["undefined"] == 5


def test_plausibility_counts_equally_many_people(people):
    """A model's path is judged by the expectation over five of the six people; a person's by the other five."""
    predicted = people.filter(subject="p0").replace(
        table=people.filter(subject="p0").table.assign(source="m", subject="")
    )
    theirs = people.filter(stimulus="s2")
    model, human = (
        measures["plausibility"].rows(Source(*source), people, Context(people)).set_index(["metric", "stimulus"])
        for source in (("m", predicted), ("human", people))
    )
    one = predicted.filter(stimulus="s2")[0]
    expected = plausibility(one, theirs, n_humans=5)
    assert model.loc[("plausibility_best_per_length", "s2"), "value"] == pytest.approx(expected)
    alone = [plausibility(theirs[k], theirs[[j for j in range(6) if j != k]]) for k in range(6)]
    assert human.loc[("plausibility_best_per_length", "s2"), "value"] == pytest.approx(np.mean(alone))
    few = [plausibility(theirs[k], theirs[[j for j in range(6) if j != k]], n_humans=4) for k in range(6)]
    assert human.loc[("plausibility_best_per_length_fixed", "s2"), "value"] == pytest.approx(np.mean(few))


def test_the_interval_lies_about_the_value():
    """Resamples that are all too high by the same amount move nothing."""
    spread = np.random.default_rng(0).normal(0, 1, 5000)
    assert centred_interval(3.0, spread + 40) == pytest.approx((3 - 1.96, 3 + 1.96), abs=0.1)
    assert np.isnan(centred_interval(np.nan, spread)).all()


@pytest.fixture
def pooled():
    """Divergences (lower is better) and a description, of people, a model and chance; resamples move all alike."""
    rng = np.random.default_rng(3)
    common = rng.normal(0, 0.01, 50)
    rows = []
    for metric, values in (("direction_js", (0.1, 0.2, 0.3)), ("tfp_auc", (2.0, 3.0, 1.0))):
        for model, value in zip(("human", "m", "other-image"), values, strict=True):
            rows.append(("d", model, metric, WHOLE, value, 9, 0))
            rows += [("d", model, metric, k, value + common[k] + 0.05, 9, 0) for k in range(50)]
    return Results(pd.DataFrame(columns=SCORE_COLUMNS), sets=pd.DataFrame(rows, columns=SET_COLUMNS))


def test_results_of_sets(pooled):
    summary = pooled.summary.set_index(["metric", "model"])
    assert summary.loc[("direction_js", "m"), ["value", "stimuli"]].tolist() == [0.2, 9]
    assert summary.loc[("direction_js", "m"), "low"] < 0.2 < summary.loc[("direction_js", "m"), "high"]
    assert summary.loc[("direction_js", "human"), "low"] >= 0
    gap = pooled.differences.set_index(["metric", "model_a", "model_b"]).loc[("direction_js", "human", "m")]
    assert gap[["difference", "low", "high"]].tolist() == pytest.approx([-0.1] * 3)  # paired: no width
    shares = pooled.shares.set_index(["metric", "model"])
    assert "tfp_auc" not in shares.index.get_level_values(0)  # a description has no share
    assert shares.loc[("direction_js", "m"), ["share", "share_above_chance"]].tolist() == pytest.approx([0.5, 0.5])
    assert pooled.headline == "direction_js"
