"""Test the lower bounds of pyproject.toml: an environment with exactly those versions, and the quick core of the suite.

    python supply/minimum.py                 build the environment in build/minimum, run the tests, print what was used
    python supply/minimum.py --constraints   print the versions only

What is tested is the last commit, unpacked beside the environment. A bound that does not install or does not pass is
wrong: raise it in pyproject.toml.
"""

import argparse
import io
import os
import subprocess
import sys
import tarfile
import time
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "minimum"
EXTRAS = ("dev", "models")
_ROOMS = ("foundations", "files", "core", "interchange", "metrics", "datasets", "evaluation", "scoring", "hostile")
CORE = ("tests/test_*.py", *(f"tests/{room}" for room in _ROOMS))

# multimatch-gaze, an oracle, takes another of two equally short ways under a SciPy before 1.16; gazekit does not.
LEFT_OUT = (
    "tests/metrics/test_simplification.py::test_multimatch_of_simplified_paths_equals_grouping",
    "tests/verify/test_conformance.py::test_multimatch_vectors_are_those_of_the_reference",
)


def lower_bounds(pyproject: Path, extras: tuple[str, ...] = EXTRAS) -> dict[str, str]:
    """The lowest version of each direct dependency, core and extras; those without a bound are left out."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *(line for e in extras for line in project["optional-dependencies"][e])]
    bounds = {}
    for requirement in map(Requirement, lines):
        lowest = [s.version for s in requirement.specifier if s.operator == ">="]
        if lowest and (requirement.marker is None or requirement.marker.evaluate()):
            bounds[requirement.name] = lowest[0]
    return bounds


def main() -> int:
    """Build, test, report; the tests' exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--constraints", action="store_true", help="print the versions and leave")
    chosen = parser.parse_args()
    bounds = lower_bounds(ROOT / "pyproject.toml")
    constraints = "".join(f"{name}=={version}\n" for name, version in bounds.items())
    if chosen.constraints:
        print(constraints, end="")
        return 0
    source, python = BUILD / "source", BUILD / "venv" / "bin" / "python"
    source.mkdir(parents=True, exist_ok=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
        packed.extractall(source, filter="data")
    (BUILD / "constraints.txt").write_text(constraints)
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", BUILD / "venv"], check=True)
    install = [python, "-m", "pip", "install", "--quiet", "--constraint", BUILD / "constraints.txt"]
    subprocess.run([*install, "--editable", f"{source}[{','.join(EXTRAS)}]"], check=True)
    print(f"installed in {time.monotonic() - started:.0f} s", flush=True)
    tests = [str(p) for pattern in CORE for p in sorted(source.glob(pattern))]
    env = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "GAZEKIT_DATA": os.environ.get("GAZEKIT_DATA", str(ROOT / "../shared/data")),
    }
    # Old versions warn of other things than new ones; a warning is no failure here.
    command = [
        python,
        "-m",
        "pytest",
        "-q",
        "-m",
        "not slow",
        "-o",
        "filterwarnings=",
        "-p",
        "no:cacheprovider",
        *(f"--deselect={name}" for name in LEFT_OUT),
        *tests,
    ]
    code = subprocess.run(command, cwd=source, env=env, check=False).returncode
    print(subprocess.run([python, "-m", "pip", "freeze"], check=True, capture_output=True, text=True).stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
