"""Measures of sets in an evaluation: equal numbers, halves, people left out, intervals."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import Results, Scanpaths
from gazekit.evaluation.equal_sets import groups_of_people, in_source
from gazekit.evaluation.estimates import MeansOverStimuli
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.evaluation.set_scoring import (
    ALL,
    CELLS,
    PEOPLE,
    SET_COLUMNS,
    STIMULI,
    SetWork,
    mean_of_draws,
    mean_of_people,
    score_drawn_stimuli,
    score_whole,
)
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import Context, Source, density, measures, plausibility, score_sets
from gazekit.metrics.measure import NEGATIVES


@pytest.fixture
def people(scanpaths_of):
    rows = [(f"s{i}", f"p{k}") for i in range(6) for k in range(6)]
    lengths = np.random.default_rng(1).integers(3, 9, len(rows))
    return scanpaths_of(lengths, stimulus=[s for s, _ in rows], subject=[p for _, p in rows])


@pytest.fixture
def seen(people):
    """The same with px per degree, which rates of returns need."""
    return people.replace(table=people.table.assign(px_per_degree=20.0))


@pytest.fixture
def work(people):
    chosen = [measures["direction_js"], measures["paths_nss"]]
    stimuli = tuple(f"s{i}" for i in range(6))
    return SetWork(Context(people), chosen, dict.fromkeys(stimuli, 3), stimuli, seed=0)


def test_the_value_is_the_mean_over_draws(work):
    row = score_whole(work, None, "human", ALL).set_index("metric").loc["direction_js"]
    values = [score_sets("direction_js", *work.sets(None, draw))[0] for draw in range(5)]
    assert row["value"] == pytest.approx(np.mean(values))
    assert (row["stimuli"], row["undefined"]) == (6, 0)


def test_halves_of_the_stimuli(work):
    """No stimulus is in both halves, or twice; the deviation is half of the difference, over the draws."""
    table = score_whole(work, None, "human", STIMULI, [7]).query("metric == 'direction_js'").set_index("part")["value"]
    order = keyed_rng(0, "halves of the stimuli", 7).permutation(6)
    first = [s for s, place in zip(work.stimuli, order, strict=True) if place < 3]
    gaps, means = [], []
    for draw in range(5):
        sides = work.sets(None, draw)
        masks = [side.table["stimulus"].isin(first).to_numpy() for side in sides]
        ends = [
            score_sets("direction_js", *[side.filter(mask == taken) for side, mask in zip(sides, masks, strict=True)])
            for taken in (True, False)
        ]
        gaps.append((ends[0][0] - ends[1][0]) / 2)
        means.append((ends[0][0] + ends[1][0]) / 2)
    assert table[STIMULI] == pytest.approx(np.mean(gaps) / np.sqrt(24))
    assert table["stimuli, means"] == pytest.approx(np.mean(means) / np.sqrt(24))


def test_people_are_left_out_one_at_a_time(work):
    """In a draw, what is lost with a person is compared with the losses of the others on the same side."""
    table = score_whole(work, None, "human", PEOPLE, [2]).query("metric == 'direction_js' and part == 'people'")
    groups = groups_of_people(work.context.people, seed=0)
    first = in_source(groups, seed=0, draw=2)
    gone = np.array([score_sets("direction_js", *work.sets(None, 2, without=(k,)))[0] for k in range(6)])
    expected = np.empty(6)
    for side in (first, ~first):
        expected[side] = np.sqrt(2 / 3) * (gone[side].mean() - gone[side])
    assert table.sort_values("number")["value"].tolist() == pytest.approx(expected)


def test_what_two_people_do_together(work):
    """Beyond what is lost with each of them alone; a circle of pairs stands for all 15 pairs of six people."""
    table = score_whole(work, None, "human", PEOPLE, [2]).query("metric == 'direction_js' and part == 'people, pairs'")
    circle = keyed_rng(0, "pairs of people", 6).permutation(6)

    def value(*without):
        return score_sets("direction_js", *work.sets(None, 2, without))[0]

    together = [value(i, j) - value(i) - value(j) + value() for i, j in zip(circle, np.roll(circle, 1), strict=True)]
    assert table["value"].tolist() == pytest.approx(np.array(together) * 2 / 3 * np.sqrt(15 / 6))


def test_leaving_out_a_person_leaves_the_others_where_they_are(work):
    people = work.context.people
    subjects = people.table["subject"].to_numpy()
    for without in range(6):
        mine, theirs = work.sets(None, 1, (without,))
        name = subjects[groups_of_people(people, seed=0) == without][0]
        assert name not in {*mine.table["subject"], *theirs.table["subject"]}
        before = work.sets(None, 1)
        assert set(theirs.table["subject"]) == set(before[1].table["subject"]) - {name}


def test_a_description_is_of_all_paths_whatever_the_samples(seen):
    """People's value rests on everybody, and does not change with the number of samples of the models."""
    measure = measures["return_rates"]
    stimuli = tuple(f"s{i}" for i in range(6))
    expected = score_sets("return_rates", seen, seen)
    for samples in (1, 3):
        work = SetWork(Context(seen), [measure], dict.fromkeys(stimuli, samples), stimuli, seed=0)
        found = score_whole(work, None, "human", ALL)
        assert found["value"].tolist() == expected.tolist()
        assert found["stimuli"].tolist() == [6] * len(expected)
    gone = score_whole(work, None, "human", PEOPLE, range(5)).query("metric == 'return_rate' and part == 'people'")
    assert len(gone) == 6
    of = groups_of_people(seen, seed=0)
    values = np.array([score_sets("return_rates", seen.filter(of != k), seen)[-1] for k in range(6)])
    assert gone["value"].tolist() == pytest.approx(np.sqrt(5 / 6) * (values.mean() - values))


