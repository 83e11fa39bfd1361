"""Conditions on rows: what they keep, as pandas' own query does, and what they refuse."""

import pandas as pd
import pytest

from gazekit import DataError, Dataset
from gazekit.files.delimited import Delimited
from gazekit.interchange.rows import where_rows

ROWS = pd.DataFrame(
    {
        "trial": [1, 2, 3, 4],
        "practice": ["yes", "no", "no", None],
        "valid": [True, True, False, True],
        "reaction time": [100.0, 200.0, None, 400.0],
        "seen": [True, None, False, True],
    }
)


@pytest.mark.parametrize(
    "where",
    [
        "practice == 'no'",
        "practice != 'yes' and trial < 4",
        "practice == 'no' and valid",
        "not valid or trial in [1, 4]",
        "1 < trial <= 3",
        "`reaction time` >= 200 or practice == 'yes'",
        "trial not in (1, 2)",
        "trial > -1",
        "practice == practice",
    ],
)
def test_rows_are_those_of_pandas(where):
    found = where_rows(Delimited(ROWS, {"before": 1}), where)
    expected = ROWS.query(where)
    pd.testing.assert_frame_equal(found.table, expected.reset_index(drop=True))
    left_out = sum(found.dropped.values()) - 1
    assert found.dropped["before"] == 1
    assert left_out == len(ROWS) - len(expected)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("practice = 'no'", "cannot be read; compare columns with values"),
        ("practice.str.len() > 1", "does more than compare (Call)"),
        ("trial + 1 > 2", "does more than compare (BinOp)"),
        ("__import__('os')", "does more than compare (Call)"),
        ("trial > @x", "cannot be read"),
        ("trail > 1", "has no column 'trail', which where= names; its columns are: trial, practice"),
        ("`reaction` > 1", "has no column 'reaction'"),
        ("trial == 'no'", "column 'trial' holds 1, 2, 3, ..., which cannot be compared with 'no'"),
        ("practice == 1", "column 'practice' holds 'yes', 'no', nan, ..., which cannot be compared with 1"),
        (
            "practice != 'NA'",
            "are missing values, which equal nothing; write practice == practice for rows with a value",
        ),
        ("`reaction time` == 'no'", "column 'reaction time' holds 100.0"),
        ("trial < '30'", "text is ordered by its letters ('100' is before '50'); write a number without quotes"),
        ("seen", "(with empty cells a column is not: write ok == True)"),
        ("trial", "is neither true nor false"),
        ("trial > 9", "has no row for which where='trial > 9' holds, of 4"),
    ],
)
def test_what_is_no_condition_is_refused(where, said):
    with pytest.raises(DataError) as caught:
        where_rows(Delimited(ROWS, {}), where)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("where", "kept"),
    [("age > 25", [2]), ("age != 20", [0, 2]), ("seen == True", [1]), ("seen != True", [0, 2]), ("who != 'b'", [0, 2])],
)
def test_missing_values_are_those_of_text_whatever_holds_them(where, kept):
    """pandas' own missing value fulfilled nothing, and its rows were neither kept nor counted."""
    rows = pd.DataFrame({"row": [0, 1, 2], "age": [None, 20, 30], "seen": [None, True, False], "who": [None, "b", "c"]})
    nullable = rows.astype({"age": "Int64", "seen": "boolean", "who": "string"})
    for table in (rows, nullable):
        found = where_rows(Delimited(table, {}), where)
        assert found.table["row"].tolist() == kept
        assert sum(found.dropped.values()) == 3 - len(kept)


def test_of_a_table_in_memory():
    rows = pd.DataFrame({"stimulus": ["a", "a"], "x": [1, 2], "y": [3, 4], "kept": [True, False]})
    data = Dataset.from_table(rows, width=9, height=9, where="kept")
    assert data.scanpaths.x.tolist() == [1]
    assert data.dropped == {'row for which "kept" does not hold (left out)': 1}
