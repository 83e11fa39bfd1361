"""Missing and outlying fixations of paths that are already there."""

import numpy as np
import pytest

from gazekit import Facts, Frame
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
    assert clean.dropped == {"x or y missing: dropped": 2, "points outside the image (dropped)": 2}


@pytest.mark.parametrize(("options", "value"), [({"missing": "drop"}, np.nan), ({"outside": "drop"}, 11.0)])
def test_an_imposed_first_fixation_is_never_left_out(scanpaths_of, options, value):
    """Without it the next one passed for it, and an evaluation dropped a fixation that somebody had chosen."""
    x = np.array([5.0, value, 2, value, 3, value])
    paths = scanpaths_of([3, 3], frame=Frame(10, 10)).replace(x=x, y=np.ones(6), facts=Facts(forced_first=True))
    clean = clean_points(paths, **options)
    assert clean.lengths.tolist() == [2, 2]
    assert clean.drop_first().x.tolist() == [2, 3]
    missing = "imposed first fixations without a position (kept: evaluations drop them)"
    counts = [missing, "x or y missing: dropped"]
    if "outside" in options:
        counts = ["points outside the image (kept)", "points outside the image (dropped)"]
    assert clean.dropped == dict(zip(counts, (1, 2), strict=True))
    assert clean_points(clean, **options) is clean
    free = clean_points(paths.replace(facts=Facts(forced_first=False)), **options)
    assert free.x.tolist() == [5, 2, 3]


def test_edges_are_inside(scanpaths_of):
    paths = scanpaths_of([2], frame=Frame(10, 10)).replace(x=np.array([0.0, 10]), y=np.array([10.0, 0]))
    assert clean_points(paths, outside="drop").dropped == {}


def test_message(scanpaths_of):
    paths = scanpaths_of([1, 2]).replace(y=np.array([1, 1, np.inf]))
    with pytest.raises(DataError, match=r"in 1 of 3 fixations \(first: fixation 1 of stimulus 's1'.*sample 0\)"):
        clean_points(paths)


def test_points_that_are_kept_are_counted_once_however_often_they_are_read(scanpaths_of):
    paths = scanpaths_of([2], frame=Frame(10, 10)).replace(x=np.array([0.0, 11]), y=np.array([10.0, 0]))
    once = clean_points(paths)
    assert once.dropped == {"points outside the image (kept)": 1}
    assert clean_points(once) is once
    assert clean_points(once, outside="clip").dropped == {"points outside the image (moved to its edge)": 1}


@pytest.mark.parametrize("options", [{"outside": "drop"}, {"missing": "drop"}])
def test_a_path_that_loses_all_its_fixations_stays_empty_and_is_counted(scanpaths_of, options):
    value = 11 if "outside" in options else np.nan
    paths = scanpaths_of([1, 0, 1], frame=Frame(10, 10)).replace(x=np.array([value, 5.0]), y=np.ones(2))
    cleaned = clean_points(paths, **{"missing": "keep", **options})
    assert cleaned.lengths.tolist() == [0, 0, 1]
    assert cleaned.dropped["scanpaths left without a point (kept, empty)"] == 1  # the second was empty before
