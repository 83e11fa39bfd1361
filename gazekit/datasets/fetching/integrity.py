"""Whether a folder holds the whole data set, file by file."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gazekit.datasets.fetching.hashes import read_checksums
from gazekit.datasets.published.expected_counts import CountReport, Report
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.registry import datasets
from gazekit.files.atomic import sha256_of
from gazekit.foundations.progress import tqdm
from gazekit.foundations.registry import imported


@dataclass(frozen=True)
class Changed:
    """A file whose content is not the published one."""

    path: str
    expected: str
    got: str


@dataclass(frozen=True)
class IntegrityReport(Report):
    """What a folder holds of a data set.

    Parameters
    ----------
    name, root
        See `Report`.
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
