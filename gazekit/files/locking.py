"""One writer per folder: a lock that the system drops when its holder dies, with a note that says who holds it."""

import json
import os
import socket
from pathlib import Path
from typing import Any, Self

from gazekit.files.links import open_plain
from gazekit.foundations.errors import BusyError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LOCK = ".gazekit-lock"
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def claim(handle: int) -> bool | None:
    """Lock an open file, until it is closed: whether it was free; None where the file system has no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # ENOLCK, EOPNOTSUPP, ENOSYS
        return None
    return True


def _still_there(handle: int, file: Path) -> bool:
    """Whether a name still leads to an open file: another process may have removed it before it was locked."""
    try:
        return os.path.samestat(os.fstat(handle), file.lstat())
    except FileNotFoundError:
        return False


class FolderLock:
    """Hold a folder for writing, from construction to `release` or the end of a `with`.

    The lock is the system's (`flock`, which Linux passes on to the server of a network file system), so that it ends
    with the process that holds it, however that process ends; nothing depends on a clock. The file beside it only says
    who holds it. Where a file system has no locks, the note decides: its process must be alive on this machine, and one
    of another machine is believed. Without `fcntl` (Windows) nothing is locked.

    Parameters
    ----------
    folder : path
        It must exist.

    Raises
    ------
    BusyError
        Another process holds it, or another object in this one; the message has its number and host.
    DataError
        In the place of the file there is a link, or something else that is not a file of this name alone.
    OSError
        The file of the lock cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with FolderLock(folder):
    ...         FolderLock(folder)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gazekit.BusyError: ... is being written by process ...
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder, self.file = Path(folder), Path(folder) / LOCK
        self._handle: int | None = None
        while self._handle is None and fcntl is not None:
            handle = open_plain(self.file)
            try:
                locked = claim(handle)
                note = _read(handle)
                if locked is False or (locked is None and _alive(note)):
                    raise BusyError(_busy(self.folder, self.file, note, by_note=locked is None))
                if _still_there(handle, self.file):  # not removed by its last holder since it was opened
                    _write(handle)
                    self._handle, handle = handle, -1
            finally:
                if handle >= 0:
                    os.close(handle)

    def release(self) -> None:
        """Remove the file and let others in; a second call does nothing."""
        if self._handle is not None:
            self.file.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


# ---------------------------------------------------------------- inside


def _read(handle: int) -> dict[str, Any]:
    try:
        note = json.loads(os.pread(handle, 1000, 0))
    except (ValueError, RecursionError):  # not written yet, cut short, or somebody's nonsense
        return {}
    return note if isinstance(note, dict) else {}


def _write(handle: int) -> None:
    note = {"process": os.getpid(), "host": socket.gethostname(), "boot": _boot()}
    os.ftruncate(handle, 0)
    os.pwrite(handle, (json.dumps(note) + "\n").encode(), 0)


def _alive(note: dict[str, Any]) -> bool:
    process = note.get("process")
    if not isinstance(process, int) or process <= 0:
        return False
    if note.get("host") != socket.gethostname():
        return True
    if note.get("boot") != _boot():
        return False
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _boot() -> str:
    return _BOOT.read_text().strip() if _BOOT.is_file() else ""


def _busy(folder: Path, file: Path, note: dict[str, Any], *, by_note: bool) -> str:
    process, host = (
        ascii(note[key])[:80].strip("'") if key in note else absent  # whoever wrote it: no escapes of a terminal
        for key, absent in (("process", "of unknown number"), ("host", "an unknown host"))
    )
    hint = f" (if that process has ended, remove {file.name} there)" if by_note else ""
    return (
        f"{folder} is being written by process {process} on {host}{hint}; wait until it has ended, stop it, or choose "
        f"another folder"
    )
