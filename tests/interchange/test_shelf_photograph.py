"""A shelf of one's own: what is read, and what is refused in a sentence."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.foundations.errors import DataError
from gazekit.interchange import own_shelf
from gazekit.interchange.shelf_photograph import CLIPPED, OVERLAPPING

BOXES = np.array([[70, 10, 100, 50], [10, 12, 40, 50], [10, 70, 40, 110], [70, 68, 100, 110.0]])
PICTURE = np.random.default_rng(0).integers(0, 256, (120, 110, 3), np.uint8)


@pytest.fixture
def files(tmp_path):
    """A photograph, a table of boxes, and a picture of the target."""
    Image.fromarray(PICTURE).save(tmp_path / "shelf.png")
    Image.fromarray(PICTURE[70:110, 10:40]).save(tmp_path / "wanted.png")
    table = pd.DataFrame(BOXES, columns=["x0", "y0", "x1", "y1"])
    table.to_csv(tmp_path / "boxes.csv", index=False)
    return tmp_path


def test_objects_stand_in_reading_order_with_their_ids(files):
    trial = own_shelf(files / "shelf.png", files / "boxes.csv", "3").trials[0]
    assert trial.id == trial.stimulus == "shelf"
    assert trial.objects.names == ["2", "1", "3", "4"]
    assert np.array_equal(trial.objects.boxes, BOXES[[1, 0, 2, 3]])
    assert trial.frame.size == (110, 120)
    assert trial.target_object == 2
    assert tuple(trial.target_box) == (10, 70, 40, 110)
    assert np.array_equal(trial.target, PICTURE[70:110, 10:40])
    assert trial.task == "search: 3"


def test_the_order_of_the_table_does_not_matter(files):
    table = pd.read_csv(files / "boxes.csv").assign(id=["b", "a", "c", "d"])
    one, other = (own_shelf(PICTURE, t, "c").trials[0] for t in (table, table[::-1]))
    assert one.objects.names == other.objects.names == ["a", "b", "c", "d"]
    assert np.array_equal(one.objects.boxes, other.objects.boxes)


@pytest.mark.parametrize("given", [lambda f: f / "wanted.png", lambda f: str(f / "wanted.png"), lambda f: PICTURE[:9]])
def test_a_picture_of_the_target(files, given):
    trial = own_shelf(files / "shelf.png", files / "boxes.csv", given(files)).trials[0]
    assert trial.target_object is None
    assert trial.target_box is None
    assert trial.target.shape[2] == 3


def test_without_a_target(files):
    trial = own_shelf(files / "shelf.png", files / "boxes.csv").trials[0]
    assert not trial.has("target")
    assert trial.task is None


@pytest.mark.parametrize("columns", [["xmin", "ymin", "xmax", "ymax"], [" Left", "TOP", "right ", "bottom"]])
def test_other_names_of_columns(columns):
    table = pd.DataFrame(BOXES, columns=columns)
    assert len(own_shelf(PICTURE, table, 1).trials[0].objects) == 4


def test_ids_stay_text(files):
    (files / "ids.csv").write_text("id,x0,y0,x1,y1\n007,1,1,5,5\n008,10,1,15,5\n")
    assert own_shelf(PICTURE, files / "ids.csv", "007").trials[0].objects.names == ["007", "008"]


def test_boxes_beyond_the_picture_are_cut_and_overlapping_ones_kept_and_both_counted():
    boxes = np.array([[-5, 0, 20, 30], [15, 0, 40, 30], [90, 100, 130, 140.0]])
    data = own_shelf(PICTURE, boxes, 1)
    assert data.trials[0].objects.boxes.tolist() == [[0, 0, 20, 30], [15, 0, 40, 30], [90, 100, 110, 120]]
    assert data.dropped == {CLIPPED: 2, OVERLAPPING: 1}
    assert own_shelf(PICTURE, BOXES, 1).dropped == {}


def test_touching_boxes_do_not_overlap():
    assert own_shelf(PICTURE, np.array([[0, 0, 10, 10], [10, 0, 20, 10.0]]), 1).dropped == {}


def test_one_object_and_five_hundred():
    assert len(own_shelf(PICTURE, BOXES[:1], 1).trials[0].objects) == 1
    y, x = (a.ravel() for a in np.mgrid[:20, :25])
    many = np.column_stack([x * 4, y * 6, x * 4 + 3, y * 6 + 5])
    trial = own_shelf(PICTURE, many[::-1], 500).trials[0]
    assert len(trial.objects) == 500
    assert trial.objects.names[:2] == ["500", "499"]
    assert trial.target_object == 0


def with_box(*box):
    return np.vstack([BOXES[:1], [box]])


@pytest.mark.parametrize(
    ("boxes", "target", "message"),
    [
        (np.empty((0, 4)), 1, "the table of boxes has no box; it needs a row per object"),
        (np.zeros((2, 3)), 1, r"boxes must have the shape \(k, 4\): x0, y0, x1, y1 each, not \(2, 3\)"),
        (
            with_box(5, 5, 5, 9),
            1,
            r"the box of object '2' \(5, 5, 5, 9\) is empty: x1 must be above x0, and y1 above y",
        ),
        (with_box(9, 5, 5, 9), 1, "is empty"),
        (with_box(5, 5, np.nan, 9), 1, "the box of object '2' .* has a side that is missing or infinite"),
        (with_box(200, 5, 220, 9), 1, r"object '2' \(200, 5, 220, 9\) is outside the picture: .* has 110 x 120 px"),
        (BOXES[[0, 1, 0]], 1, "objects '1' and '3' have the same box; leave one of them out"),
        (BOXES, 9, "no object has the id '9', and there is no such picture; the 4 objects are 2, 1, 3, ... 4"),
        (BOXES, "gone.png", "the target's picture gone.png is not there, and no object has this id; check its name"),
        (pd.DataFrame({"x": [1], "y": [2]}), 1, "needs the columns x0, y0, x1, y1 .* its columns are: x, y"),
        (pd.DataFrame(BOXES, columns=list("abcd")).assign(id="a"), 1, "needs the columns"),
        (
            pd.DataFrame(BOXES, columns=["x0", "y0", "x1", "y1"]).assign(id=["a", "b", "a", "c"]),
            1,
            "the table of boxes has two objects of the id 'a'; ids must differ",
        ),
        (pd.DataFrame({"x0": ["left"], "y0": 1, "x1": 2, "y1": 3}), 1, "column 'x0', row 0 .* holds 'left'"),
    ],
)
def test_what_is_wrong_is_said(boxes, target, message):
    with pytest.raises(DataError, match=message):
        own_shelf(PICTURE, boxes, target)


def test_files_that_are_not_there_or_not_what_they_should_be(files):
    with pytest.raises(DataError, match=r"the photograph .*none\.jpg is not there; check its name"):
        own_shelf(files / "none.jpg", BOXES, 1)
    with pytest.raises(DataError, match=r"boxes\.csv cannot be read as an image"):
        own_shelf(files / "boxes.csv", BOXES, 1)
    boxes = files / "comma.csv"
    boxes.write_text("id;x0;y0;x1;y1\na;0,5;1,5;9,5;9,5\n")
    with pytest.raises(DataError, match=r"comma.csv: column 'x0', .*'0,5'.* comma, write these numbers with a decimal"):
        own_shelf(PICTURE, boxes)
    with pytest.raises(DataError, match=r"none\.csv"):
        own_shelf(PICTURE, files / "none.csv", 1)
    with pytest.raises(DataError, match=r"a photograph is \(H, W, 3\) uint8, not \(120, 110, 3\) float64"):
        own_shelf(PICTURE / 2, BOXES, 1)
