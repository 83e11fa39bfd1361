"""Names that a spreadsheet would run: marked in every CSV file that gazekit writes, and read again as they were."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Scanpaths
from gazekit.files.formulas import mark_formulas, unmark_formulas
from gazekit.foundations.errors import DataError
from gazekit.interchange import from_table, read_csv, read_parquet, write_csv, write_parquet
from gazekit.report.any_tables import read_csv as read_run_csv
from gazekit.runs.folder import write_table

FORMULAS = ["=1+1", '=HYPERLINK("http://a.example","b")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]
STARTS = "=+-@\t\r'"


def paths_called(names):
    n = len(names)
    table = pd.DataFrame({"stimulus": names, "subject": names, "source": names, "width": 9, "height": 9})
    return Scanpaths(np.arange(n), np.arange(n), np.arange(n + 1), table.assign(note=names))


@pytest.mark.parametrize("name", FORMULAS)
def test_no_cell_begins_with_a_formula(tmp_path, name):
    if name[0] not in "\t\r":  # names have no control characters
        write_csv(paths_called([name]), tmp_path / "a.csv")
        cells = pd.read_csv(tmp_path / "a.csv", dtype=str).iloc[0]
        assert not [c for c in cells.dropna() if c[0] in "=+-@\t\r" and c != "-1"]  # no object
        assert read_csv(tmp_path / "a.csv").table["stimulus"].tolist() == [name]
    write_table(pd.DataFrame({"model": [name], name: [1]}), tmp_path / "b.csv")
    raw = pd.read_csv(io.StringIO((tmp_path / "b.csv").read_bytes().decode()), dtype=str, lineterminator="\n")
    assert raw["model"].tolist() == [f"'{name}"]
    assert list(raw) == ["model", f"'{name}"]
    if "\r" not in name:
        assert read_run_csv(tmp_path / "b.csv")["model"].tolist() == [name]


def test_numbers_stay_numbers(tmp_path):
    table = pd.DataFrame({"a": ["-1", "+2.5e3", "1"], "b": [-1.5, 2, -3]})
    assert mark_formulas(table).equals(table)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.one_of(st.text(STARTS + "1a ", max_size=5), st.none(), st.floats()), min_size=1, max_size=5))
def test_what_is_marked_is_unmarked_to_the_letter(values):
    table = pd.DataFrame({"a": pd.Series(values, dtype=object)})
    pd.testing.assert_frame_equal(unmark_formulas(mark_formulas(table)), table)


@pytest.mark.parametrize("name", ["a\nb", "a\tb", "\x1b[2J", "a\x7f", "a\x9b"])
@pytest.mark.parametrize("column", ["stimulus", "subject", "trial", "source", "task"])
def test_names_with_control_characters_are_refused(tmp_path, column, name):
    table = pd.DataFrame({"stimulus": ["a"], "x": [1.0], "y": [2.0], "width": 9, "height": 9}).assign(**{column: name})
    message = f"column '{column}' holds the name .*, which has a control character"
    with pytest.raises(DataError, match=message) as caught:
        from_table(table)
    assert str(caught.value).isprintable()
    rows = table.drop(columns=["x", "y"]).assign(subject=table.get("subject", "p"))
    write_parquet(Scanpaths([1.0], [2.0], [0, 1], rows), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=r"a\.parquet: column .* which has a control character"):
        read_parquet(tmp_path / "a.parquet")
