"""Delimited text (CSV and its relatives), read so that no value can slip into the column of its neighbour.

pandas takes the first column for row names as soon as rows have more fields than the header, and every column shifts;
rows with fewer fields are filled up. Here the fields of every line are counted first.
"""

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit.files.untrusted import MAX_LINE, decoding, no_utf8, read_csv_text
from gazekit.foundations.errors import DataError, refusing

EMPTY = ["", "NA", "NaN", "nan", "."]  # "." is how EyeLink reports write a missing value
SEPARATORS = (",", ";", "\t")
TRIMMED = "empty field after the last column (left out)"
ROW_NAME = "row name without a heading (left out)"
MARK = "\ufeff"  # byte order mark
BLANK = "row without any value (left out)"
PIECE, BLOCK = 1 << 24, 1 << 20  # characters that are read at a time, and in which lines are counted
# Since pandas 3.1 numbers are read exactly by default, and the option that asks for it is deprecated.
_EXACT: dict[str, Any] = {} if pd.__version__ >= "3.1" else {"float_precision": "round_trip"}
_LINE = re.compile(r"[^\n]*(\n|\Z)")
_SAID = re.compile(r'"?sep=(.)"?')  # Excel's own line that names the separator
_END, _BLANK, _QUOTE, _ZERO, _ASCII = b'\n "0\x80'  # a line's end, the last blank, ..., the first that is no ASCII


class Delimited(NamedTuple):
    """A table, and what was left out when it was read, by reason."""

    table: pd.DataFrame
    dropped: Mapping[str, int]


def read_delimited(
    path: str | Path,
    *,
    sep: str | None = None,
    decimal: str = ".",
    is_text: Callable[[str], bool] = lambda name: False,
    header: Sequence[str] | None = None,
    text: str | None = None,
    missing: Callable[[str], Sequence[str]] | None = None,
) -> Delimited:
    r"""Read a table from delimited text.

    Blank lines, lines that begin with `#`, and Excel's `sep=;` may stand before the header. A row may end in empty
    fields that the header does not have; they are left out and counted, as are rows without any value. R's
    `write.table` gives row names without a heading: whole numbers 1, 2, 3 ... (or quoted ones) before every row are
    left out and counted too.

    Parameters
    ----------
    path : path
        The file, UTF-8 or UTF-16 with a byte order mark; `.gz` is decompressed.
    sep : str, optional
        Separator of columns, one character; default the one of comma, semicolon and tab that the header has most of.
    decimal : str
        Decimal point.
    is_text : callable
        Whether a column, by its name, is text whatever it holds ("007", "NA"). One with a whole number that begins
        with 0 ("007") is text too, 7 is another name; but its empty cells and "NA" are missing values.
    header : sequence of str, optional
        The names of the columns of a file that has no header.
    text : str, optional
        The table, a part of what the file holds.
    missing : callable, optional
        What stands for a missing value in a column, by its name; default `EMPTY`, and nothing in text.

    Returns
    -------
    Delimited
        Names of columns without blanks around them.

    Raises
    ------
    DataError
        Not there, not such text; a row with more or fewer fields than the header; values in a column without a name
        that has a name before it; two columns of one name; the header again among the rows. The message has the number
        of the line, where there is one.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (file := Path(folder, "a.csv")).write_text("# a logger\nstimulus,x,y\n1,20,30,\n2,40,50,\n")
    ...     read_delimited(file)
    42
    Delimited(table=   stimulus   x   y
    0         1  20  30
    1         2  40  50, dropped={'empty field after the last column (left out)': 2})
    """
    content = _ends(read_csv_text(path) if text is None else text)
    if header is None:
        head, line, length, said = _header(path, (match[0] for match in _LINE.finditer(content)))
        content = content[length:]
    else:
        head, line, said = (sep or SEPARATORS[0]).join(header), 0, None
    with decoding(f"{path} cannot be read as a table", "check its separators"):
        return _Columns(path, head, sep or said, decimal, is_text, missing).rows(content, line)


