"""Reading whole files, and writing them so that a crash or a full disk leaves the old one whole."""

import contextlib
import errno
import os
import re
import secrets
import sys
from contextlib import AbstractContextManager
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from gazekit.files.links import open_plain, refuse_link
from gazekit.files.locking import claim
from gazekit.foundations.errors import DataError, refusing

_REASONS = {
    errno.ENOSPC: "the disk is full; free some space and write it again",
    errno.EDQUOT: "the disk quota is used up; free some space and write it again",
    errno.EFBIG: "the file would be larger than this system allows",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: "there is no permission to write there; choose another folder",
    errno.EPERM: "there is no permission to write there; choose another folder",
}

_LEFTOVER = re.compile(r"\..+\.[0-9a-f]{8}\.part")
LONGEST_NAME = 240  # bytes: of the 255 that file systems allow, `_write_beside` takes 15
_HANDLES = {"/dev/stdout": 1, "/dev/stderr": 2}


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a whole file or nothing: a temporary file beside it, flushed to disk, takes the old one's place.

    Parameters
    ----------
    path : path
        The file to write. A symbolic link in its place is refused (see `gazekit.files.links`); links in the names of
        the folders above are followed. To `/dev/stdout` and `/dev/stderr` the bytes are sent as they are.
    content : bytes
        All of it.

    Raises
    ------
    DataError
        The file cannot be written (a link, folder absent, disk full, no permission); the old one is untouched.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_atomically(f"{folder}/a.txt", b"gaze")
    ...     Path(folder, "a.txt").read_bytes()
    b'gaze'
    """
    target, handle = Path(path), _HANDLES.get(str(path))
    if handle is None:
        refuse_link(target)
    if target.is_dir():
        raise DataError(f"{path} is a folder, not a file; give the name of a file in it")
    check_folder(target)
    with writing(f"{path} was not written"):
        if handle is not None:
            sys.stdout.flush()  # what was printed before comes before
            with os.fdopen(os.dup(handle), "wb") as stream:
                stream.write(content)
            return
        while not _write_beside(target, content):
            pass


def check_folder(path: Path) -> None:
    """Refuse a file whose folder is not there, or takes none.

    Raises
    ------
    DataError
        There is no such folder; nothing may be written to it.

    Examples
    --------
    >>> check_folder(Path("no/such/a.txt"))
    Traceback (most recent call last):
    gazekit.DataError: no/such/a.txt cannot be written: the folder no/such does not exist; make it first
    """
    if not path.parent.is_dir():
        raise DataError(f"{path} cannot be written: the folder {path.parent} does not exist; make it first")
    if str(path) not in _HANDLES and not os.access(path.parent, os.W_OK | os.X_OK):
        read_only = hasattr(os, "statvfs") and os.statvfs(path.parent).f_flag & os.ST_RDONLY
        raise DataError(f"{path} was not written: {_REASONS[errno.EROFS if read_only else errno.EACCES]}")


def check_length(path: str | Path) -> None:
    """Refuse a name that is too long for the file that is written beside it first.

    Raises
    ------
    DataError
        It is.

    Examples
    --------
    >>> check_length("a" * 250)
    Traceback (most recent call last):
    gazekit.DataError: the name aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa... is too long: it has 250 bytes, and may ...
    """
    name = Path(path).name
    if len(os.fsencode(name)) > LONGEST_NAME:
        raise DataError(
            f"the name {name[:40]}... is too long: it has {len(os.fsencode(name))} bytes, and may have {LONGEST_NAME}"
        )


def _write_beside(target: Path, content: bytes) -> bool:
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            claim(file.fileno())  # while it grows it is not left over
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)  # a link that came meanwhile would be replaced, not followed
        return True
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise
        return False  # another process took it for a leftover between two lines: once more
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def writing(what: str, then: str = "") -> AbstractContextManager[None]:
    """Say why the system does not write; `what` begins the sentence and `then` ends it.

    Raises
    ------
    DataError
        The system refuses what is done inside.
    """
    return refusing(OSError, lambda error: DataError(f"{what}: {why_not_written(error)}{then}"))


def why_not_written(error: OSError) -> str:
    """Why the system refused to write, and what to do, in words.

    Examples
    --------
    >>> why_not_written(OSError(errno.EROFS, "Read-only file system"))
    'the disk is read-only; choose another folder'
    """
    return _REASONS.get(error.errno or 0, f"{error.strerror or error}; choose another folder")


def remove_leftovers(folder: Path, of: str = "") -> None:
    """Remove what `write_atomically` left in a folder because its process was killed; not what one is still writing.

    Parameters
    ----------
    folder : Path
        Where they are.
    of : str
        The file that was to be written; default any.
    """
    for file in folder.iterdir() if folder.is_dir() else ():
        if is_leftover(file) and (not of or file.name[1:-14] == of):
            with contextlib.suppress(OSError, DataError):  # read-only; another process was quicker; a link, not ours
                handle = open_plain(file, make=False)
                try:
                    if claim(handle):
                        file.unlink()
                finally:
                    os.close(handle)


def is_leftover(path: Path) -> bool:
    """Whether a file is one of `write_atomically`'s that was not finished: its process was killed, or is at it.

    Examples
    --------
    >>> is_leftover(Path("run/.scores.parquet.0a1b2c3d.part")), is_leftover(Path("run/.scores.part"))
    (True, False)
    """
    return _LEFTOVER.fullmatch(path.name) is not None


def refuse_pipe(path: str | Path) -> None:
    """Refuse a pipe or a device in the place of a file that is to be read: its reader would wait for it.

    Raises
    ------
    DataError
        It is one.
    """
    path = Path(path)
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise DataError(f"{path} is a pipe or a device, not a file; save what comes from it as a file first")


def read_whole(path: str | Path) -> bytes:
    """Read all bytes of a file.

    Raises
    ------
    DataError
        No such file, or it cannot be read.
    """
    try:
        refuse_pipe(path)
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise DataError(f"there is no file {path}; check the name") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}") from error


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex."""
    return digest_of(path, "sha256")


def digest_of(path: Path, kind: Literal["sha256", "md5"]) -> str:
    """SHA-256 or MD5 of a file, hex."""
    with path.open("rb") as stream:
        return file_digest(stream, kind).hexdigest()
