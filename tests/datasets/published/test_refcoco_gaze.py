import json
from dataclasses import replace

import numpy as np
import pytest

from gazekit import Scanpaths
from gazekit.datasets import load_dataset
from gazekit.datasets.published.refcoco_gaze import DISAGREE, UNTIMED
from gazekit.foundations.errors import DataError, GazekitError


def record(**changes):
    found = {
        "REF_ID": "r7", "REF_GAZE_ID": "g1", "IMAGEFILE": "a.jpg", "SUBJECT_ID": "p01", "REF_SENTENCE": "man in red",
        "REF_WORDS": ["man", "in", "red"], "TARGET": "man", "TARGET_CATEGORY": "person", "BBOX": [100, 200, 50, 60],
        "SOUND_ON": 500, "FIX_X": [840, 300.5, 120, 121], "FIX_Y": [525, 310, 230, 229],
        "FIX_START": [0, 520, 1000, 1900], "FIX_DURATION": [480, 450, 800, 100],
        "FIX_WORDINDEX": [-99, 0, 2, 99], "FIX_IN_BBOX": [0, 0, 1, 1],
        "REFCOCO_GAZE_SPLIT": "train",
    }  # fmt: skip
    return found | changes


def write(folder, *records, name="refcocogaze_train_correct.json", onsets=(0, 300, 450)):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(list(records)))
    if onsets is not None:
        timing = [{"ref_id": "r7", "word_onset": onsets, "target_period": [0, 300]}, {"ref_id": "r8"}]
        (folder / "word-timing.json").write_text(json.dumps(timing))
    return folder


def test_a_caption_that_unfolds_in_time(tmp_path):
    data = load_dataset("refcoco-gaze", write(tmp_path, record()))
    trial, path = data.trials[0], data.scanpaths[0]
    assert (trial.id, trial.stimulus, trial.task, trial.caption) == ("r7", "a.jpg", "person", "man in red")
    assert trial.word_onsets == (0, 300, 450)
    assert trial.target_box == (100, 200, 150, 260)
    assert path.onset.tolist() == [-500, 20, 500, 1400]  # ms after the sound began
    assert trial.words_begun(path.onset).tolist() == [0, 1, 3, 3]
    assert path.duration.tolist() == [480, 450, 800, 100]
    assert data.scanpaths.table[["subject", "split", "sound_on_ms"]].values.tolist() == [["p01", "train", 500]]
    assert data.dropped == {}


def test_onsets_follow_their_fixations_and_survive_saving(tmp_path):
    data = load_dataset("refcoco-gaze", write(tmp_path, record(FIX_X=[840, -1, 120, 121])), outside="drop")
    assert data.scanpaths.onset.tolist() == [-500, 500, 1400]
    data.scanpaths.save(tmp_path / "a.parquet")
    assert Scanpaths.load(tmp_path / "a.parquet").onset.tolist() == [-500, 500, 1400]
    assert data.scanpaths.truncate(2).onset.tolist() == [-500, 500]


def test_the_published_words_are_compared_with_the_onsets(tmp_path):
    data = load_dataset("refcoco-gaze", write(tmp_path, record(FIX_WORDINDEX=[0, 0, 1, 99])))
    assert data.dropped == {DISAGREE: 2}


@pytest.mark.parametrize("onsets", [pytest.param(None, id="no file"), pytest.param([0, 300], id="another number")])
def test_expressions_without_word_onsets_are_counted(tmp_path, onsets):
    data = load_dataset("refcoco-gaze", write(tmp_path, record(), onsets=onsets))
    assert data.trials[0].word_onsets is None
    assert data.trials[0].caption == "man in red"
    assert data.dropped == {UNTIMED: 1}


def test_both_files_are_read_and_small_copies_are_not(tmp_path):
    write(tmp_path, record(), record(SUBJECT_ID="p02"))
    other = record(REF_ID="r9", REFCOCO_GAZE_SPLIT="val", IMAGEFILE="b.jpg")
    write(tmp_path, other, record(), name="refcocogaze_val_correct.json")
    write(tmp_path, record(SUBJECT_ID="p03"), name="refcocogaze_train_correct_512X320.json")
    data = load_dataset("refcoco-gaze", tmp_path)
    assert (data.subjects, len(data.scanpaths), [t.id for t in data.trials]) == (["p01", "p02"], 3, ["r7", "r9"])
    assert data.dropped["records of a person and expression that are there already (left out)"] == 1
    assert load_dataset("refcoco-gaze", tmp_path, split="val").stimuli == ["b.jpg"]


def test_a_column_of_another_length_is_named(tmp_path):
    with pytest.raises(DataError, match=r"record 0 \(from 0\): ValueError a path's columns have the shapes"):
        load_dataset("refcoco-gaze", write(tmp_path, record(FIX_START=[0])))


def test_a_missing_field_is_named(tmp_path):
    one = record()
    del one["SOUND_ON"]
    with pytest.raises(DataError, match=r"record 0 \(from 0\): KeyError 'SOUND_ON'"):
        load_dataset("refcoco-gaze", write(tmp_path, one))


def test_fixations_without_an_onset_have_heard_nothing_that_is_known(tmp_path):
    trial = load_dataset("refcoco-gaze", write(tmp_path, record())).trials[0]
    assert trial.words_begun([np.nan, 450]).tolist() == [-1, 3]


def test_words_need_their_onsets_and_those_of_fixations(tmp_path):
    trial = load_dataset("refcoco-gaze", write(tmp_path, record(), onsets=None)).trials[0]
    with pytest.raises(GazekitError, match="'r7' does not say when the words of its caption began"):
        trial.words_begun([1])
    with pytest.raises(GazekitError, match="do not say when their fixations began"):
        replace(trial, word_onsets=(0, 1, 2)).words_begun(None)


def test_onsets_and_words_are_part_of_what_a_run_is_computed_on(tmp_path):
    first = load_dataset("refcoco-gaze", write(tmp_path / "a", record())).hashes()
    later = load_dataset("refcoco-gaze", write(tmp_path / "b", record(), onsets=(0, 300, 460))).hashes()
    earlier = load_dataset("refcoco-gaze", write(tmp_path / "c", record(FIX_START=[0, 519, 1000, 1900]))).hashes()
    assert {name for name in first if first[name] != later[name]} == {"word_onsets"}
    assert {name for name in first if first[name] != earlier[name]} == {"onsets"}


def test_onsets_stand_in_tables_and_are_read_back(tmp_path):
    paths = load_dataset("refcoco-gaze", write(tmp_path, record())).scanpaths
    table = paths.to_table()
    assert table["onset_ms"].tolist() == [-500, 20, 500, 1400]
    assert Scanpaths.from_table(table).onset.tolist() == paths.onset.tolist()
    both = Scanpaths.concat([paths, paths.replace(onset=None)])
    assert both.onsets().tolist() == pytest.approx([-500, 20, 500, 1400, *[np.nan] * 4], nan_ok=True)
    assert Scanpaths.from_paths([paths[0]]).onset.tolist() == paths.onset.tolist()
    assert paths.replace(onset=None).to_table().columns.tolist() == [c for c in table if c != "onset_ms"]
