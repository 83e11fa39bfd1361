"""What tables with one row per fixation are refused for, and in which words."""

import pandas as pd
import pytest

from gazekit import Frame
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.interchange import from_table, to_table

SIZE = {"width": 100, "height": 50}


def rows(**columns):
    base = {"stimulus": ["a", "a", "b"], "x": [1.0, 2.0, 3.0], "y": [4.0, 5.0, 6.0]}
    return pd.DataFrame({**base, **columns})


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        pytest.param(
            rows().rename(columns={"x": "FixationX"}),
            {},
            r"no column 'x' \(did you mean columns=\{'x': 'FixationX'\} \(on the command line: --columns x=FixationX\)"
            r"\?\).*stimulus, FixationX, y",
            id="close-name",
        ),
        pytest.param(rows().drop(columns="y"), {}, "no column 'y'; its columns are: stimulus, x", id="absent"),
        pytest.param(rows(), {"columns": {"x": "FIX"}}, "no column 'FIX'", id="rename-absent"),
        pytest.param(
            rows(),
            {"columns": {"x": "y", "subject": "y"}},
            "names the table's column 'y' twice",
            id="rename-twice",
        ),
        pytest.param(
            rows(who=["p", "q", "q"]),
            {"columns": {"sujbect": "who"}},
            "columns= has the name 'sujbect', which is none of ours; did you mean 'subject'",
            id="rename-to-nearly-ours",
        ),
        pytest.param(
            rows(x=["1", "left", "3"]),
            {},
            r"column 'x', row 1 \(from 0\), holds 'left', which is not a number",
            id="text",
        ),
        pytest.param(rows(x=[True, False, True]), {}, "column 'x' holds true and false", id="booleans"),
        pytest.param(
            rows(stimulus=["a", None, "b"]),
            {},
            r"column 'stimulus', row 1 \(from 0\), is empty",
            id="no-stimulus",
        ),
        pytest.param(
            rows(sample=[0, 0.5, 0]),
            {},
            "column 'sample', row 1 .* holds 0.5, which is not a whole number",
            id="half-sample",
        ),
        pytest.param(
            rows(fixation=[1, 1, 0]),
            {},
            "path of stimulus 'a', subject '', trial 'a', source 'human', sample 0 has two rows of fixation 1",
            id="twice",
        ),
        pytest.param(rows(fixation=[0, -2, 0]), {}, "row 1 .* no fixation number or a negative one", id="negative"),
        pytest.param(rows(fixation=[0, None, 0]), {}, "row 1 .* no fixation number or a negative one", id="unnumbered"),
        pytest.param(
            rows(fixation=[0, -1, 0], x=[1, None, 2], y=[1, None, 2]),
            {},
            "marked as empty .* but has other rows",
            id="not-empty",
        ),
        pytest.param(
            rows(task=["fork", "cup", "cup"]),
            {},
            "column 'task' changes within one path .stimulus 'a'",
            id="task-changes",
        ),
        pytest.param(rows(width=[1, 2, 3], height=1), {}, "column 'width' changes within one path", id="width-changes"),
        pytest.param(
            rows(width=[1, 1, None], height=1),
            {"width": None, "height": None},
            "column 'width' is empty for stimulus 'b'",
            id="width-empty",
        ),
        pytest.param(
            rows(width=9),
            {},
            "width=100 was given, but the table's own column 'width' differs",
            id="width-twice",
        ),
        pytest.param(
            rows(),
            {"width": None},
            "size of the shown image is not known: the table has no column 'width'; say where .*--root FOLDER",
            id="no-width",
        ),
        pytest.param(rows(), {"frames": {}}, "either as frames= or as width= and height=", id="two-sizes"),
        pytest.param(
            rows(),
            {"width": None, "height": None, "frames": {"a": Frame(1, 1)}},
            "no entry for 1 of 2 stimuli .first: 'b'.*unknown_stimuli='drop'",
            id="frame-absent",
        ),
        pytest.param(rows(duration_ms=[1, -2, 3]), {}, "row 1 .* has a duration of -2 ms", id="negative-duration"),
        pytest.param(
            rows(),
            {"outside": "cut"},
            "outside must be one of 'keep', 'clip', 'drop', not 'cut'",
            id="outside",
        ),
        pytest.param(rows(), {"missing": "no"}, "missing must be one of", id="missing"),
        pytest.param(rows(), {"time_unit": "min"}, "time_unit must be one of 'ms', 's'", id="time-unit"),
    ],
)
def test_messages(table, options, message):
    with pytest.raises(DataError, match=message):
        from_table(table, **{**SIZE, **options})


def test_a_frame_must_be_a_positive_size():
    with pytest.raises(GazekitError, match="width must be a positive number"):
        from_table(rows(), width=0, height=5)


