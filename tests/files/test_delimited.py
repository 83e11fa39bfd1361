"""Delimited text: no value slips into the column of its neighbour."""

import codecs

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gazekit.files import delimited
from gazekit.files.delimited import BLANK, ROW_NAME, TRIMMED, header_of, read_delimited, read_pieces
from gazekit.foundations.errors import DataError

HEAD = "stimulus,subject,x,y"
ROWS = ["1,1,11,20", "1,2,100,120", "2,1,200,31", "2,2,13,22"]
TABLE = pd.DataFrame(
    {"stimulus": [1, 1, 2, 2], "subject": [1, 2, 1, 2], "x": [11, 100, 200, 13], "y": [20, 120, 31, 22]}
)


def written(tmp_path, *lines, encoding="utf-8"):
    (tmp_path / "a.csv").write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return tmp_path / "a.csv"


@pytest.mark.parametrize(
    ("lines", "dropped"),
    [
        pytest.param([HEAD, *ROWS], {}, id="plain"),
        pytest.param([HEAD, *(f"{r}," for r in ROWS)], {TRIMMED: 4}, id="every-row-ends-in-a-comma"),
        pytest.param([HEAD, f"{ROWS[0]},", *ROWS[1:]], {TRIMMED: 1}, id="the-first-row-does"),
        pytest.param([HEAD, *ROWS[:3], f"{ROWS[3]},,,"], {TRIMMED: 1}, id="the-last-row-does"),
        pytest.param([f"{HEAD},", *(f"{r}," for r in ROWS)], {TRIMMED: 4}, id="the-header-does-too"),
        pytest.param([HEAD, *(f"{k},{r}" for k, r in enumerate(ROWS, 1))], {ROW_NAME: 4}, id="R-without-quotes"),
        pytest.param(
            ['"stimulus","subject","x","y"', *(f'"{k}",{r}' for k, r in zip((3, 7, 9, 12), ROWS, strict=True))],
            {ROW_NAME: 4},
            id="rows-of-R-that-were-chosen",
        ),
        pytest.param([HEAD, *ROWS, ",,,", "", " , ,,"], {BLANK: 2}, id="rows-without-anything"),
        pytest.param(["## [BeGaze]", "# a, b", "", HEAD, *ROWS], {}, id="lines-before-the-header"),
        pytest.param(["sep=;", *(line.replace(",", ";") for line in (HEAD, *ROWS))], {}, id="excel-says-sep"),
        pytest.param([line.replace(",", "\t") for line in (HEAD, *ROWS)], {}, id="tabs"),
        pytest.param([line.replace(",", ", ") for line in (HEAD, *ROWS)], {}, id="blanks"),
        pytest.param([line.replace(",", "\t ") for line in (HEAD, *ROWS)], {}, id="tabs-and-blanks"),
        pytest.param([f"\ufeff{HEAD}", *ROWS], {}, id="byte-order-mark"),
        pytest.param(["\r".join([HEAD, *ROWS])], {}, id="line-ends-of-old-Macs-and-one-of-another-kind"),
    ],
)
def test_the_same_table(tmp_path, lines, dropped):
    found = read_delimited(written(tmp_path, *lines))
    pd.testing.assert_frame_equal(found.table, TABLE)
    assert found.dropped == dropped


def test_row_names_of_pandas_have_a_column_without_a_name(tmp_path):
    found = read_delimited(written(tmp_path, f",{HEAD}", *(f"{k},{r}" for k, r in enumerate(ROWS))))
    pd.testing.assert_frame_equal(found.table[TABLE.columns.tolist()], TABLE)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_names_that_begin_with_0_stay_text(tmp_path, line_end):
    file = tmp_path / "padded.csv"
    rows = ["code,group,x,share", "1,7,10,0.5", '2, "007",20,0', "03,NA,30,.25"]
    file.write_text(line_end.join(rows), newline="")
    found = read_delimited(file).table
    assert found["code"].tolist() == ["1", "2", "03"]
    assert found["group"].fillna("-").tolist() == ["7", "007", "-"]
    assert found["x"].tolist() == [10, 20, 30]
    assert found["share"].tolist() == [0.5, 0, 0.25]


def test_utf_16_as_excel_writes_it(tmp_path):
    path = written(tmp_path, *(line.replace(",", "\t") for line in (HEAD, *ROWS)), encoding="utf-16")
    assert path.read_bytes()[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    pd.testing.assert_frame_equal(read_delimited(path).table, TABLE)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        pytest.param(
            [HEAD, *(f"{r},ok" for r in ROWS)], r"a.csv, line 2, has 5 fields, but the header has 4", id="more"
        ),
        pytest.param([HEAD, *(f"{50 * k},{r}" for k, r in enumerate(ROWS))], "line 2, has 5 fields", id="no-row-names"),
        pytest.param([HEAD, *ROWS[:2], "2,1,200", ROWS[3]], "line 4, has 3 fields, .*'2,1,200'", id="fewer"),
        pytest.param(["# x", "", HEAD, *ROWS, f"{ROWS[0]},9"], "line 8, has 5 fields", id="counted-from-the-top"),
        pytest.param([HEAD, *ROWS, HEAD, *ROWS], "line 6, is the header again: several files were joined", id="joined"),
        pytest.param(["x,y,x", "1,2,3"], "has two columns called 'x'; rename one", id="two-of-one-name"),
        pytest.param(
            [f"{HEAD},", *(f"{k},{r}" for k, r in enumerate(ROWS, 1))],
            "has values in column 5, which has no name in the header",
            id="row-names-and-a-comma-after-the-header",
        ),
        pytest.param(["# nothing", "", "  "], "a.csv is empty: there is no table in it", id="nothing"),
        pytest.param([HEAD, '"1,1,1,1'], "cannot be read as a table", id="open-quote"),
    ],
)
def test_refusals(tmp_path, lines, message):
    with pytest.raises(DataError, match=message):
        read_delimited(written(tmp_path, *lines))