def test_a_models_description_has_no_people_in_it(seen):
    work = SetWork(Context(seen), [measures["return_rates"]], {}, tuple(f"s{i}" for i in range(6)), seed=0)
    predicted = seen.replace(table=seen.table.assign(source="m", subject=""))
    for part in (PEOPLE, CELLS):
        assert (score_whole(work, predicted, "m", part, [0]).query("part == @part")["value"] == 0).all()


def test_blocks_change_nothing(work):
    for part in (STIMULI, CELLS, PEOPLE):
        whole = score_whole(work, None, "human", part, range(2))
        parts = pd.concat([score_whole(work, None, "human", part, [k]) for k in range(2)], ignore_index=True)
        pd.testing.assert_frame_equal(whole, parts)
    assert len(mean_of_people(whole)) == 2 * 2 * 6


def test_measures_of_stimuli_are_means_over_draws(work):
    parts = [score_drawn_stimuli(work, None, "human", draw) for draw in range(5)]
    table, cells = (each.set_index("stimulus") for each in mean_of_draws(parts))
    parts = [part[part["subject"] == ""] for part in parts]
    one = work.sets(None, 2)
    value = density.paths_as_maps(*one).loc["s4", "paths_nss"]
    assert parts[2].set_index("stimulus").loc["s4", "value"] == pytest.approx(value)
    assert table.loc["s4", "value"] == pytest.approx(
        np.mean([p.set_index("stimulus").loc["s4", "value"] for p in parts])
    )
    assert table.loc["s4", "pairs"] == 5
    assert sorted(cells.loc["s4", "subject"]) == [f"p{k}" for k in range(6)]


def test_negatives_of_draws_are_means_over_draws(people):
    """What each image has moved as others' negative, in equal parts owed to the people of these draws."""
    names = tuple(f"s{i}" for i in range(6))
    work = SetWork(Context(people), [measures["paths_auc_shuffled"]], dict.fromkeys(names, 3), names, seed=0)
    parts = [score_drawn_stimuli(work, None, "human", draw) for draw in range(4)]
    scored = mean_of_draws(parts)
    moved = pd.concat(parts).query("side < 0").groupby("stimulus")["value"].sum() / 4
    cells = scored.cells[scored.cells["donor"] == NEGATIVES]
    assert cells[cells["subject"] == ""].set_index("stimulus")["value"].to_dict() == dict.fromkeys(names, 1)
    owed = cells[cells["subject"] != ""].pivot_table(index="stimulus", columns="subject", values="value")
    assert list(owed) == [f"p{k}" for k in range(6)]
    assert moved.abs().max() > 1e-3
    for name in owed:
        assert owed[name].to_dict() == pytest.approx((moved * 6 / 6).to_dict())  # of the sum of 6 images, 6 people


