"""HDF5 files of other people: looked through before their data are read."""

from pathlib import Path
from typing import Any

from gazekit.files.untrusted import DEEPEST, check_room
from gazekit.foundations.errors import DataError


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
        A link to another file, data that lie in other files, groups nested too deeply, or arrays larger than the file
        may unpack to.
    """
    import h5py

    needed = 0

    # What these two return ends the visit; what they raise would not come through whole.
    def look_link(name: str, link: Any) -> str | None:
        if name.count("/") >= DEEPEST:
            return f"it has groups nested more than {DEEPEST} deep; copy it again from its source"
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
