"""Shares of the ceiling: where there is a range, what they are; where there is none, that none is given, and why."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Results
from gazekit.cli.tables import summary_text
from gazekit.evaluation.results import SCORE_COLUMNS
from gazekit.evaluation.shares import (
    NO_DISTANCE,
    NO_ZERO,
    NOT_ABOVE_CHANCE,
    NOT_ABOVE_ZERO,
    NOT_TOGETHER,
    TOO_SMALL,
)
from gazekit.report.markdown import markdown_page
from gazekit.report.sentences import summary_sentence
from gazekit.report.tables import ScoreTables, score_table

RNG = np.random.default_rng(0)
BASE = RNG.uniform(0.2, 0.4, 60)


def results_of(values: dict, metric: str = "scanmatch") -> Results:
    rows = [("d", m, metric, f"s{k}", v, 4, 0) for m, column in values.items() for k, v in enumerate(column)]
    return Results(pd.DataFrame(rows, columns=SCORE_COLUMNS))


def shares_of(values: dict, metric: str = "scanmatch") -> pd.DataFrame:
    return results_of(values, metric).shares.set_index("model")


def test_between_chance_and_people():
    values = {"human": BASE + 0.2, "good": BASE + 0.1, "other-image": BASE}
    shares = shares_of(values)
    assert shares.loc["good", "share_above_chance"] == pytest.approx(0.5)
    assert shares.loc["other-image", "share_above_chance"] == pytest.approx(0)
    assert shares.loc["good", "share"] == pytest.approx((BASE + 0.1).mean() / (BASE + 0.2).mean())
    assert shares.loc["good", "share_low"] < shares.loc["good", "share"] < shares.loc["good", "share_high"]
    assert (shares[["share_note", "above_note"]] == "").all(axis=None)


def test_a_distance_reaches_its_ceiling_from_above():
    """For a distance people's value is the smallest: the share is ceiling / value, and 1 is still another person."""
    shares = shares_of({"human": [4.0] * 3, "a": [5.0] * 3, "other-image": [6.0] * 3}, "edit_distance")
    assert shares.loc["a", ["share", "share_above_chance"]].tolist() == pytest.approx([0.8, 0.5])
    assert shares.loc["other-image", "share_above_chance"] == pytest.approx(0)


def test_without_people_there_is_no_share():
    assert len(shares_of({"a": [0.2, 0.3]})) == 0


def test_people_must_be_above_chance_on_the_stimuli_that_the_model_was_scored_on():
    """People agree on half of the stimuli and not on the others, to which the model's predictions are confined.

    The range there is noise about 0; over all stimuli it is clear. The share used to be given, 7.23 in one case.
    """
    noise = np.random.default_rng(1).normal(0, 0.05, 40)
    human = np.where(np.arange(40) < 20, 0.9, 0.2 + noise - noise[20:].mean() + 0.001)
    model = np.where(np.arange(40) < 20, np.nan, 0.21)
    shares = shares_of({"human": human, "a": model, "other-image": [0.2] * 40})
    assert np.isnan(shares.loc["a", ["share_above_chance", "above_low", "above_high"]].astype(float)).all()
    assert shares.loc["a", "above_note"] == NOT_ABOVE_CHANCE
    assert shares.loc["a", "share"] == pytest.approx(0.21 / 0.201)
    assert shares.loc["other-image", "share_above_chance"] == 0  # on all stimuli the range is there


@pytest.mark.parametrize(("metric", "human"), [("scanmatch", 0.2), ("edit_distance", 0.9)])
def test_people_clearly_worse_than_chance_are_no_scale(metric, human):
    shares = shares_of({"human": [human] * 9, "a": [0.3] * 9, "other-image": [0.5] * 9}, metric)
    assert (np.isnan(shares.loc["a", "share_above_chance"]), shares.loc["a", "above_note"]) == (True, NOT_ABOVE_CHANCE)


@pytest.mark.parametrize("people", [-0.006, 0.0])
def test_a_ceiling_that_is_not_above_0_has_no_shares(people):
    """Information gain of people who agree about nothing: -2.8 over -.006 is not 46676 % of a ceiling."""
    values = {"human": people + RNG.normal(0, 0.001, 30), "a": np.full(30, -2.8), "other-image": np.full(30, -4.0)}
    shares = shares_of(values, "information_gain_baseline")
    assert shares["share"].isna().all()
    assert set(shares["share_note"]) == {NOT_ABOVE_ZERO}


def test_a_value_many_ranges_away_is_no_share():
    shares = shares_of({"human": [0.101] * 9, "a": [0.4] * 9, "b": [0.0] * 9, "other-image": [0.1] * 9})
    assert shares["share_above_chance"].isna().tolist() == [True, True, False]
    assert shares["above_note"].tolist() == [TOO_SMALL, TOO_SMALL, ""]
    assert shares["share_note"].tolist() == [TOO_SMALL, "", ""]


def test_what_cannot_be_divided_says_why():
    none = np.full(3, np.nan)
    assert shares_of({"human": [-3.0] * 3, "a": [-2.0] * 3}, "log_likelihood")["share_note"].tolist() == [NO_ZERO]
    assert shares_of({"human": [0.0] * 3, "a": [0.0] * 3}, "edit_distance")["share_note"].tolist() == [NO_DISTANCE]
    apart = shares_of({"human": [0.5, np.nan], "a": [np.nan, 0.5], "other-image": [0.1, 0.1]})
    assert apart.loc["a", ["share_note", "above_note"]].tolist() == [NOT_TOGETHER] * 2
    assert shares_of({"human": [0.5] * 3, "a": none})["share_note"].tolist() == [NOT_TOGETHER]


def test_the_reason_is_shown_wherever_shares_are():
    values = {"human": BASE * 0 - 0.006, "a": BASE - 3, "other-image": BASE - 4}
    results = results_of(values, "information_gain_baseline")
    said = "no share of the ceiling for a, other-image: people's value is not clearly above 0"
    text = summary_text(results)
    assert said in text
    assert "% of ceiling" not in text
    assert said in markdown_page(results)
    html = score_table(ScoreTables(results.summary, results.differences, results.shares), "d", results.metrics[0])
    assert "people&#x27;s value is not clearly above 0" in html
    assert "%" not in summary_sentence(results)


def test_what_leaves_a_stimulus_undefined_is_said_beside_the_count():
    rows = [
        ("d", m, "log_likelihood", f"s{k}", v, 4, u) for m in ("human", "a") for k, v, u in [(0, -5.0, 0), (1, -4.0, 0)]
    ]
    rows[-1] = ("d", "a", "log_likelihood", "s1", np.nan, 4, 4)
    results = Results(pd.DataFrame(rows, columns=SCORE_COLUMNS))
    said = "undefined: stimuli on which the model gives a fixation the probability 0"
    html = score_table(ScoreTables(results.summary, results.differences, results.shares), "d", "log_likelihood")
    assert all(said in text for text in (summary_text(results), markdown_page(results), html))
    assert said not in summary_text(results_of({"human": [-5.0], "a": [-6.0]}, "log_likelihood"))
