"""A folder that appears whole or not at all."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path

from gazekit.files.atomic import is_leftover, why_not_written
from gazekit.files.links import make_folder, refuse_link
from gazekit.files.locking import FolderLock
from gazekit.foundations.errors import DataError, GazekitError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give a folder to write into, which gets its name when all is written.

    Parameters
    ----------
    out : path
        Must not be there, or be empty: nothing is ever overwritten.

    Raises
    ------
    DataError
        The folder has something in it, is a link or a file, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as here:
    ...     with new_folder(Path(here, "made")) as part:
    ...         _ = (part / "a.txt").write_text("a")
    ...     Path(here, "made", "a.txt").read_text()
    'a'
    """
    check_new(out)
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        make_folder(out.parent)
        _remove_leftovers(out)
        part.mkdir()  # of a name that nobody could know, and new: no link is in it
        lock = FolderLock(part)
    except OSError as error:
        raise DataError(f"{out} cannot be made: {why_not_written(error)}") from error
    try:
        with lock:
            yield part
        if out.is_dir():
            out.rmdir()
        part.replace(out)
    except OSError as error:
        raise DataError(f"{out} was not written: {error.strerror or error}; nothing is left of it") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def check_new(out: Path) -> None:
    """Refuse a folder that has something in it, a link and a file.

    Raises
    ------
    DataError
        It is one of these.
    """
    refuse_link(out)  # it is replaced as a whole
    if out.exists() and not out.is_dir():
        raise DataError(f"{out} is a file; give the name of a new folder")
    if out.is_dir() and any(out.iterdir()):
        raise DataError(f"the folder {out} has something in it, and nothing is overwritten; give a new or empty one")


def _remove_leftovers(out: Path) -> None:
    """Remove what processes that were killed left of this folder; not what one is still writing."""
    for part in out.parent.glob(f".{escape(out.name)}.*.part"):
        if is_leftover(part) and part.is_dir() and not part.is_symlink():
            with suppress(GazekitError, OSError), FolderLock(part):  # held by another process, or not ours to remove
                shutil.rmtree(part)
