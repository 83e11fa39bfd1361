import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.core.frames import Facts
from gazekit.datasets.published.assembly import PathList
from gazekit.foundations.errors import GazekitError

ROW = {"stimulus": "a", "width": 100, "height": 50}
paths_of_points = st.lists(
    st.lists(st.tuples(st.floats(-50, 150), st.floats(-50, 100)), min_size=1, max_size=5),
    min_size=1,
    max_size=6,
)


def collect(paths):
    found = PathList()
    for points in paths:
        x, y = np.array(points).T
        found.add(x, y, np.arange(len(points)), **ROW)
    return found


@given(paths_of_points)
def test_dropped_and_kept_points_add_up(paths):
    total = sum(map(len, paths))
    kept, counts = collect(paths).finish(Facts(), outside="drop")
    assert len(kept.x) + counts.get("points outside the image (dropped)", 0) == total
    assert len(kept) + counts.get("scanpaths without a point inside the image (dropped)", 0) == len(paths)
    assert len(kept) == 0 or kept.lengths.min() > 0


@given(paths_of_points)
def test_clipped_points_lie_in_the_image_and_the_others_do_not_move(paths):
    as_given, kept_counts = collect(paths).finish(Facts(), outside="keep")
    clipped, counts = collect(paths).finish(Facts(), outside="clip")
    assert ((clipped.x >= 0) & (clipped.x <= 100) & (clipped.y >= 0) & (clipped.y <= 50)).all()
    moved = (clipped.x != as_given.x) | (clipped.y != as_given.y)
    assert moved.sum() == counts.get("points outside the image (moved to its edge)", 0)
    assert sum(counts.values()) == sum(kept_counts.values())


def test_keeping_counts_too():
    _, counts = collect([[(10, 10), (101, 10)]]).finish(Facts())
    assert counts == {"points outside the image (kept)": 1}


def test_the_edge_is_inside():
    _, counts = collect([[(0, 0), (100, 50)]]).finish(Facts())
    assert counts == {}


def test_durations_follow_their_points():
    kept, _ = collect([[(10, 10), (-1, 10), (20, 20)]]).finish(Facts(), outside="drop")
    assert kept.duration.tolist() == [0, 2]


def test_an_unknown_policy_is_refused():
    with pytest.raises(GazekitError, match="outside must be one of keep, clip, drop, not 'trim'"):
        collect([[(1, 1)]]).finish(Facts(), outside="trim")


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="columns have the shapes"):
        PathList().add([1, 2], [1], None, **ROW)
