"""Kaplan-Meier against scipy, and what censoring does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from gazekit.foundations.errors import GazekitError
from gazekit.metrics import TrialContent, score_sets
from gazekit.metrics.behaviour import cumulative_performance, survival_to_target

searches = st.lists(st.tuples(st.integers(1, 8), st.booleans()), min_size=1, max_size=25)


def split(rows):
    time = np.array([t for t, _ in rows], dtype=float)
    found = np.array([f for _, f in rows])
    return np.where(found, time, np.inf), time, found


@given(searches)
@settings(max_examples=60, deadline=None)
def test_against_scipy(rows):
    steps, time, found = split(rows)
    curve = survival_to_target(steps, time)
    oracle = ecdf(CensoredData(uncensored=time[found], right=time[~found])).sf
    np.testing.assert_allclose(curve.survival, oracle.evaluate(curve.fixations), atol=1e-12)
    assert curve.found.sum() == found.sum()
    assert curve.ended.sum() == (~found).sum()
    assert curve.at_risk[0] == len(rows)
    inner = ~np.isnan(curve.low)
    assert (curve.low[inner] <= curve.survival[inner]).all()
    assert (curve.survival[inner] <= curve.high[inner]).all()


def test_interval_against_scipy():
    rng = np.random.default_rng(0)
    time, found = rng.integers(1, 12, 60).astype(float), rng.random(60) < 0.7
    curve = survival_to_target(np.where(found, time, np.inf), time)
    result = ecdf(CensoredData(uncensored=time[found], right=time[~found])).sf
    interval = result.confidence_interval(0.95, method="log-log")
    for mine, theirs in ((curve.low, interval.low), (curve.high, interval.high)):
        inner = np.isin(curve.fixations, result.quantiles) & ~np.isnan(mine)
        np.testing.assert_allclose(mine[inner], theirs.evaluate(curve.fixations[inner]), atol=1e-10)
        assert inner.sum() > 5


@given(searches)
@settings(max_examples=40, deadline=None)
def test_without_censoring_it_is_one_minus_cumulative_performance(rows):
    time = [float(t) for t, _ in rows]
    curve = survival_to_target(time, time)
    np.testing.assert_allclose(curve.survival, 1 - cumulative_performance(time, int(max(time))).share, atol=1e-12)
    assert curve.restricted_mean(8) == pytest.approx(np.mean(time))


@given(searches)
@settings(max_examples=40, deadline=None)
def test_stopped_searches_make_it_later_than_leaving_them_out_and_sooner_than_never(rows):
    steps, time, found = split(rows)
    curve = survival_to_target(steps, time)
    never = 1 - cumulative_performance(steps, int(time.max())).share
    assert (curve.survival <= never + 1e-12).all()
    if found.any():
        left_out = 1 - cumulative_performance(steps[found], int(time.max())).share
        assert (curve.survival >= left_out - 1e-12).all()


def test_median_and_restricted_mean_are_undefined_where_nobody_looked():
    curve = survival_to_target([1, np.inf, np.inf], [1, 2, 2])
    assert np.isnan(curve.median)
    assert np.isnan(curve.restricted_mean(6))
    assert curve.restricted_mean(3) == pytest.approx(1 + 2 / 3 + 2 / 3)
    nobody = survival_to_target([np.nan], [3])
    assert len(nobody.fixations) == 0
    assert np.isnan(nobody.median)
    assert np.isnan(nobody.restricted_mean(1))


def test_refused():
    with pytest.raises(GazekitError, match="each search has one step and one length, not 1 and 2"):
        survival_to_target([1], [1, 2])
    with pytest.raises(GazekitError, match="found after the end of its path"):
        survival_to_target([3], [2])
    for wrong in (0, 2.5):
        with pytest.raises(GazekitError, match=f"limit of a restricted mean must be a whole number .* not {wrong}"):
            survival_to_target([1], [1]).restricted_mean(wrong)


def test_registered_form(scanpaths_of):
    paths = scanpaths_of([3, 2, 1], stimulus=["s", "s", "s"]).replace(x=[0, 9, 9, 0, 5, 0], y=[0, 9, 9, 0, 5, 0])
    trials = {"s": TrialContent((8, 8, 10, 10))}
    median, mean, found = score_sets("fixations_to_target", paths, paths, trials, limit=2)
    assert (median, mean, found) == (2, 2, pytest.approx(1 / 3))
