"""Results: means, paired differences, what is undefined."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Results, evaluate
from gazekit.evaluation.results import SCORE_COLUMNS, SUMMARY_COLUMNS
from gazekit.foundations.errors import DataError


def results_of(values: dict, **options) -> Results:
    rows = [
        ("d", model, "scanmatch", f"s{k}", v, 4, int(np.isnan(v)) * 4)
        for model, column in values.items()
        for k, v in enumerate(column)
    ]
    return Results(pd.DataFrame(rows, columns=SCORE_COLUMNS), **options)


@pytest.fixture
def results() -> Results:
    rng = np.random.default_rng(0)
    base = rng.uniform(0.2, 0.4, 60)
    return results_of({"human": base + 0.2, "good": base + 0.1, "other-image": base})


def test_summary(results):
    assert list(results.summary.columns) == SUMMARY_COLUMNS
    for row in results.summary.itertuples():
        values = results.scores.query("model == @row.model")["value"]
        assert row.value == pytest.approx(values.mean())
        assert row.low < row.value < row.high
        assert row.stimuli == 60


def test_differences_are_paired(results):
    """The two models differ by exactly 0.1 on every stimulus: a paired interval has no width, an unpaired one would."""
    row = results.differences.query("model_a == 'good' and model_b == 'other-image'").iloc[0]
    assert (row.difference, row.low, row.high) == pytest.approx((0.1, 0.1, 0.1))
    assert len(results.differences) == 3


def test_undefined_stimuli_are_counted_and_left_out():
    results = results_of({"human": [0.4, 0.4, 0.6, np.nan], "a": [0.2, 0.2, np.nan, 0.9]})
    summary = results.summary.set_index("model")
    assert summary.loc["a", ["value", "stimuli", "undefined"]].tolist() == pytest.approx([1.3 / 3, 3, 4])
    assert results.differences.iloc[0]["stimuli"] == 2
    assert results.differences.iloc[0]["difference"] == pytest.approx(0.2)
    assert results.shares.iloc[0]["share"] == pytest.approx(0.5)


def test_all_undefined():
    summary = results_of({"human": [np.nan, np.nan]}).summary
    assert np.isnan(summary["value"][0])
    assert summary["stimuli"][0] == 0


def test_an_unfinished_run_is_not_loaded(tmp_path):
    from gazekit.runs.folder import RunFolder

    RunFolder(tmp_path / "r", {"seed": 0}, kind="evaluation", command="gazekit evaluate --x", about={})
    with pytest.raises(DataError, match="not finished.*gazekit evaluate --x"):
        Results.load(tmp_path / "r")


def test_scores_of_some_stimuli_take_the_parts_of_people_on_these_alone(small_dataset, tmp_path):
    """The parts on other stimuli stood in those of the last one, and the interval was another in silence."""
    data = small_dataset
    all_of = evaluate(
        data, ["levy"], ["scanmatch"], out=tmp_path / "r", n_samples=2, resamples=100, nulls=False, progress=False
    )
    some = data.stimuli[1:]
    scores, cells = (table[table["stimulus"].isin(some)] for table in (all_of.scores, all_of.cells))
    kept = Results(scores, all_of.manifest, cells=all_of.cells).summary
    assert kept.equals(Results(scores, all_of.manifest, cells=cells).summary)
    assert kept["stimuli"].tolist() == [5, 5]
