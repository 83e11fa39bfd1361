"""Tables from trials: against everything that was published of the models, and on trials made up to be worked out."""

import numpy as np
import pandas as pd
import pytest

from gazekit.experiments.asymmetry.published import DESIGNS, MODELS
from gazekit.experiments.asymmetry.reaction_times import MS_PER_SACCADE
from gazekit.experiments.asymmetry.results import MEAN, AsymmetryResults, correlation
from gazekit.experiments.asymmetry.significance import NOT_INSTALLED
from gazekit.foundations.errors import GazekitError
from gazekit.verify.asymmetry import read_model

# gazekit's spec of the published results: nested-F p of each experiment, correlations with people, bootstrap intervals.
P_VALUES = {
    "eccNET": (3.1e-5, 2.2e-9, 2.5e-12, 2.6e-26, 3.5e-33, 9.1e-8),
    "IVSN": (7.1e-4, 8.8e-36, 1.4e-19, 1.1e-3, 1.1e-2, 2.4e-9),
}
SLOPE_CORRELATION = {"eccNET": 0.4004, "IVSN": 0.2266, "pixelMatch": -0.3439, "chance": -0.1345}
RT_CORRELATION = {"eccNET": 0.3550, "IVSN": 0.3120}
INTERVALS = {"eccNET": (0.418, 0.577), "IVSN": (0.014, 0.449)}
ECCNET_INTERVALS = ((1, 1), (1, 1), (0.21, 0.80), (0.63, 0.93), (-1, -1), (0.49, 1))


@pytest.fixture(scope="module")
def published(data_root):
    folder = data_root / "visual_search" / "asymmetry"
    return {name: AsymmetryResults(read_model(folder / name)[0]) for name in SLOPE_CORRELATION}


@pytest.mark.data
@pytest.mark.parametrize("model", P_VALUES)
def test_nested_f_has_the_published_p(published, model):
    tests = published[model].tests
    assert (tests["test"] == "nested F").all()  # stored counts do not say where the targets were
    np.testing.assert_allclose(tests["p"], P_VALUES[model], rtol=0.05)  # printed with two digits


@pytest.mark.data
@pytest.mark.parametrize("model", SLOPE_CORRELATION)
def test_agreement_with_people_is_the_published_one(published, model):
    found = published[model].agreement.iloc[0]
    assert found["slope_correlation"] == pytest.approx(SLOPE_CORRELATION[model], abs=5e-5)
    if model in RT_CORRELATION:
        assert found["rt_correlation"] == pytest.approx(RT_CORRELATION[model], abs=5e-5)
    if model == "eccNET":
        assert found["rt_error"] == pytest.approx(317, abs=0.5)
        assert (found["same_sign"], found["experiments"]) == (5, 6)


@pytest.mark.data
@pytest.mark.parametrize("model", INTERVALS)
def test_bootstrap_intervals_are_those_of_another_bootstrap(published, model):
    mean = published[model].indices.set_index("experiment").loc[MEAN]
    # 2,000 resamples leave about 0.005 of randomness in a quantile of a statistic with deviation 0.1.
    np.testing.assert_allclose([mean["low"], mean["high"]], INTERVALS[model], atol=0.015)
    if model == "eccNET":
        each = published[model].indices.iloc[:6][["low", "high"]].to_numpy()
        np.testing.assert_allclose(each, ECCNET_INTERVALS, atol=0.025)


@pytest.mark.data
def test_censoring_rules_change_chance_as_published(data_root):
    trials = read_model(data_root / "visual_search" / "asymmetry" / "chance")[0]
    means = {
        rule: AsymmetryResults(trials, rule, resamples=1).indices["index"].iloc[-1]
        for rule in ("set-size", "limit", "drop")
    }
    assert means["set-size"] == pytest.approx(-0.0033, abs=5e-5)
    assert means["limit"] == pytest.approx(0.0896, abs=5e-5)
    assert means["drop"] not in (means["set-size"], means["limit"])


@pytest.mark.data
def test_people_and_published_values_stand_beside(published):
    indices = published["IVSN"].indices
    np.testing.assert_allclose(indices["published_eccnet"].iloc[:6], list(MODELS["eccNET"].indices.values()))
    assert indices["experiment"].tolist() == [*DESIGNS, MEAN]
    assert indices["human"].iloc[-1] == pytest.approx(0.5645, abs=5e-5)
    slopes = published["IVSN"].slopes
    np.testing.assert_allclose(slopes["minus_human"], slopes["slope"] - slopes["human"])
    assert published["eccNET"].cells["human"].notna().sum() == 40


# ---------------------------------------------------------------- made-up trials


def table(saccades, *, model="m", experiment="colour", **columns):
    """Trials of conditions x sizes (1, 3) x displays; saccades[condition][size] is a list."""
    rows = [
        (model, experiment, condition, size, k, n, True, 5)
        for condition, by_size in saccades.items()
        for size, made in by_size.items()
        for k, n in enumerate(made)
    ]
    names = ["model", "experiment", "condition", "set_size", "display", "saccades", "found", "limit"]
    return pd.DataFrame(rows, columns=names).assign(**columns)


EASY_HARD = {"red": {1: [1, 1], 3: [1, 1]}, "green": {1: [1, 1], 3: [2, 4]}}


def test_a_new_experiment_has_an_index_in_the_order_of_its_conditions_and_no_people():
    analysis = AsymmetryResults(table(EASY_HARD))
    index = analysis.indices.iloc[0]
    assert index["index"] == 1.0
    assert np.isnan([index["human"], index["published_eccnet"]]).all()
    assert pd.isna(index["same_sign"])
    assert analysis.agreement.empty
    assert AsymmetryResults(table(dict(reversed(EASY_HARD.items())))).indices["index"].iloc[0] == -1.0


