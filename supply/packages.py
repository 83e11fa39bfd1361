"""Build wheel and sdist twice and compare their bytes; install each where the repository is not, and run the demo.

    python supply/packages.py            all of it, in build/packages; the last commit is what is built
    python supply/packages.py --build    build and compare only

Times in the archives are that of the commit (SOURCE_DATE_EPOCH). The sdist is packed anew, since setuptools writes the
time of building and the builder's name into it.
"""

import argparse
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "packages"


def build(commit: str, into: Path) -> list[Path]:
    """Build a commit in a folder of its own; the wheel and the sdist."""
    epoch = _git("log", "-1", "--format=%ct", commit).decode().strip()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, f"source-{time.monotonic_ns()}")  # another place each time
        with tarfile.open(fileobj=io.BytesIO(_git("archive", commit))) as packed:
            packed.extractall(source, filter="data")
        env = {**os.environ, "SOURCE_DATE_EPOCH": epoch, "PYTHONHASHSEED": str(time.monotonic_ns() % 1000)}
        command = [sys.executable, "-m", "build", "--outdir", str(into), str(source)]
        subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
    for sdist in into.glob("*.tar.gz"):
        _pack_anew(sdist, int(epoch))
    return sorted(into.iterdir())


def _pack_anew(sdist: Path, epoch: int) -> None:
    """The same files in the order of their names, of nobody, all of one time."""
    out = io.BytesIO()
    with tarfile.open(sdist) as old, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as new:
        for member in sorted(old.getmembers(), key=lambda m: m.name):
            content = old.extractfile(member) if member.isfile() else None
            member.uid = member.gid = 0
            member.uname = member.gname = ""
            member.mtime, member.mode, member.pax_headers = epoch, 0o755 if member.isdir() else 0o644, {}
            new.addfile(member, content)
    sdist.write_bytes(gzip.compress(out.getvalue(), mtime=epoch))


def try_out(package: Path) -> None:
    """Install a package into a new environment, outside the repository, and run the demo there."""
    with tempfile.TemporaryDirectory() as folder:
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "GAZEKIT"))}
        subprocess.run([sys.executable, "-m", "venv", f"{folder}/venv"], check=True)
        started = time.monotonic()
        subprocess.run([f"{folder}/venv/bin/pip", "install", "--quiet", str(package)], check=True, cwd=folder, env=env)
        installed = time.monotonic()
        gazekit = f"{folder}/venv/bin/gazekit"
        subprocess.run([gazekit, "demo", "--out", "demo"], check=True, cwd=folder, env=env, stdout=subprocess.DEVNULL)
        where = "import gazekit; print(gazekit.__file__)"
        found = subprocess.run(
            [f"{folder}/venv/bin/python", "-c", where], check=True, cwd=folder, env=env, capture_output=True, text=True
        ).stdout.strip()
        if not found.startswith(folder) or not Path(folder, "demo", "demo.html").is_file():
            raise SystemExit(f"{package.name}: gazekit is {found}, and its demo wrote no report")
        seconds = f"installed in {installed - started:.0f} s, demo in {time.monotonic() - installed:.0f} s"
        print(f"{package.name}: {seconds}", flush=True)


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout


def main() -> int:
    """1 if two builds differ."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", action="store_true", help="build and compare only")
    chosen = parser.parse_args()
    shutil.rmtree(BUILD, ignore_errors=True)
    commit = _git("rev-parse", "HEAD").decode().strip()  # others may commit meanwhile
    first, second = build(commit, BUILD / "first"), build(commit, BUILD / "second")
    same = True
    for a, b in zip(first, second, strict=True):
        digests = [hashlib.sha256(p.read_bytes()).hexdigest() for p in (a, b)]
        same &= digests[0] == digests[1]
        print(f"{a.name}: {a.stat().st_size:,} bytes, {digests[0]}{'' if digests[0] == digests[1] else ' DIFFERS'}")
    if same and not chosen.build:
        for package in first:
            try_out(package)
    return not same


if __name__ == "__main__":
    sys.exit(main())
