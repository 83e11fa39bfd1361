"""Memory of streaming many pairs: the peak must not grow with their number.

Each number of pairs runs in a process of its own, because the high-water mark of a process never falls.

Run: python benchmarks/memory.py
"""

import json
import resource
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measure import machine, table, target
from people import people

from gazekit.metrics import pairwise_chunks

CHUNK = 5000
UNIT = 1 if sys.platform == "darwin" else 1024  # of ru_maxrss, bytes


def chunks(pairs: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """`count` pairs, drawn chunk by chunk; never all of them at once."""
    rng = np.random.default_rng(0)
    for start in range(0, count, CHUNK):
        yield pairs[rng.integers(0, len(pairs), min(CHUNK, count - start))]


def stream(metric: str, count: int) -> dict[str, float]:
    """Score `count` pairs in a stream; bytes beyond what the process held before."""
    paths, pairs = people("ObjArr")

    def total(size: int) -> float:
        return float(sum(np.nansum(part) for part in pairwise_chunks(metric, paths, paths, chunks(pairs, size))))

    total(5 * CHUNK)  # compile and start threads
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total(count)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * UNIT
    tracemalloc.start()
    total(count)
    peak = tracemalloc.get_traced_memory()[1]
    return {"resident": grown, "traced": peak, "result": count * (1 if metric == "scanmatch" else 5) * 8}


def report() -> list[str]:
    rows: list[tuple[str, ...]] = []
    traced: list[float] = []
    for metric in ("scanmatch", "multimatch"):
        for count in (10_000, 100_000, 1_000_000):
            command = [sys.executable, Path(__file__).name, metric, str(count)]
            done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent)
            found = json.loads(done.stdout)
            traced.append(found["traced"] / 2**20)
            mib = [f"{found[key] / 2**20:.2f}" for key in ("traced", "resident", "result")]
            rows.append((metric, f"{count:,}", *mib))
    grown = max(traced[2] / traced[1], traced[5] / traced[4])
    target("memory of a stream of pairs, ten times as many pairs", "flat", f"{grown:.2f} times at most", grown < 1.2)
    heads = (
        "metric",
        "pairs streamed",
        "peak of Python and NumPy, MiB",
        "growth of the process, MiB",
        "all scores at once would be, MiB",
    )
    return [
        "## Memory of streaming",
        "",
        f"`pairwise_chunks` in chunks of {CHUNK:,} pairs; scanpaths and compiled code not counted.",
        "",
        *table(heads, rows),
        "",
    ]


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(stream(sys.argv[1], int(sys.argv[2]))))
    else:
        print("\n".join([*machine(), *report()]))
