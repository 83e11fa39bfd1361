"""`gazekit info`: versions, devices and caches, for bug reports."""

import os
import platform
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from gazekit.cli.printing import Json, print_json

LIBRARIES = (
    *("numpy", "scipy", "pandas", "pyarrow", "scikit-image", "numba", "matplotlib", "joblib", "typer", "tqdm"),
    *("torch", "torchvision", "open_clip_torch", "timm", "safetensors", "h5py"),
    *("statsmodels", "dask", "distributed"),
)
FOLDERS = ("GAZEKIT_DATA", "GAZEKIT_WEIGHTS")  # environment variables that name a folder


def info_command(
    more: Annotated[
        bool, typer.Option("--more", help="Ask the libraries too (seconds): GPUs of torch, its threads, kept kernels.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print versions, devices, folders and caches: what a bug report needs.

    Example: gazekit info --more --json
    """
    found = facts(more)
    if as_json:
        print_json(found)
        return
    for title, values in found.items():
        typer.echo(f"{title}:")
        width = max(map(len, values), default=0)
        for name, value in values.items():
            typer.echo(f"  {name:<{width}}  {shown(value)}")


def facts(more: bool = False) -> dict[str, dict[str, Any]]:
    """What there is, by kind; nothing is fetched or written."""
    return {
        "versions": versions(),
        "machine": machine(more),
        "folders": {name: os.environ.get(name) for name in FOLDERS},
        "caches": caches(more),
    }


def versions() -> dict[str, str | None]:
    """Versions of gazekit, Python and the libraries; None for one that is not installed."""
    from gazekit.foundations.version import __version__

    found: dict[str, str | None] = {"gazekit": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def machine(more: bool = False) -> dict[str, Any]:
    """System, processors that this process may use, GPUs of the system, and with `more` what torch can use of them."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    found: dict[str, Any] = {"system": platform.platform(), "processors": allowed, "gpus": gpus()}
    if more and find_spec("torch"):
        import torch

        found["gpus of torch"] = [torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count())]
        found["threads of torch"] = torch.get_num_threads()
    return found


def gpus(folder: Path = Path("/proc/driver/nvidia/gpus")) -> list[str]:
    """GPUs that NVIDIA's driver for Linux lists; none on other systems, where `--more` asks torch."""
    lines = [line for file in sorted(folder.glob("*/information")) for line in file.read_text().splitlines()]
    return [line.partition(":")[2].strip() for line in lines if line.startswith("Model:")]


def caches(more: bool = False) -> dict[str, dict[str, Any] | None]:
    """Folders that keep downloads, with `more` also compiled kernels: path, files and bytes."""
    import pooch

    def below_home(variable: str, default: Callable[[], Path], *below: str) -> Path | None:
        try:
            return Path(os.environ.get(variable) or default(), *below)
        except RuntimeError:  # of a user without a home
            return None

    def home() -> Path:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")

    folders = {
        "downloads of gazekit": below_home("", lambda: Path(pooch.os_cache("gazekit"))),
        "weights of torch": below_home("TORCH_HOME", lambda: home() / "torch", "hub", "checkpoints"),
        "weights of timm and open_clip": below_home("HF_HOME", lambda: home() / "huggingface"),
    }
    if more:
        folders["kernels of the metrics"] = kernels_folder()
    return {n: None if folder is None else {"path": str(folder), **size(folder)} for n, folder in folders.items()}


def kernels_folder() -> Path | None:
    """Where numba keeps the machine code of the pair kernels; None where no folder can be written."""
    from gazekit.metrics.kernels.alignment import alignment_scores

    folder = alignment_scores.stats.cache_path  # type: ignore[attr-defined]  # numba's, behind the function's type
    return Path(folder) if folder else None


def size(folder: Path) -> dict[str, int]:
    """Files below a folder and their bytes; links are left out."""
    files = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    bytes_ = [file.stat().st_size for file in files if file.is_file() and not file.is_symlink()]
    return {"files": len(bytes_), "bytes": sum(bytes_)}


def shown(value: Any) -> str:
    """A value for people.

    Examples
    --------
    >>> shown(None), shown(["A", "B"]), shown({"path": "/c", "files": 2, "bytes": 3_000_000})
    ('none', 'A, B', '/c (2 files, 3.0 MB)')
    """
    if isinstance(value, Mapping):
        return f"{value['path']} ({value['files']} files, {value['bytes'] / 1e6:.1f} MB)"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
