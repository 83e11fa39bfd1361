"""What a parquet file says of its columns, read from its footer before pyarrow reads the columns themselves.

pyarrow tells the same, but where the headers of a column are damaged the question ends the process. Sources: "Thrift
Compact protocol encoding" and `parquet.thrift`, Apache Software Foundation.
"""

from typing import Any

ROW_GROUPS, COLUMNS, META_DATA, NUM_VALUES, UNCOMPRESSED_SIZE = 4, 1, 3, 5, 6  # fields of the structs on the way
VALUE = 8  # bytes of a value, however small it is in the file
DEEPEST = 32  # structs within structs
STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(13)


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
        raise ValueError(f"its footer has a value of kind {kind}, which there is not")

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