def test_path_columns_may_not_be_called_as_columns_of_fixations(scanpaths_of):
    with pytest.raises(DataError, match="has a column 'fixation', a name that the fixations need"):
        to_table(scanpaths_of([2], fixation=[1]))


PEOPLE = pd.DataFrame({"stimulus": list("aaaa"), "who": list("ppqq"), "x": [1, 2, 3, 4], "y": [5, 6, 7, 8]})


@pytest.mark.parametrize("name", ["Subject", " subject", "SUBJECT"])
def test_names_that_differ_in_case_are_taken(name):
    table = PEOPLE.rename(columns={"who": name, "x": "X", "stimulus": "Stimulus"})
    read = from_table(table.assign(**{"Duration_ms": 200}), **SIZE)
    assert read.table["subject"].tolist() == ["p", "q"]
    assert read.lengths.tolist() == [2, 2]
    assert read.duration.tolist() == [200] * 4


@pytest.mark.parametrize(
    ("table", "message"),
    [
        pytest.param(
            PEOPLE.rename(columns={"who": "participant"}),
            r"a column 'participant' with 2 values and none called 'subject'; if it tells people apart, give "
            r"columns=\{'subject': 'participant'\} \(on the command line: --columns subject=participant\)",
            id="people",
        ),
        pytest.param(
            PEOPLE.rename(columns={"who": "RECORDING_SESSION_LABEL"}),
            "--columns subject=RECORDING_SESSION",
            id="eyelink",
        ),
        pytest.param(
            PEOPLE.rename(columns={"who": "model"}), "tells models apart.*--columns source=model", id="models"
        ),
        pytest.param(
            PEOPLE.rename(columns={"who": "scanpath_id"}),
            r"several values of 'scanpath_id', and the table has no column 'sample'.*--columns sample=scanpath_id",
            id="samples",
        ),
        pytest.param(
            PEOPLE.rename(columns={"who": "repetition"}), "no column 'trial'.*--columns trial=repetition", id="trials"
        ),
        pytest.param(
            PEOPLE.assign(subject="p", duration=0.2).drop(columns="who"),
            r"a column 'duration' and none called 'duration_ms'.*--columns duration_ms=duration.*time_unit=s",
            id="durations",
        ),
        pytest.param(
            PEOPLE.assign(FixationIndex=[2, 1, 1, 2]).rename(columns={"who": "subject"}),
            r"row 1 .* has a smaller 'FixationIndex' than the row before .*--columns fixation=FixationIndex",
            id="order",
        ),
        pytest.param(
            PEOPLE.rename(columns={"x": "X"}).assign(**{"X ": 1}),
            "the columns 'X' and 'X ' could both be 'x'",
            id="two",
        ),
        pytest.param(
            pd.concat([PEOPLE, PEOPLE[["x"]]], axis=1), "the table has two columns called 'x'", id="two-of-one-name"
        ),
        pytest.param(
            PEOPLE.assign(x=["1,5", "2", "3", "4"]),
            "'1,5', which is not a number; if that is a decimal comma",
            id="comma",
        ),
        pytest.param(PEOPLE.assign(x=PEOPLE.x + 1j), "holds values of the type complex128", id="complex"),
        pytest.param(PEOPLE.assign(x=pd.Timestamp("2020-01-01")), "of the type datetime64", id="dates"),
        pytest.param(
            pd.DataFrame({"stimulus|x|y": ["a|1|2"]}), "what separates its columns: sep= .*--separator", id="one-column"
        ),
        pytest.param({"x": [1]}, "a table is a pandas.DataFrame or the path of a file, not a dict", id="dict"),
    ],
)
def test_nothing_is_joined_or_ignored_in_silence(table, message):
    with pytest.raises(DataError, match=message):
        from_table(table, **SIZE)


def test_what_is_not_a_subject_can_be_said():
    read = from_table(PEOPLE.rename(columns={"who": "participant"}), columns={"subject": None}, **SIZE)
    assert read.lengths.tolist() == [4]
    one = from_table(PEOPLE.assign(participant="p").drop(columns="who"), **SIZE)  # one value joins nobody
    assert one.lengths.tolist() == [4]


def test_names_in_the_index_of_a_table_are_columns():
    read = from_table(PEOPLE.rename(columns={"who": "subject"}).set_index(["stimulus", "subject"]), **SIZE)
    assert read.table["subject"].tolist() == ["p", "q"]


def test_one_person_has_one_name():
    table = PEOPLE.assign(subject=pd.Series([1, "1", 1.0, 2.0], dtype=object)).drop(columns="who")
    assert from_table(table, **SIZE).table["subject"].tolist() == ["1", "2"]