def test_separators_inside_quotes_do_not_count(tmp_path):
    path = written(tmp_path, '"a;b;c;d;e",x,y', "1,2,3")
    assert read_delimited(path).table.columns.tolist() == ["a;b;c;d;e", "x", "y"]


def test_separator_and_decimal_point_are_characters_that_differ(tmp_path):
    for options in ({"sep": ";", "decimal": ";"}, {"sep": "::"}):
        with pytest.raises(DataError, match="must be one character each, and differ"):
            read_delimited(written(tmp_path, HEAD, *ROWS), **options)


cells = st.text("abz019. -'\"#ü", max_size=4)


@settings(max_examples=60, deadline=None)
@example(rows=[["", "", "", ""], ["", "", "", "0"]], damage=["", "cut", "", "", ""])  # nothing is left of the second
@given(
    rows=st.lists(st.lists(cells.map(lambda c: c.replace('"', "")), min_size=4, max_size=4), min_size=1, max_size=5),
    damage=st.lists(st.sampled_from(["", ",", ",,", ",5", "cut"]), min_size=5, max_size=5),
)
def test_a_damaged_row_keeps_its_columns_or_is_refused(tmp_path_factory, rows, damage):
    """What is read of each row is what was written there, whatever was added to or cut from it."""
    plain = [[cell.strip() for cell in row] for row in rows]
    lines = [",".join(row) for row in plain]
    lines = [line.rpartition(",")[0] if d == "cut" else line + d for line, d in zip(lines, damage, strict=False)]
    path = written(tmp_path_factory.mktemp("rows"), HEAD, *lines)
    try:
        found = read_delimited(path, is_text=lambda name: True)
    except DataError:
        assert set(damage) - {"", ",", ",,"}
        return
    if ROW_NAME not in found.dropped:  # "1", "2", ... before every row, and a field more: that is said
        there = [row[:3] if d == "cut" else row for row, d in zip(plain, damage, strict=False)]
        assert found.table.to_numpy().tolist() == [row for row, left in zip(plain, there, strict=True) if any(left)]


def outcome(read):
    try:
        found = read()
    except DataError as error:
        return str(error)
    return found.table.to_csv(), found.dropped


@settings(max_examples=150, deadline=None)
@given(text=st.text("ab1, \t\n\xa0ü", max_size=60), piece=st.integers(1, 40), sep=st.sampled_from([",", "\t", "ü"]))
def test_separators_counted_by_array_are_those_that_csv_finds(monkeypatch_module, text, piece, sep):
    """A quoted name in the header has every row read by Python's csv, one by one."""
    monkeypatch_module.setattr(delimited, "BLOCK", piece)
    content = f"{sep.join(['a', 'b', '1a'])}\n{text}"
    arrays, rows = (
        outcome(lambda c=c: read_delimited("a.csv", sep=sep, text=c, is_text=lambda _: True))
        for c in (content, f'"a"{content[1:]}')
    )
    assert arrays == rows


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_pieces_are_the_whole(tmp_path, monkeypatch, encoding, size):
    """Quoted line ends, blank rows and fields too many, however a file is cut."""
    monkeypatch.setattr(delimited, "PIECE", size)
    lines = ["# made by hand", "a,b,é", '1,"two\nlines",x', ",,", '2,"say ""no""",', "", "3,,y,", "4,plain,z\r"]
    (tmp_path / "a.csv").write_bytes("\n".join(lines).encode(encoding))
    whole = read_delimited(tmp_path / "a.csv", is_text=lambda _: True)
    pieces = list(read_pieces(tmp_path / "a.csv", is_text=lambda _: True))
    pd.testing.assert_frame_equal(pd.concat([p.table for p in pieces], ignore_index=True), whole.table)
    assert (
        {n: sum(p.dropped.get(n, 0) for p in pieces) for n in whole.dropped} == whole.dropped == {BLANK: 1, TRIMMED: 1}
    )
    assert header_of(tmp_path / "a.csv") == ["a", "b", "é"]


