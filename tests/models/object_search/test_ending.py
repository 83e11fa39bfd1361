"""Classes of a path that tell its end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gazekit.models.object_search.ending import SIZE, SIZE_WITHOUT_TARGET, ending, ending_by_steps
from gazekit.models.object_search.layout import ObjectLayout

PLACES = np.stack(np.mgrid[:3, :4], -1).reshape(-1, 2).astype(float)
LAYOUT = ObjectLayout("t", "s", PLACES, PLACES, PLACES[5], 6)
PATHS = st.lists(st.integers(0, 11), min_size=1, max_size=60)


@given(PATHS)
def test_classes_stay_in_their_blocks(path):
    columns = ending(LAYOUT, np.array(path))
    assert (np.diff(columns) > 0).all()
    assert columns[0] >= 0
    assert columns[-1] < SIZE
    assert 0 <= ending_by_steps(np.array(path))[0] < SIZE_WITHOUT_TARGET


def test_what_is_told_apart():
    def same(a, b):
        return (ending(LAYOUT, np.array(a)) == ending(LAYOUT, np.array(b))).tolist()

    assert same([0, 6], [0, 6]) == [True] * 5
    assert same([0, 6], [1, 6]) == [True] * 5  # where gaze was before does not count
    assert same([0, 6, 6], [0, 1, 6]) == [False, True, True, True, True]  # the length of the run
    assert same([0, 6], [0, 5]) == [False] * 5  # on the target, or beside it
    assert same([6, 0, 6], [1, 0, 6]) == [True, True, False, True, True]  # earlier visits
    assert same([6, 0, 0], [6, 1, 0])[3]  # fixations since the target, whatever came after
