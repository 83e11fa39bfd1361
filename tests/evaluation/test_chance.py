"""Nulls with names, chance as the best of them, and controls that do too well."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Results, ScanpathModel, evaluate
from gazekit.cli.tables import summary_text
from gazekit.evaluation.chance import best_nulls, mark_of, notes_of, reached, roles_of
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.models import load_model, model_class
from gazekit.models.contract import DrawnPath
from gazekit.report.markdown import markdown_page
from gazekit.report.sentences import summary_sentence
from gazekit.report.tables import ScoreTables, overview
from gazekit.testing import example_dataset

RNG = np.random.default_rng(0)
BASE = RNG.uniform(0.2, 0.4, 40)


def noisy(shift):
    return BASE + shift + RNG.normal(0, 0.01, len(BASE))


def results_of(values, metric="scanmatch", **manifest):
    rows = [("d", m, metric, f"s{k}", v, 4, 0) for m, column in values.items() for k, v in enumerate(column)]
    return Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), manifest)


@pytest.mark.parametrize(
    ("name", "role"),
    [
        *(
            pytest.param(n, "image-blind", id=n)
            for n in ("uniform", "centre", "empirical", "other-image", "uniform-object")
        ),
        *(pytest.param(n, "control", id=n) for n in ("centre-point", "line", "target-repeated")),
        *(pytest.param(n, "model", id=n) for n in ("ittikoch", "levy", "nearest-object")),
    ],
)
def test_what_a_model_is_is_a_fact_of_its_class(name, role):
    assert model_class(name).role == role
    assert roles_of(["human", name, f"{name} (own lengths)", f"{name}:seed=1"], {}) == {
        "human": "people", name: role, f"{name} (own lengths)": role, f"{name}:seed=1": role,
    }  # fmt: skip


@pytest.mark.parametrize(("name", "told"), [("eccnet", True), ("target-repeated", True), ("levy", False)])
def test_who_is_told_the_target_is_a_fact_of_the_class(name, told):
    """An oracle stops eccNET at the target; it stood beside the others without a mark."""
    assert load_model(name).told_target is told


def test_the_manifest_counts_before_the_name():
    assert roles_of(["mine", "uniform"], {"mine": {"role": "image-blind"}, "uniform": {"role": "model"}}) == {
        "mine": "image-blind", "uniform": "model",
    }  # fmt: skip
    assert roles_of(["nobody knows it"], {}) == {"nobody knows it": "model"}


def test_chance_is_the_best_null_of_the_measure():
    values = {
        "human": BASE + 0.2,
        "a": BASE + 0.1,
        "uniform": BASE - 0.1,
        "empirical": BASE + 0.02,
        "other-image": BASE,
    }
    results = results_of(values)
    assert results.chance == {("d", "scanmatch"): "empirical"}
    shares = results.shares.set_index("model")
    assert set(shares["chance"]) == {"empirical"}
    assert shares.loc["a", "share_above_chance"] == pytest.approx(0.08 / 0.18)
    nulls = shares.loc[["uniform", "empirical", "other-image"], "share_above_chance"]
    assert (nulls <= 1e-12).all()  # no null is above chance: `empirical` was, by up to 9.5 %, where other-image was it
    assert dict(zip(results.summary["model"], results.summary["role"], strict=True)) == {
        "human": "people", "a": "model", "uniform": "image-blind", "empirical": "chance", "other-image": "image-blind",
    }  # fmt: skip
    distances = results_of({"human": BASE, "uniform": BASE + 0.3, "empirical": BASE + 0.2}, "edit_distance")
    assert distances.chance == {("d", "edit_distance"): "empirical"}


@pytest.mark.parametrize(("sim_high", "marked"), [(0.01, True), (-0.001, False)])
def test_a_control_reaches_chance_unless_all_intervals_together_say_no(sim_high, marked):
    values = pd.DataFrame(
        [("d", "centre-point", "scanmatch", 0.2), ("d", "empirical", "scanmatch", 0.25)],
        columns=["dataset", "model", "metric", "value"],
    )
    gap = {"dataset": "d", "metric": "scanmatch", "model_a": "centre-point", "model_b": "empirical"}
    gap |= {"low": -0.09, "high": -0.01, "sim_low": -0.11, "sim_high": sim_high}
    roles = {"centre-point": "control", "empirical": "image-blind"}
    found = reached(values, pd.DataFrame([gap]), roles, {("d", "scanmatch"): "empirical"})
    assert ("empirical" in set(found["reaches"])) == marked


def test_nulls_of_equal_value_are_one_chance_everywhere():
    """Tables took the first, differences and shares that which was better by the order of a sum."""
    results = results_of({"human": BASE + 0.2, "a": BASE, "centre": BASE, "uniform": BASE + 2e-16})
    assert results.chance == {("d", "scanmatch"): "centre"}
    assert ScoreTables(results.summary).chance(results.summary, "scanmatch") == "centre"


def test_a_description_has_no_chance_and_without_nulls_nothing_is_said():
    assert results_of({"human": BASE, "uniform": BASE}, "distinct_cells").chance == {}
    results = results_of({"human": BASE + 0.2, "a": BASE})
    assert results.shares["share_above_chance"].isna().all()
    assert results.shares["above_note"].tolist() == ["no image-blind null to compare with"]
    assert "chance" not in summary_sentence(results)
    nothing = pd.DataFrame([("d", "uniform", "scanmatch", np.nan)], columns=["dataset", "model", "metric", "value"])
    assert best_nulls(nothing, {"uniform": "image-blind"}) == {}


@pytest.mark.parametrize(
    ("shift", "mark"),
    [
        pytest.param(-0.05, "", id="clearly worse"),
        pytest.param(0.0, "the control centre-point reaches chance (empirical)", id="as good as chance"),
        pytest.param(0.1, "the control centre-point reaches chance (empirical)", id="above chance"),
        pytest.param(0.2, "the control centre-point reaches people and chance (empirical)", id="as good as people"),
    ],
)
def test_a_measure_on_which_a_control_does_well_is_marked_wherever_it_is_shown(shift, mark):
    values = {"human": noisy(0.2), "a": noisy(0.05), "empirical": noisy(0), "centre-point": noisy(shift)}
    results = results_of(values, command="gazekit evaluate")
    assert set(results.summary["mark"]) == {mark}
    assert results.best("d", "scanmatch") == "a"  # never the control, though it may be better
    html = overview(ScoreTables(results.summary))
    for text in (summary_text(results), summary_sentence(results), markdown_page(results), html):
        assert mark in text
        assert ("caution" in text.lower() or "(!)" in text) == bool(mark)
    assert "the best model is a with" in summary_sentence(results)


def test_of_a_distance_less_is_better():
    values = {"human": noisy(0), "a": noisy(0.1), "empirical": noisy(0.2), "centre-point": noisy(0.3)}
    assert len(results_of(values, "edit_distance").reached) == 0
    reached = results_of({**values, "centre-point": noisy(0.1)}, "edit_distance").reached
    assert reached[["control", "reaches"]].to_numpy().tolist() == [["centre-point", "empirical"]]
    assert mark_of(reached) == "the control centre-point reaches chance (empirical)"


def test_with_one_stimulus_the_values_decide():
    results = results_of({"human": [0.5], "empirical": [0.3], "centre-point": [0.4]})
    assert results.reached["reaches"].tolist() == ["empirical"]


def test_what_a_model_was_told_or_tuned_on_is_said():
    sources = {
        "a": {"role": "model", "told_target": True},
        "b": {"role": "model", "tuned_on": "350 of the images"},
        "uniform": {"role": "image-blind"},
        "c": {"fit_as_given": True},
    }
    assert notes_of(sources)["c"] == "intervals take what it learned from these people as given"
    del sources["c"]
    assert notes_of(sources)["b"] == "tuned on 350 of the images"
    results = results_of({"human": BASE + 0.2, "a": BASE + 0.1, "b": BASE, "uniform": BASE - 0.1}, sources=sources)
    sentence, text = summary_sentence(results), summary_text(results)
    assert "the best model is a (told where the target is, or when it is found) with" in sentence
    assert text.splitlines()[-2:] == [
        "a: told where the target is, or when it is found",
        "b: tuned on 350 of the images",
    ]


class Corner(ScanpathModel):
    """It looks into the corner, and says that it is a control."""

    name = "corner"
    role = "control"

    def draw(self, trial, prepared, rng, max_fixations):
        return DrawnPath(*np.zeros((2, max_fixations or 5)))


def test_the_manifest_says_what_each_source_is(tmp_path):
    how = {"out": tmp_path / "r", "n_samples": 1, "resamples": 100, "progress": False}
    results = evaluate(example_dataset(), [Corner(), "levy"], ["dtw"], tuned_on={"levy": "these images"}, **how)
    assert results.roles["corner"] == "control"
    assert results.sources["corner"] == {"role": "control", "stops": False, "told_target": False}
    assert results.sources["levy"]["tuned_on"] == "these images"
    assert [m for m, role in results.roles.items() if role == "image-blind"] == [
        "uniform", "centre:spread=fitted", "empirical", "other-image",
    ]  # fmt: skip
    table = pd.read_csv(tmp_path / "r" / "shares.csv")
    assert set(table["chance"]) == {results.chance["example", "dtw"]}


@pytest.mark.slow
def test_no_null_is_above_chance_on_osie_and_length_is_worth_nothing(data_root, tmp_path):
    """The review's F1 and F2 on real data.

    `empirical` has a higher Sequence Score than `other-image`, which used to be called chance. Ten fixations instead of
    people's lengths were worth +.0140 [.0114, .0168] ScanMatch to it on 700 images.
    """
    from gazekit.datasets import load_dataset

    data = load_dataset("osie", data_root / "osie")
    data = data.select(stimuli=data.stimuli[:200])
    how = {"n_samples": 5, "resamples": 100, "progress": False}
    metrics = ["scanmatch", "sequence_score"]
    matched = evaluate(data, ["levy"], metrics, out=tmp_path / "matched", **how)
    shares = matched.shares.set_index(["metric", "model"])["share_above_chance"]
    for metric in metrics:
        assert (shares[metric][["empirical", "other-image", "uniform", "centre:spread=fitted"]] <= 1e-12).all()
    gap = matched.differences.query(
        "metric == 'sequence_score' and model_a == 'empirical' and model_b == 'other-image'"
    )
    assert gap["low"].iloc[0] > 0

    class Ten(model_class("empirical")):
        """Ten fixations, whatever people do."""

        name = "ten"
        stops = True

        def length(self, trial, rng, limit):
            return 10

    both = evaluate(data, [Ten()], ["scanmatch"], out=tmp_path / "ten", **how)
    gaps = both.differences.set_index(["model_a", "model_b"])
    own = gaps.loc[("ten (own lengths)", "empirical")]
    assert 0 < own["low"] < own["difference"] < own["high"]
    assert own["difference"] == pytest.approx(0.0106, abs=0.003)
    cut = gaps.loc[("ten", "empirical")]
    assert cut["difference"] < 0.004  # cut at people's lengths; those of more than ten fixations are missed
