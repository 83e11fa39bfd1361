"""Pictures of one's own: trials by a table, and what it refuses."""

import pandas as pd
import pytest
from PIL import Image

from gazekit import DataError, Dataset
from gazekit.cli.loading import load
from gazekit.core.stimulus_names import IMAGE_SUFFIXES
from gazekit.interchange import own_pictures, with_objects

BOX = {"target_x0": 1, "target_y0": 2, "target_x1": 9, "target_y1": 8}


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (40, 30)).save(tmp_path / name)
    return tmp_path


def test_what_a_row_says(folder):
    row = {"stimulus": "a", "trial": "first", "caption": "a dog", "task": "count", "target": "b.png", **BOX,
           "start_x": 5, "start_y": 6, "max_fixations": 7}  # fmt: skip
    pd.DataFrame([row]).to_csv(folder / "trials.csv", index=False)
    data = own_pictures(folder, about=folder / "trials.csv")
    (trial,) = data.trials
    assert (trial.id, trial.stimulus, trial.caption, trial.task) == ("first", "a.png", "a dog", "count")
    assert (tuple(trial.target_box), trial.start, trial.max_fixations) == ((1, 2, 9, 8), (5, 6), 7)
    assert trial.target.shape == (30, 40, 3)
    assert list(data.dropped.values()) == [1]


def test_whatever_counts_as_the_suffix_of_an_image_is_found_in_a_folder(tmp_path):
    for suffix in IMAGE_SUFFIXES:
        Image.new("L", (40, 30)).save(tmp_path / f"of{suffix}{suffix}")
    assert len(own_pictures(tmp_path).trials) == len(IMAGE_SUFFIXES)


def test_one_picture_needs_no_name(folder):
    assert own_pictures(folder / "a.png", about=pd.DataFrame({"caption": ["x", "y"]})).trials[1].id == "a.png/2"


@pytest.mark.parametrize(
    ("about", "boxes", "message"),
    [
        (
            {"stimulus": ["a"], "captoin": ["x"]},
            None,
            "has the column 'captoin'; a table of trials has stimulus, trial",
        ),
        ({"caption": ["x"]}, None, "needs a column 'stimulus', which names the picture of each trial"),
        ({"stimulus": []}, None, "the table of trials has no row"),
        ({"stimulus": ["c"]}, None, "there is no picture 'c'; there are 'a.png', 'b.png' in"),
        ({"stimulus": ["a"], "target": ["key.png"]}, None, "the target 'key.png' is not a picture that is there"),
        ({"stimulus": ["a"], "start_x": [1]}, None, "'a.png' has some of start_x, start_y only; give all of them"),
        ({"stimulus": ["a", "b"], "trial": ["x", "x"]}, None, "two trials called 'x'"),
        (None, {"x0": [1], "y0": [1], "x1": [2], "y1": [2]}, "boxes of several pictures need a column 'stimulus'"),
        (None, {"stimulus": ["c"], "x0": [1], "y0": [1], "x1": [2], "y1": [2]}, "boxes of a picture that is not there"),
        (None, {"stimulus": ["a"], "x0": [1], "y0": [1], "x1": [2], "y1": [2]}, "has no box of 'b.png'"),
    ],
)
def test_mistakes(folder, about, boxes, message):
    tables = {name: None if t is None else pd.DataFrame(t) for name, t in (("about", about), ("boxes", boxes))}
    with pytest.raises(DataError, match=message):
        own_pictures(folder, **tables)


PATHS = {"stimulus": ["a", "a", "b"], "subject": "s", "x": [3, 25, 30], "y": [4, 5, 6], "target": [7, 7, 2]}
BOXES = {"stimulus": ["a.png", "a.png", "b"], "id": [7, 8, 2], "x0": [20, 0, 1], "y0": 0, "x1": [40, 19, 9], "y1": 30}


def test_objects_of_a_table_of_paths(folder):
    """Objects are in reading order, whatever the order of the rows; the target is named by its id."""
    pd.DataFrame(PATHS).to_csv(folder / "paths.csv", index=False)
    pd.DataFrame(BOXES).to_csv(folder / "boxes.csv", index=False)
    data = load(str(folder / "paths.csv"), folder, options={"boxes": str(folder / "boxes.csv")})
    first, second = data.trials
    assert first.objects.names == ["8", "7"]
    assert (first.target_object, tuple(first.target_box), first.target.shape) == (1, (20, 0, 40, 30), (30, 20, 3))
    assert (second.target_object, second.objects.boxes.tolist()) == (0, [[1, 0, 9, 30]])
    boxes = {trial.id: trial.objects.boxes for trial in data.trials}
    assert data.scanpaths.to_objects(boxes).object_ids().tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("paths", "boxes", "images", "message"),
    [
        ({}, {}, False, "trial 'a' has no picture to cut its objects from; give the folder of images"),
        ({}, {"stimulus": ["a", "a", "a"], "x0": [1, 2, 3]}, True, "the table of boxes has no box of 'b'"),
        ({"target": [7, 7, 3]}, {}, True, "no object has the id '3'"),
        ({"width": 80, "height": 60}, {}, True, r"boxes are px of the picture 'a' \(40 x 30\), which is said to be"),
        ({"object_id": 0}, {}, True, "the fixations have a column 'object_id'"),
        ({"stimulus": "a", "subject": ["s", "s", "t"]}, {}, True, "trial 'a' has 2 values of 'target' "),
    ],
)
def test_objects_that_do_not_fit(folder, paths, boxes, images, message):
    size = {} if images else {"width": 40, "height": 30}
    table = pd.DataFrame({**PATHS, **size, **paths})
    boxes = pd.DataFrame({**BOXES, "id": [7, 8, 2], **boxes})
    boxes = boxes[boxes["stimulus"].isin(["a", "a.png"])] if set(table["stimulus"]) == {"a"} else boxes
    data = Dataset.from_table(table, images=folder if images else None)
    with pytest.raises(DataError, match=message):
        with_objects(data, boxes)
