"""Pixels under fixations, and which maps are taken."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.density import log_density_of, log_likelihood, pixels_at
from gazekit.metrics.fixation_maps.pixels import as_log_density, as_map


@given(st.floats(-1, 9), st.floats(-1, 7), st.integers(1, 9), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_by_definition(x, y, rows, columns):
    found = int(pixels_at([x], [y], (rows, columns), (8.0, 6.0))[0])
    if not (0 <= x <= 8 and 0 <= y <= 6):
        assert found == -1
        return
    row, column = divmod(found, columns)
    assert row / rows * 6 - 1e-9 <= y <= (row + 1) / rows * 6 + 1e-9
    assert column / columns * 8 - 1e-9 <= x <= (column + 1) / columns * 8 + 1e-9


def test_truncation_edges_and_unknown():
    assert pixels_at([0, 0.99, 1, 4, np.nan, np.inf, -0.1], [0] * 7, (3, 4)).tolist() == [0, 0, 1, 3, -1, -1, -1]
    assert pixels_at([], [], (3, 4)).tolist() == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param([[0.0, 0.0]], "adds up to a probability of 2, not 1; make it with log_density_of", id="sum"),
        pytest.param([[-np.inf, -np.inf]], "adds up to a probability of 0, not 1", id="impossible everywhere"),
        pytest.param([[np.nan, 0.0]], "has values that are NaN or", id="nan"),
        pytest.param([0.0], r"has the shape \(rows, columns\), not \(1,\)", id="shape"),
    ],
)
def test_log_densities_that_are_refused(values, message):
    with pytest.raises(GazekitError, match=f"a log density {message}"):
        as_log_density(values)


def test_other_refusals():
    with pytest.raises(GazekitError, match=r"a map has the shape \(rows, columns\), not \(0, 3\)"):
        as_map(np.empty((0, 3)))
    with pytest.raises(GazekitError, match="a map has 1 values that are not finite"):
        as_map([[np.inf, 1.0]])
    with pytest.raises(GazekitError, match="a density has values of 0 or more and is not 0 everywhere"):
        log_density_of([[0, 0]])
    with pytest.raises(GazekitError, match="fixations have one x and one y each, not 1 and 2"):
        log_likelihood(np.log([[0.5, 0.5]]), [1], [1, 2])
    with pytest.raises(GazekitError, match="size is the"):
        pixels_at([1], [1], (2, 2), (0, 5))


def test_float32_maps_of_a_million_pixels_pass():
    big = np.random.default_rng(0).random((1000, 1000)).astype(np.float32)
    as_log_density(np.log(big / big.sum()))
