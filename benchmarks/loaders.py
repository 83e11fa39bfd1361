"""Loaders of real data sets beside the library that only parses their files.

Run: python benchmarks/loaders.py. Real data: environment variable GAZEKIT_DATA, default ../shared/data.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from measure import machine, reading, shown, table
from people import ROOT

from gazekit import Dataset, load_dataset

# data set: folder, and its files as the usual library parses them
SETS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "osie": ("osie", lambda root: _mat(root / "eye" / "fixations.mat")),
    "interiors": ("interiors", lambda root: [_mat(f) for f in sorted(root.rglob("*.mat"))]),
    "bookcovers": ("bookcovers", lambda root: [json.loads(f.read_bytes()) for f in root.glob("*.json")]),
    "coco-search18": ("coco_search18", lambda root: [json.loads(f.read_bytes()) for f in root.glob("*.json")]),
    "mit1003": ("mit1003", lambda root: [pd.read_csv(f) for f in root.glob("*.csv*")]),
}


def _mat(file: Path) -> Any:
    from scipy.io import loadmat

    return loadmat(file, simplify_cells=True)


def _load(name: str, folder: str) -> Dataset:
    options = {"source": "redetected"} if name == "mit1003" else {}
    return load_dataset(name, ROOT / folder, **options)


def report(repeat: int = 3) -> list[str]:
    rows = []
    for name, (folder, parse) in SETS.items():
        if not (ROOT / folder).is_dir():
            rows.append((name, "not here", "", "", ""))
            continue
        data = _load(name, folder)
        ours = reading(lambda n=name, f=folder: _load(n, f), repeat)
        floor = reading(lambda p=parse, f=folder: p(ROOT / f), repeat)
        count = f"{len(data.scanpaths):,} paths, {len(data.scanpaths.x):,} fixations"
        ratio = f"{ours.median / floor.median:.2f}x" if floor.median > 1e-3 else ""
        rows.append((name, count, shown(ours.median), shown(floor.median), ratio))
    return [
        "## Loaders",
        "",
        "Files to validated scanpaths and trials, beside parsing alone (scipy, json, pandas). One thread's time.",
        "",
        *table(("data set", "what it holds", "gazekit", "parsing alone", "ratio"), rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
