"""Estimates: deviations by stimuli and people, combined; closed forms, laws, simulated worlds."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gazekit.evaluation.estimates import (
    Deviations,
    MeansOverStimuli,
    Part,
    ValuesOfTheWhole,
    holm,
    simultaneous,
)
from gazekit.evaluation.results import CELL_COLUMNS, SCORE_COLUMNS
from gazekit.evaluation.set_scoring import ALL, PEOPLE, SET_COLUMNS, STIMULI, TOGETHER

NO_CELLS = pd.DataFrame(columns=CELL_COLUMNS)


def tables(of_models: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and cells of models, each given as values (stimuli, people), NaN where a person did not look."""
    scores, cells = [], []
    for model, values in of_models.items():
        for s, row in enumerate(values):
            seen = np.isfinite(row)
            mean = row[seen].mean() if seen.any() else np.nan
            scores.append(("d", model, "scanmatch", f"s{s}", mean, int(seen.sum()), 0))
            cells += [("d", model, "scanmatch", f"s{s}", "", f"p{i}", row[i], 1) for i in np.flatnonzero(seen)]
    return pd.DataFrame(scores, columns=SCORE_COLUMNS), pd.DataFrame(cells, columns=CELL_COLUMNS[:-2]).reindex(
        columns=CELL_COLUMNS
    )


def made(of_models: dict, **options) -> MeansOverStimuli:
    (found,) = MeansOverStimuli.of_each(*tables(of_models), **options)
    return found


def world(rng, stimuli, people, stimulus=1.0, person=1.0, cell=1.0):
    """Values (stimuli, people) about 0: what the stimulus does, the person, and both together."""
    return (
        rng.normal(0, stimulus, (stimuli, 1)) + rng.normal(0, person, people) + rng.normal(0, cell, (stimuli, people))
    )


def test_over_stimuli_it_is_the_standard_error_of_the_mean():
    values = world(np.random.default_rng(0), 40, 5)
    found = made({"a": values}, over="stimuli").combine({"a": 1.0}).estimate()
    means = values.mean(axis=1)
    assert (found.value, found.error, found.df) == pytest.approx((means.mean(), stats.sem(means), 39))
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.95, 39, means.mean(), stats.sem(means)))
    assert (found.stimuli, found.over) == (40, "stimuli")


def test_people_are_the_jackknife_of_the_value():
    """Balanced, the variance over people is that of their means; what the cells hold is taken off once."""
    values = world(np.random.default_rng(1), 30, 6)
    moved = made({"a": values}).combine({"a": 1.0})
    assert moved.people.variance == pytest.approx(stats.sem(values.mean(axis=0)) ** 2)
    within = ((values - values.mean(axis=1, keepdims=True)) ** 2).sum() / (5 * 6 * 30**2)
    assert moved.shared == pytest.approx(within)
    together = moved.stimuli.variance + moved.people.variance - within
    assert moved.estimate().error ** 2 == pytest.approx(together)
    assert moved.estimate().over == "stimuli and people"


@pytest.mark.parametrize(
    ("people_on_each", "expected"), [(6, 1 / 20 + 0.36 / 6 + 2.25 / 120), (3, 1 / 20 + 0.36 / 6 + (0.18 + 2.25) / 60)]
)
def test_the_variance_is_that_of_other_stimuli_and_other_people(people_on_each, expected):
    """The mean of the stated variance over 40 worlds beside the closed form; three of six people in turn, or all."""
    rng, stated = np.random.default_rng(2), []
    for k in range(40):
        seen = world(rng, 20, 6, 1.0, 0.6, 1.5)
        seen[(np.arange(6) + np.arange(20)[:, None] + k) % 6 >= people_on_each] = np.nan
        stated.append(made({"a": seen}).combine({"a": 1.0}).estimate().error ** 2)
    assert np.mean(stated) == pytest.approx(expected, rel=0.15)


