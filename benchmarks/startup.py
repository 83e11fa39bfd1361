"""What it costs to begin: importing gazekit, and its command until it answers, beside a Python that does nothing.

Run: python benchmarks/startup.py
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from measure import Reading, machine, shown, table, target, timed

HELP = 0.5  # s, wanted of `gazekit --help`
COMMAND = str(Path(sys.executable).with_name("gazekit"))
CALLS: dict[str, list[str]] = {
    "python -c pass (floor)": [sys.executable, "-c", "pass"],
    "import numpy, pandas (what tables need)": [sys.executable, "-c", "import numpy, pandas"],
    "import gazekit": [sys.executable, "-c", "import gazekit"],
    "gazekit --version": [COMMAND, "--version"],
    "gazekit --help": [COMMAND, "--help"],
    "gazekit evaluate --help": [COMMAND, "evaluate", "--help"],
    "gazekit models": [COMMAND, "models"],
}


def run(command: list[str]) -> Any:
    return subprocess.run(command, check=True, capture_output=True)


def report(repeat: int = 7) -> list[str]:
    readings: dict[str, Reading] = {}
    for name, command in CALLS.items():
        run(command)
        seconds = [timed(lambda c=command: run(c), 1)[0] for _ in range(repeat)]
        low, median, high = np.quantile(seconds, [0.25, 0.5, 0.75])
        readings[name] = Reading(float(median), float((high - low) / 2 / median))
    floor = readings["python -c pass (floor)"].median
    found = readings["gazekit --help"].median
    target("gazekit --help", f"under {HELP} s", shown(found), found < HELP)
    rows = [
        (name, f"{shown(r.median)} ±{100 * r.spread:.0f} %", f"{r.median / floor:.1f}x") for name, r in readings.items()
    ]
    return [
        "## Beginning",
        "",
        f"Wall time of a whole process, medians of {repeat} with half the range of their middle half.",
        "",
        *table(("process", "time", "of the floor"), rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
