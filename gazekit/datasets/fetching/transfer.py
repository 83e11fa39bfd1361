"""One file over HTTP: into a `.part` file that a broken transfer leaves behind and the next one goes on with."""

from io import FileIO
from pathlib import Path

import requests
import urllib3

from gazekit.files.atomic import why_not_written
from gazekit.files.links import make_folder, open_plain, refuse_link
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.foundations.progress import tqdm

TIMEOUT = (10.0, 60.0)  # s: to connect, and between two blocks
BLOCK = 1 << 16  # bytes
LARGEST = 1 << 33  # bytes (8 GiB): more than any published file has; what goes on beyond it has no end


class TransferError(GazekitError):
    """A file did not arrive whole from one address; another address, or another try, may do better."""


class Transfer:
    """The transfer of one file, which resumes.

    Bytes go to `part` as they come, so that a killed process loses none. A `part` that is there already is continued
    with an HTTP Range request; servers that do not know ranges send the file anew.

    Parameters
    ----------
    part : Path
        Where unfinished bytes are kept. A link in its place is refused, and so is a file that has other names too.
    within : Path, optional
        The folder above it that a person named; between the two no folder may be a link. Default the folder of `part`.
    progress : bool
        Show a bar of bytes.

    Attributes
    ----------
    resumed : bool
        Whether the last transfer went on with bytes of an earlier one.
    """

    def __init__(self, part: Path, *, within: Path | None = None, progress: bool = True) -> None:
        self.part, self.within, self.progress = part, within or part.parent, progress
        self.resumed = False

    def fetch(self, url: str) -> None:
        """Fetch `url` into `part`.

        Raises
        ------
        TransferError
            No connection, an answer that is not the file, or fewer bytes than announced.
        DataError
            It cannot be written, or is a link.
        """
        refuse_link(self.part)  # before the server is asked for what comes after it
        try:
            self._transfer(url)
        except requests.HTTPError as error:
            raise TransferError(f"the server answered {error.response.status_code}") from error
        except (requests.ConnectionError, requests.Timeout) as error:
            raise TransferError(f"could not be reached ({type(error).__name__})") from error
        except requests.RequestException as error:
            raise TransferError(f"is no address to fetch from ({error})") from error
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TransferError(f"broke off after {self.size():,} bytes ({type(error).__name__})") from error

    def size(self) -> int:
        """Bytes in the unfinished file."""
        return self.part.stat().st_size if self.part.is_file() else 0

    def _open(self) -> FileIO:
        try:
            make_folder(self.part.parent, within=self.within)
            out = FileIO(open_plain(self.part), "ab" if self.resumed else "wb")  # "wb" of a handle empties nothing
            if not self.resumed:
                out.truncate(0)
            return out
        except OSError as error:
            raise self._unwritten(error) from error

    def _append(self, out: FileIO, block: bytes) -> None:
        rest = memoryview(block)
        try:
            while rest:
                rest = rest[out.write(rest) :]
        except OSError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> DataError:
        return DataError(
            f"{self.part} was not written: {why_not_written(error)}; the same command then goes on where it stopped"
        )

    def _transfer(self, url: str) -> None:
        have = self.size()
        # Compressed transfer would make ranges and announced lengths refer to other bytes than the file's.
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as reply:
            if reply.status_code == 416:  # nothing after what we have: the file is whole, or it is another file's part;
                self.resumed = True  # its hash will tell
                return
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
                        raise TransferError(f"sent more than {LARGEST:,} bytes, which no published file has")
        if total is not None and self.size() < total:
            raise TransferError(f"sent {self.size():,} of {total:,} bytes")
