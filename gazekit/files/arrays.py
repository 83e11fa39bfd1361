"""NumPy's files of arrays (.npy, .npz) of other people: no objects, and no more than they hold."""

import io
from math import prod
from pathlib import Path

import numpy as np

from gazekit.files.atomic import read_whole
from gazekit.files.untrusted import check_room, decoding
from gazekit.foundations.errors import DataError

SUFFIX = ".npy"
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


def parse_npy(content: bytes) -> np.ndarray:
    """Make an array of the bytes of an .npy file.

    Raises
    ------
    ValueError
        Not such a file, pickled objects, or an array of another size than the bytes there are: numpy would ask for all
        the memory that a header asks for.

    Examples
    --------
    >>> file = io.BytesIO()
    >>> np.save(file, np.arange(3))
    >>> parse_npy(file.getvalue())
    array([0, 1, 2])
    """
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"it is of version {version}, of which only the names of fields are newer")
    shape, _, kind = _HEADERS[version](stream)
    if kind.hasobject:
        raise ValueError("it holds pickled objects, which are not read")
    needed, there = prod(shape) * kind.itemsize, len(content) - stream.tell()
    if needed != there or min(shape, default=0) < 0:
        raise ValueError(f"it has {there:,} bytes of values, and an array of the shape {shape} needs {needed:,}")
    return np.load(io.BytesIO(content), allow_pickle=False)


def read_npz(path: str | Path) -> dict[str, np.ndarray]:
    """Read all arrays of an .npz archive; pickled objects are refused, and nothing is written to the disk.

    Raises
    ------
    DataError
        Not there, not such an archive, with objects in it, or it unpacks to more than it may.
    """
    from zipfile import ZipFile

    content = read_whole(path)
    with (
        decoding(f"{path} cannot be read as an archive of arrays", "fetch it again"),
        ZipFile(io.BytesIO(content)) as archive,
    ):
        check_room(path, sum(member.file_size for member in archive.infolist()), len(content))
        other = next((name for name in archive.namelist() if not name.endswith(SUFFIX)), None)
        if other is not None:
            raise DataError(f"{path} holds {other!r}, which is no array; take the file from its source again")
        return {name.removesuffix(SUFFIX): parse_npy(archive.read(name)) for name in archive.namelist()}