def test_stimuli_that_one_person_saw_each():
    """Four people, five stimuli each, nobody else there: the variance is that of the four people's means."""
    rng, stated = np.random.default_rng(3), []
    for _ in range(40):
        seen = np.full((20, 4), np.nan)
        seen[np.arange(20), np.arange(20) // 5] = world(rng, 20, 4)[np.arange(20), np.arange(20) // 5]
        stated.append(made({"a": seen}).combine({"a": 1.0}).estimate().error ** 2)
    assert np.mean(stated) == pytest.approx((1 + 2 / 5) / 4, rel=0.25)


def test_differences_are_paired():
    values = world(np.random.default_rng(4), 25, 4)
    gap = made({"a": values + 0.1, "b": values}).combine({"a": 1.0, "b": -1.0}).estimate()
    assert (gap.value, gap.low, gap.high) == pytest.approx((0.1, 0.1, 0.1))


def test_an_undefined_stimulus_is_left_out_of_a_difference():
    values = {"a": world(np.random.default_rng(5), 12, 3), "b": world(np.random.default_rng(6), 12, 3)}
    values["a"][3] = np.nan
    gap = made(values).combine({"a": 1.0, "b": -1.0}).estimate()
    kept = np.arange(12) != 3
    assert gap.value == pytest.approx((values["a"] - values["b"])[kept].mean())
    assert gap.stimuli == 11
    alone = made({m: v[kept] for m, v in values.items()}).combine({"a": 1.0, "b": -1.0}).estimate()
    assert gap.error == pytest.approx(alone.error)


def test_copied_paths_move_with_their_donors():
    """Chance copies a path of another stimulus. Donors that differ widen its interval: closed form."""
    rng, stated, naive = np.random.default_rng(7), [], []
    for _ in range(40):
        n, samples = 20, 5
        target, gift = rng.normal(0, 1, n), rng.normal(0, 1, n)
        donor = (np.arange(n)[:, None] + rng.integers(1, n, (n, samples))) % n
        paths = target[:, None] + gift[donor] + rng.normal(0, 1, (n, samples))
        rows = [("d", "c", "scanmatch", f"s{s}", paths[s].mean(), samples, 0) for s in range(n)]
        cells = [
            ("d", "c", "scanmatch", f"s{s}", f"s{donor[s, k]}", "p", paths[s, k], 1)
            for s in range(n)
            for k in range(samples)
        ]
        table = pd.DataFrame(cells, columns=CELL_COLUMNS[:-2]).reindex(columns=CELL_COLUMNS)
        keys = ["dataset", "model", "metric", "stimulus", "donor", "subject"]
        table = table.groupby(keys, as_index=False).agg(value=("value", "mean"), pairs=("pairs", "sum"))
        table = table.reindex(columns=CELL_COLUMNS)
        (each,) = MeansOverStimuli.of_each(pd.DataFrame(rows, columns=SCORE_COLUMNS), table)
        stated.append(each.combine({"c": 1.0}).estimate().error ** 2)
        naive.append(stats.sem(paths.mean(axis=1)) ** 2)
    expected = 1 / 20 + 20 * 30 / 100**2 + 1 / 100  # a donor is copied 5 times, with a variance of 5
    assert np.mean(stated) == pytest.approx(expected, rel=0.2)
    assert np.mean(naive) < 0.7 * expected


def drawn_one_by_one(rng, n=20, samples=5, length=8):
    """Scores and cells of paths whose fixations are drawn from other stimuli; where people look differs by stimulus."""
    level, place = rng.normal(0, 1, n), rng.normal(0.5, 0.12, n)
    donor = (np.arange(n)[:, None, None] + rng.integers(1, n, (n, samples, length))) % n
    x = np.clip(place[donor] + rng.normal(0, 0.1, donor.shape), 0, 1)
    value = level[:, None] + 2 * (x - 0.5).sum(axis=2) + rng.normal(0, 1, (n, samples))
    rows = [("d", "c", "scanmatch", f"s{s}", value[s].mean(), samples, 0) for s in range(n)]
    cells = [
        ("d", "c", "scanmatch", f"s{s}", f"s{donor[s, k, j]}", "p", value[s, k], 1, x[s, k, j], 0.5)
        for s in range(n)
        for k in range(samples)
        for j in range(length)
    ]
    return pd.DataFrame(rows, columns=SCORE_COLUMNS), pd.DataFrame(cells, columns=CELL_COLUMNS)


def test_fixations_drawn_one_by_one_move_with_their_donors():
    """A fit on the other stimuli is not the same with other stimuli. The stated variance beside that of the values."""
    rng, values, stated, naive = np.random.default_rng(13), [], [], []
    for _ in range(120):
        scores, cells = drawn_one_by_one(rng)
        (each,) = MeansOverStimuli.of_each(scores, cells)
        found = each.combine({"c": 1.0}).estimate()
        values.append(found.value)
        stated.append(found.error**2)
        naive.append(stats.sem(scores["value"]) ** 2)
    true = 1 / 20 + (2 * 8 * 0.12) ** 2 / 20  # of levels and of places; the rest is less than a tenth
    assert np.var(values) == pytest.approx(true, rel=0.3)
    assert np.mean(stated) == pytest.approx(true, rel=0.2)
    assert np.mean(naive) < 0.7 * true


def test_people_who_are_copied_are_few():
    """Five people give all the paths: the variance over people is that of their mean, P / (P - 1) not forgotten."""
    rng, stated, n, people = np.random.default_rng(14), [], 60, 5
    for _ in range(60):
        gift, giver = rng.normal(0, 1, people), rng.integers(0, people, (n, 10))
        donor = (np.arange(n)[:, None] + rng.integers(1, n, (n, 10))) % n
        value = gift[giver]
        scores = pd.DataFrame(
            [("d", "c", "scanmatch", f"s{s}", value[s].mean(), 10 * people, 0) for s in range(n)], columns=SCORE_COLUMNS
        )
        mine = [
            ("d", "c", "scanmatch", f"s{s}", f"s{donor[s, k]}", f"p{giver[s, k]}", value[s, k], people)
            for s in range(n)
            for k in range(10)
        ]
        judges = [
            ("d", "c", "scanmatch", f"s{s}", "", f"p{i}", value[s].mean(), 10) for s in range(n) for i in range(people)
        ]
        cells = pd.DataFrame(judges + mine, columns=CELL_COLUMNS[:-2]).reindex(columns=CELL_COLUMNS)
        (each,) = MeansOverStimuli.of_each(scores, cells)
        stated.append(each.combine({"c": 1.0}).people.variance)
    assert np.mean(stated) == pytest.approx(1 / people, rel=0.12)  # .16 without


def test_a_model_moves_with_what_it_has_learned():
    """It has learned one number, the mean of what people do; its score is that number, and has the error of a mean."""
    n, people = 20, 6
    taught = world(np.random.default_rng(16), n, people, 1.0, 0.6, 1.5)
    scores, cells = tables({"a": np.full((n, people), taught.mean())})
    learned = [("d", "a", "scanmatch", f"s{s}", "number", "", 1.0, 0) for s in range(n)]
    learned += [
        ("d", "a", "scanmatch", f"s{s}", "number", f"p{i}", (taught[s, i] - taught.mean()) / taught.size, 0)
        for s in range(n)
        for i in range(people)
    ]
    more = pd.DataFrame(learned, columns=CELL_COLUMNS[:-2]).reindex(columns=CELL_COLUMNS)
    (each,) = MeansOverStimuli.of_each(scores, pd.concat([cells, more], ignore_index=True))
    found, mean = (e.combine({"a": 1.0}) for e in (each, made({"a": taught})))
    assert found.stimuli.variance == pytest.approx(mean.stimuli.variance)
    assert found.people.variance == pytest.approx(mean.people.variance)
    assert found.shared == pytest.approx(mean.shared * 5 / 6)
    assert made({"a": np.full((n, people), taught.mean())}).combine({"a": 1.0}).estimate().error == pytest.approx(0)


def test_one_stimulus_has_no_interval():
    found = made({"a": np.array([[1.0, 2.0]])}).combine({"a": 1.0}).estimate()
    assert (found.value, found.stimuli) == (1.5, 1)
    assert np.isnan([found.low, found.high, found.error, found.p]).all()


def test_ratios():
    """Half of what people have is 0.5, and its interval has no width; a share of nothing is undefined."""
    values = 5 + world(np.random.default_rng(8), 20, 4)
    each = made({"human": values, "half": values / 2, "none": values * 0})
    share = each.ratio("half", "human").estimate()
    assert (share.value, share.low, share.high) == pytest.approx((0.5, 0.5, 0.5))
    assert each.ratio("half", "human", "none").estimate().value == pytest.approx(0.5)
    assert np.isnan(each.ratio("half", "none").estimate().value)


def test_a_ratio_has_the_error_of_the_delta_method():
    rng = np.random.default_rng(9)
    a, b = 5 + world(rng, 60, 4), 8 + world(rng, 60, 4)
    found = made({"a": a, "b": b}, over="stimuli").ratio("a", "b").estimate()
    share = a.mean() / b.mean()
    assert found.error == pytest.approx(stats.sem((a - share * b).mean(axis=1)) / b.mean())


@pytest.fixture
def sets():
    rng = np.random.default_rng(1)
    rows = []
    for model, stimuli in (("a", 9), ("b", 7)):
        rows.append(("d", model, "direction_js", ALL, 0, rng.random(), stimuli, 2))
        rows += [("d", model, "direction_js", STIMULI, k, v, 0, 0) for k, v in enumerate(rng.normal(0, 0.1, 24))]
    return pd.DataFrame(rows, columns=SET_COLUMNS)


def test_of_the_whole_data_set(sets):
    (each,) = ValuesOfTheWhole.of_each(sets)
    whole = sets.query("model == 'b' and part == 'all'")["value"].item()
    moved = sets.query("model == 'b' and part == 'stimuli'")["value"]
    found = each.combine({"b": 1.0}).estimate()
    assert (found.value, found.stimuli, found.over) == (whole, 7, "stimuli")
    assert found.error == pytest.approx(np.sqrt((moved**2).sum()))
    gap = each.combine({"a": 1.0, "b": -1.0}).estimate()
    other = sets.query("model == 'a' and part == 'stimuli'")["value"]
    assert gap.error == pytest.approx(np.sqrt(((other.to_numpy() - moved.to_numpy()) ** 2).sum()))
    assert gap.stimuli == 7
    assert each.counts.loc["b", "undefined"] == 2


@pytest.mark.parametrize(("shift", "most"), [(0.0, 1.5), (1.0, 1.12)], ids=["sets that do not differ", "that differ"])
def test_a_sum_of_squares_does_not_move_twice(shift, most):
    """The squared distance of a mean from 0 in ten dimensions, by halves, beside the closed form of its variance.

    2.1 times that before, where it is 0. A little is left, because no more than half is taken off.
    """
    rng, n, k, stated = np.random.default_rng(15), 40, 24, []
    for _ in range(60):
        values = shift + rng.normal(0, 1, (n, 10))
        rows = [("d", "a", "direction_js", ALL, 0, (values.mean(axis=0) ** 2).sum(), n, 0)]
        for half in range(k):
            first = rng.permutation(n) < n // 2
            a, b = ((values[part].mean(axis=0) ** 2).sum() for part in (first, ~first))
            rows.append(("d", "a", "direction_js", STIMULI, half, (a - b) / 2 / np.sqrt(k), 0, 0))
            rows.append(("d", "a", "direction_js", TOGETHER[STIMULI], half, (a + b) / 2 / np.sqrt(k), 0, 0))
        (each,) = ValuesOfTheWhole.of_each(pd.DataFrame(rows, columns=SET_COLUMNS))
        stated.append(each.combine({"a": 1.0}).estimate().error ** 2)
    assert 0.88 < np.mean(stated) / (10 * (4 * shift**2 / n + 2 / n**2)) < most


@pytest.fixture
def distances(sets):
    """The same, of people and a model: values .02 and .08 with errors of a fifth."""
    table = sets.replace({"model": {"a": "human", "b": "m"}})
    for model, value in (("human", 0.02), ("m", 0.08)):
        mine, whole = table["model"] == model, table["part"] == ALL
        table.loc[mine & whole, "value"] = value
        moved = table.loc[mine & ~whole, "value"]
        table.loc[mine & ~whole, "value"] = moved * 0.2 * value / np.sqrt((moved**2).sum())
    return table


def test_a_distance_of_sets_has_the_interval_of_its_logarithm(distances):
    """Its error grows with it: the interval is a factor up and down, and does not reach 0."""
    (each,) = ValuesOfTheWhole.of_each(distances)
    for model, value in (("human", 0.02), ("m", 0.08)):
        found = each.combine({model: 1.0}).estimate()
        factor = np.exp(stats.t.ppf(0.975, found.df) * 0.2)
        assert found.error == pytest.approx(0.2 * value)
        assert (found.low, found.high) == pytest.approx((value / factor, value * factor))
    assert each.combine({"m": 1.0, "human": 0.0}).estimate().low == pytest.approx(value / factor)
    gap = each.combine({"m": 1.0, "human": -1.0}).estimate()
    assert gap.high - gap.value == pytest.approx(gap.value - gap.low)  # of a difference it is as long on both sides
    share = each.ratio("human", "m").estimate()
    assert share.low > 0
    assert share.high / share.value == pytest.approx(share.value / share.low)
    assert each.ratio("human", "m", "m").estimate().on_logs is False


def test_a_description_of_sets_and_a_distance_of_0_have_intervals_as_long_on_both_sides(distances):
    (described,) = ValuesOfTheWhole.of_each(distances.assign(metric="tfp_auc"))
    found = described.combine({"human": 1.0}).estimate()
    assert found.high - found.value == pytest.approx(found.value - found.low)
    distances.loc[distances["part"] == ALL, "value"] = 0.0
    (each,) = ValuesOfTheWhole.of_each(distances)
    found = each.combine({"human": 1.0}).estimate()
    assert found.low == -found.high < 0


def test_what_is_in_squares_of_people_twice_is_a_quarter_of_them_at_most(distances):
    """Pairs of people say it so unsurely that more than is there would be taken off."""
    moved = np.random.default_rng(2).normal(0, 0.01, 15)
    rows = [("d", m, "direction_js", part, k, v, 0, 0) for m in ("human", "m") for part, values in (
        (PEOPLE, moved), (TOGETHER[PEOPLE], moved * 9)) for k, v in enumerate(values)]  # fmt: skip
    (each,) = ValuesOfTheWhole.of_each(pd.concat([distances, pd.DataFrame(rows, columns=SET_COLUMNS)]))
    assert each.combine({"human": 1.0}).people.variance == pytest.approx(0.75 * (moved**2).sum())


def independent(count: int, n: int = 400) -> list[Deviations]:
    table = np.random.default_rng(10).normal(0, 1, (count, n)) / n
    nobody = Part(np.empty(0))
    return [Deviations(0.0, Part(row, df=n - 1), nobody, 0.0, n) for row in table]


@pytest.mark.parametrize("count", [2, 10])
def test_simultaneous_intervals_of_independent_differences_are_sidaks(count):
    level = simultaneous(independent(count), seed=0, draws=20_000)
    assert 1 - level == pytest.approx(1 - 0.95 ** (1 / count), rel=0.1)


def test_differences_that_are_the_same_need_no_correction():
    one = independent(1)
    assert simultaneous(one * 5, seed=0, draws=20_000) == pytest.approx(0.95, abs=0.003)
    assert simultaneous(one, seed=0, draws=100) == 0.95


def test_holm_is_that_of_statsmodels():
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.random.default_rng(11).random(12) ** 3
    np.testing.assert_allclose(holm(p), multitest.multipletests(p, method="holm")[1])
    assert np.isnan(holm([0.01, np.nan])[1])
    assert holm([0.01, np.nan])[0] == 0.01


def test_p_of_a_difference_is_that_of_the_paired_t_test():
    rng = np.random.default_rng(12)
    a, b = world(rng, 30, 1), world(rng, 30, 1)
    gap = made({"a": a, "b": b}).combine({"a": 1.0, "b": -1.0}).estimate()
    assert gap.p == pytest.approx(stats.ttest_rel(a[:, 0], b[:, 0]).pvalue)
