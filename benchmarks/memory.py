"""Memory of streaming many pairs: the peak must not grow with their number.

Each number of pairs runs in a process of its own, because the high-water mark of a process never falls.

Run: python benchmarks/memory.py
"""

import json
import resource
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from measure import machine, table, target
from people import people

from gazekit.metrics import pairwise_chunks

CHUNK = 5000
MANY_PATHS, MANY_PAIRS, BOUND = 1_000_000, 10_000_000, 2**30  # bytes beyond the paths
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


def million(count: int = MANY_PATHS, pairs: int = MANY_PAIRS) -> dict[str, float]:
    """Score many pairs of many scanpaths in a stream; bytes of the paths, and beyond them."""
    import pandas as pd

    from gazekit import Scanpaths

    rng = np.random.default_rng(0)
    names = pd.Categorical.from_codes(np.zeros(count, dtype=np.int8), ["s"])
    table = pd.DataFrame({"stimulus": names, "width": 800, "height": 600})
    x, y = rng.random(count * 10) * 800, rng.random(count * 10) * 600
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    paths = Scanpaths(x, y, np.arange(count + 1) * 10, table)
    of_paths = x.nbytes + y.nbytes + paths.offsets.nbytes + int(paths.table.memory_usage(deep=True).sum())
    made = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    drawn = (rng.integers(0, count, (min(CHUNK, pairs - k), 2)) for k in range(0, pairs, CHUNK))
    start = time.perf_counter()
    total = sum(float(np.nansum(part)) for part in pairwise_chunks("scanmatch", paths, paths, drawn))
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "data": of_paths,
        "making": (made - before) * UNIT,
        "streaming": (after - made) * UNIT,
        "seconds": seconds,
        "mean": total / pairs,
    }


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
        *_of_million(),
    ]


def _of_million() -> list[str]:
    command = [sys.executable, Path(__file__).name, "million"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=Path(__file__).parent)
    found = json.loads(done.stdout)
    beyond = found["making"] - found["data"] + found["streaming"]
    target(
        f"memory for {MANY_PAIRS:,} pairs of {MANY_PATHS:,} scanpaths, beyond the scanpaths",
        "under 1 GiB",
        f"{beyond / 2**30:.2f} GiB",
        beyond < BOUND,
    )
    return [
        f"ScanMatch of {MANY_PAIRS:,} pairs among {MANY_PATHS:,} scanpaths of 10 fixations: the scanpaths are "
        f"{found['data'] / 2**20:.0f} MiB, making them takes {found['making'] / 2**20:.0f} MiB, and scoring "
        f"{found['streaming'] / 2**20:.0f} MiB more; {found['seconds']:.0f} s.",
        "",
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["million"]:
        print(json.dumps(million()))
    elif len(sys.argv) == 3:
        print(json.dumps(stream(sys.argv[1], int(sys.argv[2]))))
    else:
        print("\n".join([*machine(), *report()]))
