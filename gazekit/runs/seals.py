"""Seals: the SHA-256 of a piece's files, written last, says that the piece is done, and shows what changed since."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from gazekit.files.atomic import read_whole, sha256_of, write_atomically
from gazekit.foundations.errors import DataError, RunFolderError

Input = Path | np.ndarray | Sequence[np.ndarray] | Callable[[], np.ndarray]
SUFFIX = ".sha256"  # lines as of `sha256sum`


def seal(part: Path, files: Iterable[Path]) -> None:
    """Write the seal of a piece, after its files.

    Parameters
    ----------
    part : Path
        The piece; its seal has this name with the suffix `.sha256`.
    files : iterable of Path
        What it wrote, in the folder of the seal or below.
    """
    lines = (f"{sha256_of(file)}  {file.relative_to(part.parent).as_posix()}\n" for file in files)
    write_atomically(_seal_of(part), "".join(lines).encode())


def is_sealed(part: Path) -> bool:
    """Whether a piece is done: it has a seal, and the files that it names."""
    file = _seal_of(part)
    return file.is_file() and all((part.parent / name).is_file() for _, name in _lines(file))


def check_seals(folder: Path) -> None:
    """Compare every file of a sealed piece with its seal; files that are not there are left to `is_sealed`.

    Raises
    ------
    RunFolderError
        A file is not what was written; the message says what to delete.
    """
    for file in sorted(folder.rglob(f"*{SUFFIX}")):
        for digest, name in _lines(file):
            sealed = file.parent / name
            if sealed.is_file() and (now := sha256_of(sealed)) != digest:
                raise RunFolderError(
                    f"{sealed} was damaged or changed since it was written (sha256 {digest[:16]}..., now "
                    f"{now[:16]}...); delete it and run the same command again: only that piece is repeated"
                )


def hashes_of(inputs: Mapping[str, Input]) -> dict[str, str]:
    """SHA-256 (hex) by name: of files, of arrays, of sequences of arrays, and of the array that a function returns.

    Files that several names share are read once.

    Raises
    ------
    DataError
        A file is not there.
    """
    known: dict[Path, str] = {}
    found: dict[str, str] = {}
    for name, source in inputs.items():
        if not isinstance(source, Path):
            found[name] = _array_hash(source() if callable(source) else source)
            continue
        if source not in known:
            try:
                known[source] = sha256_of(source)
            except OSError as error:
                raise DataError(f"{name} cannot be read: {source} ({error.strerror}); put it back") from error
        found[name] = known[source]
    return found


def _array_hash(arrays: np.ndarray | Sequence[np.ndarray]) -> str:
    digest = hashlib.sha256()
    for array in [arrays] if isinstance(arrays, np.ndarray) else arrays:
        array = np.ascontiguousarray(array)
        digest.update(f"{array.dtype.str}{array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def _seal_of(part: Path) -> Path:
    return part.parent / (part.name + SUFFIX)


def _lines(file: Path) -> list[tuple[str, str]]:
    pairs = [line.partition("  ") for line in read_whole(file).decode("utf-8", "replace").splitlines()]
    if not all(len(digest) == 64 and _below(name) for digest, _, name in pairs):
        raise RunFolderError(f"{file} is damaged; delete it and run the same command again")
    return [(digest, name) for digest, _, name in pairs]


def _below(name: str) -> bool:
    """Whether a name leads nowhere but into the folder: a message asks to delete what it leads to."""
    path = PurePosixPath(name)
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts
