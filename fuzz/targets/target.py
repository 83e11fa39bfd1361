"""A reader and what it is fed."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Target:
    """A reader and what it is fed.

    Parameters
    ----------
    name : str
        Of the target.
    file : str
        The file that the bytes become, below a folder that is empty otherwise.
    read : callable
        The reader; it is given the file.
    seeds : callable
        Good inputs, and others worth beginning from, as they are before packing.
    pack : callable
        From input to file.
    beside : callable
        Writes the other files of the folder, once.
    """

    name: str
    file: str
    read: Callable[[Path], Any]
    seeds: Callable[[], list[bytes]]
    pack: Callable[[bytes], bytes] = bytes
    beside: Callable[[Path], None] = lambda folder: None

    @contextmanager
    def reader(self) -> Iterator[Callable[[bytes], Any]]:
        """A function of bytes that reads them; its folder is removed at the end."""
        with tempfile.TemporaryDirectory(prefix="gazekit-fuzz-") as folder:
            file = Path(folder, self.file)
            file.parent.mkdir(parents=True, exist_ok=True)
            self.beside(Path(folder))

            def read(content: bytes) -> Any:
                file.write_bytes(self.pack(content))
                return self.read(file)

            yield read
