"""Whether a folder holds the whole data set: by the hashes of the published files, and by known counts.

A list per data set, beside its card, has SHA-256s in the format of `sha256sum`. They belong to single files, not to
archives: servers pack archives anew and change their hash each time. The lists are made from a complete copy with
`python -m gazekit.datasets.fetching.integrity NAME ROOT`. Files and archives of which somebody else has published the
MD5 stand in the card itself (`downloads`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gazekit.datasets.completeness import FolderReport, compared_counts
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.registry import datasets
from gazekit.files.atomic import digest_of, read_whole, sha256_of, write_atomically
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
    """Hashes of the published files of a data set by path relative to the folder: SHA-256, or the MD5 of its downloads.

    Raises
    ------
    DataError
        No hash is known, or a line of the list is wrong.
    """
    file, downloads = datasets.file(name).with_suffix(".sha256"), datasets[name].downloads
    found = {check_name(download.path, f"the card of {name!r}"): download.md5 for download in downloads}
    if file.is_file() or not downloads:
        found |= parse_checksums(read_whole(file).decode("utf-8", "replace"), file.name)
    return found


def kind_of(digest: str) -> Literal["sha256", "md5"]:
    """Which hash the digits are of."""
    return "sha256" if len(digest) == 64 else "md5"


def agrees(digest: str, expected: str) -> bool:
    """Whether a file's hash is the published one, of which the first digits may be known only."""
    return digest.startswith(expected)


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

    def __str__(self) -> str:
        return f"{self.path}: expected {kind_of(self.expected)} {self.expected}, got {self.got}"


def check(name: str, root: str | Path, *, progress: bool = True) -> FolderReport:
    """Compare a folder with the published files of a data set, by their hashes and by known counts.

    Counts are compared where hashes do not say everything: where there are none, or those of archives and of a part of
    the files only. An archive whose content is there is not missed.

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
    FolderReport

    Raises
    ------
    UnknownNameError
        No such data set.
    DataError
        The folder is not there.
    """
    published = PublishedFolder(datasets[name], root)
    card = published.card
    if card.checked_by is not None:
        return imported(card.checked_by)(published, progress=progress)
    listed = datasets.file(name).with_suffix(".sha256").is_file()
    reports = [_hashes(published, read_checksums(name), progress)] if listed or card.downloads else []
    if card.downloads or not listed:
        reports.append(_counts(published))
    problems = [problem for report in reports for problem in report.problems]
    found = "; ".join(report.found for report in reports)
    return FolderReport(card.name, found, problems, reports[-1].expectations)


def _hashes(published: PublishedFolder, expected: Mapping[str, str], progress: bool) -> FolderReport:
    """Which published files are there, and what is there beside them: files of others, or unpacked; they do no harm."""
    folder, name = published.root, published.card.name
    missing, changed = compare(folder, expected, f"check {name}", progress)
    unpacked = {download.path for download in published.card.downloads if download.needless_in(folder)}
    missing = tuple(path for path in missing if path not in unpacked)
    unpacked -= {path for path in unpacked if (folder / path).is_file()}
    present = (p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    extra = sum(p not in expected for p in present)
    good = len(expected) - len(missing) - len(changed) - len(unpacked)
    content = f", of {len(unpacked)} archives the content" if unpacked else ""
    found = (
        f"{good} of {len(expected)} files as published{content}, {len(missing)} missing, {len(changed)} changed, "
        f"{extra} extra"
    )
    problems = [f"missing  {path}" for path in missing] + [f"changed  {file}" for file in changed]
    return FolderReport(name, found, problems)


def _counts(published: PublishedFolder) -> FolderReport:
    name, expectations = published.card.name, []
    try:
        data = imported(published.card.loader)(published)
        expectations = compared_counts(data, published.card.counts or {})
        none = f"no hash and no count of {name} is known, so that nothing can be compared; it has {data!r}"
        unread = None if expectations else none
    except DataError as error:
        unread = str(error)
    return FolderReport.of_counts(name, "the data set", expectations, unread)


def compare(
    folder: Path, expected: Mapping[str, str], what: str, progress: bool
) -> tuple[tuple[str, ...], tuple[Changed, ...]]:
    """The files of a list of hashes that a folder does not have, and those of other content; `what` names the bar."""
    missing, changed = [], []
    for path, digest in tqdm(expected.items(), desc=what, unit="file", disable=not progress, leave=False):
        file = folder / path
        if not file.is_file():
            missing.append(path)
        elif not agrees(got := digest_of(file, kind_of(digest)), digest):
            changed.append(Changed(path, digest, got))
    return tuple(missing), tuple(changed)


if __name__ == "__main__":
    import sys

    _target = datasets.file(sys.argv[1]).with_suffix(".sha256")
    write_atomically(_target, hash_folder(sys.argv[1], Path(sys.argv[2])).encode())
