import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.models.eccnet.opencv import difference_of_gaussians, enlarge, gaussian_kernel


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
