"""What the path so far says about every object, as the move model sees it."""

import numpy as np
import pytest

from gazekit.models.object_search.layout import ObjectLayout
from gazekit.models.object_search.move import Trajectory

PLACES = np.stack(np.mgrid[:2, :4], -1).reshape(-1, 2).astype(float)  # 0 1 2 3 above 4 5 6 7
LAYOUT = ObjectLayout("t", "s", PLACES, PLACES, np.array([0.5, 1.5]), 7)


def seen(*path):
    return Trajectory(LAYOUT, np.array(path, dtype=np.int64))


def test_before_the_first_fixation_gaze_is_at_the_start():
    first = seen()
    assert first.moves[0].tolist() == [-0.5, -1.5]
    assert (first.dwell, first.on_target, first.target_seen, first.is_present.any()) == (0, False, False, False)
    assert first.turns(8, 1.5)[1].tolist() == [0] * 8
    assert first.visited_neighbours().tolist() == [0] * 8
    assert first.recency([1, 2]).tolist() == [3] * 8


def test_runs_and_the_target():
    assert (seen(0, 7, 7).dwell, seen(0, 7, 7).on_target, seen(7, 0).on_target) == (2, True, False)
    assert seen(7, 0).target_seen
    assert seen(0).target_class([1.0, 3.0]) == 2
    assert seen(6).target_class([1.5, 3.0]) == 0


def test_turns_are_from_straight_on_to_back():
    turn, counts = seen(0, 1).turns(8, 1.5)
    assert counts.tolist() == [1] * 8
    assert (turn - 9).tolist()[:4] == [7, 8, 0, 0]  # back, stay, on, on; the block of short moves
    assert turn[5] - 9 == 4  # down: a right angle, the first class of the second half
    far, _ = seen(0, 3).turns(8, 1.5)
    assert far[2] - 18 == 7
    stayed, counts = seen(1, 1).turns(8, 1.5)
    assert counts.tolist() == [0, 1, 0, 0, 0, 0, 0, 0]
    assert stayed[1] == 8


@pytest.mark.parametrize(
    ("path", "expected"), [((0,), [1, 1, 0, 0, 1, 1, 0, 0]), ((0, 5, 0), [2, 2, 1, 0, 2, 2, 1, 0])]
)
def test_visited_neighbours_count_different_objects(path, expected):
    assert seen(*path).visited_neighbours().tolist() == expected
