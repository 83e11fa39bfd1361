import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.foundations.errors import GazekitError
from gazekit.models.oat.position import kernel_code


@pytest.mark.parametrize("cells", [2, 11, 14, 24])
def test_cosine_is_the_gaussian_of_distance(cells):
    code = kernel_code(np.arange(float(cells)), 64)
    distance = np.subtract.outer(np.arange(cells), np.arange(cells))
    assert np.abs(code @ code.T / 64 - np.exp(-(distance**2) / 8)).max() < 1e-10


def test_cosines_of_the_published_table():
    code = kernel_code(np.arange(8.0), 64)
    published = [1, 0.8825, 0.6065, 0.3247, 0.1353, 0.0439, 0.0111, 0.0022]
    assert code[0] @ code.T / 64 == pytest.approx(published, abs=5e-5)


@given(st.floats(0, 23), st.floats(0, 23), st.sampled_from([1.5, 2.0, 2.5]))
def test_places_between_cells_follow_the_same_law(a, b, sigma):
    first, second = kernel_code(np.array([a, b]), 64, sigma=sigma)
    assert first @ second / 64 == pytest.approx(np.exp(-((a - b) ** 2) / (2 * sigma**2)), abs=2e-4)


def test_a_code_too_short_for_its_axis():
    with pytest.raises(GazekitError, match=r"16 numbers is too short for an axis of 24 cells.*width of at least 128"):
        kernel_code(np.arange(3.0), 16)
