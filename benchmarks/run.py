"""Run the benchmarks and write docs/results/benchmarks.md.

Run: python benchmarks/run.py [--only PART,PART] [--out FILE]. Real data: environment variable GAZEKIT_DATA, default
../shared/data. Some parts only: the page is printed, and written only where --out says.
"""

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import measure

PARTS = (
    "startup",
    "pages",
    "loaders",
    "pair_metrics",
    "multimatch",
    "scanmatch",
    "memory",
    "first_call",
    "eccnet",
    "oat",
    "neva",
    "priority",
    "evaluation",
    "own_data",
)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "benchmarks.md"


def targets_table(targets: list[list]) -> list[str]:
    rows = [(what, wanted, found, "yes" if met else "**no**") for what, wanted, found, met in targets]
    return ["## Targets", "", *measure.table(["what", "wanted", "found", "met"], rows), ""]


def measured(part: str) -> tuple[list[str], list[list]]:
    """Lines and targets of one part, in a process of its own: what one has loaded is not in another's memory."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "part.json"
        subprocess.run([sys.executable, __file__, "--part", part, "--out", str(file)], check=True)
        found = json.loads(file.read_text(encoding="utf-8"))
    return found["lines"], found["targets"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, separated by commas")
    parser.add_argument("--out", type=Path, help="write the page to this file")
    parser.add_argument("--part", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        found = {"lines": importlib.import_module(given.part).report(), "targets": measure.targets}
        given.out.write_text(json.dumps(found), encoding="utf-8")
        return
    parts = given.only.split(",")
    whole = set(parts) == set(PARTS)
    command = "make bench" if whole else f"python benchmarks/run.py --only {given.only}"
    head = ["# Benchmarks", "", f"Written by `{command}`.", "", *measure.machine()]
    print("\n".join(head), flush=True)
    body: list[str] = []
    targets: list[list] = []
    for part in parts:
        lines, reached = measured(part)
        print("\n".join(lines), flush=True)
        body += lines
        targets += reached
    verdicts = targets_table(targets)
    print("\n".join(verdicts), flush=True)
    out = given.out or (PAGE if whole else None)
    if out is not None:
        out.write_text("\n".join([*head, *verdicts, *body]).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
