"""Pictures of one's own: trials by a table, and what it refuses."""

import pandas as pd
import pytest
from PIL import Image

from gazekit import DataError
from gazekit.interchange import own_pictures

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
