"""COCO-Search18's JSON, from people and from models."""

import json

import numpy as np
import pandas as pd
import pytest

from gazekit import Facts, Frame
from gazekit.foundations.errors import DataError
from gazekit.interchange import read_coco_search18, write_coco_search18
from gazekit.interchange.coco_search18 import records_to_scanpaths, scanpaths_to_records

PERSON = {
    "name": "1.jpg",
    "subject": 3,
    "task": "stop sign",
    "condition": "present",
    "bbox": [10, 20, 30.5, 40],
    "X": [840.0, 9.25],
    "Y": [525.0, 3.5],
    "T": [200, 90],
    "length": 2,
    "correct": 1,
    "RT": 310,
    "split": "valid",
}
MODEL = {"name": "1.jpg", "task": "stop sign", "X": [256.0, 5], "Y": [160.0, 6]}


def test_a_record_becomes_a_path():
    paths = records_to_scanpaths([PERSON])
    assert paths.x.tolist() == [840, 9.25]
    assert paths.duration.tolist() == [200, 90]
    assert paths.frame_of(0) == Frame(1680, 1050)
    assert paths.facts == Facts(forced_first=True, points="fixations")
    row = paths.table.iloc[0]
    assert row[["stimulus", "subject", "trial", "task"]].tolist() == [
        "1.jpg",
        "3",
        "stop sign/1.jpg",
        "stop sign",
    ]
    assert row[["bbox_x", "bbox_y", "bbox_w", "bbox_h"]].tolist() == [10, 20, 30.5, 40]
    assert (row["condition"], row["correct"], row["split"]) == ("present", 1, "valid")


def test_predictions_without_subject_are_numbered_samples():
    records = [MODEL, {**MODEL, "task": "cup"}, MODEL, {**MODEL, "repeat_id": 7}]
    paths = records_to_scanpaths(records, (512, 320), source="hat")
    assert paths.table["sample"].tolist() == [0, 0, 1, 2]
    assert paths.table["subject"].tolist() == [""] * 4
    assert paths.table["source"].tolist() == ["hat"] * 4
    assert paths.duration is None
    np.testing.assert_array_equal(paths.table["repeat_id"], [np.nan, np.nan, np.nan, 7])


def test_the_size_is_stated_or_comes_from_frames():
    frames = {"1.jpg": Frame(640, 480, 20)}
    assert records_to_scanpaths([MODEL], frames=frames).frame_of(0) == Frame(640, 480, 20)
    assert records_to_scanpaths([MODEL], (512, 320), frames=frames).frame_of(0) == Frame(512, 320)


def test_empty_and_partly_timed_paths():
    records = [{**MODEL, "X": [], "Y": [], "T": []}, {**MODEL, "T": [5, 6]}, MODEL]
    paths = records_to_scanpaths(records)
    assert paths.lengths.tolist() == [0, 2, 2]
    np.testing.assert_array_equal(paths.duration, [5, 6, np.nan, np.nan])


def test_no_records():
    assert len(records_to_scanpaths([])) == 0
    assert scanpaths_to_records(records_to_scanpaths([])) == []


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([PERSON, {**PERSON, "subject": 4, "fixOnTarget": True}], id="people"),
        pytest.param([PERSON, {**PERSON, "subject": 9, "X": [], "Y": [], "T": [], "length": 0}], id="empty"),
        pytest.param([{**PERSON, "subject": "A1"}, {**PERSON, "subject": "07"}], id="named-subjects"),
        pytest.param([{**PERSON, "T": [200.5, 1]}, {**PERSON, "subject": 1, "notes": [1, 2]}], id="odd-values"),
        pytest.param([{**MODEL, "length": 2}, {**MODEL, "length": 2, "repeat_id": 1}], id="model"),
        pytest.param([{"name": "2.jpg", "subject": 1, "X": [1.5], "Y": [2.5], "T": [3], "length": 1}], id="no-task"),
        pytest.param([{**PERSON, "source": "hat", "sample": 4, "trial": "t"}], id="ours"),
    ],
)
def test_records_round_trip(records):
    assert scanpaths_to_records(records_to_scanpaths(records)) == records


