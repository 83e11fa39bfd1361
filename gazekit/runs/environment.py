"""What a run depends on besides its request: versions, code, files, and the place where it was started.

Workers do its pieces in that place, or say why they cannot.
"""

import contextlib
import hashlib
import os
import platform
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from gazekit.files.atomic import sha256_of
from gazekit.foundations.errors import GazekitError, RunFolderError
from gazekit.foundations.version import __version__

_PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-image", "numba", "pillow", "torch")
_PREFIX = "GAZEKIT_"  # variables of the environment that decide where weights and data are looked for
_PACKAGE = Path(__file__).parents[1]
_checked: set["RunEnvironment"] = set()


def versions() -> dict[str, str]:
    """Versions of Python, gazekit and the installed packages that a result may depend on."""
    found = {"python": platform.python_version(), "gazekit": __version__}
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


@cache  # as it was when this process first asked: later changes are not what it runs
def source() -> str:
    """SHA-256 of gazekit's own files, data files included."""
    digest = hashlib.sha256()
    for file in sorted(f for f in _PACKAGE.rglob("*") if f.is_file() and "__pycache__" not in f.parts):
        digest.update(f"{file.relative_to(_PACKAGE).as_posix()} {sha256_of(file)}\n".encode())
    return digest.hexdigest()


@cache
def digest_of_module(name: str) -> str:
    """SHA-256 of the source of a module; empty where it has none, and for what is not there."""
    try:
        spec = getattr(sys.modules.get(name), "__spec__", None) or find_spec(name)
    except (ImportError, ValueError):
        return ""
    file = Path(getattr(spec, "origin", None) or "")
    return _digest(file) if file.suffix == ".py" else ""


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file, read again only if it was changed; empty for what is no file."""
    try:
        now = path.stat()
        return _digest_of_state(path.absolute(), now.st_mtime_ns, now.st_size) if path.is_file() else ""
    except (OSError, ValueError):  # no name of a file: too long, or with a zero in it
        return ""


@cache
def _digest_of_state(path: Path, changed_ns: int, size: int) -> str:
    return sha256_of(path)


def check_named(files: Mapping[str, str], modules: Mapping[str, str]) -> None:
    """Compare files and modules that a piece of work names with those of this process.

    Parameters
    ----------
    files, modules : mapping of str to str
        SHA-256 by name, where the run was started; empty for a module without source.

    Raises
    ------
    GazekitError
        One has another content here: tables would depend on who did which piece.
    """
    for name, wanted in modules.items():
        if wanted and (found := digest_of_module(name)) and found != wanted:
            raise GazekitError(
                f"the worker on {_who()} has other code of {name} than the process that started the run (sha256 "
                f"{found[:12]}, there {wanted[:12]}); install the same on all workers, and start them again"
            )
    for name, wanted in files.items():
        if (found := digest_of_file(Path(name))) != wanted:
            here = (
                f"another file {name} (sha256 {found[:12]}, where the run was started {wanted[:12]})"
                if found
                else f"no file {name}"
            )
            raise GazekitError(
                f"the worker on {_who()} sees {here}; data must lie on a file system that all workers share, and stay "
                f"as they are while a run lasts"
            )


@dataclass(frozen=True)
class RunEnvironment:
    """What a worker needs to do a piece as the process would that started the run.

    Parameters
    ----------
    folder : str
        Where relative names of files begin.
    environment : tuple of (name, value)
        Variables whose names begin with GAZEKIT_.
    versions : tuple of (package, version)
        What results depend on.
    source : str
        SHA-256 of gazekit's own code.
    manifest : (path, sha256), optional
        A file of the run folder, and what it holds.
    """

    folder: str
    environment: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    source: str
    manifest: tuple[str, str] | None = None

    @classmethod
    def here(cls, run: Path | None = None) -> "RunEnvironment":
        """Those of this process; `run` is the run folder, which workers must see too."""
        file = None if run is None else Path(run).resolve() / "manifest.json"
        manifest = None if file is None else (str(file), _digest(file))
        return cls(str(Path.cwd()), _environment(), tuple(sorted(versions().items())), source(), manifest)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Be there while a piece is done; afterwards this process is where it was.

        Raises
        ------
        RunFolderError
            This process does not see the folder, or sees another one of that name.
        GazekitError
            It has other versions or other code, so that tables would depend on who did which piece.
        """
        home, mine = Path.cwd(), _environment()
        try:
            os.chdir(self.folder)
        except OSError as error:
            raise _not_seen(self.folder) from error
        try:
            self._check()
            _set_environment(self.environment)
            yield
        finally:
            _set_environment(mine)
            os.chdir(home)

    def _check(self) -> None:
        """Once per process: folders and versions do not change while it lives."""
        if self in _checked:
            return
        mine = versions()
        for package, wanted in self.versions:
            if (found := mine.get(package)) != wanted:
                raise GazekitError(
                    f"the worker on {_who()} has {package} {found or 'not installed'}, and this run {wanted}; install "
                    f"the same versions on all workers"
                )
        if source() != self.source:
            raise GazekitError(
                f"the worker on {_who()} has other code of gazekit {__version__} than the process that started the "
                f"run; install the same on all workers, and start them again"
            )
        if self.manifest and _digest(Path(self.manifest[0])) != self.manifest[1]:
            raise _not_seen(str(Path(self.manifest[0]).parent))
        _checked.add(self)


def _not_seen(folder: str) -> RunFolderError:
    return RunFolderError(
        f"the worker on {_who()} does not see the folder {folder} as this process does; run folder, data and the "
        f"folder that the command is run in must lie on a file system that all workers share"
    )


def _environment() -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith(_PREFIX)))


def _set_environment(wanted: tuple[tuple[str, str], ...]) -> None:
    for name, _ in _environment():
        del os.environ[name]
    os.environ.update(wanted)


def _who() -> str:
    return f"{socket.gethostname()} (process {os.getpid()})"


def _digest(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""
