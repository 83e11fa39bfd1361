"""Whether a folder holds the whole data set, file by file."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from gazekit.core.card import Card
from gazekit.datasets.cards import read_card
from gazekit.datasets.fetching.hashes import read_checksums, sha256_of
from gazekit.datasets.published.expected_counts import CountReport
from gazekit.datasets.published.published_files import need_root
from gazekit.datasets.registry import datasets
from gazekit.foundations.progress import tqdm


@dataclass(frozen=True)
class Changed:
    """A file whose content is not the published one."""

    path: str
    expected: str
    got: str


@dataclass(frozen=True)
class IntegrityReport:
    """What a folder holds of a data set.

    Parameters
    ----------
    name : str
        The data set.
    root : Path
        The folder that was looked at.
    expected : int
        Published files.
    missing : tuple of str
        Published files that are not there.
    changed : tuple of Changed
        Files whose SHA-256 differs from the published one.
    extra : tuple of str
        Files that are not part of the published set; they do no harm.
    """

    name: str
    root: Path
    expected: int
    missing: tuple[str, ...]
    changed: tuple[Changed, ...]
    extra: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether every published file is there, unchanged."""
        return not self.missing and not self.changed

    @property
    def summary(self) -> str:
        """One line."""
        good = self.expected - len(self.missing) - len(self.changed)
        state = "whole" if self.whole else "NOT whole"
        return (
            f"{self.name}: {state}: {good} of {self.expected} files as published, {len(self.missing)} "
            f"missing, "
            f"{len(self.changed)} changed, {len(self.extra)} extra"
        )

    def lines(self, limit: int | None = None) -> list[str]:
        """One line per file that is missing or changed, at most `limit` of them, and how many were left out."""
        found = [f"missing  {path}" for path in self.missing]
        found += [f"changed  {c.path}: expected sha256 {c.expected}, got {c.got}" for c in self.changed]
        if limit is not None and len(found) > limit:
            found[limit:] = [f"... and {len(found) - limit} more"]
        return found


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
    checked_by = datasets[name].checked_by
    if checked_by is not None:
        module, function = checked_by.split(":")
        return getattr(import_module(module), function)(root, progress=progress)
    card: Card = read_card(name)
    folder = need_root(root, card)
    expected = read_checksums(name)
    missing, changed = [], []
    for path, digest in tqdm(expected.items(), desc=f"check {name}", unit="file", disable=not progress, leave=False):
        file = folder / path
        if not file.is_file():
            missing.append(path)
        elif (got := sha256_of(file)) != digest:
            changed.append(Changed(path, digest, got))
    present = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    extra = tuple(p for p in present if p not in expected)
    return IntegrityReport(name, Path(root), len(expected), tuple(missing), tuple(changed), extra)
