"""The blur of the periphery, and what is prepared once per image."""

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.scenes import blur, blur_matrix


@pytest.mark.parametrize(
    ("n", "kernel", "spread"), [(50, 41, 10.0), (9, 5, 5.0), (7, 41, 10.0), (2, 9, 2.0), (1, 5, 1.0)]
)
def test_blur_is_scipys_with_mirrored_borders(n, kernel, spread):
    offsets = np.arange(kernel) - kernel // 2
    weights = np.exp(-(offsets**2) / (2 * spread**2))
    weights /= weights.sum()
    image = np.random.default_rng(0).random((1, 3, n, n + 3))
    expected = correlate1d(correlate1d(image, weights, axis=2, mode="mirror"), weights, axis=3, mode="mirror")
    np.testing.assert_allclose(blur(torch.from_numpy(image), kernel, spread).numpy(), expected, rtol=1e-10)


@pytest.mark.parametrize("kernel", [4, 0, -3])
def test_an_even_kernel_is_refused(kernel):
    with pytest.raises(GazekitError, match=f"kernel must be an odd number of cells, at least 1, not {kernel}"):
        blur_matrix(5, kernel, 1.0)


def test_a_spread_of_zero_is_refused():
    with pytest.raises(GazekitError, match="spread must be a positive number of cells, not 0"):
        blur_matrix(5, 5, 0)
