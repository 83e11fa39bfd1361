"""Unpack a fetched zip archive: no name leaves the folder, nothing is overwritten, and what is there already stays."""

import zlib
from pathlib import Path
from zipfile import BadZipFile, ZipFile, ZipInfo

from gazekit.files.atomic import writing
from gazekit.files.links import make_folder, refuse_link
from gazekit.files.untrusted import BLOCK, check_name, check_room
from gazekit.foundations.errors import DataError, refusing
from gazekit.foundations.progress import tqdm

LEFTOVERS = ("__MACOSX", ".DS_Store", "Thumbs.db")  # what systems leave in archives


def unpack(folder: Path, archive: str, into: str = ".", *, progress: bool = True) -> int:
    """Unpack an archive of a data set.

    Parameters
    ----------
    folder : Path
        Of the data set, which has the archive in it.
    archive : str
        The archive, relative to the folder.
    into : str
        Where its files go, relative to the folder.
    progress : bool
        Show a progress bar.

    Returns
    -------
    int
        How many files were written; those that are there already, as in the archive, are not written again.

    Raises
    ------
    DataError
        No zip archive, or a damaged one; a name that leaves the folder; more bytes than an archive of this size holds;
        a file of other content in the place of one of the archive's, which is not overwritten.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as here:
    ...     with ZipFile(f"{here}/a.zip", "w") as made:
    ...         made.writestr("images/a.txt", "gaze")
    ...     unpack(Path(here), "a.zip", progress=False), unpack(Path(here), "a.zip", progress=False)
    (1, 0)
    """
    path, written = folder / archive, 0
    broken = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
    with (
        refusing(broken, lambda error: DataError(f"{path} cannot be unpacked ({error}): remove it and fetch it again")),
        writing(f"{path} was not unpacked"),
        ZipFile(path) as content,
    ):
        files = [m for m in content.infolist() if not m.is_dir() and not _left_over(m.filename)]
        check_room(path, sum(m.file_size for m in files), path.stat().st_size)
        places = {m.filename: folder / into / check_name(m.filename, str(path)) for m in files}
        for member in tqdm(files, desc=f"unpack {archive}", unit="file", disable=not progress, leave=False):
            written += _write(content, member, places[member.filename], folder)
    return written


def _left_over(name: str) -> bool:
    return any(part in LEFTOVERS or part.startswith("._") for part in name.split("/"))


def _write(content: ZipFile, member: ZipInfo, target: Path, folder: Path) -> bool:
    refuse_link(target)
    if target.exists():
        if target.stat().st_size == member.file_size and _crc(target) == member.CRC:
            return False
        raise DataError(
            f"{target} is not the file that the archive has; nothing was overwritten: move it away, and fetch again"
        )
    make_folder(target.parent, within=folder)
    part = target.with_name(f"{target.name}.part")
    refuse_link(part)
    try:
        with content.open(member) as source, part.open("wb") as out:
            while block := source.read(BLOCK):
                out.write(block)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return True


def _crc(path: Path) -> int:
    crc = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            crc = zlib.crc32(block, crc)
    return crc
