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
            rows().rename(columns={"x": "X"}),
            {},
            r"no column 'x' \(did you mean columns=\{'x': 'X'\}\?\).*stimulus, X, y",
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
            "size of the shown image is not known: the table has no column 'width'",
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
