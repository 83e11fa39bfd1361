"""Reading whole files, and writing them so that a crash or a full disk leaves the old one whole."""

import contextlib
import errno
import os
import secrets
from pathlib import Path

from gazekit.errors import DataError

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and write it again",
    errno.EDQUOT: "the disk quota is used up; free some space and write it again",
    errno.EFBIG: "the file would be larger than this system allows",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: "there is no permission to write there; choose another folder",
    errno.EPERM: "there is no permission to write there; choose another folder",
}


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a whole file or nothing: a temporary file beside it, flushed to disk, takes the old one's place.

    Parameters
    ----------
    path : path
        The file to write. A symbolic link is followed, not replaced.
    content : bytes
        All of it.

    Raises
    ------
    DataError
        The file cannot be written (folder absent, disk full, no permission); the old one is untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(f"{folder}/a.txt", b"gaze")
    ...     Path(folder, "a.txt").read_bytes()
    b'gaze'
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise DataError(f"{path} is a folder, not a file; give the name of a file in it")
    if not target.parent.is_dir():
        raise DataError(f"{path} cannot be written: the folder {target.parent} does not exist; make it first")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, error.strerror or str(error))
        raise DataError(f"{path} was not written: {reason}") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def read_whole(path: str | Path) -> bytes:
    """Read all bytes of a file.

    Raises
    ------
    DataError
        No such file, or it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no file {path}; check the name") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error
