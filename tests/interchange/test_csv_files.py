"""CSV files: exact, plain, and nothing lost."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Facts, Scanpaths
from gazekit.foundations.errors import DataError
from gazekit.interchange import read_csv, write_csv
from gazekit.interchange.csv_files import read_csv_table, read_needed_rows
from gazekit.interchange.points import EMPTIED

PLAIN = "stimulus,x,y,width,height\na,1,2,9,9\n"


@pytest.fixture
def paths(scanpaths_of):
    made = scanpaths_of([3, 0, 2], facts=Facts(True, False, "clicks"), correct=[1, 0, 1], note=["a,b", None, "ü"])
    made.dropped = {"x or y missing: dropped": 7}
    return made


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_reads_back_everything(paths, tmp_path, name):
    write_csv(paths, tmp_path / name)
    read = read_csv(tmp_path / name)
    for column in ("x", "y", "duration", "offsets"):
        np.testing.assert_array_equal(getattr(read, column), getattr(paths, column))
    pd.testing.assert_frame_equal(read.table, paths.table)
    assert (read.facts, read.dropped) == (paths.facts, paths.dropped)


@settings(max_examples=40, deadline=None)
@given(xs=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_every_float_is_kept_to_the_bit(xs, tmp_path_factory):
    path = tmp_path_factory.mktemp("bits") / "a.csv"
    table = pd.DataFrame({"stimulus": ["a"], "width": 1, "height": 1})
    write_csv(Scanpaths(xs, xs, [0, len(xs)], table), path)
    assert read_csv(path).x.tobytes() == np.array(xs).tobytes()


def test_facts_in_degrees_and_none_at_all(scanpaths_of, tmp_path):
    for facts in (Facts(unit="degrees"), Facts()):
        write_csv(scanpaths_of([2], facts=facts).replace(facts=facts), tmp_path / "a.csv")
        assert read_csv(tmp_path / "a.csv").facts == facts


def test_what_is_said_completes_the_facts_in_the_file(paths, tmp_path):
    write_csv(paths.replace(facts=Facts(points="clicks", unit="degrees")), tmp_path / "a.csv")
    read = read_csv(tmp_path / "a.csv", facts=Facts(forced_first=False))
    assert read.facts == Facts(forced_first=False, points="clicks", unit="degrees")
    with pytest.raises(DataError, match=r"a.csv: facts= says points='fixations', but the file declares 'clicks'"):
        read_csv(tmp_path / "a.csv", facts=Facts(points="fixations"))


def test_columns_that_only_share_a_name_with_a_fact_stay(tmp_path):
    (tmp_path / "a.csv").write_text("stimulus,x,y,points,unit,dropped\na,1,2,17,ward 3,yes\n")
    read = read_csv(tmp_path / "a.csv", width=9, height=9)
    assert read.table.loc[0, ["points", "unit", "dropped"]].tolist() == [17, "ward 3", "yes"]
    assert (read.facts, read.dropped) == (Facts(), {})


def test_counts_of_two_readings_are_both_there(paths, tmp_path):
    write_csv(paths, tmp_path / "a.csv")
    dropped = read_csv(tmp_path / "a.csv", outside="drop").dropped
    assert dropped == {"x or y missing: dropped": 7}
    text = (tmp_path / "a.csv").read_text().replace("800.0", "1.0")
    (tmp_path / "a.csv").write_text(text)
    read = read_csv(tmp_path / "a.csv", outside="drop").dropped  # the imposed first fixations of two paths stay
    assert read["points outside the image (dropped)"] == 3
    assert read["points outside the image (kept)"] == 2


def test_equal_content_gives_equal_bytes(paths, tmp_path):
    write_csv(paths, tmp_path / "a.csv.gz")
    write_csv(read_csv(tmp_path / "a.csv.gz"), tmp_path / "b.csv.gz")
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()


@pytest.mark.parametrize(
    ("content", "options"),
    [
        pytest.param("stimulus;x;y\n007;1,5;2\nNA;3;4\n", {"decimal": ","}, id="semicolon-and-comma"),
        pytest.param("stimulus\tx\ty\n007\t1.5\t2\nNA\t3\t4\n", {}, id="tab"),
        pytest.param("\ufeffstimulus,x,y\n007,1.5,2\nNA,3,4\n", {}, id="byte-order-mark"),
        pytest.param("stimulus,x,y\r\n007,1.5,2\r\nNA,3,4\r\n", {}, id="windows-lines"),
        pytest.param("IMG,x,y\n007,1.5,2\nNA,3,4\n", {"columns": {"stimulus": "IMG"}}, id="renamed"),
    ],
)
def test_dialects_and_names_that_look_like_numbers(tmp_path, content, options):
    (tmp_path / "a.csv").write_text(content, encoding="utf-8", newline="")
    read = read_csv(tmp_path / "a.csv", width=9, height=9, **options)
    assert read.table["stimulus"].tolist() == ["007", "NA"]
    assert read.x.tolist() == [1.5, 3]


@pytest.mark.parametrize("empty", ["", "NA", "NaN", "."])
def test_empty_cells(tmp_path, empty):
    (tmp_path / "a.csv").write_text(f"stimulus,x,y,rt\na,1,{empty},{empty}\n")
    read = read_csv(tmp_path / "a.csv", width=9, height=9, missing="drop")
    assert read.dropped == {"x or y missing: dropped": 1, EMPTIED: 1}
    assert np.isnan(read.table["rt"][0])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", r"a.csv is empty: there is no table in it", id="empty"),
        pytest.param("stimulus,x\nM\xfcnchen,1\n".encode("latin-1"), "is not UTF-8 text; save it as CSV", id="latin"),
        pytest.param(b"stimulus,x,y\na,1,2,3,4\nb,1,2\n", "a.csv", id="ragged"),
        pytest.param(b'stimulus,x,y\n"a,1,2\n', "cannot be read as a table .*; check its separators", id="quote"),
        pytest.param(b"stimulus,x,y\na,left,2\n", r"a.csv: column 'x', row 0 .* holds 'left'", id="text"),
        pytest.param(
            b"stimulus,x,y,forced_first\na,1,2,maybe\n",
            "a.csv: column 'forced_first' must be true or false, not 'maybe'",
            id="truth",
        ),
        pytest.param(
            b"stimulus,x,y,unit\na,1,2,px\na,1,2,degrees\n",
            "column 'unit' must be the same in all rows",
            id="two-units",
        ),
        pytest.param(
            b"stimulus,x,y,forced_first\na,1,2,True\nb,1,2,\n",
            "column 'forced_first' must be the same in all rows, but is .*True.* in some and empty in 1 of 2",
            id="joined-files",
        ),
    ],
)
def test_messages_of_reading(tmp_path, content, message):
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_csv(tmp_path / "a.csv")


def test_a_truncated_archive_is_named(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(PLAIN.encode() * 50)[:-9])
    with pytest.raises(DataError, match=r"a.csv.gz cannot be decompressed .*copy it again"):
        read_csv_table(tmp_path / "a.csv.gz")


def test_paths_that_a_table_cannot_tell_apart(scanpaths_of, tmp_path):
    twins = scanpaths_of([1, 1], stimulus=["s"] * 2, subject="p")
    with pytest.raises(
        DataError, match=r"two paths have the same stimulus 's', subject 'p', .*number them in the column"
    ):
        write_csv(twins, tmp_path / "a.csv")


def test_a_column_with_the_name_of_a_fact(scanpaths_of, tmp_path):
    with pytest.raises(DataError, match=r"a.csv was not written: the table of paths has a column 'unit'; rename it"):
        write_csv(scanpaths_of([1], unit="px"), tmp_path / "a.csv")


def thinned(tmp_path, monkeypatch, text, needed=lambda rows: np.ones(len(rows), bool)):
    """A table read in pieces of 60 characters, and the whole of it."""
    monkeypatch.setattr("gazekit.files.delimited.PIECE", 60)
    file = tmp_path / "a.csv"
    file.write_text(text)
    return read_needed_rows(file, needed), read_csv_table(file)


@pytest.mark.parametrize(
    "cells",
    [
        ["1", "2"], ["1", "2.5"], ["1", ""], ["0.1", "1e300"], ["a", "b"], ["a", ""], ["", ""], ["'=x", "y"],
        ["True", "False"], ["9007199254740993", "0.5"],
    ],
)  # fmt: skip
def test_pieces_have_the_values_and_types_of_the_whole(tmp_path, monkeypatch, cells):
    """The first half of the rows has the first value only, so that pieces differ."""
    rows = [f"{k},{cells[0] if k < 40 or k % 2 else cells[1]},{k / 7},kitchen" for k in range(80)]
    part, whole = thinned(tmp_path, monkeypatch, "\n".join(["n,value,x,stimulus", *rows]) + "\n")
    pd.testing.assert_frame_equal(part.table, whole.table, check_exact=True)
    assert part.dropped == whole.dropped
    some, _ = thinned(tmp_path, monkeypatch, "\n".join(["n,value,x,stimulus", *rows]), lambda t: t["n"] % 3 == 0)
    pd.testing.assert_frame_equal(some.table, whole.table[whole.table["n"] % 3 == 0].reset_index(drop=True))


@pytest.mark.parametrize("cells", [["1", "a"], ["12", "007"], ["True", "a"], ["1", "True"]])
def test_types_that_only_the_whole_tells(tmp_path, monkeypatch, cells):
    rows = [f"{k},{cells[0] if k < 40 else cells[1]}" for k in range(80)]
    assert thinned(tmp_path, monkeypatch, "\n".join(["n,value", *rows]) + "\n")[0] is None


def test_pieces_that_cannot_be_read(tmp_path, monkeypatch):
    """The whole file's reader says what is wrong."""
    text = "n,value\n" + "1,2\n" * 40
    for wrong in ("1,2,3\n", "n,value\n", "1\n"):
        (tmp_path / "a.csv").write_text(text + wrong)
        monkeypatch.setattr("gazekit.files.delimited.PIECE", 60)
        assert read_needed_rows(tmp_path / "a.csv", lambda rows: rows["n"] > 0) is None
    for wrong in (b"1,\0\n", b"1,\xff\n"):
        (tmp_path / "a.csv").write_bytes(text.encode() + wrong)
        assert read_needed_rows(tmp_path / "a.csv", lambda rows: rows["n"] > 0) is None