@pytest.mark.data
def test_the_official_file_round_trips_key_by_key(data_root, tmp_path):
    source = data_root / "coco_search18" / "coco_search18_fixations_TP_validation_split1.json"
    paths = read_coco_search18(source)
    assert len(paths) == 3258
    assert paths.table["stimulus"].nunique() == 315
    assert paths.table["task"].nunique() == 18
    assert sorted(paths.table["subject"].unique(), key=int) == [str(i) for i in range(1, 11)]
    write_coco_search18(paths, tmp_path / "a.json")
    official = json.loads(source.read_text())
    written = json.loads((tmp_path / "a.json").read_text())
    assert written == official
    assert [list(r) for r in written] == [list(r) for r in official]
    again = read_coco_search18(tmp_path / "a.json")
    assert again.x.tobytes() == paths.x.tobytes()
    pd.testing.assert_frame_equal(again.table, paths.table)


@pytest.mark.parametrize(
    ("records", "message"),
    [
        pytest.param({"a": 1}, "a.json is not a list of records", id="mapping"),
        pytest.param([[1]], r"a.json, record 0 \(from 0\): not a record but list", id="list"),
        pytest.param(
            [PERSON, {"name": "a", "X": [1]}],
            r"record 1 \(from 0\) has no key " r"'Y'; its keys are: name, X",
            id="no-y",
        ),
        pytest.param([{**MODEL, "X": 3}], "X, Y and T must be lists of numbers", id="no-list"),
        pytest.param([{**MODEL, "T": "slow"}], "X, Y and T must be lists of numbers", id="t-text"),
        pytest.param(
            [{**MODEL, "Y": [1]}], r"does not agree on the number " r"of fixations \(X 2, Y 1\)", id="lengths"
        ),
        pytest.param([{**MODEL, "length": 5}], r"\(X 2, Y 2, length 5\)", id="length"),
        pytest.param([{**MODEL, "bbox": [1, 2]}], r"bbox must be \[x, y, width, " r"height\], not \[1, 2\]", id="bbox"),
        pytest.param([{**MODEL, "X": [1, "b"]}], "a.json: column 'x', row 1 .* holds 'b'", id="text"),
        pytest.param(
            [{**MODEL, "X": [1, None]}], "a.json: x or y is missing or infinite in 1 of 2 fixations", id="null"
        ),
    ],
)
def test_messages_of_reading(tmp_path, records, message):
    (tmp_path / "a.json").write_text(json.dumps(records))
    with pytest.raises(DataError, match=message):
        read_coco_search18(tmp_path / "a.json")


def test_a_truncated_file_is_named(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([PERSON])[:-20])
    with pytest.raises(DataError, match=r"a.json is not JSON .*; it may be cut short: copy it again"):
        read_coco_search18(tmp_path / "a.json")


def test_sizes_come_back(scanpaths_of, tmp_path):
    two = scanpaths_of([2, 3], width=[1680.0, 6.0], height=[1050.0, 7.0])
    write_coco_search18(two, tmp_path / "a.json")
    back = read_coco_search18(tmp_path / "a.json")
    assert back.table[["width", "height"]].to_numpy().tolist() == [[1680, 1050], [6, 7]]
    write_coco_search18(two[:1], tmp_path / "b.json")  # the form's own size has no keys
    assert "width" not in (tmp_path / "b.json").read_text()


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(Facts(forced_first=False, points="fixations"), id="model"),
        pytest.param(Facts(forced_first=True, cut_at_target=True, points="fixations"), id="cut"),
        pytest.param(Facts(forced_first=True, points="fixations"), id="the form's own"),
    ],
)
def test_facts_that_are_not_the_forms_own_survive(scanpaths_of, tmp_path, facts):
    """A model's paths have no forced first fixation: read back as if they had, each would lose its first point."""
    paths = scanpaths_of([3, 2], frame=Frame(1680, 1050), task="cup", facts=facts)
    write_coco_search18(paths, tmp_path / "p.json")
    assert read_coco_search18(tmp_path / "p.json").facts == facts
    assert ("forced_first" in (tmp_path / "p.json").read_text()) == (facts != Facts(True, None, "fixations"))