@pytest.mark.parametrize("read", [header_of, lambda path: list(read_pieces(path))])
def test_text_of_another_encoding(tmp_path, read):
    """A person was sent to look at the separators."""
    (tmp_path / "a.csv").write_bytes("stimulus,x\nMünchen,1\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"a\.csv is not UTF-8 text; save it as CSV with the encoding UTF-8"):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("quote", ["", '"'])
def test_pieces_with_row_names(tmp_path, monkeypatch, quote):
    monkeypatch.setattr(delimited, "PIECE", 20)
    names = HEAD.replace(",", f"{quote},{quote}")
    lines = [f"{quote}{names}{quote}", *(f"{quote}{k}{quote},{r}" for k, r in enumerate(ROWS, 1))]
    pieces = list(read_pieces(written(tmp_path, *lines)))
    assert len(pieces) > 1
    pd.testing.assert_frame_equal(pd.concat([p.table for p in pieces], ignore_index=True), TABLE)
    assert sum(p.dropped[ROW_NAME] for p in pieces) == 4


def test_refusals_of_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr(delimited, "PIECE", 20)
    for lines, message in (
        ([HEAD, *ROWS, "1,2"], "line 6, has 2 fields, but the header has 4"),
        ([HEAD, *ROWS, HEAD], "line 6, is the header again"),
        ([f"{HEAD},", *(f"{r}," for r in ROWS[:3]), f"{ROWS[3]},5"], "has values in column 5, which has no name"),
        (["# nothing"], "is empty: there is no table in it"),
        (['"x,y', "1,2"], "a quote in its header is not closed; check its separators"),
    ):
        with pytest.raises(DataError, match=message):
            list(read_pieces(written(tmp_path, *lines)))
    monkeypatch.setattr(delimited, "MAX_LINE", 30)
    with pytest.raises(DataError, match="line 2, has more than 30 bytes; check its line ends"):
        list(read_pieces(written(tmp_path, HEAD, "1" * 50)))


def test_a_file_without_a_header(tmp_path):
    found = read_delimited(written(tmp_path, *ROWS), header=HEAD.split(","))
    pd.testing.assert_frame_equal(found.table, TABLE)
    with pytest.raises(DataError, match="line 2, has 1 fields"):
        read_delimited(written(tmp_path, ROWS[0], "1"), header=HEAD.split(","))


@pytest.mark.parametrize("piece", [7, 1 << 24])
def test_files_that_each_began_with_a_byte_order_mark_were_joined(tmp_path, monkeypatch, piece):
    """The mark became part of the first name of the second file: one more person, in silence."""
    monkeypatch.setattr(delimited, "PIECE", piece)
    head, rows = "subject,x", ["anna,1", "ben,2", "\ufeffanna,3", "ben,4"]
    path = written(tmp_path, f"\ufeff{head}", *rows)
    is_text = "subject".__eq__
    in_pieces = pd.concat([each.table for each in read_pieces(path, is_text=is_text)], ignore_index=True)
    for table in (read_delimited(path, is_text=is_text).table, in_pieces):
        assert table["subject"].tolist() == ["anna", "ben", "anna", "ben"]
        assert table["x"].tolist() == [1, 2, 3, 4]
    again = written(tmp_path, head, *rows[:2], f"\ufeff{head}", *rows[2:])
    with pytest.raises(DataError, match="line 4, is the header again"):
        read_delimited(again)


@pytest.mark.parametrize("block", [1, 2, 3, 5, 1 << 20])
@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (["007", "8"], True), (["8", "007"], True), ([" 007", "8"], True), (["0", "0.5"], False),
        (["70", "100"], False),
        (["é", "007"], True), (["8", "00"], True), (["8", "0"], False), (["8", '"07"'], True), (["0x7", "8"], False),
    ],
)  # fmt: skip
def test_whole_numbers_that_begin_with_0_wherever_they_stand(tmp_path, monkeypatch, block, cells, text):
    monkeypatch.setattr("gazekit.files.delimited.BLOCK", block)
    file = tmp_path / "a.csv"
    file.write_text("n,code\n" + "".join(f"{k},{cell}\n" for k, cell in enumerate(cells)).removesuffix("\n"))
    column = read_delimited(file).table["code"]
    assert (column.tolist() == [cell.strip().strip('"') for cell in cells]) == (text or "x" in "".join(cells))


@pytest.mark.parametrize("block", [1, 4, 1 << 20])
def test_lines_that_are_too_long_wherever_they_stand(tmp_path, monkeypatch, block):
    monkeypatch.setattr("gazekit.files.untrusted.BLOCK", block)
    monkeypatch.setattr("gazekit.files.untrusted.MAX_LINE", 20)
    monkeypatch.setattr("gazekit.files.untrusted.MAX_FIELDS", 5)
    file = tmp_path / "a.csv"
    for text, line in (("x,y\n1,2\n" + "1" * 21, 3), ("x,y\n" + "1" * 21 + "\n1,2\n", 2), ("x" * 21, 1)):
        file.write_text(text)
        with pytest.raises(DataError, match=f"line {line}, has more than 20 bytes"):
            read_delimited(file)
    file.write_text("x,y\n" + "1" * 20 + ",\n1,2\r\n")
    with pytest.raises(DataError, match="line 2, has more than 20 bytes"):
        read_delimited(file)
    file.write_text("x,y\n" + "1" * 18 + ",2\n1,2")
    assert len(read_delimited(file).table) == 2
