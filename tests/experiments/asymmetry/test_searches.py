"""Following a model to the target: what counts as found, and after how many saccades."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit import Facts
from gazekit.core.trials import Box
from gazekit.experiments.asymmetry.searches import search_trials, touches
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.contract import PathByPathModel


@given(st.integers(0, 99), st.integers(0, 99), st.integers(10, 80), st.integers(10, 80))
def test_the_square_is_the_published_sum_over_a_mask(x, y, left, top):
    mask = np.zeros((100, 100), dtype=int)
    mask[top : top + 15, left : left + 12] = 1
    square = mask[max(y - 5, 0) : y + 5, max(x - 5, 0) : x + 5]  # rows x-h .. x-h+9 of the code, h = 5
    assert touches(np.array([[x, y]]), Box(left, top, left + 12, top + 15))[0] == (square.sum() > 0)


class Fixed(PathByPathModel):
    name = "fixed"

    def __init__(self, *points, first=False):
        self.points, self.facts = np.array(points, dtype=float).reshape(-1, 2), Facts(forced_first=first)

    def draw(self, trial, prepared, rng, max_fixations):
        return *self.points[:max_fixations].T, None


@pytest.fixture
def trial(displays):
    return replace(displays.trials[0], target_box=Box(10, 10, 30, 30))


AWAY, AT = (90, 90), (20, 20)


def test_the_first_fixation_at_the_target_ends_the_search(trial):
    (search,) = search_trials(Fixed(AWAY, AT, AWAY, AT), [trial])
    assert (search.found, search.saccades) == (True, 2)
    np.testing.assert_array_equal(search.fixations, [(50, 50), AWAY, AT])
    assert search.level_weights.size == 0


def test_the_start_is_neither_counted_nor_tested(trial):
    (search,) = search_trials(Fixed(AT, AWAY, AT, first=True), [trial])
    assert (search.found, search.saccades) == (True, 2)
    assert search_trials(Fixed(AT), [replace(trial, start=AT)])[0].saccades == 1


def test_a_search_ends_at_the_limit_of_the_trial(trial):
    (search,) = search_trials(Fixed(*[AWAY] * 5, AT), [trial])  # the limit is 5
    assert (search.found, search.saccades) == (False, 5)
    assert search_trials(Fixed(*[AWAY] * 4, AT), [trial])[0].found
    assert search_trials(Fixed(), [trial])[0].saccades == 0


def test_reach_is_a_parameter(trial):
    near = (36, 20)  # 6 px from the box
    assert not search_trials(Fixed(near), [trial])[0].found
    assert search_trials(Fixed(near), [trial], reach=13)[0].found


def test_a_model_that_searches_is_asked(serial, displays):
    hard = [t for t in displays.trials if t.condition == "colour/green" and len(t.objects) == 3]
    found = search_trials(serial(), hard)
    assert {s.saccades for s in found} == {3}
    np.testing.assert_array_equal(found[0].level_weights, [[1, 0, 0]] * 3)


@pytest.mark.parametrize("field", ["target_box", "max_fixations"])
def test_a_trial_in_which_no_search_can_end(trial, field):
    with pytest.raises(MissingNeedError, match=f"trial 'colour/red/01/000' has no {field}"):
        search_trials(Fixed(AT), [replace(trial, **{field: None})])


def test_a_model_that_does_not_say_where_its_paths_begin(trial):
    with pytest.raises(
        GazekitError, match=r"model 'fixed' does not declare .* set facts = Facts\(forced_first=False\)"
    ):
        search_trials(Fixed(AT, first=None), [trial])
