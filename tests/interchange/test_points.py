"""Missing and outlying fixations of paths that are already there."""

import numpy as np
import pytest

from gazekit import Frame
from gazekit.foundations.errors import DataError
from gazekit.interchange.points import clean_points


def test_nothing_to_do_gives_the_same_paths(scanpaths_of):
    paths = scanpaths_of([2, 3])
    assert clean_points(paths, outside="drop") is paths


def test_durations_and_objects_go_with_their_fixations_and_counts_add_up(scanpaths_of):
    paths = scanpaths_of([3, 2], frame=Frame(10, 10))
    x = np.array([1.0, np.nan, 20, 4, -1])
    paths = paths.replace(x=x, y=np.ones(5), object_id=np.arange(5), dropped={"x or y missing: dropped": 1})
    clean = clean_points(paths, outside="drop", missing="drop")
    assert clean.x.tolist() == [1, 4]
    assert clean.object_id.tolist() == [0, 3]
    assert clean.duration.tolist() == paths.duration[[0, 3]].tolist()
    assert clean.lengths.tolist() == [1, 1]
    assert clean.dropped == {"x or y missing: dropped": 2, "x or y outside the image: dropped": 2}


def test_edges_are_inside(scanpaths_of):
    paths = scanpaths_of([2], frame=Frame(10, 10)).replace(x=np.array([0.0, 10]), y=np.array([10.0, 0]))
    assert clean_points(paths, outside="drop").dropped == {}


def test_message(scanpaths_of):
    paths = scanpaths_of([1, 2]).replace(y=np.array([1, 1, np.inf]))
    with pytest.raises(DataError, match=r"in 1 of 3 fixations \(first: fixation 1 of stimulus 's1'.*sample 0\)"):
        clean_points(paths)
