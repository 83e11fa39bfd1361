"""What the first call costs: compiling into an empty cache, and loading from it in the next process.

Run: python benchmarks/first_call.py
"""

import os
import subprocess
import sys
import tempfile

from measure import machine, shown, table

CALL = """
import time
start = time.perf_counter()
import pandas as pd
from gazekit import Scanpaths
from gazekit.metrics import all_measures, pairwise
from gazekit.metrics.kinds.pairs import PAIRS
table = pd.DataFrame({{"stimulus": ["s"], "width": 800, "height": 600}})
path = Scanpaths([1, 300, 40], [1, 200, 500], [0, 3], table, duration=[90, 100, 80])
def call():
    for name in {names}:
        pairwise(name, path, path, [[0, 0]])
imported = time.perf_counter()
call()
called = time.perf_counter()
call()
print(imported - start, called - imported, time.perf_counter() - called)
"""
METRICS = {
    "scanmatch": "['scanmatch']",
    "multimatch": "['multimatch']",
    "all pair metrics": "[m.name for m in all_measures(PAIRS)]",
}


def report() -> list[str]:
    rows = []
    for metric, names in METRICS.items():
        with tempfile.TemporaryDirectory() as cache:
            for state in ("empty", "filled"):
                done = subprocess.run(
                    [sys.executable, "-c", CALL.format(names=names)],
                    check=True,
                    capture_output=True,
                    text=True,
                    env={**os.environ, "NUMBA_CACHE_DIR": cache},
                )
                rows.append((metric, state, *(shown(float(part)) for part in done.stdout.split())))
    heads = ("metric", "cache on disk", "import", "first call", "second call")
    return [
        "## First call of a process",
        "",
        "One pair; single runs. Compiling is announced on standard error.",
        "",
        *table(heads, rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
