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
from gazekit.metrics import {metric}
a = [[1, 1, 90], [300, 200, 100], [40, 500, 80]]
imported = time.perf_counter()
{metric}(a, a, size=(800, 600))
called = time.perf_counter()
{metric}(a, a, size=(800, 600))
print(imported - start, called - imported, time.perf_counter() - called)
"""


def report() -> list[str]:
    rows = []
    for metric in ("scanmatch", "multimatch"):
        with tempfile.TemporaryDirectory() as cache:
            for state in ("empty", "filled"):
                done = subprocess.run(
                    [sys.executable, "-c", CALL.format(metric=metric)],
                    check=True,
                    capture_output=True,
                    text=True,
                    env={**os.environ, "NUMBA_CACHE_DIR": cache},
                )
                rows.append((metric, state, *(shown(float(part)) for part in done.stdout.split())))
    heads = ("metric", "cache on disk", "import", "first call", "second call")
    return ["## First call of a process", "", "One pair; single runs.", "", *table(heads, rows), ""]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
