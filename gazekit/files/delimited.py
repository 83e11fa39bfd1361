"""Delimited text (CSV and its relatives), read so that no value can slip into the column of its neighbour.

pandas takes the first column for row names as soon as rows have more fields than the header, and every column shifts;
rows with fewer fields are filled up. Here fields are counted line by line first.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from gazekit.files.untrusted import decoding, read_csv_text
from gazekit.foundations.errors import DataError

EMPTY = ["", "NA", "NaN", "nan", "."]  # "." is how EyeLink reports write a missing value
SEPARATORS = (",", ";", "\t")
TRIMMED = "empty field after the last column (left out)"
ROW_NAME = "row name without a heading (left out)"
BLANK = "row without any value (left out)"
# Since pandas 3.1 numbers are read exactly by default, and the option that asks for it is deprecated.
_EXACT: dict[str, Any] = {} if pd.__version__ >= "3.1" else {"float_precision": "round_trip"}
_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n|\Z)")
_SAID = re.compile(r'"?sep=(.)"?')  # Excel's own line that names the separator


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
    content = read_csv_text(path)
    start, line, said = _header(path, content)
    content = content[start:]
    sep = sep or said or max(SEPARATORS, key=re.sub(r'"[^"]*"', "", _LINE.match(content)[1]).count)  # type: ignore[index]
    if len(sep) != 1 or len(decimal) != 1 or sep == decimal:
        raise DataError(f"sep={sep!r} and decimal={decimal!r} must be one character each, and differ")
    with decoding(f"{path} cannot be read as a table", "check its separators"):
        rows = _Rows(path, content, sep, line)
        content, dropped = rows.regular()
        text = {name for name in rows.names if is_text(name)}
        table = pd.read_csv(
            io.StringIO(content),
            sep=sep,
            decimal=decimal,
            header=0,
            names=rows.names,
            index_col=False,
            dtype=dict.fromkeys(text | rows.padded(), "str"),
            keep_default_na=False,
            na_values={name: EMPTY for name in rows.names if name not in text},
            skipinitialspace=True,
            low_memory=False,
            **_EXACT,
        )
    empty = table.columns[table.isna().all()]
    unnamed = [name for name in rows.unnamed if name in empty]
    # Values before the first name are row names, as pandas writes them; elsewhere every value may be its neighbour's.
    shifted = next(
        (k for k, name in enumerate(rows.names) if name in rows.unnamed[rows.leading :] and name not in empty), None
    )
    if shifted is not None:
        raise DataError(
            f"{path} has values in column {shifted + 1}, which has no name in the header, so that the names may belong "
            f"to other columns; give every column its name, or take the values out"
        )
    if unnamed and len(table):
        dropped[TRIMMED] = dropped.get(TRIMMED, 0) + len(table)
    return Delimited(table.drop(columns=unnamed), dropped)


# ---------------------------------------------------------------- inside


def _header(path: str | Path, content: str) -> tuple[int, int, str | None]:
    """Where the header begins, the number of its line, and the separator that a line before it names."""
    said = None
    for line, match in enumerate(_LINE.finditer(content), 1):
        if match.end() == len(content) and not match[1].strip():
            break
        named = _SAID.fullmatch(match[1].strip(" "))
        if named and said is None:
            said = named[1]
        elif match[1].strip() and not match[1].lstrip().startswith("#"):
            return match.start(), line, said
    raise DataError(f"{path} is empty: there is no table in it")


class _Rows:
    """The header of a table, and which of its rows have another number of fields."""

    def __init__(self, path: str | Path, content: str, sep: str, line: int) -> None:
        self.path, self.content, self.sep, self.before = path, content, sep, line - 1
        reader = self._read()
        first = next(reader)
        header = [name.strip() for name in first]
        twice = next((name for name, n in Counter(filter(None, header)).items() if n > 1), None)
        if twice is not None:
            raise DataError(f"{path} has two columns called {twice!r}; rename one of them, or take it out")
        self.unnamed = [f"Unnamed: {k}" for k, name in enumerate(header) if not name]
        self.leading = next((k for k, name in enumerate(header) if name), len(header))  # columns before the first name
        self.names = [name or f"Unnamed: {k}" for k, name in enumerate(header)]
        self.irregular: dict[int, tuple[int, list[str]]] = {}  # row: the number of its line, its fields
        self.count = 0
        for row in reader:
            if not row:  # pandas leaves out lines without anything, too
                continue
            if row == first:
                raise DataError(
                    f"{path}, line {reader.line_num + self.before}, is the header again: several files were joined; "
                    f"take that line out, and tell the files' rows apart by the columns subject and trial"
                )
            if len(row) != len(first) or not (row[0] or any(map(str.strip, row))):
                self.irregular[self.count] = (reader.line_num + self.before, row)
            self.count += 1

    def _read(self) -> Any:
        return csv.reader(io.StringIO(self.content, newline=""), delimiter=self.sep, skipinitialspace=True, strict=True)

    def padded(self) -> set[str]:
        """Columns with a whole number that begins with 0."""
        after = ("\n", "\r", self.sep)  # one pattern each: a literal beginning is found ten times as fast
        if not any(re.search(re.escape(sign) + '[ "]*0[0-9]', self.content) for sign in after):
            return set()
        rows = filter(None, self._read())
        next(rows)
        cells = ((name, cell) for row in rows for name, cell in zip(self.names, row, strict=False))
        return {name for name, cell in cells if cell[:1] == "0" and re.fullmatch("0[0-9]+ *", cell)}

    def regular(self) -> tuple[str, dict[str, int]]:
        """The text, every row of it with as many fields as the header, and what was left out."""
        if not self.irregular:
            return self.content, {}
        named = self._row_names()
        dropped: Counter[str] = Counter()
        width, out = len(self.names), io.StringIO()
        write = csv.writer(out, delimiter=self.sep, lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
        rows = filter(None, self._read())
        write.writerow(next(rows))
        for k, row in enumerate(rows):
            if k in self.irregular:
                row = row[1:] if named else row
                if named:
                    dropped[ROW_NAME] += 1
                if not any(map(str.strip, row)):
                    dropped[BLANK] += 1
                    continue
                if len(row) < width or any(map(str.strip, row[width:])):
                    raise self._refusal(*self.irregular[k])
                if len(row) > width:
                    dropped[TRIMMED] += 1
                row = row[:width]
            write.writerow(row)
        return out.getvalue(), dict(dropped)

    def _row_names(self) -> bool:
        """Whether every row begins with a row name as R's `write.table` gives them."""
        rows = [row for _, row in self.irregular.values()]
        if len(rows) < self.count or any(len(row) != len(self.names) + 1 for row in rows):
            return False
        first = [row[0] for row in rows]
        lines = self.content.splitlines()
        quoted = all(line.startswith('"') for line in lines[:2]) and all(f.isdecimal() for f in first)
        return any(row[-1].strip() for row in rows) and (
            first == [str(k + 1) for k in range(len(first))] or (quoted and len(set(first)) == len(first))
        )

    def _refusal(self, line: int, row: list[str]) -> DataError:
        held = self.sep.join(row)
        held = held if len(held) <= 80 else f"{held[:80]}..."
        return DataError(
            f"{self.path}, line {line}, has {len(row)} fields, but the header has {len(self.names)} "
            f"({', '.join(self.names[:8])}{', ...' if len(self.names) > 8 else ''}): {held!r}; give every field a "
            f"name in the header, and every row all fields"
        )
