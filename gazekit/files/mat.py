"""MATLAB files of other people: looked through before scipy reads them.

Source: "MAT-File Format", The MathWorks: level 5 files are tagged elements; arrays are elements of elements. scipy
trusts what the tags say: a file that breaks the format's rules can end the process, or fill the memory. So the rules
are checked first.
"""

import io
import struct
import zlib
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.files.atomic import read_whole
from gazekit.files.untrusted import BLOCK, DEEPEST, check_room
from gazekit.foundations.errors import DataError

HEADER = 128  # bytes; the last two say the byte order
SECOND_HEADER = 8  # bytes before the elements of the file within the file
INT8, INT32, UINT32, MATRIX, COMPRESSED = 1, 5, 6, 14, 15  # types of elements
PLAIN = {1, 2, 3, 4, 5, 6, 7, 9, 12, 13, 16, 17, 18}  # types of elements that hold numbers or text
CELL_ARRAY, STRUCT, OBJECT, TEXT, SPARSE, FUNCTION, OPAQUE = 1, 2, 3, 4, 5, 16, 17  # classes of arrays
NUMBERS = range(6, 16)  # classes too
MOST_DIMENSIONS = 32
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
        What breaks the format's rules is a ValueError; scipy raises many kinds.
    """
    from scipy.io import loadmat

    content = read_whole(path)
    order = {b"IM": "<", b"MI": ">"}.get(content[HEADER - 2 : HEADER])
    if order is None:
        raise ValueError("it is no MATLAB file of version 5 to 7")
    _Looked(path, len(content), order).file(memoryview(content)[HEADER:])
    return loadmat(io.BytesIO(content), **options)


def load_mat_map(path: Path) -> dict[str, Any]:
    """Read the only `containers.Map` of a MATLAB file, version 5 to 7, as a mapping of keys to values.

    Source: as `scipy.io.loadmat` gives it, such an object is a number, and what it holds stands in a second MATLAB file
    within the first: a struct with the fields `keys` and `values` for each map (mat-io, which reads such files too,
    describes the layout).

    Raises
    ------
    ValueError
        No map, or several.
    DataError, Exception
        As `load_mat`.
    """
    from scipy.io import loadmat

    outer = load_mat(path)
    stored = np.asarray(outer.get("__function_workspace__", np.empty(0, np.uint8))).tobytes()
    if len(stored) <= SECOND_HEADER:
        raise ValueError("it holds no containers.Map")
    order = ">" if stored[2:4] == b"MI" else "<"
    _Looked(path, len(stored), order).file(memoryview(stored)[SECOND_HEADER:])
    header = b" " * (HEADER - 4) + stored[:4]
    inner = loadmat(io.BytesIO(header + stored[SECOND_HEADER:]))["__function_workspace__"]
    cells = inner["MCOS"].ravel()[0].ravel()[0]["arr"].ravel()
    maps = [cell for cell in cells if {"keys", "values"} <= set(cell.dtype.names or ())]
    if len(maps) != 1:
        raise ValueError(f"it holds {len(maps)} containers.Map, not one")
    keys, values = (maps[0][field].ravel()[0].ravel() for field in ("keys", "values"))
    return {str(np.ravel(key)[0]): value for key, value in zip(keys, values, strict=True)}


class _Looked:
    """What has been seen of a file: bytes unpacked, and bytes that its arrays say they need."""

    def __init__(self, path: Path, size: int, order: str) -> None:
        self.path, self.size, self.order = path, size, order
        self.unpacked, self.needed = 0, 0

    def file(self, view: memoryview) -> None:
        """Look through the elements of a file: arrays, each perhaps compressed."""
        while len(view):
            kind, body, view = self._element(view)
            if kind == COMPRESSED:
                kind, body, _ = self._element(memoryview(self._unpack(body)))
            if kind != MATRIX:
                raise ValueError(f"an element of type {kind} is no array")
            self._array(body, 0)

    def _element(self, view: memoryview) -> tuple[int, memoryview, memoryview]:
        """Type and content of the first element, and what follows it."""
        if len(view) < 8:
            raise ValueError("it ends within an element")
        kind, length = struct.unpack_from(self.order + "II", view)
        if kind >> 16:  # a small element: length and type share four bytes, the data are the next four
            length, kind, start, after = kind >> 16, kind & 0xFFFF, 4, 8
            if length > 4 or kind not in PLAIN:
                raise ValueError("a small element is larger than it may be")
        else:
            start, after = 8, 8 + length + (-length % 8 if kind != COMPRESSED else 0)
        if start + length > len(view):
            raise ValueError("it ends within an element")
        return kind, view[start : start + length], view[after:]

    def _of(self, wanted: int, view: memoryview, what: str) -> tuple[memoryview, memoryview]:
        kind, body, rest = self._element(view)
        if kind != wanted:
            raise ValueError(f"{what} of an array are of type {kind}, not {wanted}")
        return body, rest

    def _array(self, view: memoryview, depth: int) -> None:
        if depth > DEEPEST:
            raise DataError(f"{self.path} has arrays nested more than {DEEPEST} deep; fetch it again from its source")
        if not len(view):  # how an empty cell is written
            return
        flags, view = self._of(UINT32, view, "the flags")
        if len(flags) != 8:
            raise ValueError("the flags of an array have another size")
        kind, is_complex = (flags[0], flags[1] & 8) if self.order == "<" else (flags[3], flags[2] & 8)
        if kind == OPAQUE:  # three names, then an array
            for _ in range(3):
                _, view = self._of(INT8, view, "the names")
            return self._arrays(view, 1, depth)
        sizes, view = self._of(INT32, view, "the dimensions")
        dimensions = struct.unpack(f"{self.order}{len(sizes) // 4}i", sizes)
        if not 0 < len(dimensions) <= MOST_DIMENSIONS or min(dimensions) < 0:
            raise ValueError(f"an array has the dimensions {dimensions[:5]}")
        count = prod(dimensions)
        self.needed += CELL * count
        check_room(self.path, self.needed, self.size)
        _, view = self._of(INT8, view, "the name")
        if kind in NUMBERS or kind == TEXT:
            self._plain(view, 2 if is_complex else 1)
        elif kind == SPARSE:
            self._plain(view, 4 if is_complex else 3)
        elif kind in (CELL_ARRAY, FUNCTION):
            self._arrays(view, count if kind == CELL_ARRAY else 1, depth)
        elif kind in (STRUCT, OBJECT):
            if kind == OBJECT:
                _, view = self._of(INT8, view, "the class")
            longest, view = self._of(INT32, view, "the lengths of names")
            names, view = self._of(INT8, view, "the names of fields")
            width = struct.unpack(self.order + "i", longest)[0] if len(longest) == 4 else 0
            if width < 1 or len(names) % width:
                raise ValueError("the names of a struct's fields have another length than it says")
            self.needed += CELL * count * (len(names) // width)
            check_room(self.path, self.needed, self.size)
            self._arrays(view, count * (len(names) // width), depth)
        else:
            raise ValueError(f"an array is of class {kind}, which does not exist")

    def _arrays(self, view: memoryview, count: int, depth: int) -> None:
        for _ in range(count):
            body, view = self._of(MATRIX, view, "the members")
            self._array(body, depth + 1)

    def _plain(self, view: memoryview, count: int) -> None:
        for _ in range(count):
            kind, _, view = self._element(view)
            if kind not in PLAIN:
                raise ValueError(f"the values of an array are of type {kind}, which holds no numbers")

    def _unpack(self, packed: memoryview) -> bytes:
        stream, pieces, rest = zlib.decompressobj(), [], bytes(packed)
        while rest and not stream.eof:
            piece = stream.decompress(rest, BLOCK)
            self.unpacked += len(piece)
            check_room(self.path, self.unpacked, self.size)
            pieces.append(piece)
            if not piece and rest == stream.unconsumed_tail:
                break
            rest = stream.unconsumed_tail
        return b"".join(pieces)
