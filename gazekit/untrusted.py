"""Files that others made: how much they may unpack to, how deep they may nest, which names they may give to files.

A file may unpack to `RATIO` times what it takes on the disk, and always to `FLOOR` bytes; one that asks for more is
refused before it is unpacked. See docs/security.md.
"""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from gazekit.errors import DataError, GazekitError
from gazekit.files import read_whole

FLOOR = 1 << 28  # bytes (256 MiB)
RATIO = 200  # tables of gaze shrink to a third or less, flat drawings in an .npz to a 300th, and those are small
BLOCK = 1 << 20  # bytes
MAX_LINE = 1_000_000  # bytes of a line of a table
MAX_COLUMNS = 10_000  # of a table


def room_for(size: int) -> int:
    """How many bytes a file of `size` bytes may unpack to.

    Examples
    --------
    >>> room_for(10) == FLOOR, room_for(10**7)
    (True, 2000000000)
    """
    return max(FLOOR, RATIO * size)


def check_room(path: str | Path, unpacked: int, size: int) -> None:
    """Refuse a file that unpacks to more than it may.

    Raises
    ------
    DataError
        More than `room_for(size)`.
    """
    if unpacked > room_for(size):
        raise DataError(
            f"{path} has {size:,} bytes and asks for more than {room_for(size):,} when unpacked, which no file of gaze "
            f"data needs: it is damaged, or made to fill the memory; fetch it again from its source"
        )


def parse_json(content: bytes | str) -> Any:
    """Parse JSON; whatever is wrong with it (bytes, nesting, numbers without end) is a `json.JSONDecodeError`.

    Examples
    --------
    >>> parse_json("[" * 100_000)
    Traceback (most recent call last):
    json.decoder.JSONDecodeError: nested too deeply: line 1 column 1 (char 0)
    """
    try:
        return json.loads(content)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise json.JSONDecodeError("nested too deeply", "", 0) from None
    except ValueError as error:  # not UTF-8, or a number of thousands of digits
        raise json.JSONDecodeError(str(error).partition(";")[0], "", 0) from None


def unpack_gzip(path: str | Path) -> bytes:
    """Read a gzip file, one member or several.

    Raises
    ------
    DataError
        Not there, not gzip, cut short, or it unpacks to more than it may.
    """
    packed = read_whole(path)
    pieces, unpacked = [], 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as stream:
            while piece := stream.read(BLOCK):
                pieces.append(piece)
                unpacked += len(piece)
                check_room(path, unpacked, len(packed))
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be decompressed ({first_line(error)}); it may be cut short: copy it again"
        ) from None
    return b"".join(pieces)


def read_csv_text(path: str | Path) -> str:
    r"""Read the text of a CSV file, `.gz` decompressed, before anything makes a table of it.

    Raises
    ------
    DataError
        Not there; not UTF-8 text; empty; a line or a number of columns that no table of gaze has.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     (file := Path(folder, "a.csv")).write_bytes(b"\xef\xbb\xbfx,y\n")
    ...     read_csv_text(file)
    7
    'x,y\n'
    """
    content = unpack_gzip(path) if str(path).endswith(".gz") else read_whole(path)
    if b"\0" in content:
        raise DataError(f"{path} is not UTF-8 text: it holds zero bytes; save it as CSV with the encoding UTF-8")
    _check_lines(path, content)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path} is not UTF-8 text; save it as CSV with the encoding UTF-8") from None
    header = text.partition("\n")[0]
    if not header.strip():
        raise DataError(f"{path} is empty: there is no table in it")
    if max(map(header.count, ",;\t")) >= MAX_COLUMNS:
        raise DataError(f"{path} has more than {MAX_COLUMNS:,} columns; check its separators")
    return text


def _check_lines(path: str | Path, content: bytes) -> None:
    codes = np.frombuffer(content, dtype=np.uint8)
    ends = np.concatenate([[-1], np.flatnonzero((codes == 10) | (codes == 13)), [len(codes)]])
    longest = int(np.diff(ends).argmax())
    if ends[longest + 1] - ends[longest] > MAX_LINE:
        raise DataError(
            f"{path}, line {longest + 1}, has more than {MAX_LINE:,} bytes, so it is no table of gaze; check its "
            f"line ends"
        )


@contextmanager
def making_sense(what: str | Path, then: str) -> Iterator[None]:
    """Say in one sentence that a file that could be read does not hold what it should.

    Parameters
    ----------
    what : str or path
        The file, or the folder.
    then : str
        What to do.

    Raises
    ------
    DataError
        Whatever goes wrong inside: a key that is not there, a value of another kind. Errors that are a `GazekitError`
        already pass as they are.

    Examples
    --------
    >>> with making_sense("a.json", "take it from its source again"):
    ...     {}["paths"]
    Traceback (most recent call last):
    gazekit.errors.DataError: a.json does not hold what it should (KeyError: 'paths'); take it from its source again
    """
    try:
        yield
    except GazekitError:
        raise
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise DataError(
            f"{what} does not hold what it should ({type(error).__name__}: {first_line(error)}); {then}"
        ) from error