def read_pieces(
    path: str | Path,
    *,
    sep: str | None = None,
    decimal: str = ".",
    is_text: Callable[[str], bool] = lambda name: False,
    missing: Callable[[str], Sequence[str]] | None = None,
) -> Iterator[Delimited]:
    """Read a table from delimited text as `read_delimited` does, some hundred thousand rows at a time.

    Yields
    ------
    Delimited
        Rows that follow each other. The type of a column is that of what the piece holds.

    Raises
    ------
    DataError
        As `read_delimited`.
    """
    with _opened(path) as file:
        head, line, _, said = _header(path, file)
        columns, kept = _Columns(path, head, sep or said, decimal, is_text, missing), ""
        while piece := file.read(PIECE):
            if "\0" in piece:
                raise no_utf8(path, ": it holds zero bytes")
            kept += piece
            end = kept.rfind("\n") + 1
            if not end and len(kept) > MAX_LINE:
                raise DataError(f"{path}, line {line + 1}, has more than {MAX_LINE:,} bytes; check its line ends")
            if not end or kept.count('"', 0, end) % 2:  # within a quoted cell
                continue
            yield columns.rows(kept[:end], line)
            line, kept = line + kept.count("\n", 0, end), kept[end:]
        if kept or not columns.count:
            yield columns.rows(kept, line)


def header_of(path: str | Path, sep: str | None = None) -> list[str]:
    """The names of the columns of delimited text, blank where there is none.

    Raises
    ------
    DataError
        Not there, not such text; two columns of one name.
    """
    with _opened(path) as file:
        head, _, _, said = _header(path, file)
        return _Columns(path, head, sep or said, ".", lambda name: False, None).header


# ---------------------------------------------------------------- inside


