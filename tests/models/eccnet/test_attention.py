import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gazekit.models.eccnet.attention import (
    between_0_and_1,
    combine,
    correlate,
    difference_of_gaussians,
    enlarge,
    gaussian_kernel,
    level_weights,
)


@pytest.mark.parametrize("side", [1, 2, 3, 6])
def test_correlation_is_a_sum_over_the_targets_cells(side):
    rng = np.random.default_rng(side)
    search, target = rng.standard_normal((2, 7, 8)), rng.standard_normal((2, side, side))
    found = correlate(torch.from_numpy(search)[None], torch.from_numpy(target)[None])
    before = (side - 1) // 2
    for i in range(7):
        for j in range(8):
            total = sum(
                search[c, i + u - before, j + v - before] * target[c, u, v]
                for c in range(2)
                for u in range(side)
                for v in range(side)
                if 0 <= i + u - before < 7 and 0 <= j + v - before < 8
            )
            assert found[i, j] == pytest.approx(total)


def test_weights_are_the_largest_raw_values():
    maps = [np.array([[1.0, 8.0]]), np.array([[2.0, 0.0]]), np.array([[-3.0, -1.0]])]
    assert level_weights(maps, "maximum").tolist() == [0.8, 0.2, 0.0]
    assert level_weights(maps, "equal").tolist() == [1 / 3] * 3
    assert level_weights([np.zeros((2, 2))] * 2, "maximum").tolist() == [0.5, 0.5]


def test_a_constant_map_becomes_0():
    assert not between_0_and_1(np.full((2, 2), 7.0)).any()
    assert between_0_and_1(np.array([2.0, 4.0, 3.0])).tolist() == [0, 1, 0.5]


def test_kernels():
    assert gaussian_kernel(3, 0).tolist() == [0.25, 0.5, 0.25]
    e = np.exp(-0.5)
    assert gaussian_kernel(3, 1) == pytest.approx(np.array([e, 1, e]) / (1 + 2 * e))
    assert gaussian_kernel(5, 0).sum() == gaussian_kernel(7, 0).sum() == 1
    assert gaussian_kernel(9, 0) == pytest.approx(gaussian_kernel(9, 1.7))  # 0.3 ((9 - 1) / 2 - 1) + 0.8


def test_contrast_by_hand_with_mirrored_borders():
    m = np.random.default_rng(0).random((6, 7))
    expected = m
    for _ in range(3):
        blurred = []
        for kernel in ([0.25, 0.5, 0.25], gaussian_kernel(5, 1)):
            half = len(kernel) // 2
            padded = np.pad(expected, half, mode="reflect")
            total = sum(
                kernel[u] * kernel[v] * padded[u : u + 6, v : v + 7]
                for u in range(len(kernel))
                for v in range(len(kernel))
            )
            blurred.append(total)
        expected = expected + blurred[0] - blurred[1]
    assert np.allclose(difference_of_gaussians(m, ((3, 0), (5, 1))), expected)


@given(st.integers(1, 9), st.integers(0, 60))
def test_enlarging_follows_the_formula(cells, more):
    length = cells * 4 + more
    x = np.random.default_rng(cells).random(cells)
    found = enlarge(x[None], 1, length)[0]
    ratio = length / cells
    for d in range(length):
        s = int(np.floor(d * (1 / ratio)))
        f = np.float32((d + 1) - (s + 1) * ratio)
        f = 0.0 if f <= 0 else float(f - np.floor(f))
        expected = x[-1] if s >= cells - 1 else (1 - f) * x[s] + f * x[s + 1]
        assert found[d] == pytest.approx(expected, abs=1e-12)


def test_enlarging_by_a_whole_number_makes_flat_plateaus():
    m = np.arange(6.0).reshape(2, 3)
    assert (enlarge(m, 32, 48) == np.kron(m, np.ones((16, 16)))).all()


def test_levels_of_one_size_are_summed_by_their_weights():
    a, b = np.array([[0.0, 4.0], [2.0, 0.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
    one = torch.ones(1, 1, 1, 1, dtype=torch.float64)
    search = [torch.from_numpy(m)[None, None] for m in (a, b)]
    found, weights = combine(search, [one, one], "maximum", ((1, 0), (1, 0)))
    assert weights.tolist() == [0.8, 0.2]
    assert found == pytest.approx(0.8 * a / 4 + 0.2 * b)
