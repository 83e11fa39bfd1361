import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Trial
from gazekit.datasets import datasets
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.foundations.errors import DataError

FRAME = Frame(100, 50)
paths_of_points = st.lists(
    st.lists(st.tuples(st.floats(-50, 150), st.floats(-50, 100)), min_size=1, max_size=5),
    min_size=1,
    max_size=6,
)


def read(paths, root=".", **options):
    """A data set of these paths, as a loader would make it."""
    folder = PublishedFolder(datasets["osie"], root, **options)
    folder.trials.append(Trial("a", "a", FRAME))
    for points in paths:
        x, y = np.array(points).T
        folder.add_path(x, y, np.arange(len(points)), FRAME, stimulus="a")
    return folder.dataset()


@settings(deadline=None)
@given(paths_of_points)
def test_dropped_and_kept_points_add_up(paths):
    total = sum(map(len, paths))
    data = read(paths, outside="drop")
    assert len(data.scanpaths.x) + data.dropped.get("points outside the image (dropped)", 0) == total
    assert len(data.scanpaths) == len(paths)
    empty = (data.scanpaths.lengths == 0).sum()
    assert data.dropped.get("scanpaths left without a point (kept, empty)", 0) == empty


@settings(deadline=None)
@given(paths_of_points)
def test_clipped_points_lie_in_the_image_and_the_others_do_not_move(paths):
    as_given, moved = read(paths), read(paths, outside="clip")
    clipped = moved.scanpaths
    assert ((clipped.x >= 0) & (clipped.x <= 100) & (clipped.y >= 0) & (clipped.y <= 50)).all()
    different = (clipped.x != as_given.scanpaths.x) | (clipped.y != as_given.scanpaths.y)
    assert different.sum() == moved.dropped.get("points outside the image (moved to its edge)", 0)
    assert sum(moved.dropped.values()) == sum(as_given.dropped.values())


def test_keeping_counts_too():
    assert read([[(10, 10), (101, 10)]]).dropped == {"points outside the image (kept)": 1}


def test_the_edge_is_inside():
    assert read([[(0, 0), (100, 50)]]).dropped == {}


def test_durations_follow_their_points():
    assert read([[(10, 10), (-1, 10), (20, 20)]], outside="drop").scanpaths.duration.tolist() == [0, 2]


def test_an_unknown_policy_is_refused():
    with pytest.raises(DataError, match="outside must be one of 'keep', 'clip', 'drop', not 'trim'"):
        read([[(1, 1)]], outside="trim")


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="columns have the shapes"):
        PublishedFolder(datasets["osie"], ".").add_path([1, 2], [1], None, FRAME)


def test_a_set_of_one_file_may_be_given_as_that_file(tmp_path):
    (tmp_path / "mine.json").write_text("{}")
    folder = PublishedFolder(datasets["bookcovers"], tmp_path / "mine.json")
    assert folder.file("Amazon.json") == tmp_path / "mine.json"
    with pytest.raises(DataError, match="there is no folder"):
        PublishedFolder(datasets["osie"], tmp_path / "mine.json")


def test_a_table_has_its_columns_and_what_is_left_out_of_it_is_counted(tmp_path):
    folder, file = PublishedFolder(datasets["osie"], tmp_path), tmp_path / "a.csv"
    file.write_text("who,x\n007,1,\n8,2,\n")
    assert folder.table(file, ("who",), is_text=lambda name: name == "who")["who"].tolist() == ["007", "8"]
    assert dict(folder.counts) == {"empty field after the last column (left out)": 2}
    with pytest.raises(DataError, match=r"a.csv .*it has no column 'y'; its columns are who, x"):
        folder.table(file, ("x", "y"))


def test_whatever_goes_wrong_with_a_structure_is_named(tmp_path):
    folder = PublishedFolder(datasets["osie"], tmp_path)
    wanted = r"a\.mat does not have the published structure: row 3: KeyError 'x'; see which"
    with pytest.raises(DataError, match=wanted), folder.structure(tmp_path / "a.mat", "row 3: "):
        {}["x"]
    with pytest.raises(DataError, match="^as it is$"), folder.structure(tmp_path / "a.mat"):
        raise DataError("as it is")