def _ends(text: str) -> str:
    """The text with one kind of line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


@contextmanager
def _opened(path: str | Path) -> Iterator[Any]:
    """The text of a file, in one kind of line ends; what goes wrong with it is said in one sentence."""
    opened: Any = gzip.open if str(path).lower().endswith(".gz") else open
    no_table = decoding(f"{path} cannot be read as a table", "check its separators")
    with no_table, refusing(UnicodeDecodeError, lambda _: no_utf8(path)):
        with opened(path, "rb") as file:
            wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        with opened(path, "rt", encoding="utf-16" if wide else "utf-8-sig") as file:
            yield file


def _header(path: str | Path, lines: Iterable[str]) -> tuple[str, int, int, str | None]:
    """The header, how many lines and characters end with it, and the separator that a line before it names."""
    said, head, length = None, "", 0
    for number, line in enumerate(lines, 1):
        length += len(line)
        if head.count('"') % 2:  # a name goes on
            head += line
        elif (named := _SAID.fullmatch(line.strip(" \n"))) and said is None:
            said = named[1]
        elif line.strip() and not line.lstrip().startswith("#"):
            head = line
        if head and head.count('"') % 2 == 0:
            return head.removesuffix("\n"), number, length, said
        if not line:
            break
    if head:
        raise DataError(f"{path} cannot be read as a table: a quote in its header is not closed; check its separators")
    raise DataError(f"{path} is empty: there is no table in it")


class _Columns:
    """The header of a table, and the one way to read rows below it."""

    def __init__(
        self,
        path: str | Path,
        head: str,
        sep: str | None,
        decimal: str,
        is_text: Callable[[str], bool],
        missing: Callable[[str], Sequence[str]] | None,
    ) -> None:
        sep = sep or max(SEPARATORS, key=re.sub(r'"[^"]*"', "", head).count)
        if len(sep) != 1 or len(decimal) != 1 or sep == decimal:
            raise DataError(f"sep={sep!r} and decimal={decimal!r} must be one character each, and differ")
        self.path, self.sep, self.decimal, self.head = path, sep, decimal, head
        self.first = next(self._read(head))
        self.header = [name.strip() for name in self.first]
        twice = next((name for name, n in Counter(filter(None, self.header)).items() if n > 1), None)
        if twice is not None:
            raise DataError(f"{path} has two columns called {twice!r}; rename one of them, or take it out")
        self.unnamed = [f"Unnamed: {k}" for k, name in enumerate(self.header) if not name]
        self.leading = next(
            (k for k, name in enumerate(self.header) if name), len(self.header)
        )  # before the first name
        self.names = [name or f"Unnamed: {k}" for k, name in enumerate(self.header)]
        self.text = {name for name in self.names if is_text(name)}
        missing = missing or (lambda name: () if name in self.text else EMPTY)
        self.missing = {name: list(signs) for name in self.names if (signs := missing(name))}
        self.count = 0  # rows so far
        self.named: bool | None = None  # whether rows begin with a name that has no heading

    def rows(self, content: str, before: int) -> Delimited:
        """The rows of a text, which stands below so many lines."""
        if MARK in content:  # files that each began with one were joined
            content = content.removeprefix(MARK).replace(f"\n{MARK}", "\n")
        irregular, count = self._irregular(content, before)
        content, dropped = self._regular(content, irregular, count)
        self.count += count
        some = count > dropped.get(BLANK, 0)
        table = pd.read_csv(
            io.BytesIO((content if some else self.head).encode()),
            sep=self.sep,
            decimal=self.decimal,
            header=None if some else 0,
            names=self.names,
            index_col=False,
            dtype=dict.fromkeys(self.text | self._padded(content), "str"),
            keep_default_na=False,
            na_values=self.missing,
            skipinitialspace=True,
            low_memory=False,
            **_EXACT,
        )
        # Values before the first name are pandas' row names; elsewhere every value may be its neighbour's.
        unnamed = [name for name in self.unnamed if table[name].isna().all()]
        shifted = [name for name in self.unnamed[self.leading :] if name not in unnamed]
        if shifted:
            raise DataError(
                f"{self.path} has values in column {self.names.index(shifted[0]) + 1}, which has no name in the "
                f"header, so that the names may belong to other columns; give every column its name, or take the "
                f"values out"
            )
        if unnamed and len(table):
            dropped[TRIMMED] = dropped.get(TRIMMED, 0) + len(table)
        return Delimited(table.drop(columns=unnamed), dropped)

    def _read(self, text: str) -> Any:
        return csv.reader(io.StringIO(text, newline=""), delimiter=self.sep, skipinitialspace=True, strict=True)

    def _padded(self, content: str) -> set[str]:
        """Columns with a whole number that begins with 0."""
        cell = f'[ "]*0[0-9]+[ "]*(?:[\n{re.escape(self.sep)}]|\\Z)'
        after = ("\n", re.escape(self.sep))  # one pattern each: a literal beginning is found ten times as fast
        if not self._may_be_padded(content):
            return set()
        if not re.match(cell, content) and not any(re.search(sign + cell, content) for sign in after):
            return set()
        cells = ((name, cell) for row in self._read(content) for name, cell in zip(self.names, row, strict=False))
        return {name for name, cell in cells if cell[:1] == "0" and re.fullmatch("0[0-9]+ *", cell)}

    def _may_be_padded(self, content: str) -> bool:
        """Whether a cell begins with 0 and a digit, or with a blank or a quote, behind which that may stand."""
        if not self.sep.isascii():
            return True
        sep = ord(self.sep)
        for start in range(-1, len(content), BLOCK):
            text = content[start : start + BLOCK + 2] if start >= 0 else "\n" + content[: BLOCK + 1]
            data = np.frombuffer(text.encode(), np.uint8)
            before, first, second = data[:-2], data[1:-1], data[2:]
            begins = (before == _END) | (before == sep)
            padded = (first == _ZERO) & (second - _ZERO < 10)
            if (begins & (padded | (first == _BLANK) | (first == _QUOTE))).any():
                return True
        return False

    def _irregular(self, content: str, before: int) -> tuple[dict[int, tuple[int, list[str]]], int]:
        """{row: its line, its fields} where these are too few, too many or empty, and how many rows there are."""
        found, count = {}, 0
        for count, line, row in self._suspects(content):
            if not row:
                continue
            if row == self.first:
                raise DataError(
                    f"{self.path}, line {line + before}, is the header again: several files were joined; take that "
                    f"line out, and tell the files' rows apart by the columns subject and trial"
                )
            if len(row) != len(self.names) or not (row[0] or any(map(str.strip, row))):
                found[count - 1] = (line + before, row)
        return found, count

    def _suspects(self, content: str) -> Iterator[tuple[int, int, list[str]]]:
        """Rows that may be irregular, with their number and that of their line, both from 1; the last has no fields.

        Without quotes, and blanks as separators, a line is a row: its separators are counted, which is quick.
        """
        row = line = start = 0
        if '"' in content or '"' in self.head or self.sep == " " or not self.sep.isascii():
            reader = self._read(content)
            for fields in filter(None, reader):  # pandas leaves out lines without anything, too
                row += 1
                yield row, reader.line_num, fields
            yield row, 0, []
            return
        longest = max(self.first, key=len)
        sep, again = ord(self.sep), re.compile(re.escape(longest.encode()))
        while start < len(content):
            end = content.find("\n", start + BLOCK) + 1 or len(content)
            text = content[start:end].removesuffix("\n") + "\n"
            data = np.frombuffer(text.encode(), np.uint8)
            marks = np.flatnonzero((data == sep) | (data == _END))
            ends = np.flatnonzero(data[marks] == _END)
            stops = marks[ends]
            starts = np.concatenate([[0], stops[:-1] + 1])
            suspect = np.diff(ends, prepend=-1) != len(self.names)
            begins = data[starts]
            if len(dark := np.flatnonzero((begins <= _BLANK) | (begins == sep) | (begins >= _ASCII))):
                seen = np.concatenate([[0], np.cumsum((data > _BLANK) & (data != sep) & (data < _ASCII))])
                suspect[dark] |= seen[stops[dark]] == seen[starts[dark]]
            if longest in text:
                suspect[np.searchsorted(stops, [found.start() for found in again.finditer(data)])] = True
            number = row + np.cumsum(stops > starts)
            for k in np.flatnonzero(suspect & (stops > starts)):
                yield int(number[k]), line + int(k) + 1, next(self._read(bytes(data[starts[k] : stops[k]]).decode()))
            row, line, start = int(number[-1]), line + len(stops), end
        yield row, 0, []

    def _regular(
        self, content: str, irregular: Mapping[int, tuple[int, list[str]]], count: int
    ) -> tuple[str, dict[str, int]]:
        """The text, every row of it with as many fields as the header, and what was left out."""
        named = self._row_names(content, irregular, count)
        if not irregular:
            return content, {}
        dropped: Counter[str] = Counter()
        width, out = len(self.names), io.StringIO()
        write = csv.writer(out, delimiter=self.sep, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        for k, row in enumerate(filter(None, self._read(content))):
            if k in irregular:
                row = row[1:] if named else row
                if named:
                    dropped[ROW_NAME] += 1
                if not any(map(str.strip, row)):
                    dropped[BLANK] += 1
                    continue
                if len(row) < width or any(map(str.strip, row[width:])):
                    raise self._refusal(*irregular[k])
                if len(row) > width:
                    dropped[TRIMMED] += 1
                row = row[:width]
            write.writerow(row)
        return out.getvalue(), dict(dropped)

    def _row_names(self, content: str, irregular: Mapping[int, tuple[int, list[str]]], count: int) -> bool:
        """Whether every row begins with a row name as R's `write.table` gives them."""
        if self.named is False or not count:
            return False
        rows = [row for _, row in irregular.values()]
        self.named = len(rows) == count and all(len(row) == len(self.names) + 1 for row in rows)
        if self.named:
            first = [row[0] for row in rows]
            quoted = self.head.startswith('"') and content.startswith('"') and all(f.isdecimal() for f in first)
            self.named = any(row[-1].strip() for row in rows) and (
                first == [str(k + 1) for k in range(self.count, self.count + count)]
                or (quoted and len(set(first)) == count)
            )
        return self.named

    def _refusal(self, line: int, row: list[str]) -> DataError:
        held = self.sep.join(row)
        held = held if len(held) <= 80 else f"{held[:80]}..."
        return DataError(
            f"{self.path}, line {line}, has {len(row)} fields, but the header has {len(self.names)} "
            f"({', '.join(self.names[:8])}{', ...' if len(self.names) > 8 else ''}): {held!r}; give every field a "
            f"name in the header, and every row all fields"
        )
