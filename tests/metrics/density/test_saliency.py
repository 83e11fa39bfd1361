"""NSS and the three AUCs against scipy, scikit-learn and counting."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import zscore

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density import auc_one_positive, auc_shuffled, auc_uniform, nss

seeds = st.integers(0, 10**6)
SHAPE = (6, 8)


def tied_map(seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 5, SHAPE).astype(float), rng.uniform(0, 8, 12), rng.uniform(0, 6, 12)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_nss_is_the_z_score(seed):
    values, x, y = tied_map(seed)
    for ddof in (0, 1):
        expected = zscore(values, axis=None, ddof=ddof)[y.astype(int), x.astype(int)]
        np.testing.assert_allclose(nss(values, x, y, ddof=ddof), expected, atol=1e-12)
    np.testing.assert_allclose(nss(values * 3 - 7, x, y), nss(values, x, y), atol=1e-9)
    everywhere = np.divmod(np.arange(48), 8)
    assert nss(values, everywhere[1] + 0.5, everywhere[0] + 0.5).mean() == pytest.approx(0, abs=1e-12)


def test_a_constant_map_has_no_preference():
    assert nss(np.full(SHAPE, 0.1), [1, 99], [1, 1]).tolist()[0] == 0
    assert np.isnan(nss(np.full(SHAPE, 0.1), [99], [1])).all()
    assert nss([[3.0]], [0.5], [0.5], ddof=1).tolist() == [0]
    assert auc_uniform(np.full(SHAPE, 0.1), [1], [1]).tolist() == [0.5]
    assert auc_one_positive(np.full(SHAPE, 0.1), [1], [1]).tolist() == [0.5]


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_aucs_by_counting(seed):
    values, x, y = tied_map(seed)
    rng = np.random.default_rng(seed + 1)
    other_x, other_y = rng.random((2, 9))
    negatives = values[(other_y * 6).astype(int), (other_x * 8).astype(int)]
    for k in range(len(x)):
        here = values[int(y[k]), int(x[k])]
        rest = np.delete(values.ravel(), int(y[k]) * 8 + int(x[k]))
        for found, against in (
            (auc_uniform(values, x, y), values.ravel()),
            (auc_one_positive(values, x, y), rest),
            (auc_shuffled(values, x, y, other_x, other_y), negatives),
        ):
            assert found[k] == pytest.approx(np.mean(against < here) + np.mean(against == here) / 2)
    np.testing.assert_allclose(auc_uniform(np.exp(values), x, y), auc_uniform(values, x, y))
    np.testing.assert_allclose(auc_uniform(-values, x, y), 1 - auc_uniform(values, x, y))


@pytest.mark.parametrize("seed", range(3))
def test_mean_auc_is_that_of_scikit_learn(seed):
    roc_auc_score = pytest.importorskip("sklearn.metrics").roc_auc_score
    values, x, y = tied_map(seed)
    fixated = values[y.astype(int), x.astype(int)]
    truth = np.r_[np.ones(len(fixated)), np.zeros(values.size)]
    assert auc_uniform(values, x, y).mean() == pytest.approx(roc_auc_score(truth, np.r_[fixated, values.ravel()]))
    truth = (np.arange(values.size) == int(y[0]) * 8 + int(x[0])).astype(int)
    assert auc_one_positive(values, x[:1], y[:1])[0] == pytest.approx(roc_auc_score(truth, values.ravel()))


def test_shuffled_is_chance_for_a_map_of_the_bias_only():
    rng = np.random.default_rng(0)
    here, there = rng.normal(0.5, 0.15, (2, 2, 4000)).clip(0, 0.999)
    bias = np.exp(-((np.linspace(-1, 1, 40)[:, None] ** 2 + np.linspace(-1, 1, 40) ** 2) * 3))
    assert auc_uniform(bias, *here, (1, 1)).mean() > 0.8
    assert auc_shuffled(bias, *here, *there, (1, 1)).mean() == pytest.approx(0.5, abs=0.01)


def test_undefined_and_refused():
    values = np.arange(48.0).reshape(SHAPE)
    assert np.isnan(auc_uniform(values, [-1], [2])).all()
    assert np.isnan(auc_shuffled(values, [1], [1], [], [])).all()
    assert np.isnan(auc_shuffled(values, [1], [1], [2.0], [0.5])).all()  # the only other fixation is outside
    assert np.isnan(auc_one_positive([[1.0]], [0.5], [0.5])).all()
    lowest = auc_uniform([[-np.inf, -5.0, -1.0]], [0.5, 1.5], [0.5, 0.5])
    assert lowest.tolist() == pytest.approx([1 / 6, 1 / 2])  # -inf is the logarithm of 0, the lowest value
    with pytest.raises(GazekitError, match="a map has 1 values that are NaN"):
        auc_uniform([[np.nan, 1.0]], [1], [0])
    with pytest.raises(GazekitError, match="a map has 1 values that are not finite"):
        nss([[np.inf, 1.0]], [1], [0])


def test_other_fixations_in_px_are_refused():
    with pytest.raises(GazekitError, match=r"most are above 1 \(up to 400\): they look like px; divide x by the width"):
        auc_shuffled([[1, 2], [3, 4]], [1.5], [0.5], [400, 20, 0.5], [300, 20, 0.5])
    outside = auc_shuffled([[1, 2], [3, 4]], [1.5], [0.5], [0.25, 0.75, 1.2], [0.25, 0.75, 0.5])
    assert outside.tolist() == [0.5]  # some outside their image are left out
