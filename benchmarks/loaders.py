"""Loaders of real data sets, and readers of exports of eye trackers, beside the library that only parses their files.

Run: python benchmarks/loaders.py. Real data: environment variable GAZEKIT_DATA, default ../shared/data.
"""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
from measure import CPU, machine, reading, shown, table, target, timed
from people import ROOT

from gazekit import Dataset, load_dataset
from gazekit.interchange.recordings import read_files

FIXATIONS, PEOPLE = 1_000_000, 20  # of an export
WRITERS = Path(__file__).resolve().parents[1] / "tests" / "interchange" / "recordings" / "conftest.py"
SEPARATORS = {"eyelink-report": "\t", "smi": "\t", "pymovements": ",", "neon": ",", "gazepoint": ",", "pupil": ","}

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
        *exports(),
    ]


def exports(fixations: int = FIXATIONS) -> list[str]:
    """Read exports of so many fixations, written as the tests write them, beside pandas' bare reading."""
    made, rows = runpy.run_path(str(WRITERS)), []
    seen = _seen(made["SIZES"], fixations)
    for name in (*SEPARATORS, "eyelink-asc"):
        with TemporaryDirectory() as folder:
            files, told = made["WRITERS"][name](seen, Path(folder))
            stimulus = {"stimulus": told["stimulus"]} if "stimulus" in told else {}
            ours, found = timed(lambda f=files, s=stimulus: read_files(f, **s), 1, CPU)
            sep = SEPARATORS.get(name, "\x01")  # of no column: lines alone
            bare = timed(lambda f=files, sep=sep: [pd.read_csv(file, sep=sep) for file in f], 1, CPU)[0]
        rows.append((name, f"{len(found.table):,} in {len(files)} files", shown(ours), shown(bare)))
        target(f"{name}: {fixations:,} fixations, one thread", "under 10 s", shown(ours), ours < 10)
    return ["## Exports of eye trackers", "", *table(("export", "fixations", "gazekit", "pandas alone"), rows), ""]


def _seen(sizes: dict[str, tuple[int, int]], fixations: int) -> pd.DataFrame:
    """What people saw, for the writers."""
    rng, each = np.random.default_rng(0), fixations // (PEOPLE * len(sizes))
    parts = []
    for person in range(PEOPLE):
        for trial, (name, (width, height)) in enumerate(sizes.items(), 1):
            lasting = rng.integers(90, 400, each).astype(float)
            x, y = np.round(rng.uniform(0, [[width], [height]], (2, each)), 1)
            parts.append(
                pd.DataFrame(
                    {"subject": f"p{person:02}", "trial": trial, "stimulus": name, "index": np.arange(1, each + 1),
                     "x": x, "y": y, "start": 100 + np.cumsum(lasting + 30) - lasting - 30, "duration": lasting,
                     "sx": x + (1280 - width) / 2, "sy": y + (1024 - height) / 2}
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