def test_cells_have_population_errors_and_slopes_have_intercepts():
    analysis = AsymmetryResults(table(EASY_HARD))
    last = analysis.cells.iloc[-1]
    assert (last["saccades"], last["unfound"], last["displays"]) == (3.0, 0, 2)
    assert last["sem"] == pytest.approx(MS_PER_SACCADE * 1.0 / np.sqrt(2))
    slopes = analysis.slopes.set_index("condition")
    assert slopes.loc["red", "slope"] == 0.0
    assert slopes.loc["green", "slope"] == pytest.approx(MS_PER_SACCADE)
    # Resamples of (2, 4) have means 2, 3 or 4, so the slope goes from half to one and a half of that.
    np.testing.assert_allclose(
        slopes.loc["green", ["low", "high"]].to_numpy(float), MS_PER_SACCADE * np.array([0.5, 1.5])
    )


def test_differences_to_the_first_model_are_paired():
    noisy = {"red": {1: [1, 2, 1, 3], 3: [2, 1, 3, 1]}, "green": {1: [1, 1, 2, 1], 3: [2, 4, 1, 5]}}
    both = pd.concat([table(noisy), table(noisy, model="m, control")], ignore_index=True)
    indices = AsymmetryResults(both).indices
    first, control = indices[indices["model"] == "m"].iloc[0], indices[indices["model"] != "m"].iloc[0]
    assert first["low"] < first["high"]  # there is something that could differ
    assert np.isnan(first["minus_first"])
    assert control[["minus_first", "minus_first_low", "minus_first_high"]].tolist() == [0.0, 0.0, 0.0]


def test_intervals_depend_on_the_seed_and_on_nothing_else():
    trials = table({"red": {1: [1, 2, 1, 3], 3: [2, 1, 3, 1]}, "green": {1: [1, 1, 2, 1], 3: [2, 4, 1, 5]}})
    whole = pd.concat([trials, table(EASY_HARD, experiment="size")], ignore_index=True)
    alone = AsymmetryResults(trials).slopes
    pd.testing.assert_frame_equal(AsymmetryResults(whole).slopes.iloc[:2], alone)
    assert not AsymmetryResults(trials, seed=1).slopes["low"].equals(alone["low"])


def test_a_set_size_with_nothing_left_leaves_its_slope_undefined():
    trials = table(EASY_HARD)
    trials.loc[trials["set_size"] == 3, "found"] = False
    dropped = AsymmetryResults(trials, "drop")
    assert dropped.slopes["slope"].isna().all()
    assert dropped.indices["index"].isna().all()
    assert dropped.tests.empty  # four trials are not enough
    assert AsymmetryResults(trials, "limit").slopes["slope"].notna().all()


def test_an_experiment_is_between_two_conditions():
    three = table({**EASY_HARD, "blue": {1: [1], 3: [1]}})
    with pytest.raises(
        GazekitError, match="'colour' has 3 conditions \\(red, green, blue\\); an asymmetry is between two"
    ):
        AsymmetryResults(three)


def test_mixed_model_beside_the_nested_f_where_cells_are_known(monkeypatch):
    pytest.importorskip("statsmodels")
    rng = np.random.default_rng(0)
    made = {c: {n: rng.integers(1, 5, 20).tolist() for n in (1, 3)} for c in ("red", "green")}
    trials = table(made, cell=np.tile(np.arange(20) % 4, 4))
    tests = AsymmetryResults(trials).tests
    assert tests["test"].tolist() == ["nested F", "mixed model"]
    assert tests["df"].tolist()[0] == 2
    assert tests["reference"].tolist()[0] == "F"
    assert tests["reference"].tolist()[1] in ("z", "t")
    difference = np.diff(AsymmetryResults(trials).slopes["slope"])[0]
    assert tests["slope_difference"].iloc[1] == pytest.approx(difference, rel=0.5)
    monkeypatch.setitem(__import__("sys").modules, "statsmodels.formula.api", None)
    assert AsymmetryResults(trials).tests["note"].iloc[1] == NOT_INSTALLED


def test_times_on_lines_have_no_test_in_the_table():
    trials = table({"red": {1: [1] * 8, 3: [1] * 8}, "green": {1: [1] * 8, 3: [3] * 8}}, cell=np.tile(np.arange(8), 4))
    tests = AsymmetryResults(trials).tests
    assert tests[["statistic", "p"]].isna().all(axis=None)
    assert tests["reference"].tolist() == ["", ""]
    assert tests["note"].str.startswith("no residual variance").all()


def test_level_weights_are_means_of_trials():
    weights = pd.concat([table(EASY_HARD, w_1=0.75, w_2=0.25), table(EASY_HARD, experiment="size", w_1=0.25, w_2=0.75)])
    indices = AsymmetryResults(weights.reset_index(drop=True)).indices.set_index("experiment")
    assert indices.loc["colour", ["w_1", "w_2"]].tolist() == [0.75, 0.25]
    assert indices.loc[MEAN, ["w_1", "w_2"]].tolist() == [0.5, 0.5]


def test_correlation_without_variation_is_undefined():
    assert np.isnan(correlation(np.array([1.0, 1.0]), np.array([1.0, 2.0])))
    assert correlation(np.array([1.0, 2.0]), np.array([3.0, 5.0])) == pytest.approx(1)
