"""Cluster bootstrap: closed forms and laws."""

import numpy as np
import pytest
from scipy import stats

from gazekit import GazekitError
from gazekit.evaluation.bootstrap import interval, resample, resampled_means


def test_interval_has_the_width_of_the_standard_error():
    """For many stimuli the percentile interval is the normal one: mean +- 1.96 standard errors."""
    values = np.random.default_rng(0).normal(5, 2, 2000)
    low, high = interval(resampled_means(values, resample(2000, resamples=4000)))
    error = stats.sem(values)
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)


def test_coverage_is_near_its_level():
    """Of 300 samples of 40 normal values, about 95 % (percentile intervals of 40: 93 %) hold the true mean."""
    rng, draws = np.random.default_rng(1), resample(40, resamples=500)
    hits = 0
    for _ in range(300):
        low, high = interval(resampled_means(rng.normal(0, 1, 40), draws))
        hits += low <= 0 <= high
    assert 0.89 <= hits / 300 <= 0.98


def test_undefined_stimuli_are_left_out():
    draws = np.array([[0, 1, 2], [2, 2, 2], [0, 0, 1]])
    np.testing.assert_array_equal(resampled_means(np.array([1.0, 3.0, np.nan]), draws), [2, np.nan, 5 / 3])


def test_constant_values_have_no_width():
    assert interval(resampled_means(np.full(7, 0.3), resample(7))) == pytest.approx((0.3, 0.3))


def test_nothing_defined():
    assert np.isnan(interval(np.array([np.nan]))).all()


def test_draws_depend_on_the_seed_only():
    np.testing.assert_array_equal(resample(9, seed=2), resample(9, seed=2))
    assert (resample(9, seed=2) != resample(9, seed=3)).any()
    with pytest.raises(GazekitError, match="no stimulus to resample"):
        resample(0)