def test_people_of_a_measure_of_each_stimulus():
    """A mean over one half, and what people of both halves do in pairs: errors beside the true ones.

    A draw is a mean over pairs (i of one half, k of the other) of u_i u_k, or over one half of u_k, u of 1 or -1, in as
    many worlds as balance products of four: the variance of the mean over draws follows from who is in which half.
    Pairs are in a jackknife twice (1.4 times the error); people left out of one draw alone, as it was, gave 1.7 times.
    """
    of_people, worlds = 6, [f"w{k}" for k in range(16)]
    u = np.array([(1, *signs, np.prod(signs)) for signs in itertools.product((1, -1), repeat=4)]).T

    def steps(a, b, trials, **options):
        mine, theirs = (u[side.x[side.offsets[:-1]].astype(int) % of_people] for side in (a, b))
        value = theirs.mean(axis=0) * (1 if (a.table["subject"] == "").all() else mine.mean(axis=0))
        return pd.DataFrame([value] * 2, index=["s0", "s1"], columns=worlds)

    measure = replace(measures["paths_nss"], outputs=tuple(worlds), steps=steps)
    names = np.repeat(["s0", "s1"], of_people)
    rows = pd.DataFrame({"stimulus": names, "trial": names, "width": 100, "height": 100})
    rows = rows.assign(subject=np.tile([f"p{k}" for k in range(of_people)], 2))
    x = np.tile(np.arange(of_people), 2)
    paths = Scanpaths(x, x, np.arange(13), rows)
    work = SetWork(Context(paths), [measure], {"s0": 3, "s1": 3}, ("s0", "s1"), seed=0)
    predicted = paths.replace(table=rows.assign(source="m", subject=""))
    first = np.array([in_source(np.arange(of_people), seed=0, draw=draw) for draw in range(5)])
    of_pairs = np.mean([np.outer(half, ~half) / 9 for half in first], axis=0)
    of_pairs = (of_pairs + of_pairs.T)[np.triu_indices(of_people)]
    true = {"m": ((~first / 3).mean(axis=0) ** 2).sum(), "human": (of_pairs**2).sum()}
    for model, paths_of in (("m", predicted), ("human", None)):
        scored = mean_of_draws([score_drawn_stimuli(work, paths_of, model, draw) for draw in range(5)])
        tables = [table.assign(dataset="d") for table in scored]
        stated = [e.combine({model: 1.0}).people.variance for e in MeansOverStimuli.of_each(*tables)]
        assert 0.85 < np.sqrt(np.mean(stated) / true[model]) < 1.5, (model, np.mean(stated), true)


def test_a_source_without_durations_is_undefined(people):
    work = SetWork(Context(people), [measures["first_saccade_latency"]], {"s0": 1, "s1": 1}, ("s0", "s1"), 0)
    predicted = people.replace(duration=None, table=people.table.assign(source="m", subject=""))
    row = score_whole(work, predicted, "m", ALL).iloc[0]
    assert np.isnan(row["value"])
    assert row["undefined"] == 1


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


@pytest.fixture
def pooled():
    """Divergences (lower is better) and a description, of people, a model and chance; halves move all alike."""
    common = np.random.default_rng(3).normal(0, 0.002, 24)
    rows = []
    for metric, values in (("direction_js", (0.1, 0.2, 0.3)), ("tfp_auc", (2.0, 3.0, 1.0))):
        for model, value in zip(("human", "m", "other-image"), values, strict=True):
            rows.append(("d", model, metric, ALL, 0, value, 9, 0))
            rows += [("d", model, metric, STIMULI, k, common[k], 0, 0) for k in range(24)]
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
