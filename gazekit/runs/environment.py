"""What a run depends on besides its request: versions of packages, and the place where it was started.

Workers do its pieces in that place, or say why they cannot.
"""

import contextlib
import hashlib
import os
import platform
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from gazekit.foundations.errors import GazekitError, RunFolderError
from gazekit.foundations.version import __version__

_PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "scikit-image", "numba", "pillow", "torch")
_PREFIX = "GAZEKIT_"  # variables of the environment that decide where weights and data are looked for
_checked: set["RunEnvironment"] = set()


def versions() -> dict[str, str]:
    """Versions of Python, gazekit and the installed packages that a result may depend on."""
    found = {"python": platform.python_version(), "gazekit": __version__}
    for package in _PACKAGES:
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


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
    manifest : (path, sha256), optional
        A file of the run folder, and what it holds.
    """

    folder: str
    environment: tuple[tuple[str, str], ...]
    versions: tuple[tuple[str, str], ...]
    manifest: tuple[str, str] | None = None

    @classmethod
    def here(cls, run: Path | None = None) -> "RunEnvironment":
        """Those of this process; `run` is the run folder, which workers must see too."""
        file = None if run is None else Path(run).resolve() / "manifest.json"
        manifest = None if file is None else (str(file), _hash(file))
        return cls(str(Path.cwd()), _environment(), tuple(sorted(versions().items())), manifest)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Be there while a piece is done; afterwards this process is where it was.

        Raises
        ------
        RunFolderError
            This process does not see the folder, or sees another one of that name.
        GazekitError
            It has other versions, so that tables would depend on who did which piece.
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
        if self.manifest and _hash(Path(self.manifest[0])) != self.manifest[1]:
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


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
