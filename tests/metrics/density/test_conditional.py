"""Conditional measures of the COCO-Search18 line against their published recipe, step by step."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import trapezoid
from scipy.ndimage import gaussian_filter

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density import (
    conditional_auc,
    conditional_information_gain,
    conditional_nss,
    conditional_scores,
    task_prior,
)

SIZE = (1680.0, 1050.0)


@given(st.integers(0, 10**6), st.floats(0, 0.999), st.floats(0, 0.999))
@settings(max_examples=60, deadline=None)
def test_by_the_recipe(seed, u, v):
    rng = np.random.default_rng(seed)
    values, prior = rng.integers(0, 6, (8, 10)) + 0.0, rng.random((8, 10))
    values[0, 0] += 1
    scores = conditional_scores(values, prior, u * 1680, v * 1050, SIZE)
    row, column = int(v * 8), int(u * 10)
    p, q, eps = values / values.sum(), prior / prior.sum(), 2.2204e-16
    here = p[row, column]
    assert scores.cig == pytest.approx(np.log2(here + eps) - np.log2(q[row, column] + eps))
    assert scores.cnss == pytest.approx((here - p.mean()) / p.std(ddof=1))
    false_positives = ((p >= here).sum() - 1) / (p.size - 1)
    assert scores.cauc_trapezoid == pytest.approx(trapezoid([0, 1, 1], [0, false_positives, 1]))
    ties = (p == here).sum() - 1
    assert scores.cauc_rank == pytest.approx(1 - false_positives + ties / 2 / (p.size - 1))


def test_chance_of_the_two_conventions():
    """The same map read at every pixel: 0.75 in the one, 0.5 in the other."""
    values = np.random.default_rng(0).random((20, 30))
    y, x = np.divmod(np.arange(600), 30)
    for convention, chance in (("trapezoid", 0.75), ("rank", 0.5)):
        scores = [conditional_auc(values, a + 0.5, b + 0.5, convention=convention) for a, b in zip(x, y, strict=True)]
        assert np.mean(scores) == pytest.approx(chance, abs=1e-12)
        assert (min(scores), max(scores)) == ({"trapezoid": 0.5, "rank": 0.0}[convention], 1.0)


def test_constant_maps_show_the_conventions_apart():
    flat = np.ones((4, 5))
    assert conditional_scores(flat, flat, 2, 2) == (0, 0, 0.5, 0.5)  # ties count in full against the trapezoid


def test_outside_and_one_pixel():
    values = np.arange(1.0, 7).reshape(2, 3)
    assert np.isnan(conditional_scores(values, values, -1, 0)).all()
    assert np.isnan(conditional_auc([[1.0]], 0.5, 0.5))


def test_probability_zero_is_costly_not_infinite():
    gain = conditional_information_gain([[0, 1]], [[1, 1]], 0.5, 0.5)
    assert gain == pytest.approx(np.log2(2.2204e-16) + 1, abs=1e-9)
    assert conditional_nss([[0, 1, 2]], 2.5, 0.5) == 1


def test_task_prior():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 1680, 50), rng.uniform(0, 1050, 50)
    counts = np.zeros((32, 51))
    np.add.at(counts, ((y / 1050 * 32).astype(int), (x / 1680 * 51).astype(int)), 1)
    expected = gaussian_filter(counts, 2.4)
    found = task_prior(x, y, (32, 51), size=SIZE, sigma_pixels=2.4)
    np.testing.assert_allclose(found, expected / expected.sum(), atol=1e-12)
    with pytest.raises(GazekitError, match="a prior needs at least one training fixation inside the image"):
        task_prior([-5], [0], (3, 3))


def test_refused():
    with pytest.raises(
        GazekitError, match="convention of a conditional AUC must be one of 'trapezoid', 'rank', not 'auc'"
    ):
        conditional_auc([[1, 2]], 0, 0, convention="auc")
    with pytest.raises(GazekitError, match=r"shape \(1, 2\) and the prior \(2, 1\); make them one"):
        conditional_information_gain([[1, 2]], [[1], [2]], 0, 0)
    with pytest.raises(GazekitError, match="the prior must have values of 0 or more and not be 0 everywhere"):
        conditional_information_gain([[1, 2]], [[0, 0]], 0, 0)
