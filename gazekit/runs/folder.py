"""Run folders: a manifest that says what a run is, parts that survive a stop, tables written whole or not at all."""

import io
import json
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import Any, NoReturn, Protocol, Self

import pandas as pd

from gazekit.files.atomic import (
    check_length,
    is_leftover,
    read_whole,
    remove_leftovers,
    why_not_written,
    write_atomically,
)
from gazekit.files.formulas import mark_formulas
from gazekit.files.links import make_folder, refuse_links_in
from gazekit.files.locking import LOCK, FolderLock
from gazekit.files.parquet import read_parquet_table
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, GazekitError, RunFolderError
from gazekit.foundations.told_apart import first_untold
from gazekit.runs.differences import SHOWN, in_words
from gazekit.runs.environment import source, versions
from gazekit.runs.manifest import FORMAT, NAME, VERSION, is_run, read_manifest
from gazekit.runs.parallel import run_pieces
from gazekit.runs.seals import Input, check_seals, hashes_of, is_sealed, seal

_OFFER = (
    "choose another --out, or give --overwrite (overwrite=True), which moves the folder aside and begins anew (nothing "
    "was changed)"
)
INPUTS = "inputs.json"  # beside the manifest: SHA-256 of what is read while the run goes on


class Piece(Protocol):
    """A piece of a run: called, it does its work and returns the files that it wrote, which are then sealed."""

    @property
    def part(self) -> Path:
        """Where it writes, see `RunFolder.part`; the seal has this name."""

    def __call__(self) -> list[Path] | None:
        """Do the work; None where nothing is sealed, as of a run folder of its own."""


