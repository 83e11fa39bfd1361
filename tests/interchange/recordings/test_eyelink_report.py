"""EyeLink Data Viewer's fixation report, from the file to the ceiling."""

import numpy as np
import pandas as pd
import pytest

from gazekit import DataError, Dataset
from gazekit.interchange import Space

CENTRE = Space(screen_width=1280, screen_height=1024, placed="centre")


def written(folder, table: pd.DataFrame, name: str = "report.txt", **how):
    table.to_csv(folder / name, sep="\t", index=False, **how)
    return folder / name


def test_positions_are_px_of_the_image(tmp_path, seen, images, exports, same):
    data = Dataset.from_table(written(tmp_path, exports.report(seen)), images=images, space=CENTRE)
    paths = data.scanpaths
    assert [trial.id for trial in data.trials] == ["kitchen.png", "street.png"]
    same(paths)
    assert (paths.table["practice"] == paths.table["stimulus"].map({"kitchen.png": "no", "street.png": "yes"})).all()
    assert paths.facts.points == "fixations"
    zero = "onset of a fixation on a clock that does not begin with the image (not kept)"
    assert data.dropped == {"column about single fixations (left out)": 3, zero: len(seen)}
    assert paths.onset is None


def test_older_and_newer_reports(tmp_path, seen, images, exports, same):
    """Version 1.8 has DATA_FILE and TRIAL_LABEL; decimals follow the computer's language; Excel's suffix on text."""
    old = exports.report(seen).rename(columns={"RECORDING_SESSION_LABEL": "DATA_FILE", "TRIAL_INDEX": "TRIAL_LABEL"})
    old["TRIAL_LABEL"] = "Trial: " + old["TRIAL_LABEL"].astype("str")
    file = written(tmp_path, old.drop(columns="EYE_USED"), "old.xls", decimal=",")
    same(Dataset.from_table(file, images=images, space=CENTRE, decimal=",").scanpaths)


def test_a_session_keeps_its_zeros(tmp_path, seen, images, exports):
    table = exports.report(seen, RECORDING_SESSION_LABEL=seen["subject"].map({"anna": "001", "ben": "01", "cleo": "1"}))
    data = Dataset.from_table(written(tmp_path, table), images=images, space=CENTRE)
    assert sorted(data.scanpaths.table["subject"].unique()) == ["001", "01", "1"]


def test_the_report_gives_the_same_in_any_order_of_rows(tmp_path, seen, images, exports, same):
    table = exports.report(seen).sample(frac=1, random_state=3)
    same(Dataset.from_table(written(tmp_path, table), images=images, space=CENTRE).scanpaths)


def test_what_is_left_out_is_counted(tmp_path, seen, images, exports):
    table = exports.report(seen).astype({"CURRENT_FIX_X": "object", "image": "object"})
    table.loc[[1, 4], "CURRENT_FIX_X"] = "."
    table.loc[table["TRIAL_INDEX"] == 2, "image"] = "."
    data = Dataset.from_table(written(tmp_path, table), images=images, space=CENTRE)
    assert data.dropped["fixation without a position (left out)"] == 2
    assert data.dropped["fixation of a trial without an image (left out)"] == 18
    assert len(data.scanpaths.x) == len(seen) - 20


def test_one_person_sees_an_image_twice(tmp_path, seen, images, exports):
    again = exports.report(seen[seen["subject"] == "anna"]).assign(TRIAL_INDEX=lambda t: t["TRIAL_INDEX"] + 2)
    data = Dataset.from_table(written(tmp_path, pd.concat([exports.report(seen), again])), images=images, space=CENTRE)
    assert sorted({t.id for t in data.trials}) == ["kitchen.png/1", "kitchen.png/2", "street.png/1", "street.png/2"]
    assert len(data.scanpaths.filter(trial="kitchen.png/1")) == 3


def test_one_person_sees_an_image_again_in_another_file(tmp_path, seen, images, exports):
    """Blocks in files of their own: two viewings, not one path of twice the length, whatever the trials' numbers."""
    parts = [exports.report(seen), exports.report(seen[seen["subject"] == "anna"])]
    parts[1]["CURRENT_FIX_X"] += 1
    for shift in (0, 2):
        parts[1]["TRIAL_INDEX"] += shift
        files = [written(tmp_path, part, f"{k}.txt") for k, part in enumerate(parts)]
        paths = Dataset.from_table(files, images=images, space=CENTRE).scanpaths
        assert set(paths.lengths) == {6}
        assert len(paths.filter(trial="kitchen.png/1")) == 3
        [again] = paths.filter(trial="kitchen.png/2")
        [first] = paths.filter(trial="kitchen.png/1", subject="anna")
        np.testing.assert_allclose(again.x, first.x + 1)


