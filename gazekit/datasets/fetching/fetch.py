"""Fetch a published data set file by file, with mirrors, resumed transfers and a hash for every file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from gazekit.core.card import Card
from gazekit.datasets.fetching.hashes import read_checksums
from gazekit.datasets.fetching.integrity import compare
from gazekit.datasets.registry import datasets
from gazekit.files.atomic import sha256_of, why_not_written
from gazekit.files.links import make_folder, refuse_link
from gazekit.files.locking import FolderLock
from gazekit.files.untrusted import check_name
from gazekit.foundations.errors import DataError
from gazekit.foundations.progress import tqdm

ATTEMPTS = 3  # per address, as long as each brings new bytes


@dataclass(frozen=True)
class FetchReport:
    """What a fetch did.

    Parameters
    ----------
    name : str
        The data set.
    root : Path
        The folder.
    fetched : tuple of str
        Files that were fetched now.
    present : tuple of str
        Files that were there already, as published.
    replaced : tuple of str
        Those of `fetched` that replaced a file of other content.
    """

    name: str
    root: Path
    fetched: tuple[str, ...]
    present: tuple[str, ...]
    replaced: tuple[str, ...]


def fetch(
    name: str,
    root: str | Path,
    *,
    mirrors: Sequence[str] = (),
    replace: bool = False,
    progress: bool = True,
    checksums: Mapping[str, str] | None = None,
) -> FetchReport:
    """Fetch what is missing of a data set.

    A broken transfer leaves a `.part` file, and the same call goes on with it. Files that are there and as published
    are not fetched again; a file of other content is never overwritten unless `replace` says so.

    Parameters
    ----------
    name : str
        A registered data set.
    root : path
        Folder to put the files in; made if it is not there.
    mirrors : sequence of str
        Base addresses to try before those of the card.
    replace : bool
        Replace files whose content is not the published one.
    progress : bool
        Show progress bars.
    checksums : mapping of str to str, optional
        SHA-256 by relative path; default the package's list.

    Returns
    -------
    FetchReport

    Raises
    ------
    UnknownNameError
        No such data set.
    DataError
        A data set without an address, a file that no address gives, one whose SHA-256 is wrong, a wrong file in the
        folder that `replace` does not allow to be replaced, or a folder that cannot be written.
    BusyError
        Another process is fetching into the folder.
    """
    card = datasets[name]
    addresses = [a if a.endswith("/") else f"{a}/" for a in (*mirrors, *card.addresses)]
    if not addresses:
        raise DataError(
            f"the data set {name!r} cannot be fetched by program: {card.where}; the folder should hold {card.layout}; "
            f"`gazekit datasets check {name} --root {root}` then says whether it is whole"
        )
    folder = card.folder(Path(root))
    expected = read_checksums(name) if checksums is None else checksums
    for path in expected:
        check_name(path, "the list of hashes")
    missing, changed = compare(folder, expected, "look", progress)
    wrong = [file.path for file in changed]
    if changed and not replace:
        raise DataError(
            f"{folder} holds {len(wrong)} file(s) that are not the published ones, first {wrong[0]} (expected sha256 "
            f"{changed[0].expected}, got {changed[0].got}); nothing was overwritten: move them away, or allow "
            f"replacing them (replace=True, --replace)"
        )
    wanted = [path for path in expected if path in {*missing, *wrong}]
    if wanted:
        with (
            _alone_in(folder, Path(root)),
            tqdm(wanted, desc=f"fetch {name}", unit="file", disable=not progress) as bar,
        ):
            for path in bar:
                fetch_file(folder, path, expected[path], addresses, card, progress=progress)
    present = tuple(path for path in expected if path not in wanted)
    return FetchReport(name, Path(root), tuple(wanted), present, tuple(wrong))


def fetch_file(
    folder: Path, path: str, sha256: str, addresses: Sequence[str], card: Card, *, progress: bool = True
) -> None:
    """Fetch one file, trying the addresses in their order.

    Raises
    ------
    DataError
        No address gave the file (the message has what each of them did), it cannot be written, or is a link.
    """
    failures = []
    for address in addresses:
        failure = _from_address(folder, path, address + quote(path), sha256, progress)
        if failure is None:
            return
        failures.append(f"{address}: {failure}")
    raise DataError(
        f"{path} of the data set {card.name!r} could not be fetched. {'; '.join(failures)}. Run the same command again "
        f"to go on where it stopped, give another address (mirrors=, --mirror), or put your own copy at {folder / path}"
    )


def _from_address(folder: Path, path: str, url: str, sha256: str, progress: bool) -> str | None:
    from gazekit.datasets.fetching.transfer import Transfer, TransferError

    target = folder / path
    refuse_link(target)
    transfer = Transfer(target.with_name(target.name + ".part"), within=folder, progress=progress)
    have = transfer.size()
    failure = ""
    for _ in range(ATTEMPTS):
        try:
            transfer.fetch(url)
        except TransferError as error:
            failure = str(error)
            if transfer.size() <= have:
                return failure  # nothing new came: another try would not do better
            have = transfer.size()
            continue
        got = sha256_of(transfer.part)
        if got == sha256:
            transfer.part.replace(target)  # only now: a process killed before goes on with the part
            return None
        transfer.part.unlink()
        failure = (
            f"sent other content (expected sha256 {sha256}, got {got}): the published file has changed or the "
            f"transfer was damaged; nothing was kept"
        )
        if not transfer.resumed:
            return failure
        have = -1  # the unfinished file may have been part of something else: once more from the start
    return failure


def _alone_in(folder: Path, root: Path) -> FolderLock:
    try:
        make_folder(folder, within=root)
        return FolderLock(folder)
    except OSError as error:
        raise DataError(f"nothing can be written to {folder}: {why_not_written(error)}") from error
