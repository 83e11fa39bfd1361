"""Fetch a published data set file by file, with mirrors, resumed transfers and a hash for every file.

A file comes over HTTP into a `.part` file that a broken transfer leaves behind and the next one goes on with.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from urllib.parse import quote

import requests
import urllib3

from gazekit.datasets.fetching.integrity import agrees, compare, kind_of, read_checksums
from gazekit.datasets.fetching.unpacking import unpack
from gazekit.datasets.registry import datasets
from gazekit.files.atomic import digest_of, writing
from gazekit.files.links import make_folder, open_plain, refuse_link
from gazekit.files.locking import FolderLock
from gazekit.files.untrusted import check_name, first_line
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.foundations.progress import tqdm

TIMEOUT = (10.0, 60.0)  # s: to connect, and between two blocks
BLOCK = 1 << 16  # bytes
LARGEST = 1 << 34  # bytes (16 GiB): more than any published file has; what goes on beyond it has no end
ATTEMPTS = 3  # per address, as long as each brings new bytes


class Transfer:
    """The transfer of one file, which resumes.

    Bytes go to `part` as they come, so that a killed process loses none. A `part` that is there already is continued
    with an HTTP Range request; servers that do not know ranges send the file anew.

    Parameters
    ----------
    folder : Path
        That a person named; between it and the file no folder may be a link.
    path : str
        Of the file, below the folder. Unfinished bytes are kept beside it in a `.part` file; a link in its place is
        refused, and so is a file that has other names too.
    digest : str
        SHA-256 of the whole file, or its MD5 (or the first digits of that) where no other hash is published.
    progress : bool
        Show a bar of bytes.

    Attributes
    ----------
    resumed : bool
        Whether the last transfer went on with bytes of an earlier one.
    """

    def __init__(self, folder: Path, path: str, digest: str, *, progress: bool) -> None:
        self.folder, self.target, self.digest, self.progress = folder, folder / path, digest, progress
        self.part = self.target.with_name(self.target.name + ".part")
        self.resumed = False

    def fetch(self, url: str) -> str | None:
        """Fetch the file from one address; return why it did not come, None if it is there now.

        Raises
        ------
        DataError
            It cannot be written, or is a link.
        """
        refuse_link(self.target)
        for place in (self.target, self.part):
            if place.is_dir():
                raise DataError(f"{place} is a folder, and a file of the data set belongs there; move it away")
        failure: str | None = None
        have = self.size()
        for _ in range(ATTEMPTS):
            failure = self._try(url)
            if failure is not None:
                if self.size() <= have:
                    return failure  # nothing new came: another try would not do better
                have = self.size()
                continue
            got = digest_of(self.part, kind_of(self.digest))
            if agrees(got, self.digest):
                self.part.replace(self.target)  # only now: a process killed before goes on with the part
                return None
            self.part.unlink()
            failure = (
                f"sent other content (expected {kind_of(self.digest)} {self.digest}, got {got}): the published file "
                f"has changed or the transfer was damaged; nothing was kept"
            )
            if not self.resumed:
                return failure
            have = -1  # the unfinished file may have been part of something else: once more from the start
        return failure

    def _try(self, url: str) -> str | None:
        refuse_link(self.part)  # before the server is asked for what comes after it
        try:
            return self._transfer(url)
        except requests.HTTPError as error:
            return f"the server answered {error.response.status_code}"
        except (requests.ConnectionError, requests.Timeout) as error:
            return f"could not be reached ({type(error).__name__})"
        except requests.RequestException as error:
            return f"is no address to fetch from ({error})"
        except GazekitError:
            raise
        except ValueError as error:  # addresses that lead elsewhere, lengths that are no numbers
            return f"answered what cannot be understood ({first_line(error)})"
        except (urllib3.exceptions.HTTPError, OSError) as error:
            return f"broke off after {self.size():,} bytes ({type(error).__name__})"

    def size(self) -> int:
        """Bytes in the unfinished file."""
        return self.part.stat().st_size if self.part.is_file() else 0

    def _open(self) -> FileIO:
        with self._writing():
            make_folder(self.part.parent, within=self.folder)
            out = FileIO(open_plain(self.part), "ab" if self.resumed else "wb")  # "wb" of a handle empties nothing
            if not self.resumed:
                out.truncate(0)
            return out

    def _append(self, out: FileIO, block: bytes) -> None:
        rest = memoryview(block)
        with self._writing():
            while rest:
                rest = rest[out.write(rest) :]

    def _writing(self) -> AbstractContextManager[None]:
        then = "the same command then goes on where it stopped"
        return writing(f"{self.part} was not written", f"; {then}")

    def _transfer(self, url: str) -> str | None:
        have = self.size()
        # Compressed transfer would make ranges and announced lengths refer to other bytes than the file's.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as reply:
            if reply.status_code == 416:  # nothing after what we have: the file is whole, or it is another file's part;
                self.resumed = True  # its hash will tell
                return None
            reply.raise_for_status()
            self.resumed = reply.status_code == 206
            start = have if self.resumed else 0
            announced = reply.headers.get("Content-Length")
            total = None if announced is None else start + int(announced)
            with (
                self._open() as out,
                tqdm(
                    total=total,
                    initial=start,
                    unit="B",
                    unit_scale=True,
                    desc=self.part.stem,
                    disable=not self.progress,
                    leave=False,
                ) as bar,
            ):
                # read1 hands over what has come; read would throw a last, short block away when the transfer
                # breaks.
                read = getattr(reply.raw, "read1", reply.raw.read)  # urllib3 1 has no read1
                while block := read(BLOCK):
                    self._append(out, block)
                    bar.update(len(block))
                    if out.tell() > LARGEST:
                        return f"sent more than {LARGEST:,} bytes, which no published file has"
        if total is not None and self.size() < total:
            return f"sent {self.size():,} of {total:,} bytes"
        return None


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
    """Fetch what is missing of a data set, and unpack its archives.

    A broken transfer leaves a `.part` file, and the same call goes on with it. Files that are there and as published
    are not fetched again, nor are archives whose content is there; a file of other content is never overwritten unless
    `replace` says so. Archives stay beside what they unpacked to.

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
        Hashes by relative path; default those that the package knows.

    Returns
    -------
    FetchReport

    Raises
    ------
    UnknownNameError
        No such data set.
    DataError
        A data set without an address, a file that no address gives, one whose hash is wrong, a wrong file in the
        folder that `replace` does not allow to be replaced, or a folder that cannot be written.
    BusyError
        Another process is fetching into the folder.
    """
    card = datasets[name]
    bases = [a if a.endswith("/") else f"{a}/" for a in (*mirrors, *card.addresses)]
    own = {download.path: download for download in card.downloads}
    if not bases and not own:
        raise DataError(
            f"the data set {name!r} cannot be fetched by program: {card.where}; the folder should hold {card.layout}; "
            f"`gazekit datasets check {name} --root {root}` then says whether it is whole"
        )
    folder = card.folder(Path(root))
    known = read_checksums(name) if checksums is None else checksums
    expected = {path: digest for path, digest in known.items() if bases or path in own}
    for path in expected:
        check_name(path, "the list of hashes")
    missing, changed = compare(folder, expected, "look", progress)
    missing = tuple(path for path in missing if path not in own or not own[path].needless_in(folder))
    wrong = [file.path for file in changed]
    if changed and not replace:
        raise DataError(
            f"{folder} holds {len(wrong)} file(s) that are not the published ones, first {changed[0]}; nothing was "
            f"overwritten: move them away, or allow replacing them (replace=True, --replace)"
        )
    wanted = [path for path in expected if path in {*missing, *wrong}]
    packed = [own[path] for path in expected if path in own and own[path].unpack is not None]
    if wanted or any((folder / archive.path).is_file() for archive in packed):
        with writing(f"nothing can be written to {folder}"):
            make_folder(folder, within=Path(root))
            alone = FolderLock(folder)
        with alone, tqdm(wanted, desc=f"fetch {name}", unit="file", disable=not progress) as bar:
            for path in bar:
                places = [base + quote(path) for base in bases] + ([own[path].address] if path in own else [])
                fetch_file(folder, path, expected[path], places, name, progress=progress)
            for archive in packed:
                if (folder / archive.path).is_file():
                    unpack(folder, archive.path, archive.unpack or ".", progress=progress)
    present = tuple(path for path in expected if path not in wanted)
    return FetchReport(name, Path(root), tuple(wanted), present, tuple(wrong))


def fetch_file(folder: Path, path: str, digest: str, addresses: Sequence[str], name: str, *, progress: bool) -> None:
    """Fetch one file, trying the addresses in their order.

    Raises
    ------
    DataError
        No address gave the file (the message has what each of them did), it cannot be written, or is a link.
    """
    transfer, failures = Transfer(folder, path, digest, progress=progress), []
    for address in addresses:
        failure = transfer.fetch(address)
        if failure is None:
            return
        failures.append(f"{address}: {failure}")
    raise DataError(
        f"{path} of the data set {name!r} could not be fetched. {'; '.join(failures)}. Run the same command again "
        f"to go on where it stopped, give another address (mirrors=, --mirror), or put your own copy at {folder / path}"
    )
