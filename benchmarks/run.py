"""Run the benchmarks and write docs/results/benchmarks.md.

Run: python benchmarks/run.py [--only PART,PART] [--out FILE]. Real data: environment variable GAZEKIT_DATA, default
../shared/data. Some parts only: the page is printed, and written only where --out says.
"""

import argparse
import importlib
from pathlib import Path

import measure

PARTS = (
    "startup",
    "loaders",
    "pair_metrics",
    "multimatch",
    "scanmatch",
    "memory",
    "first_call",
    "eccnet",
    "oat",
    "neva",
    "evaluation",
)
PAGE = Path(__file__).resolve().parents[1] / "docs" / "results" / "benchmarks.md"


def targets_table() -> list[str]:
    rows = [(what, wanted, found, "yes" if met else "**no**") for what, wanted, found, met in measure.targets]
    return ["## Targets", "", *measure.table(["what", "wanted", "found", "met"], rows), ""]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, separated by commas")
    parser.add_argument("--out", type=Path, help="write the page to this file")
    given = parser.parse_args()
    parts = given.only.split(",")
    whole = set(parts) == set(PARTS)
    command = "make bench" if whole else f"python benchmarks/run.py --only {given.only}"
    head = ["# Benchmarks", "", f"Written by `{command}`.", "", *measure.machine()]
    print("\n".join(head), flush=True)
    body: list[str] = []
    for part in parts:
        lines = importlib.import_module(part).report()
        print("\n".join(lines), flush=True)
        body += lines
    verdicts = targets_table()
    print("\n".join(verdicts), flush=True)
    out = given.out or (PAGE if whole else None)
    if out is not None:
        out.write_text("\n".join([*head, *verdicts, *body]).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
