"""SHA-256 of the published files: a list per data set, beside its card, in the format of `sha256sum`.

Hashes belong to single files, not to archives: servers pack archives anew and change their hash each time.
The lists are made from a complete copy with `python -m gazekit.datasets.fetching.hashes NAME ROOT`.
"""

from pathlib import Path

from gazekit.datasets.registry import datasets
from gazekit.files.atomic import read_whole, sha256_of, write_atomically
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError


def parse_checksums(text: str, where: str) -> dict[str, str]:
    """Parse lines of `sha256sum`: hash, two spaces, relative path.

    Raises
    ------
    DataError
        A line of another form, or a name that leaves the folder.

    Examples
    --------
    >>> parse_checksums("0" * 64 + "  eye/fixations.mat", "here")["eye/fixations.mat"][:4]
    '0000'
    """
    found = {}
    for number, line in enumerate(text.splitlines(), start=1):
        digest, _, name = line.partition("  ")
        if len(digest) != 64 or not name:
            raise DataError(f"line {number} of {where} is not 'sha256  path': {line[:80]!r}")
        found[check_name(name, where)] = digest
    return found


def read_checksums(name: str) -> dict[str, str]:
    """SHA-256 of every published file of a data set by its path relative to the folder.

    Raises
    ------
    DataError
        No list is known, or a line of it is wrong.
    """
    file = datasets.file(name).with_suffix(".sha256")
    return parse_checksums(read_whole(file).decode("utf-8", "replace"), file.name)


def hash_folder(name: str, root: Path) -> str:
    """Hash the published files of a data set in a folder.

    Parameters
    ----------
    name : str
        A registered data set; its card's `files` patterns say which files count.
    root : Path
        A complete copy.

    Returns
    -------
    str
        Lines of `sha256sum`, sorted by path.

    Raises
    ------
    DataError
        No such file in the folder.
    """
    card = datasets[name]
    folder = card.folder(root)
    paths = sorted({p for pattern in card.files for p in folder.glob(pattern) if p.is_file()})
    if not paths:
        raise DataError(f"{root} has no file of the data set {name!r}; the folder should hold {card.layout}")
    return "".join(f"{sha256_of(p)}  {p.relative_to(folder).as_posix()}\n" for p in paths)


if __name__ == "__main__":
    import sys

    _target = datasets.file(sys.argv[1]).with_suffix(".sha256")
    write_atomically(_target, hash_folder(sys.argv[1], Path(sys.argv[2])).encode())
