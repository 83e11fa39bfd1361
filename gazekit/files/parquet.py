"""Parquet files that others made: read whole, or refused in a sentence.

What the file says of its columns is read from its footer before pyarrow reads the columns themselves. pyarrow tells the
same, but where the headers of a column are damaged the question ends the process. Sources: "Thrift Compact protocol
encoding" and `parquet.thrift`, Apache Software Foundation.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.files.atomic import read_whole
from gazekit.files.untrusted import check_room, decoding

ROW_GROUPS, COLUMNS, META_DATA, NUM_VALUES, UNCOMPRESSED_SIZE = 4, 1, 3, 5, 6  # fields of the structs on the way
VALUE = 8  # bytes of a value, however small it is in the file
DEEPEST = 32  # structs within structs
STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)
CUT_SHORT = "it may be cut short or damaged: copy it again, or compute it again"


def bytes_needed(content: bytes) -> int:
    """Bytes that all columns need when unpacked, as the file says itself.

    A run of equal values takes next to nothing in the file, so each value counts for 8 bytes at least.

    Raises
    ------
    ValueError, LookupError, TypeError
        The footer is damaged.
    """
    end = len(content) - 8
    start = end - int.from_bytes(content[end : end + 4], "little")
    if not 0 <= start < end:
        raise ValueError("it ends before its footer")
    footer = _Thrift(content[start:end]).struct(0)
    chunks = [chunk[META_DATA] for group in footer[ROW_GROUPS] for chunk in group[COLUMNS]]
    return sum(max(int(chunk[UNCOMPRESSED_SIZE]), VALUE * int(chunk[NUM_VALUES])) for chunk in chunks)


class _Thrift:
    """Reads values of the compact protocol, one after the other: a struct is a dict from its fields' numbers."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def struct(self, depth: int) -> dict[int, Any]:
        if depth > DEEPEST:
            raise ValueError("its footer is nested too deeply")
        found: dict[int, Any] = {}
        field = 0
        while (head := self._byte()) & 15 != STOP:
            field = field + (head >> 4) if head >> 4 else self._signed()
            kind = head & 15
            found[field] = kind == TRUE if kind in (TRUE, FALSE) else self._value(kind, depth)
        return found

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (TRUE, FALSE, BYTE):
            return self._byte()
        if kind in (I16, I32, I64):
            return self._signed()
        if kind in (DOUBLE, BINARY):
            return self._skip(8 if kind == DOUBLE else self._unsigned())
        if kind in (LIST, SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._unsigned()
            return [self._value(head & 15, depth + 1) for _ in range(count)]
        if kind == MAP:
            count = self._unsigned()
            kinds = self._byte() if count else 0
            return [(self._value(kinds >> 4, depth + 1), self._value(kinds & 15, depth + 1)) for _ in range(count)]
        if kind == STRUCT:
            return self.struct(depth + 1)
        raise ValueError(f"its footer has a value of kind {kind}, which does not exist")

    def _byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def _unsigned(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            if shift > 63:
                raise ValueError("its footer has a number without end")

    def _signed(self) -> int:
        value = self._unsigned()
        return value >> 1 ^ -(value & 1)

    def _skip(self, length: int) -> None:
        self.at += length
        if self.at > len(self.content):
            raise ValueError("its footer ends within a text")


def read_arrow(path: str | Path) -> Any:
    """Read a whole parquet file as a `pyarrow.Table`.

    Raises
    ------
    DataError
        No such file, or not a whole parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    content = read_whole(path)
    with decoding(f"{path} cannot be read as parquet", CUT_SHORT):
        file = pq.ParquetFile(pa.BufferReader(content))
        check_room(path, bytes_needed(content), len(content))
        table = file.read()
        table.validate(full=True)  # lists whose ends lie outside their values, text that is not UTF-8
        return table


def read_parquet_table(path: str | Path) -> pd.DataFrame:
    """Read a parquet file as pandas does: a table of a run, or one of your own.

    Raises
    ------
    DataError
        No such file, not a whole parquet file, one that unpacks to more than it may, or one with columns that pandas
        does not have.
    """
    return to_frame(path, read_arrow(path))


def to_frame(path: str | Path, table: Any, **options: Any) -> pd.DataFrame:
    """Make a pandas table of a `pyarrow.Table`; `path` is for messages.

    Raises
    ------
    DataError
        Columns that pandas does not have.
    """
    with decoding(f"{path}: its columns cannot be read", CUT_SHORT):  # dates beyond pandas' years, names there twice
        return table.to_pandas(**options)
