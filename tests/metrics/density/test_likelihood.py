"""Log-likelihood and information gain: closed forms and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density import average, information_gain, log_density_of, log_likelihood

seeds = st.integers(0, 10**6)


def everywhere(rows, columns):
    y, x = np.divmod(np.arange(rows * columns), columns)
    return x + 0.5, y + 0.5


@given(seeds)
@settings(max_examples=30, deadline=None)
def test_expected_gain_is_a_kl_divergence(seed):
    p, q = np.random.default_rng(seed).random((2, 5, 7)) + 1e-3
    p, q = p / p.sum(), q / q.sum()
    x, y = everywhere(5, 7)
    gain = information_gain(np.log(p), x, y, baseline=np.log(q))
    assert np.sum(gain * p.ravel()) == pytest.approx(entropy(p.ravel(), q.ravel(), base=2))
    assert np.sum(gain * q.ravel()) == pytest.approx(-entropy(q.ravel(), p.ravel(), base=2))
    uniform = information_gain(np.log(p), x, y)
    np.testing.assert_allclose(uniform, np.log2(p.ravel() * 35))
    np.testing.assert_allclose(log_likelihood(np.log(p), x, y), np.log(p.ravel()))
    assert (uniform <= np.log2(35) + 1e-12).all()


def test_gain_does_not_depend_on_resolution():
    density = np.array([[1.0, 3.0], [2.0, 2.0]])
    fine = np.kron(density, np.ones((3, 3)))
    x, y = everywhere(2, 2)
    coarse, finer = (information_gain(log_density_of(d), x, y, (2, 2)) for d in (density, fine))
    np.testing.assert_allclose(coarse, finer, atol=1e-12)
    lower = log_likelihood(log_density_of(density), x, y, (2, 2)) - log_likelihood(log_density_of(fine), x, y, (2, 2))
    np.testing.assert_allclose(lower, np.log(9))


def test_impossible_fixations():
    model, baseline = log_density_of([[0, 1]]), log_density_of([[0, 1]])
    assert log_likelihood(model, [0.5, 1.5, 9], [0.5] * 3).tolist()[:2] == [-np.inf, 0]
    assert np.isnan(log_likelihood(model, [9], [0.5])).all()
    assert information_gain(model, [0.5], [0.5]).tolist() == [-np.inf]
    assert np.isnan(information_gain(model, [0.5], [0.5], baseline=baseline)).all()
    assert information_gain(np.log([[0.5, 0.5]]), [0.5], [0.5], baseline=baseline).tolist() == [np.inf]


def test_averages():
    images = [[1.0, np.nan, 3.0], [8.0], [np.nan]]
    assert average(images) == 4
    assert average(images, over="images") == 5
    assert np.isnan(average([[np.nan], []]))
    with pytest.raises(GazekitError, match="an average is over must be one of 'fixations', 'images', not 'image'"):
        average(images, over="image")


def test_shapes_must_agree():
    with pytest.raises(GazekitError, match=r"shape \(1, 2\) and the baseline's \(2, 1\); make them one"):
        information_gain(np.log([[0.5, 0.5]]), [1], [1], baseline=np.log([[0.5], [0.5]]))
