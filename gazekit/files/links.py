"""Folders that somebody else may have made: nothing is written through the links that they came with.

A person names a file or a folder (`--out`, `-o`, `--root`): links on the way to it, and a folder that he names and that
is a link itself, are his own and are followed. What gazekit adds to that name (`parts`, a piece, `report.html`,
`.gazekit-lock`, `images/a.jpg.part`), and the last part of the name of a file, may have come with the folder: there a
link is refused. The stranger made the folder before; he is not taken to change it while gazekit runs, although a file
is opened so that even then no link is followed, where the system can do that (`O_NOFOLLOW`).
"""

import os
import stat
from pathlib import Path

from gazekit.foundations.errors import DataError

_OPEN = os.O_RDWR | sum(getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
_THEN = "or choose another name or folder (nothing was written to it)"


def refuse_link(path: str | Path) -> None:
    """Refuse a name that is a symbolic link, pipe, device or socket: writing to it would reach something else.

    Raises
    ------
    DataError
        It is one; the message says where the link leads and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     refuse_link(f"{folder}/absent")
    ...     Path(folder, "report.html").symlink_to("/home/me/notes")
    ...     refuse_link(f"{folder}/report.html")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gazekit.DataError: .../report.html is a symbolic link to '/home/me/notes', and gazekit ...
    """
    try:
        about = os.lstat(path)
    except OSError:  # not there; what else is wrong is said where it is written
        return
    if stat.S_ISLNK(about.st_mode):
        raise DataError(
            f"{_shown(path)} is a symbolic link to {os.fspath(Path(path).readlink())!r}, and gazekit writes through no "
            f"link that somebody may have put there; remove the link, {_THEN}"
        )
    if not (stat.S_ISREG(about.st_mode) or stat.S_ISDIR(about.st_mode)):
        raise DataError(f"{_shown(path)} is a pipe, a device or a socket, not a file; remove it, {_THEN}")


def refuse_links_in(folder: Path) -> None:
    """Refuse a folder in which anything, at any depth, is a link, pipe, device or socket.

    Raises
    ------
    DataError
        The first one, by name; see `refuse_link`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Path(folder, "parts").symlink_to("/home/me")
    ...     refuse_links_in(Path(folder))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    gazekit.DataError: .../parts is a symbolic link to '/home/me', and gazekit ...
    """
    for place, folders, files in os.walk(folder):  # follows no links
        for name in sorted(folders + files):
            refuse_link(Path(place, name))


def make_folder(path: Path, *, within: Path | None = None) -> None:
    """Make a folder if it is not there.

    Parameters
    ----------
    path : Path
        The folder.
    within : Path, optional
        The folder above it that a person named. It may be a link; no folder between it and `path`, nor `path` itself,
        may. By default `path` is the one that he named.

    Raises
    ------
    DataError
        A link in the place of a folder; see `refuse_link`.
    OSError
        It cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     make_folder(Path(home, "run", "parts", "00"), within=Path(home, "run"))
    ...     Path(home, "run", "parts", "00").is_dir()
    True
    """
    folder = path if within is None else within
    folder.mkdir(parents=True, exist_ok=True)
    for name in () if within is None else path.relative_to(within).parts:
        folder /= name
        refuse_link(folder)
        folder.mkdir(exist_ok=True)


def open_plain(path: Path, *, make: bool = True) -> int:
    """Open a file to read and to write, without emptying it, if that changes this file alone.

    Parameters
    ----------
    path : Path
        The file.
    make : bool
        Make it if it is not there.

    Returns
    -------
    int
        Its handle.

    Raises
    ------
    DataError
        A link, no regular file, or one that has other names too (hard links).
    OSError
        It cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     handle = open_plain(Path(folder, "a.part"))
    ...     os.write(handle, b"gaze")
    ...     os.close(handle)
    4
    """
    refuse_link(path)
    handle = os.open(path, _OPEN | (os.O_CREAT if make else 0), 0o644)
    about = os.fstat(handle)
    if stat.S_ISREG(about.st_mode) and about.st_nlink <= 1:  # 0: removed since
        return handle
    os.close(handle)
    raise DataError(
        f"{_shown(path)} is not a file of this name alone ({about.st_nlink} hard links), so that writing to it would "
        f"change something else too; remove it, {_THEN}"
    )


def _shown(path: str | Path) -> str:
    """A path for a message: a stranger's names may hold what a terminal obeys."""
    text = os.fspath(path)
    return text if text.isprintable() else ascii(text)
