import json

import numpy as np
import pytest
from PIL import Image

from gazekit.datasets import load_dataset
from gazekit.datasets.fetching.integrity import check
from gazekit.foundations.errors import DataError, GazekitError

FILE = "finding_visual_search_coco_format_train_test_filtered_max_6_split_train_valid_test_2024-07-22.json"


def record(name="a.jpg", task="edema", split="train", subject=1, **changes):
    found = {
        "name": name, "subject": subject, "task": task, "condition": "present", "bbox": [0, 0, 0, 0],
        "X": [18, 213], "Y": [182, 0], "T": [0.76343, 0.35547], "length": 2, "fixOnTarget": True, "correct": 1,
        "split": split,
    }  # fmt: skip
    return found | changes


def write(folder, *records):
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "data" / FILE).write_text(json.dumps(list(records)))
    return folder


def test_seconds_become_ms_in_the_frame_of_224_px(tmp_path):
    data = load_dataset("gazesearch", write(tmp_path, record(), record(task="lung opacity", X=[1, 2], Y=[3, 4])))
    assert [t.id for t in data.trials] == ["edema/a.jpg", "lung opacity/a.jpg"]
    assert data.stimuli == ["a.jpg"]
    assert (data.trials[0].task, data.trials[0].frame.size) == ("edema", (224, 224))
    assert data.scanpaths[0].xy.tolist() == [[18, 182], [213, 0]]
    assert data.scanpaths.duration[:2].tolist() == pytest.approx([763.43, 355.47])
    assert data.scanpaths.facts.forced_first is False
    assert data.dropped == {}


def test_there_is_no_target_box_and_no_image(tmp_path):
    data = load_dataset("gazesearch", write(tmp_path, record()))
    assert data.target_boxes() == {}
    assert not data.trials[0].has("image")


def test_the_published_split_leaks_and_one_by_image_is_offered(tmp_path):
    root = write(
        tmp_path, record(), record(task="pneumonia", split="test"), record("b.jpg"), record("c.jpg", split="valid")
    )
    with pytest.raises(GazekitError, match=r"1 of 3 stimuli in several parts: 'a\.jpg' \(train and test\)"):
        load_dataset("gazesearch", root, split="train")
    parts = {part: load_dataset("gazesearch", root, split=part, shared="drop") for part in ("train", "valid", "test")}
    assert {part: data.stimuli for part, data in parts.items()} == {
        "train": ["b.jpg"], "valid": ["c.jpg"], "test": ["a.jpg"],
    }  # fmt: skip
    assert parts["train"].dropped == {"scanpaths of stimuli that a later part of the split has too (left out)": 1}
    assert load_dataset("gazesearch", root, split="train", shared="keep").stimuli == ["a.jpg", "b.jpg"]


def test_gated_x_rays_are_scaled_to_the_frame(tmp_path):
    (tmp_path / "p10" / "s1").mkdir(parents=True)
    wide = np.zeros((20, 448), dtype=np.uint8)
    wide[:, 224:] = 200
    Image.fromarray(wide).save(tmp_path / "p10" / "s1" / "a.jpg", quality=100)
    data = load_dataset("gazesearch", write(tmp_path, record(), record("b.jpg")), images=tmp_path)
    image = data.trials[0].image
    assert image.shape == (224, 224, 3)
    assert (image[:, :100].max(), image[:, 125:].min()) == (0, 200)
    assert [t.has("image") for t in data.trials] == [True, False]


def test_times_in_ms_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"record 1 \(from 0\) has a fixation of 763 s: T is in seconds"):
        load_dataset("gazesearch", write(tmp_path, record(), record("b.jpg", T=[763, 355])))


def test_a_second_path_of_one_person_is_kept_and_counted(tmp_path):
    data = load_dataset("gazesearch", write(tmp_path, record(), record(X=[1, 2])))
    assert data.scanpaths.table["sample"].tolist() == [0, 1]
    assert data.dropped == {"second scanpaths of one person and trial (kept, numbered as samples)": 1}


@pytest.mark.parametrize("field", ["split", "task", "T"])
def test_a_missing_field_is_named(tmp_path, field):
    one = record()
    del one[field]
    with pytest.raises(DataError, match=rf"record 0 \(from 0\) has no key '{field}'"):
        load_dataset("gazesearch", write(tmp_path, one))


def test_check_says_that_nothing_is_known(tmp_path):
    report = check("gazesearch", write(tmp_path, record()), progress=False)
    assert not report.whole
    assert report.lines()[0].startswith("unread   no hash and no count of gazesearch is known")
