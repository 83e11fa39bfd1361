"""Files that others made: how much they may unpack to, how deep they may nest, which names they may give to files.

A file may unpack to `RATIO` times what it takes on the disk, and always to `FLOOR` bytes; one that asks for more is
refused before it is unpacked. See docs/security.md.
"""

import io
import json
import zlib
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from gazekit.errors import DataError
from gazekit.files import read_whole

FLOOR = 1 << 28  # bytes (256 MiB)
RATIO = 200  # tables of gaze shrink to a third or less, flat drawings in an .npz to a 300th, and those are small
BLOCK = 1 << 20  # bytes


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
    pieces, unpacked, rest = [], 0, packed
    try:
        while rest:
            stream = zlib.decompressobj(wbits=31)
            while not stream.eof:
                piece = stream.decompress(rest, BLOCK)
                if not piece and not stream.unconsumed_tail and not stream.eof:
                    raise zlib.error("it ends before its end")
                pieces.append(piece)
                unpacked += len(piece)
                check_room(path, unpacked, len(packed))
                rest = stream.unconsumed_tail
            rest = stream.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise DataError(f"{path} cannot be decompressed ({error}); it may be cut short: copy it again") from None
    return b"".join(pieces)


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
