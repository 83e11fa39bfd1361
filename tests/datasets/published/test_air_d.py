import json

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from gazekit.datasets import load_dataset
from gazekit.foundations.errors import DataError

XY, T = [[10.5, 20], [30, 41]], [[0, 180], [210, 500]]
ANSWERS = {
    "question": {"07": "Is it red?", "12": "Who is it?"},
    "answer": {"07": "yes", "12": "girl"},
    "accuracy": {"07": 0.5, "12": 0.0},
    "AL": {"07": "Yes", "12": float("nan")},
    "PK": {"07": "no", "12": "nan"},
}


def make(root, *, recordings=(("07", "AL"), ("07", "PK"), ("12", "AL")), images=True, **changes):
    for question, subject in recordings:
        (root / "fix" / question).mkdir(parents=True, exist_ok=True)
        savemat(root / "fix" / question / f"{subject}.mat", {"xy": XY, "t": T} | changes)
    (root / "consolidated_answers.json").write_text(json.dumps(ANSWERS))
    (root / "questions1.2").mkdir()
    shown = {"07": {"imageId": "n5"}, "12": {"imageId": "n5"}, "99": {"imageId": "n6"}}
    (root / "questions1.2" / "val_balanced_questions.json").write_text(json.dumps(shown))
    if images:
        (root / "stimuli").mkdir()
        Image.new("RGB", (60, 50)).save(root / "stimuli" / "n5.jpg")
    return root


def test_a_trial_per_question_and_answers_as_columns(tmp_path):
    data = load_dataset("air-d", make(tmp_path))
    assert [(t.id, t.stimulus, t.task) for t in data.trials] == [
        ("07", "n5.jpg", "Is it red?"), ("12", "n5.jpg", "Who is it?"),
    ]  # fmt: skip
    path = data.scanpaths[0]
    assert (path.xy.tolist(), path.duration.tolist(), path.frame.size) == (XY, [180, 290], (60, 50))
    columns = data.scanpaths.table[["subject", "answer", "expected_answer", "answered", "correct"]]
    assert columns.to_numpy().tolist() == [
        ["AL", "Yes", "yes", True, True], ["PK", "no", "yes", True, False], ["AL", "", "girl", False, False],
    ]  # fmt: skip
    assert all(t.has("image") for t in data.trials)


def test_questions_about_one_image_stay_together(tmp_path):
    assert load_dataset("air-d", make(tmp_path)).stimuli == ["n5.jpg"]


def test_people_who_did_not_answer_can_be_left_out(tmp_path):
    data = load_dataset("air-d", make(tmp_path), answered_only=True)
    assert (len(data.trials), len(data.scanpaths)) == (1, 2)
    assert data.dropped == {"scanpaths of people who did not answer (left out)": 1}


@pytest.mark.parametrize("shape", [(0, 0), (0, 2)])
def test_recordings_without_a_fixation_are_counted(tmp_path, shape):
    root = make(tmp_path)
    savemat(root / "fix" / "07" / "AL.mat", {"xy": np.empty(shape), "t": np.empty(shape)})
    data = load_dataset("air-d", root)
    assert (len(data.scanpaths), data.dropped) == (2, {"recordings without a fixation (left out)": 1})


def test_one_fixation_is_a_path(tmp_path):
    data = load_dataset("air-d", make(tmp_path, xy=[XY[0]], t=[T[0]]))
    assert data.scanpaths.lengths.tolist() == [1, 1, 1]


def test_sizes_without_images(tmp_path):
    root = make(tmp_path, images=False)
    with pytest.raises(DataError, match=r"the size of the image n5\.jpg is not known; .*image_sizes\.csv"):
        load_dataset("air-d", root)
    (root / "image_sizes.csv").write_text("stimulus,width,height\nn5,60,50\n")
    data = load_dataset("air-d", root)
    assert (data.trials[0].frame.size, data.trials[0].has("image")) == ((60, 50), False)


def test_the_image_of_every_question_has_to_be_known(tmp_path):
    root = make(tmp_path)
    (root / "questions1.2" / "val_balanced_questions.json").write_text('{"07": {"imageId": "n5"}}')
    with pytest.raises(DataError, match=r"says which image 1 of 2 questions are about \(first: 12\)"):
        load_dataset("air-d", root)
    (root / "questions1.2" / "val_balanced_questions.json").unlink()
    with pytest.raises(DataError, match="no file of questions says which image 2 of 2 questions are about"):
        load_dataset("air-d", root)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"t": [[0, 1]]}, r"xy has the shape \(2, 2\) and t \(1, 2\)", id="lengths"),
        pytest.param({"t": [[180, 0], [500, 210]]}, "t is not begin and end", id="end before begin"),
        pytest.param({"t": [[210, 500], [0, 180]]}, "one fixation after another", id="order"),
    ],
)
def test_a_recording_of_another_structure_is_named(tmp_path, changes, message):
    with pytest.raises(DataError, match=r"AL\.mat does not have the published structure: .*" + message):
        load_dataset("air-d", make(tmp_path, **changes))


def test_a_person_without_answers_is_named(tmp_path):
    root = make(tmp_path, recordings=[("07", "ZZ")])
    with pytest.raises(DataError, match=r"question 07, subject ZZ: KeyError 'ZZ'"):
        load_dataset("air-d", root)
