"""Whether a folder holds the whole data set: by the SHA-256 of every published file, or by known counts.

A list per data set, beside its card, has the hashes in the format of `sha256sum`. They belong to single files, not to
archives: servers pack archives anew and change their hash each time. The lists are made from a complete copy with
`python -m gazekit.datasets.fetching.integrity NAME ROOT`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gazekit.datasets.completeness import CountReport, FolderReport
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.registry import datasets
from gazekit.files.atomic import read_whole, sha256_of, write_atomically
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError
from gazekit.foundations.progress import tqdm
from gazekit.foundations.registry import imported


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


@dataclass(frozen=True)
class Changed:
    """A file whose content is not the published one."""

    path: str
    expected: str
    got: str


@dataclass(frozen=True)
class IntegrityReport(FolderReport):
    """What a folder holds of a data set.

    Parameters
    ----------
    name, root
        See `FolderReport`.
    expected : int
        Published files.
    missing : tuple of str
        Published files that are not there.
    changed : tuple of Changed
        Files whose SHA-256 differs from the published one.
    extra : tuple of str
        Files that are not part of the published set; they do no harm.
    """

    expected: int
    missing: tuple[str, ...]
    changed: tuple[Changed, ...]
    extra: tuple[str, ...]

    @property
    def found(self) -> str:
        """How many files are as published, and how many are not."""
        good = self.expected - len(self.missing) - len(self.changed)
        return (
            f"{good} of {self.expected} files as published, {len(self.missing)} missing, {len(self.changed)} changed, "
            f"{len(self.extra)} extra"
        )

    @property
    def problems(self) -> list[str]:
        """One line per file that is missing or changed."""
        changed = [f"changed  {c.path}: expected sha256 {c.expected}, got {c.got}" for c in self.changed]
        return [f"missing  {path}" for path in self.missing] + changed


def check(name: str, root: str | Path, *, progress: bool = True) -> IntegrityReport | CountReport:
    """Compare a folder with the published files of a data set, by SHA-256, or by known counts where it has none.

    Parameters
    ----------
    name : str
        A registered data set.
    root : path
        The folder.
    progress : bool
        Show a progress bar.

    Returns
    -------
    IntegrityReport or CountReport
        Both have `whole`, `summary` and `lines`.

    Raises
    ------
    UnknownNameError
        No such data set.
    DataError
        The folder is not there.
    """
    published = PublishedFolder(datasets[name], root)
    if published.card.checked_by is not None:
        return imported(published.card.checked_by)(published, progress=progress)
    folder, expected = published.root, read_checksums(name)
    missing, changed = compare(folder, expected, f"check {name}", progress)
    present = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    extra = tuple(p for p in present if p not in expected)
    return IntegrityReport(name, Path(root), len(expected), missing, changed, extra)


def compare(
    folder: Path, expected: Mapping[str, str], what: str, progress: bool
) -> tuple[tuple[str, ...], tuple[Changed, ...]]:
    """The files of a list of hashes that a folder does not have, and those of other content; `what` names the bar."""
    missing, changed = [], []
    for path, digest in tqdm(expected.items(), desc=what, unit="file", disable=not progress, leave=False):
        file = folder / path
        if not file.is_file():
            missing.append(path)
        elif (got := sha256_of(file)) != digest:
            changed.append(Changed(path, digest, got))
    return tuple(missing), tuple(changed)


if __name__ == "__main__":
    import sys

    _target = datasets.file(sys.argv[1]).with_suffix(".sha256")
    write_atomically(_target, hash_folder(sys.argv[1], Path(sys.argv[2])).encode())
