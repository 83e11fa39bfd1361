"""What it costs to begin: importing gazekit, and its command until it answers, beside a Python that does nothing.

Run: python benchmarks/startup.py
"""

import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from measure import Reading, machine, shown, table, target, timed

WANTED = {"gazekit --help": 0.5, "gazekit models": 1.0, "gazekit info": 1.0, "gazekit predict oat": 4.0}  # s
SHELVES = ("--data", "shelves", "--data-set", "scenes=10")
COMMAND = str(Path(sys.executable).with_name("gazekit"))
CALLS: dict[str, list[str]] = {
    "python -c pass (floor)": [sys.executable, "-c", "pass"],
    "import numpy, pandas (what tables need)": [sys.executable, "-c", "import numpy, pandas"],
    "import gazekit": [sys.executable, "-c", "import gazekit"],
    "gazekit --version": [COMMAND, "--version"],
    "gazekit --help": [COMMAND, "--help"],
    "gazekit evaluate --help": [COMMAND, "evaluate", "--help"],
    "gazekit models": [COMMAND, "models"],
    "gazekit info": [COMMAND, "info"],
    "import torch (what a network needs)": [sys.executable, "-c", "import torch"],
    "gazekit predict oat": [COMMAND, "predict", "oat", *SHELVES, "--quiet", "--overwrite", "-o", "OUT"],
}


def run(command: list[str]) -> Any:
    return subprocess.run(command, check=True, capture_output=True)


def timed_process(command: list[str]) -> tuple[float, float]:
    """Seconds of the wall clock, and of the processor: on a busy machine only these say what a command costs."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall, _ = timed(lambda: run(command), 1)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(repeat: int = 7) -> list[str]:
    readings: dict[str, Reading] = {}
    processor: dict[str, float] = {}
    with TemporaryDirectory() as folder:
        for name, words in CALLS.items():
            command = [str(Path(folder, "paths.csv")) if word == "OUT" else word for word in words]
            run(command)
            wall, cpu = zip(*(timed_process(command) for _ in range(repeat)), strict=True)
            low, median, high = np.quantile(wall, [0.25, 0.5, 0.75])
            readings[name] = Reading(float(median), float((high - low) / 2 / median))
            processor[name] = float(np.median(cpu))
    floor = processor["python -c pass (floor)"]
    for name, most in WANTED.items():
        target(f"{name}, processor time", f"under {most:g} s", shown(processor[name]), processor[name] < most)
    network = processor["import torch (what a network needs)"] / processor["gazekit predict oat"]
    rows = [
        (name, f"{shown(r.median)} ±{100 * r.spread:.0f} %", shown(processor[name]), f"{processor[name] / floor:.1f}x")
        for name, r in readings.items()
    ]
    return [
        "## Beginning",
        "",
        f"Times of a whole process, medians of {repeat}; of the wall clock with half the range of their middle half. "
        "Targets and ratios are of processor time.",
        f"`predict oat` is of ten made-up shelves; `import torch` takes {100 * network:.0f} % of its processor time.",
        "",
        *table(("process", "time", "processor time", "of the floor"), rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
