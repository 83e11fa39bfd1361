"""One file over HTTP: into a `.part` file that a broken transfer leaves behind and the next one goes on with."""

from pathlib import Path
from typing import Any

import requests
import urllib3

from gazekit.datasets.hashes import sha256_of
from gazekit.errors import GazekitError
from gazekit.progress import tqdm

TIMEOUT = (10.0, 60.0)  # s: to connect, and between two blocks
BLOCK = 1 << 16  # bytes
LARGEST = 1 << 33  # bytes (8 GiB): more than any published file has; what goes on beyond it has no end


class TransferError(GazekitError):
    """A file did not arrive whole from one address; another address, or another try, may do better."""


class ResumingDownloader:
    """Downloader for pooch that resumes.

    Bytes go to `part`, and move to pooch's own temporary file when the transfer is whole. A `part` that is
    there already is continued with an HTTP Range request; servers that do not know ranges send the file anew.

    Parameters
    ----------
    part : Path
        Where unfinished bytes are kept.
    progress : bool
        Show a bar of bytes.

    Attributes
    ----------
    resumed : bool
        Whether the last transfer went on with bytes of an earlier one.
    sha256 : str
        SHA-256 of the last whole transfer.
    """

    def __init__(self, part: Path, *, progress: bool = True) -> None:
        self.part, self.progress = part, progress
        self.resumed = False
        self.sha256 = ""

    def __call__(self, url: str, output_file: Any, pooch: Any = None) -> None:
        """Fetch `url` to the path `output_file`; pooch calls this.

        Raises
        ------
        TransferError
            No connection, an answer that is not the file, or fewer bytes than announced.
        """
        self.part.parent.mkdir(parents=True, exist_ok=True)
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
        self.sha256 = sha256_of(self.part)
        self.part.replace(output_file)

    def size(self) -> int:
        """Bytes in the unfinished file."""
        return self.part.stat().st_size if self.part.is_file() else 0

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
                self.part.open("ab" if self.resumed else "wb") as out,
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
                    out.write(block)
                    bar.update(len(block))
                    if out.tell() > LARGEST:
                        raise TransferError(f"sent more than {LARGEST:,} bytes, which no published file has")
        if total is not None and self.size() < total:
            raise TransferError(f"sent {self.size():,} of {total:,} bytes")
