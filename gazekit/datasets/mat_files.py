"""MATLAB files of other people: looked through before scipy reads them, so that no header makes it fill the memory.

Source: "MAT-File Format", The MathWorks: level 5 files are tagged elements; arrays are elements of elements.
"""

import io
import struct
import zlib
from math import prod
from pathlib import Path
from typing import Any

from gazekit.errors import DataError
from gazekit.files import read_whole
from gazekit.untrusted import check_room

HEADER = 128  # bytes; the last two say the byte order
MATRIX, COMPRESSED = 14, 15  # types of elements
NUMBERS = range(5, 16)  # classes of arrays whose numbers stand in the file, so that they are no larger than it
DEEPEST = 32  # arrays within arrays; the published files have 6
CLASS = 8  # where the class stands in an array's element, after the tag of its flags
CELL = 8  # bytes of a number, or of the place of an object


def load_mat(path: Path, **options: Any) -> dict[str, Any]:
    """Read a MATLAB file, version 5 to 7, with `scipy.io.loadmat`; functions and objects in it are never run.

    Parameters
    ----------
    path : Path
        The file.
    **options
        Of `scipy.io.loadmat`.

    Raises
    ------
    DataError
        Arrays that are nested too deeply, or take more than the file may unpack to.
    Exception
        Whatever scipy raises for bytes that are not those of a whole file; it raises many kinds.
    """
    from scipy.io import loadmat

    content = read_whole(path)
    order = {b"IM": "<", b"MI": ">"}.get(content[HEADER - 2 : HEADER])
    if order is None:
        raise ValueError("it is no MATLAB file of version 5 to 7")
    _Looked(path, len(content), order).elements(content[HEADER:], 0)
    return loadmat(io.BytesIO(content), **options)


class _Looked:
    """What has been seen of a file: bytes unpacked, and bytes that its arrays say they need."""

    def __init__(self, path: Path, size: int, order: str) -> None:
        self.path, self.size, self.order = path, size, order
        self.unpacked, self.needed = 0, 0

    def elements(self, content: bytes | memoryview, depth: int) -> None:
        """Look through elements that follow each other; what is cut short is left for scipy to name."""
        if depth > DEEPEST:
            raise DataError(f"{self.path} has arrays nested more than {DEEPEST} deep; fetch it again from its source")
        view, at, place = memoryview(content), 0, 0
        while at + 8 <= len(view):
            kind, length = struct.unpack_from(self.order + "II", view, at)
            if kind >> 16:  # a small element: length and type share four bytes, the data are the next four
                length, kind, start, after = kind >> 16, kind & 0xFFFF, at + 4, at + 8
            else:
                start, after = at + 8, at + 8 + length + (-length % 8 if kind != COMPRESSED else 0)
            body = view[start : start + length]  # no copy
            if kind == COMPRESSED:
                self.elements(self._unpack(bytes(body)), depth + 1)
            elif kind == MATRIX:
                if length > CLASS and body[CLASS if self.order == "<" else CLASS + 3] not in NUMBERS:
                    self.elements(body, depth + 1)
            elif depth and place == 1:  # flags, then the dimensions
                sizes = struct.unpack_from(f"{self.order}{len(body) // 4}i", body)
                self.needed += CELL * abs(prod(sizes))
                check_room(self.path, self.needed, self.size)
            at, place = after, place + 1

    def _unpack(self, packed: bytes) -> bytes:
        stream, pieces, rest = zlib.decompressobj(), [], packed
        while rest and not stream.eof:
            piece = stream.decompress(rest, 1 << 20)
            self.unpacked += len(piece)
            check_room(self.path, self.unpacked, self.size)
            pieces.append(piece)
            if not piece and rest == stream.unconsumed_tail:
                break
            rest = stream.unconsumed_tail
        return b"".join(pieces)