class RunFolder:
    """A run folder that is being written, by this process alone; leave it with `with` or `close`.

    Parameters
    ----------
    path : path
        New, empty, or the folder of an earlier run of the same request, which is then resumed. It may be a symbolic
        link; in it none may be, as long as the run is not finished.
    request : mapping
        What decides the result (JSON values only): data, models, metrics, seed. The versions of what computes it are
        added. A folder with another request is refused.
    kind : str
        What is run: "evaluation", "asymmetry", ... A report and `read_finished` tell runs apart by it.
    command : str
        The command line, for people.
    about : mapping
        More for the manifest that does not decide the result.
    inputs : mapping of str to path, array, sequence of arrays or function, optional
        What is read while the run goes on, by a name for messages ("image of stimulus 'a'"); see `seals.hashes_of`. If
        one of them is not what it was by its SHA-256, the run is not resumed, marked complete, or given back.
    overwrite : bool
        Where the folder holds a run that would be refused, move it aside (to its name with the day, and a number if
        that is there) and begin anew. Nothing is deleted, and a run of the same request is resumed all the same.

    Raises
    ------
    RunFolderError
        The folder holds something else, a run of another request, one of another format version, an unfinished run of
        another state of gazekit's code, damaged pieces, or pieces made from other inputs.
    DataError
        Something in the folder is a symbolic link; see `gazekit.files.links`.
    BusyError
        Another process is writing it. A finished run is nobody's.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as home:
    ...     with RunFolder(f"{home}/run", {"seed": 0}, kind="example", command="x", about={}) as run:
    ...         run.finish()
    ...     run.complete
    True
    """

    def __init__(
        self,
        path: str | Path,
        request: Mapping[str, Any],
        *,
        kind: str,
        command: str,
        about: Mapping[str, Any],
        inputs: Mapping[str, Input] | None = None,
        overwrite: bool = False,
    ) -> None:
        self.path = Path(path)
        self.parts = self.path / "parts"
        self._inputs = dict(inputs or {})
        self._lock: FolderLock | None = None
        self._new = False  # whether the run was begun here, not resumed, so that no piece means nothing to lose
        new = {
            "format": FORMAT,
            "version": VERSION,
            "kind": kind,
            "status": "running",
            "request": json.loads(json.dumps({**request, "versions": versions()})),
            "source": source(),
            "command": command,
            **about,
        }
        try:
            self._open(new)
        except RunFolderError:
            if not (overwrite and is_run(path)):
                raise
            move_aside(path)
            self._open(new)

    def _open(self, new: dict[str, Any]) -> None:
        """Take up the run of a manifest, or begin it."""
        check_length(self.path)
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file, not a run folder; choose another --out")
        self.manifest = self._found(new) or new
        hashes = hashes_of(self._inputs)  # before anything is written: a file may be absent
        if not self.complete:
            _make_folder(self.path)
            self._lock = _lock(self.path)
            try:
                self._begin(new, hashes)
            except BaseException:
                self.close()
                raise
        if self.complete:
            self._check_inputs(hashes)
            self._tidy()

    def _tidy(self) -> None:
        """Remove what a run that was killed at its very end has left; a read-only folder keeps it."""
        shutil.rmtree(self.parts, ignore_errors=True)
        remove_leftovers(self.path)
        if (self.path / LOCK).exists():
            with suppress(GazekitError, OSError):  # held, read-only, or a link
                FolderLock(self.path).release()

    def _found(self, new: Mapping[str, Any]) -> dict[str, Any] | None:
        """The manifest of a run of the same request; None if the folder holds no run."""
        if (self.path / NAME).exists():
            manifest = read_manifest(self.path)
            if manifest["version"] != VERSION:
                raise RunFolderError(
                    f"{self.path} holds a run of an earlier gazekit (format {manifest['version']}), which this one can "
                    f"report but not resume; {_OFFER}"
                )
            old, now = ({"kind": each["kind"], **each["request"]} for each in (manifest, new))
            _check_same(self.path, old, now)
            if manifest["status"] != "complete" and manifest.get("source") != new["source"]:
                raise RunFolderError(
                    f"{self.path} was begun by another state of gazekit's code (of the same version): its finished "
                    f"pieces and new ones could mean different things, so it is not resumed; {_OFFER}"
                )
            return manifest
        if self.path.is_dir() and any(not (f.name == LOCK or is_leftover(f)) for f in self.path.iterdir()):
            raise RunFolderError(
                f"{self.path} is not empty and holds no run; choose another --out, nothing was written"
            )
        return None

    def _begin(self, new: dict[str, Any], hashes: Mapping[str, str]) -> None:
        """Begin or resume, alone in the folder: another process may have changed it until now."""
        refuse_links_in(self.path)  # now, not after hours: none of the names that will be written may be one
        self.manifest = self._found(new) or new
        if self.manifest is new:
            self._new = True
            self._write_manifest()
        if self.complete:
            self.close()
            return
        _make_folder(self.parts, within=self.path)
        for folder in (self.path, self.parts, *self.parts.glob("*/")):
            remove_leftovers(folder)
        check_seals(self.parts)
        if (self.path / INPUTS).is_file():
            self._check_inputs(hashes)
        elif hashes:
            text = json.dumps(dict(hashes), indent=1, sort_keys=True) + "\n"
            write_atomically(self.path / INPUTS, text.encode())

    @property
    def complete(self) -> bool:
        """Whether every table has been written."""
        return self.manifest["status"] == "complete"

    def part(self, name: str) -> Path:
        """Where a part of the run is kept until all are there."""
        return self.parts / name

    def do(self, pieces: Sequence[Piece], *, label: str, **how: Any) -> None:
        """Do the pieces that no earlier run has done; `how` are the options of `run_pieces` (workers, shared, ...)."""
        missing = [(piece,) for piece in pieces if not is_sealed(piece.part)]
        done = len(pieces) - len(missing)
        for _ in run_pieces(_do, missing, folder=self.path, label=label, done=done, **how):
            pass

    def write_table(self, table: pd.DataFrame, name: str) -> None:
        """Write a table of the run, parquet or CSV by its suffix, whole or not at all."""
        write_table(table, self.path / name)

    def finish(self, **facts: Any) -> None:
        """Mark the run complete and remove its parts.

        Raises
        ------
        RunFolderError
            A piece was damaged, or a file that was read changed, since the run began; it stays unfinished.
        """
        check_seals(self.parts)
        self._check_inputs(hashes_of(self._inputs))
        self.manifest.update(status="complete", **facts)
        self._write_manifest()
        shutil.rmtree(self.parts, ignore_errors=True)

    def refuse(self, error: GazekitError) -> NoReturn:
        """Raise an error that the same request would always end with: its pieces serve nobody, and are removed."""
        shutil.rmtree(self.parts, ignore_errors=True)
        self._new = True
        raise error

    def close(self) -> None:
        """Let other processes write here."""
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: object, error: BaseException | None, trace: object) -> None:
        refused = isinstance(error, GazekitError) and self._new and not any(f.is_file() for f in self.parts.rglob("*"))
        if refused:
            self._take_back()
        self.close()
        if refused:
            with suppress(OSError):  # something is in it
                self.path.rmdir()

    def _take_back(self) -> None:
        """Remove what a request left that was refused, so that it does not block the next."""
        shutil.rmtree(self.parts, ignore_errors=True)
        for name in (NAME, INPUTS):
            (self.path / name).unlink(missing_ok=True)

    def _check_inputs(self, now: Mapping[str, str]) -> None:
        if not now and not (self.path / INPUTS).exists():
            return
        try:
            then = dict(parse_json(read_whole(self.path / INPUTS)))
            if not all(isinstance(digest, str) for digest in then.values()):
                raise ValueError("not hashes by name")
        except (OSError, ValueError, TypeError) as error:
            raise RunFolderError(f"{self.path / INPUTS} is damaged ({error}); start again in a new folder") from error
        for name in sorted({*then, *now}):
            if then.get(name) != now.get(name):
                source = self._inputs.get(name, "not there any more")
                where = f" ({source})" if isinstance(source, str | Path) else ""
                raise RunFolderError(
                    f"{name}{where} was changed since the run in {self.path} began; put back the one that it began "
                    f"with, or choose another --out and start again"
                )

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest, indent=2, sort_keys=True) + "\n"
        write_atomically(self.path / NAME, text.encode())


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as parquet or CSV, whole or not at all; equal tables give equal bytes."""
    if path.suffix == ".parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        write_atomically(path, buffer.getvalue())
    else:
        write_atomically(path, mark_formulas(table).to_csv(index=False, lineterminator="\n").encode())


def read_table(path: Path) -> pd.DataFrame:
    """Read a parquet table of a run.

    Raises
    ------
    DataError
        It is missing or cannot be read.
    """
    try:
        return read_parquet_table(path)
    except DataError as error:
        raise DataError(f"{error}; run the evaluation again in a new folder") from error


def move_aside(path: str | Path) -> Path:
    """Rename the folder of a run: to its name with the day, and a number where that name is taken.

    Raises
    ------
    BusyError
        Another process is writing it.
    RunFolderError
        It cannot be renamed.
    """
    path = Path(path)
    _lock(path).release()  # busy is said now
    day = datetime.now().astimezone().date().isoformat()
    names = (path.with_name(f"{path.name}-{day}{suffix}") for suffix in chain([""], map("-{}".format, count(2))))
    aside = next(name for name in names if not name.exists())
    with _refused(f"{path} cannot be moved to {aside}"):
        path.rename(aside)
    warnings.warn(f"the earlier run in {path} was moved to {aside}", UserWarning, stacklevel=2)
    return aside


def _do(piece: Piece) -> None:
    if (written := piece()) is not None:
        seal(piece.part, written)


@contextmanager
def _refused(what: str) -> Iterator[None]:
    """Say what the operating system refused, and why."""
    try:
        yield
    except OSError as error:
        raise RunFolderError(f"{what}: {why_not_written(error)}") from error


def _make_folder(path: Path, *, within: Path | None = None) -> None:
    with _refused(f"the folder {path} cannot be made"):
        make_folder(path, within=within)


def _lock(path: Path) -> FolderLock:
    with _refused(f"nothing can be written to {path}"):
        return FolderLock(path)


def _check_same(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    if (reason := first_untold(new)) is not None:
        raise RunFolderError(
            f"{path} holds a run, and whether it is the same as this one cannot be known, so it is neither resumed nor "
            f"given back: {reason}; or {_OFFER}"
        )
    if differences := in_words(old, new):
        more = f"; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
        raise RunFolderError(f"{path} holds another run: {'; '.join(differences[:SHOWN])}{more}; {_OFFER}")
