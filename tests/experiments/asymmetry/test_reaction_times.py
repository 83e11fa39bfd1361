"""Reaction times and unsolved trials."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.experiments.asymmetry.reaction_times import asymmetry_index, censored, intercept, reaction_time, slope
from gazekit.foundations.errors import GazekitError, UnknownNameError


def test_the_published_line():
    np.testing.assert_allclose(reaction_time(np.array([0, 1, 2])), [376.271, 628.63, 880.989])


@pytest.mark.parametrize(("rule", "instead"), [("set-size", 12), ("limit", 17), ("drop", np.nan)])
def test_only_unsolved_trials_are_replaced(rule, instead):
    made, found = np.array([3, 0, 17]), np.array([True, False, False])
    ours = censored(made, found, np.full(3, 12), np.full(3, 17), rule)
    np.testing.assert_array_equal(ours, [3, instead, instead])


def test_unknown_rule():
    with pytest.raises(UnknownNameError, match="no rule for unsolved trials called 'size'; did you mean 'set-size'"):
        censored(np.array([1]), np.array([True]), np.array([1]), np.array([5]), "size")


times = st.lists(st.floats(0, 5000), min_size=4, max_size=4).map(np.array)
slopes = st.floats(-200, 500)
SIZES = np.array([1, 4, 8, 12])


@given(times)
def test_slope_and_intercept_are_those_of_polyfit(means):
    a, b = np.polyfit(SIZES, means, 1)
    assert slope(SIZES, means) == pytest.approx(a, abs=1e-8)
    assert intercept(SIZES, means) == pytest.approx(b, abs=1e-8)


@given(st.floats(1, 20_000))
def test_equal_times_have_a_slope_of_exactly_zero(time):
    assert slope(SIZES, np.full(4, time)) == 0.0


@given(times, times)
def test_resamples_are_treated_one_by_one(a, b):
    np.testing.assert_array_equal(slope(SIZES, np.stack([a, b])), [slope(SIZES, a), slope(SIZES, b)])


def test_one_set_size_has_no_slope():
    with pytest.raises(GazekitError, match="at least two different set sizes, not \\[3.0, 3.0\\]"):
        slope(np.array([3, 3]), np.array([1.0, 2.0]))


@given(slopes, slopes)
def test_index_lies_between_its_bounds_and_changes_sign_when_conditions_do(easy, hard):
    index = asymmetry_index(easy, hard)
    assert -1 <= index <= 1
    assert asymmetry_index(hard, easy) == -index


@given(st.floats(0.1, 500), st.floats(0.1, 500), st.floats(0.5, 4))
def test_index_does_not_depend_on_the_unit_of_time(easy, hard, factor):
    assert asymmetry_index(factor * easy, factor * hard) == pytest.approx(asymmetry_index(easy, hard))


@pytest.mark.parametrize(
    ("easy", "hard", "index"), [(0, 0, 0), (-5, -1, 0), (0, 2, 1), (-9, 2, 1), (2, -9, -1), (1, 3, 0.5)]
)
def test_index_clips_falling_slopes(easy, hard, index):
    assert asymmetry_index(easy, hard) == index


def test_an_undefined_slope_leaves_the_index_undefined():
    assert np.isnan(asymmetry_index(np.nan, 3.0))
    assert np.isnan(asymmetry_index(np.array([0.0, 1.0]), np.array([np.nan, 1.0]))).tolist() == [True, False]