def read_npz(path: str | Path) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz archive; pickled objects are refused, and nothing is written to the disk.

    Raises
    ------
    DataError
        Not there, not such an archive, with objects in it, or it unpacks to more than it may.
    """
    from zipfile import ZipFile

    content = read_whole(path)
    try:
        with ZipFile(io.BytesIO(content)) as archive:
            check_room(path, sum(member.file_size for member in archive.infolist()), len(content))
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            read = {name: arrays[name] for name in arrays.files}
    except DataError:
        raise
    except Exception as error:  # damaged archives raise many kinds for one fact
        raise DataError(
            f"{path} cannot be read as an archive of arrays ({first_line(error)}); fetch it again"
        ) from None
    other = next((name for name, array in read.items() if not isinstance(array, np.ndarray)), None)
    if other is not None:
        raise DataError(f"{path} holds {other!r}, which is no array; take the file from its source again")
    return read


def check_name(name: str, where: str) -> str:
    """Return the relative name of a file, if it stays in the folder that it is relative to.

    Raises
    ------
    DataError
        An absolute name, one with "..", a backslash, a colon or a control character, or a part that begins with a dot.

    Examples
    --------
    >>> check_name("images/one two.jpg", "the list")
    'images/one two.jpg'
    >>> check_name("../a.jpg", "the list")
    Traceback (most recent call last):
    gazekit.errors.DataError: the list names the file '../a.jpg', which is not a plain name within a folder; ...
    """
    parts = PurePosixPath(name).parts
    plain = bool(parts) and not any(part.startswith((".", "/")) for part in parts) and name.isprintable()
    if not plain or "\\" in name or ":" in name:
        raise DataError(
            f"{where} names the file {name[:80]!r}, which is not a plain name within a folder; nothing was read or "
            f"written: take the list from its source again"
        )
    return name


def first_line(error: BaseException, longest: int = 200) -> str:
    """The first line of an error's text, shortened; what kind of error it is where it has no text."""
    lines = str(error).splitlines()
    return lines[0][:longest].rstrip(".") if lines and lines[0] else type(error).__name__


def check_hdf5_heaps(content: bytes, path: str | Path) -> None:
    """Look through the heaps in which an HDF5 file keeps texts: of a damaged one the library never finds the end.

    A heap is "GCOL", version 1, its size, then objects of 16 bytes (number, uses, size) and their content, padded to 8
    bytes; the object 0 is the free space at its end. Source: "HDF5 File Format Specification", III.E.

    Raises
    ------
    DataError
        An object that reaches beyond its heap, or free space that is not all the rest.
    """
    at = content.find(b"GCOL\x01\0\0\0")
    while at >= 0:
        end, place = at + int.from_bytes(content[at + 8 : at + 16], "little"), at + 16
        while place + 16 <= min(end, len(content)):
            number = int.from_bytes(content[place : place + 2], "little")
            size = int.from_bytes(content[place + 8 : place + 16], "little")
            place += size if number == 0 else 16 + size + -size % 8
            if place > end or (number == 0 and place != end):
                raise DataError(f"{path} is damaged: its texts have no end; copy it again")
        at = content.find(b"GCOL\x01\0\0\0", at + 8)


def check_hdf5(file: Any, path: str | Path, size: int) -> None:
    """Look through an open HDF5 file before its data are read.

    Parameters
    ----------
    file : h5py.File
        The file.
    path : path
        For messages.
    size : int
        What it takes on the disk, bytes.

    Raises
    ------
    DataError
        A link to another file, data that lie in other files, or arrays larger than the file may unpack to.
    """
    import h5py

    needed = 0

    # What these two return ends the visit; what they raise would not come through whole.
    def look_link(name: str, link: Any) -> str | None:
        if isinstance(link, h5py.ExternalLink):
            return f"{name[:80]!r} is a link to another file ({link.filename[:80]}), which is not followed"
        return None

    def look(name: str, item: Any) -> str | None:
        nonlocal needed
        if not isinstance(item, h5py.Dataset):
            return None
        if item.external or item.is_virtual:
            return f"the data of {name[:80]!r} lie in another file, which is not read"
        needed += (item.size or 0) * max(item.dtype.itemsize, 1)
        return None

    said = file.visititems_links(look_link) or file.visititems(look)
    if said:
        raise DataError(f"{path}: {said}")
    check_room(path, needed, size)
