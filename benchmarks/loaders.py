"""Loaders of real data sets, and readers of exports of eye trackers, beside the library that only parses their files.

Run: python benchmarks/loaders.py. Real data: environment variable GAZEKIT_DATA, default ../shared/data.
"""

import json
import runpy
import subprocess
import sys
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

FIXATIONS, COPIES = 1_000_000, 10  # of an export, and how often two people's are in it
WRITERS = Path(__file__).resolve().parents[1] / "tests" / "interchange" / "recordings" / "conftest.py"
SEPARATORS = {
    **dict.fromkeys(("pymovements", "neon", "gazepoint", "pupil"), ","),
    **dict.fromkeys(("eyelink-asc", "smi-events"), "\x01"),  # of no column: lines alone
}

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
        *samples(),
    ]


def exports(fixations: int = FIXATIONS) -> list[str]:
    """Read exports of so many fixations, written as the tests write them, beside pandas' bare reading."""
    made, rows = runpy.run_path(str(WRITERS)), []
    seen = _seen(made["SIZES"], fixations // COPIES)
    writers = {**made["WRITERS"], "smi-events": made["smi_events"], "bids": _bids_events}
    for name, write in writers.items():
        with TemporaryDirectory() as folder:
            files, told = write(seen, Path(folder))
            files = _copied(files)
            told = {"stimulus": told["stimulus"]} if "stimulus" in told else {}  # of neon, whose files hold all people
            ours, found = timed(lambda f=files, t=told: read_files(f, **t), 1, CPU)
            sep = SEPARATORS.get(name, "\t")
            bare = timed(lambda f=files, sep=sep: [pd.read_csv(file, sep=sep) for file in f], 1, CPU)[0]
            lines = sum(file.read_bytes().count(b"\n") for file in files)
        held = f"{len(found.table):,} in {lines:,} lines, {len(files)} file{'s' if len(files) > 1 else ''}"
        rows.append((name, held, shown(ours), shown(bare), f"{ours / bare:.1f}x"))
        target(f"{name}: {fixations:,} fixations, one thread", "under 10 s", shown(ours), ours < 10)
    return [
        "## Exports of eye trackers",
        "",
        "Fixations to one table, validated, beside `pandas.read_csv` of the same files, of `eyelink-asc` and "
        "`smi-events` of their lines alone. `bids` are events with positions. Processor time of one reading.",
        "",
        *table(("export", "fixations", "gazekit", "pandas alone", "ratio"), rows),
        "",
    ]


def samples(trials: int = 334, each: int = 30_000) -> list[str]:
    """Find fixations in samples at 1,000 Hz, in a process of its own, whose memory is its own."""
    rng = np.random.default_rng(0)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "samples.csv"
        with file.open("w") as out:
            out.write("subject,trial,stimulus,time,x,y\n")
            for trial in range(trials):
                places = rng.uniform((300, 250), (980, 770), (each // 300, 2)).repeat(300, axis=0)
                points = (places + rng.normal(0, 0.6, places.shape)).round(1).tolist()
                about = f"p{trial % 10},{trial},i{trial % 34:02d}.png"
                out.writelines(f"{about},{time},{x},{y}\n" for time, (x, y) in enumerate(points))
        size = file.stat().st_size
        found = subprocess.run([sys.executable, "-c", _DETECT, file], capture_output=True, text=True, check=True)
    before, peak, seconds = map(float, found.stdout.split())
    return [
        f"Raw samples, fixations found by `ivt`: {trials * each:,} samples at 1,000 Hz ({size / 1e6:.0f} MB, {trials} "
        f"trials) took {seconds:.1f} s of processor time and {peak:.0f} MB at the most, of which {before:.0f} MB are "
        f"Python's and its libraries'.",
        "",
    ]


_DETECT = """
import resource, sys, time
from gazekit.interchange import Space
from gazekit.interchange.recordings import read_files
UNIT = 2**20 if sys.platform == "darwin" else 2**10  # of ru_maxrss, MB
before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT, time.process_time()
screen = Space(screen_width=1280, screen_height=1024, screen_width_mm=376, screen_height_mm=301, distance_mm=600)
read_files([sys.argv[1]], detect="ivt", space=screen)
print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT, time.process_time() - start)
"""


def _copied(files: list[Path]) -> list[Path]:
    """The same files of more people: beside them where they are named by people, else in the same file."""
    found = list(files)
    for k in range(1, COPIES):
        for file in files:
            other = Path(str(file).replace("person0", f"person{k}"))
            text = file.read_text().replace("person0", f"person{k}")
            if other == file:
                continue
            other.parent.mkdir(parents=True, exist_ok=True)
            other.write_text(text)
            found.append(other)
    for file in files:
        if "person0" not in str(file):
            head, _, body = file.read_text().partition("\n")
            file.write_text(head + "\n" + "".join(body.replace("person0", f"person{k}") for k in range(COPIES)))
    return found


def _bids_events(seen: pd.DataFrame, folder: Path) -> tuple[list[Path], dict]:
    """Fixations as events of BIDS; its recordings of samples are not timed: they are read at the rate of samples."""
    file = folder / "task-view_events.tsv"
    onset, lasting = (seen["start"] / 1000).round(3), seen["duration"] / 1000
    pd.DataFrame(
        {"onset": onset, "duration": lasting, "trial_type": "fixation", "x_coordinate": seen["sx"],
         "y_coordinate": seen["sy"], "subject": seen["subject"], "stim_file": seen["stimulus"]}
    ).to_csv(file, sep="\t", index=False)  # fmt: skip
    return [file], {}


def _seen(sizes: dict[str, tuple[int, int]], fixations: int) -> pd.DataFrame:
    """What two people saw, for the writers."""
    rng, each = np.random.default_rng(0), fixations // (2 * len(sizes))
    parts = []
    for person in range(2):
        for trial, (name, (width, height)) in enumerate(sizes.items(), 1):
            lasting = rng.integers(90, 400, each).astype(float)
            x, y = np.round(rng.uniform(0, [[width], [height]], (2, each)), 1)
            parts.append(
                pd.DataFrame(
                    {"subject": f"person0{person}", "trial": trial, "stimulus": name, "index": np.arange(1, each + 1),
                     "x": x, "y": y, "start": 100 + np.cumsum(lasting + 30) - lasting - 30, "duration": lasting,
                     "sx": x + (1280 - width) / 2, "sy": y + (1024 - height) / 2}
                )
            )  # fmt: skip
    return pd.concat(parts, ignore_index=True)


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
