"""KL, CC, SIM and maps of fixations against scipy and laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import entropy, pearsonr

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density import compare_maps, fixation_map, map_cc, map_kl, map_sim

seeds = st.integers(0, 10**6)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_against_scipy(seed):
    a, b = np.random.default_rng(seed).random((2, 5, 7)) + 0.01
    assert map_kl(a, b) == pytest.approx(entropy(b.ravel(), a.ravel()), abs=1e-9)
    assert map_cc(a, b) == pytest.approx(pearsonr(a.ravel(), b.ravel()).statistic, abs=1e-12)
    overlap = sum(min(p, q) for p, q in zip((a / a.sum()).ravel(), (b / b.sum()).ravel(), strict=True))
    assert map_sim(a, b) == pytest.approx(overlap)
    assert compare_maps(a, b) == (map_kl(a, b), map_cc(a, b), map_sim(a, b))


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_laws(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 4, (2, 4, 5)).astype(float)
    a[0, 0], b[0, 1], a[0, 1], b[0, 0] = 5, 5, 0, 0
    assert compare_maps(a, a) == pytest.approx((0, 1, 1), abs=1e-12)
    assert map_cc(a, b) == pytest.approx(map_cc(b, a))
    assert map_sim(a, b) == pytest.approx(map_sim(b, a))
    assert 0 <= map_sim(a, b) < 1
    assert -1 <= map_cc(a, b) < 1
    assert map_kl(a, b) > 0
    assert compare_maps(3 * a, 7 * b) == pytest.approx(compare_maps(a, b))


def test_disjoint_constant_and_empty():
    left, right = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0]])
    assert map_sim(left, right) == 0
    assert map_cc(left, right) == -1
    assert map_kl(left, right) == pytest.approx(np.log(1 / 2.2204e-16))
    assert map_kl(left, right, epsilon=0) == np.inf
    assert np.isnan(map_cc(left, [[1, 1]]))
    assert np.isnan([map_kl(left, [[0, 0]]), map_kl([[0, 0]], left), map_sim(left, [[0, 0]])]).all()


def test_refused():
    with pytest.raises(GazekitError, match=r"the model's map has the shape \(1, 2\) and people's \(2, 1\)"):
        map_cc([[1, 2]], [[1], [2]])
    with pytest.raises(GazekitError, match="KL and SIM compare maps of 0 or more, and one has negative values"):
        map_sim([[1, -2]], [[1, 2]])
    with pytest.raises(GazekitError, match="sigma must be a number of px of 0 or more, not -1"):
        fixation_map([1], [1], (2, 2), sigma=-1)


def test_fixation_map_is_a_sum_of_gaussians_with_reflection():
    x, y, sigma = np.array([3.2, 8.5, 0.1]), np.array([4.5, 1.0, 9.9]), 1.5
    rows, columns = np.mgrid[:10, :12] + 0.5
    expected = np.zeros((10, 12))
    for px, py in zip(np.floor(x) + 0.5, np.floor(y) + 0.5, strict=True):
        for mirror_x in (px, -px, 24 - px):
            for mirror_y in (py, -py, 20 - py):
                expected += np.exp(-((columns - mirror_x) ** 2 + (rows - mirror_y) ** 2) / (2 * sigma**2))
    found = fixation_map(x, y, (10, 12), sigma=sigma)
    np.testing.assert_allclose(found, expected / expected.sum(), atol=2e-5)  # scipy cuts Gaussians at 4 sigma
    assert found.sum() == pytest.approx(1)
    assert fixation_map([99], [1], (3, 3), sigma=1).sum() == 0


def test_fixation_map_at_another_resolution():
    whole = fixation_map([10.0], [6.0], (12, 16), sigma=2)
    half = fixation_map([10.0], [6.0], (6, 8), sigma=2, size=(16, 12))
    assert np.unravel_index(half.argmax(), half.shape) == (3, 5)
    folded = whole.reshape(6, 2, 8, 2).sum(axis=(1, 3))
    assert map_cc(half, folded) > 0.9
