"""The manifest of a run folder: which kind of run it is, what was asked for, and whether it is finished."""

from pathlib import Path
from typing import Any

from gazekit.files.atomic import read_whole
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, RunFolderError

FORMAT, VERSION = "gazekit-run", 2
READABLE = (1, 2)  # of version 1 the kind stood in several places, see `_kind_of_version_1`
NAME = "manifest.json"


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Read a run folder's manifest, of this version or an earlier one; `kind` is always in it.

    Raises
    ------
    RunFolderError
        No manifest, an unreadable one, or one of another format or a later version.
    DataError
        The system does not let it be read.
    """
    file = Path(folder) / NAME
    if not file.is_file():
        raise RunFolderError(f"{folder} is not a run folder: it has no {NAME}; give the --out of an evaluation")
    try:
        manifest = parse_json(read_whole(file))
    except DataError:
        raise
    except ValueError as error:
        raise RunFolderError(
            f"{file} is not readable JSON ({error}); run the evaluation again in a new folder"
        ) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunFolderError(f"{file} is not the manifest of a gazekit run; choose another folder")
    if manifest.get("version") not in READABLE:
        raise RunFolderError(
            f"{folder} is a run folder of version {manifest.get('version')}, and this gazekit reads version "
            f"{' and '.join(map(str, READABLE))}; use the gazekit that made it, or evaluate again in a new folder"
        )
    return {**manifest, "kind": str(manifest.get("kind") or _kind_of_version_1(manifest))}


def is_run(folder: str | Path) -> bool:
    """Whether a folder has the manifest of a gazekit run, of any version."""
    try:
        manifest = parse_json((Path(folder) / NAME).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(manifest, dict) and manifest.get("format") == FORMAT


def read_finished(folder: str | Path, kind: str | None = None) -> dict[str, Any]:
    """Read the manifest of a finished run.

    Parameters
    ----------
    folder : path
        The --out of a run.
    kind : str, optional
        What it must be: "evaluation", "asymmetry", "captions", "shelf-search", "train oat" or "oat study".

    Raises
    ------
    RunFolderError
        As `read_manifest`.
    DataError
        A run of another kind, or one that is not finished.
    """
    manifest = read_manifest(folder)
    if kind is not None and manifest["kind"] != kind:
        raise DataError(f"{folder} is not a run of {kind!r} but of {manifest['kind']!r}; give the --out of one")
    if manifest.get("status") != "complete":
        raise DataError(
            f"the run in {folder} is not finished; run its command again to resume it: {manifest.get('command')}"
        )
    return manifest


def _kind_of_version_1(manifest: dict[str, Any]) -> str:
    request = manifest.get("request")
    request = request if isinstance(request, dict) else {}
    if "captions" in manifest:
        return "captions"
    return str(request.get("experiment") or request.get("kind") or "evaluation")
