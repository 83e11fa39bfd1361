"""Divergences against scipy, optimal matching and their laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, ks_2samp, wasserstein_distance

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour import (
    circular_wasserstein,
    js_divergence,
    kl_divergence,
    ks_distance,
    kuiper_distance,
    wasserstein,
)

samples = st.lists(st.integers(-20, 20).map(float), min_size=1, max_size=12)
angles = st.lists(st.integers(-36, 36).map(lambda k: 10.0 * k), min_size=1, max_size=10)


@pytest.mark.parametrize("seed", range(5))
def test_against_scipy(seed):
    rng = np.random.default_rng(seed)
    p, q = rng.integers(1, 30, (2, 17))
    assert kl_divergence(p, q) == pytest.approx(entropy(p, q, base=2), rel=1e-12)
    assert js_divergence(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2, rel=1e-12)
    a, b = rng.normal(0, 2, 40).round(1), rng.normal(1, 1, 25).round(1)  # rounding makes ties
    assert wasserstein(a, b) == pytest.approx(wasserstein_distance(a, b), rel=1e-12)
    assert ks_distance(a, b) == pytest.approx(ks_2samp(a, b, method="asymp").statistic, rel=1e-12)


@given(angles, st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_circular_wasserstein_is_the_cheapest_matching(a, seed):
    b = np.random.default_rng(seed).integers(-180, 180, len(a)).astype(float)
    gap = np.abs(np.subtract.outer(np.array(a), b)) % 360
    cost = np.minimum(gap, 360 - gap)
    cheapest = cost[linear_sum_assignment(cost)].mean()
    assert circular_wasserstein(a, b) == pytest.approx(cheapest, abs=1e-9)


@given(angles, angles, st.integers(-36, 36))
@settings(max_examples=60, deadline=None)
def test_circular_distances_do_not_depend_on_where_the_circle_is_cut(a, b, tens):
    turned_a, turned_b = np.array(a) + 10 * tens, np.array(b) + 10 * tens
    for distance in (kuiper_distance, circular_wasserstein):
        assert distance(turned_a, turned_b) == pytest.approx(distance(a, b), abs=1e-9)
        assert distance(a, b) == pytest.approx(distance(b, a), abs=1e-9)
        assert distance(a, np.array(a) + 360) == 0


@given(samples, samples)
@settings(max_examples=60, deadline=None)
def test_kuiper_by_definition_and_bounds(a, b):
    values = sorted({v % 360 for v in a + b})
    gaps = [np.mean(np.mod(a, 360) <= v) - np.mean(np.mod(b, 360) <= v) for v in values]
    assert kuiper_distance(a, b) == pytest.approx(max(*gaps, 0) - min(*gaps, 0), abs=1e-12)
    assert ks_distance(a, b) <= kuiper_distance(np.array(a) + 40, np.array(b) + 40) + 1e-12 <= 1 + 1e-12
    assert ks_distance(a, b) == pytest.approx(ks_distance(b, a))
    assert wasserstein(a, a) == 0
    assert wasserstein(np.array(a) + 3, b) <= wasserstein(a, b) + 3 + 1e-9


@given(st.lists(st.integers(0, 9), min_size=4, max_size=4), st.lists(st.integers(0, 9), min_size=4, max_size=4))
@settings(max_examples=60, deadline=None)
def test_js_is_symmetric_and_bounded(p, q):
    js = js_divergence(p, q)
    if not (sum(p) and sum(q)):
        assert np.isnan(js)
        return
    assert -1e-15 <= js <= 1 + 1e-12
    assert js == pytest.approx(js_divergence(q, p), abs=1e-12)
    assert js_divergence(np.array(p) * 3, q) == pytest.approx(js, abs=1e-12)
    assert kl_divergence(p, q) >= 0


def test_undefined_and_refused():
    for distance in (ks_distance, kuiper_distance, wasserstein, circular_wasserstein):
        assert np.isnan(distance([], [1]))
        assert np.isnan(distance([1], [np.nan]))
        assert distance([1, np.nan], [1]) == 0
    with pytest.raises(GazekitError, match=r"same bins, one count each, not the shapes \(2,\) and \(3,\)"):
        js_divergence([1, 2], [1, 2, 3])
    with pytest.raises(GazekitError, match="a histogram has a negative count"):
        kl_divergence([1, -2], [1, 2])
