"""Files that a command writes: whether they may be written, before anything is computed."""

from collections.abc import Sequence
from pathlib import Path

from gazekit.foundations.errors import GazekitError


def check_suffix(out: Path) -> None:
    """Refuse the name of a file of scanpaths whose suffix does not say how they are written."""
    from gazekit.interchange.formats import SUFFIXES

    if not out.name.lower().endswith(tuple(SUFFIXES)):
        raise GazekitError(f"{out} must end in {', '.join(SUFFIXES)}: the suffix says which kind of file is written")


def check_output(out: Path, read: Sequence[str | Path] = (), *, overwrite: bool, folders: bool = False) -> None:
    """Whether a file may be written, before anything is computed for it; with `folders` those above it are made later.

    What a process that was killed while it wrote this file left is removed.

    Raises
    ------
    GazekitError
        It is one of the files that are read; it exists and `overwrite` is off.
    DataError
        It is a link, or not a plain file; its folder is not there.
    """
    from gazekit.files.atomic import check_folder, remove_leftovers
    from gazekit.files.links import refuse_link

    if not folders:
        check_folder(out)
    if out.exists():
        if any(Path(file).exists() and out.samefile(file) for file in read):
            raise GazekitError(
                f"{out} is one of the files that are read here, and would be overwritten; give another name"
            )
        if not overwrite:
            raise GazekitError(f"{out} exists already; give --overwrite or another name")
    refuse_link(out)
    remove_leftovers(out.parent, of=out.name)