def test_a_copy_of_a_recording(tmp_path, seen, images, exports):
    files = [written(tmp_path, exports.report(seen), name) for name in ("a.txt", "b.txt")]
    with pytest.raises(
        DataError, match="what 'anna' looked at on 'kitchen.png' is the same, fixation by fixation, in two files"
    ):
        Dataset.from_table(files, images=images, space=CENTRE)


def test_somebody_is_called_na(tmp_path, seen, images, exports):
    table = exports.report(seen, RECORDING_SESSION_LABEL=seen["subject"].replace("anna", "NA"))
    paths = Dataset.from_table(written(tmp_path, table), images=images, space=CENTRE).scanpaths
    assert sorted(paths.table["subject"].unique()) == ["NA", "ben", "cleo"]


def test_fixations_of_nobody(tmp_path, seen, images, exports):
    """Some without a name are left out; where nobody has one, the file says who looked."""
    table = exports.report(seen, RECORDING_SESSION_LABEL=seen["subject"].replace("anna", "."))
    data = Dataset.from_table(written(tmp_path, table), images=images, space=CENTRE)
    assert sorted(data.scanpaths.table["subject"].unique()) == ["ben", "cleo"]
    assert data.dropped["fixation of nobody: the name of the person is empty (left out)"] == 12
    alone = table[table["RECORDING_SESSION_LABEL"] == "."]
    paths = Dataset.from_table(written(tmp_path, alone, "dora.txt"), images=images, space=CENTRE).scanpaths
    assert paths.table["subject"].unique().tolist() == ["dora"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.drop(columns="image"), "does not say which image was shown: name the column that does"),
        (lambda t: t.assign(image="."), "36 x fixation of a trial without an image"),
    ],
)  # fmt: skip
def test_bad_input_is_a_sentence(tmp_path, seen, images, exports, change, said):
    with pytest.raises(DataError) as caught:
        Dataset.from_table(written(tmp_path, change(exports.report(seen))), images=images, space=CENTRE)
    assert said in str(caught.value)


def test_one_of_two_eyes(tmp_path, seen, images, exports, same):
    both = pd.concat([exports.report(seen), exports.report(seen, EYE_USED="LEFT", CURRENT_FIX_X=seen["sx"] + 9)])
    file = written(tmp_path, both)
    left = Dataset.from_table(file, images=images, space=CENTRE, eye="left")
    same(left.scanpaths, shift=(9, 0))
    assert left.dropped["fixation of the other eye (left out)"] == len(seen)
    with pytest.raises(DataError, match="eye must be 'left' or 'right', not 'both'"):
        Dataset.from_table(file, images=images, space=CENTRE, eye="both")


def test_positions_of_the_screen_need_the_screen(tmp_path, seen, images, exports):
    file = written(tmp_path, exports.report(seen))
    with pytest.raises(DataError, match="has positions of the screen: say its size, and where the image was on it"):
        Dataset.from_table(file, images=images)
    with pytest.raises(DataError, match="say where the image was on it, with Space"):
        Dataset.from_table(file, images=images, space=Space(screen_width=1280, screen_height=1024))


def test_named_columns_come_first_and_a_table_stays_a_table(tmp_path, seen, images, exports, same):
    table = exports.report(seen).rename(columns={"image": "What was shown"})
    file = written(tmp_path, table)
    data = Dataset.from_table(file, images=images, space=CENTRE, columns={"stimulus": "What was shown"})
    assert len(data.trials) == 2
    with pytest.raises(DataError, match="has no column 'shown', which columns= names for 'stimulus'"):
        Dataset.from_table(file, images=images, space=CENTRE, columns={"stimulus": "shown"})
    columns = {"x": "CURRENT_FIX_X", "y": "CURRENT_FIX_Y", "stimulus": "What was shown", "subject": "DATA"}
    columns["duration_ms"] = "CURRENT_FIX_DURATION"
    plain = table.rename(columns={"RECORDING_SESSION_LABEL": "DATA"}).drop(columns=["TRIAL_INDEX"])
    data = Dataset.from_table(written(tmp_path, plain, "plain.txt"), images=images, space=CENTRE, columns=columns)
    same(data.scanpaths)  # a table, of which the user says everything
