"""Run all benchmarks and print one markdown page.

Run: python benchmarks/run.py [--out FILE]. Real data: environment variable GAZEKIT_DATA, default ../shared/data.
"""

import argparse
from pathlib import Path

import evaluation
import first_call
import memory
import multimatch
import scanmatch
from measure import machine


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="write the page to this file too")
    out = parser.parse_args().out
    page = ["# Benchmarks", "", *machine()]
    print("\n".join(page), flush=True)
    for part in (multimatch, scanmatch, memory, first_call, evaluation):
        lines = part.report()
        print("\n".join(lines), flush=True)
        page += lines
    if out is not None:
        out.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
