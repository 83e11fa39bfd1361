"""Run folders: a manifest that says what a run is, parts that survive a stop, tables written whole or not at all."""

import io
import json
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit import __version__
from gazekit.errors import DataError, RunFolderError
from gazekit.files import write_atomically
from gazekit.untrusted import parse_json

FORMAT, FORMAT_VERSION = "gazekit-run", 1
_PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-image", "numba")


class RunFolder:
    """A run folder that is being written.

    Parameters
    ----------
    path : path
        New, empty, or the folder of an earlier run of the same request, which is then resumed.
    request : mapping
        What decides the result (JSON values only): data, models, metrics, seed, versions. A folder with another
        request is refused.
    command : str
        The command line, for people.
    about : mapping
        More for the manifest that does not decide the result.

    Raises
    ------
    RunFolderError
        The folder holds something else, a run of another request, or one of another format version.
    """

    def __init__(self, path: str | Path, request: Mapping[str, Any], *, command: str, about: Mapping[str, Any]) -> None:
        self.path = Path(path)
        self.parts = self.path / "parts"
        if self.path.exists() and not self.path.is_dir():
            raise RunFolderError(f"{self.path} is a file, not a run folder; choose another --out")
        request = json.loads(json.dumps(request))
        self.manifest: dict[str, Any]
        if (self.path / "manifest.json").exists():
            self.manifest = read_manifest(self.path)
            _check_same(self.path, self.manifest["request"], request)
        else:
            if self.path.is_dir() and any(self.path.iterdir()):
                raise RunFolderError(
                    f"{self.path} is not empty and holds no run; choose another --out, nothing was written"
                )
            self.manifest = {
                "format": FORMAT,
                "version": FORMAT_VERSION,
                "status": "running",
                "request": request,
                "command": command,
                **about,
            }
            _make_folder(self.path)
            self._write_manifest()
        if not self.complete:
            _make_folder(self.parts)

    @property
    def complete(self) -> bool:
        """Whether every table has been written."""
        return self.manifest["status"] == "complete"

    def part(self, name: str) -> Path:
        """Where a part of the run is kept until all are there."""
        return self.parts / name

    def write_table(self, table: pd.DataFrame, name: str) -> None:
        """Write a table of the run, parquet or CSV by its suffix, whole or not at all."""
        write_table(table, self.path / name)

    def finish(self, **facts: Any) -> None:
        """Mark the run complete and remove its parts."""
        self.manifest.update(status="complete", **facts)
        self._write_manifest()
        shutil.rmtree(self.parts, ignore_errors=True)

    def _write_manifest(self) -> None:
        text = json.dumps(self.manifest, indent=2, sort_keys=True) + "\n"
        write_atomically(self.path / "manifest.json", text.encode())


def versions() -> dict[str, str]:
    """Versions of Python, gazekit and the packages that a result may depend on."""
    found = {"python": platform.python_version(), "gazekit": __version__}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read a run folder's manifest.

    Raises
    ------
    RunFolderError
        No manifest, an unreadable one, or one of another format or version.
    """
    file = folder / "manifest.json"
    if not file.is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no manifest.json; give the --out of an evaluation")
    try:
        manifest = parse_json(file.read_bytes())
    except ValueError as error:
        raise RunFolderError(
            f"{file} is not readable JSON ({error}); run the evaluation again in a new folder"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunFolderError(f"{file} is not the manifest of a gazekit run; choose another folder")
    if manifest.get("version") != FORMAT_VERSION:
        raise RunFolderError(
            f"{folder} is a run folder of version {manifest.get('version')}, and this gazekit reads version "
            f"{FORMAT_VERSION}; use the gazekit that made it, or evaluate again in a new folder"
        )
    return manifest


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as parquet or CSV, whole or not at all; equal tables give equal bytes."""
    if path.suffix == ".parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        write_atomically(path, buffer.getvalue())
    else:
        write_atomically(path, table.to_csv(index=False, lineterminator="\n").encode())


def read_table(path: Path) -> pd.DataFrame:
    """Read a parquet table of a run.

    Raises
    ------
    DataError
        It is missing or cannot be read.
    """
    try:
        return pd.read_parquet(path)
    except Exception as error:  # pyarrow raises many kinds for one fact: the file is not whole
        raise DataError(f"{path} cannot be read ({error}); run the evaluation again in a new folder") from error


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunFolderError(f"the folder {path} cannot be made ({error.strerror}); choose another --out") from error


def _check_same(path: Path, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    if old == new:
        return
    where, was, now = _first_difference(old, new, "")
    raise RunFolderError(
        f"{path} holds another run: its {where} is {_short(was)}, and this one's {_short(now)}; choose another --out "
        f"(nothing was changed)"
    )


def _first_difference(old: Any, new: Any, where: str) -> tuple[str, Any, Any]:
    """Name the first leaf in which two JSON values differ, and give its two values."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        keys: list[Any] = sorted({*old, *new})
        pairs = [(key, old.get(key), new.get(key)) for key in keys]
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(k, a, b) for k, (a, b) in enumerate(zip(old, new, strict=True))]
    else:
        return where, old, new
    key, was, now = next(pair for pair in pairs if pair[1] != pair[2])
    return _first_difference(was, now, f"{where}.{key}" if where else str(key))


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True)
    return text if len(text) <= 120 else text[:117] + "..."
