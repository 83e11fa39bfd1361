"""Every pair metric: time per pair by length, beside an outside implementation, beside a floor, and on all of OSIE.

Run: python benchmarks/pair_metrics.py
"""

import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import floors
import numpy as np
from measure import CPU, Reading, machine, reading, shown, table, target, timed
from peers import PEERS, prepared
from people import ROOT, random_paths

from gazekit import Scanpaths, load_dataset
from gazekit.metrics import all_measures, pairwise
from gazekit.metrics.kinds.pairs import PAIRS

NAMES = [measure.name for measure in all_measures(PAIRS)]
LENGTHS = (5, 10, 20, 40, 200)
PATHS = 300
REPEAT = 7
ENOUGH = 0.05  # s of one reading
PUBLISHED = {  # us per pair of the best numba kernels known before gazekit, two threads, at 5, 10, 20, 40 fixations
    "scanmatch": (0.025, 0.069, 0.27, 1.09),
    "multimatch": (0.94, 1.29, 2.5, 5.7),
}


def per_pair(name: str, fixations: int) -> Reading:
    """Seconds of one thread per pair through `pairwise`, kernels compiled, in readings of at least `ENOUGH`."""
    paths, pairs = random_paths(fixations, PATHS, 20)

    def score() -> np.ndarray:
        return pairwise(name, paths, paths, pairs, threads=1)

    score()
    few, _ = timed(score, 3, CPU)
    count = int(min(200_000, max(20, ENOUGH / max(few / 20, 1e-8))))
    paths, pairs = random_paths(fixations, PATHS, count)
    once, _ = timed(score, 1, CPU)  # what a call costs beside the pairs made the first guess too low
    if once < ENOUGH:
        paths, pairs = random_paths(fixations, PATHS, int(min(200_000, count * ENOUGH / max(once, 1e-6))))
    found = reading(score, REPEAT)
    return Reading(found.median / len(pairs), found.spread)


def outside(name: str, function: Callable[..., Any], fixations: int) -> tuple[float, float]:
    """Seconds per pair of an outside function, and its largest difference from gazekit on the same pairs."""
    paths, pairs = random_paths(fixations, 40, 200)
    ready = [prepared(path) for path in paths]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = CPU()
        theirs: list[Any] = []
        while len(theirs) < len(pairs) and (len(theirs) < 3 or CPU() - start < 4 * ENOUGH):
            i, j = pairs[len(theirs)]
            theirs.append(function(ready[i], ready[j]))
        seconds = (CPU() - start) / len(theirs)
    ours = pairwise(name, paths, paths, pairs[: len(theirs)])
    return seconds, float(np.nanmax(np.abs(ours - np.array(theirs, dtype=float).reshape(ours.shape)), initial=0.0))


def us(seconds: float) -> str:
    return f"{seconds * 1e6:.3g}"


def lengths_table(found: dict[str, dict[int, Reading]]) -> list[str]:
    heads = ["metric", *(f"{n}" for n in LENGTHS), "largest spread"]
    rows = [
        [name, *(us(row[n].median) for n in LENGTHS), f"{max(r.spread for r in row.values()):.0%}"]
        for name, row in found.items()
    ]
    return [
        "## Microseconds per pair",
        "",
        f"One thread, its own processor time, through `pairwise` from `Scanpaths` to scores, random paths of the given "
        f"number of fixations, default options, kernels compiled. Medians of {REPEAT} readings of "
        f"{ENOUGH * 1000:.0f} ms or more; the spread is half the range of a cell's middle half.",
        "",
        *table(heads, rows),
        "",
    ]


def peers_table(found: dict[str, dict[int, Reading]]) -> list[str]:
    rows = []
    for name, ways in PEERS.items():
        for what, function in ways:
            ratios, worst = [], 0.0
            for n in LENGTHS:
                seconds, difference = outside(name, function, n)
                worst = max(worst, difference)
                ratios.append(f"{seconds / found[name][n].median:.3g}")
            rows.append([name, what, *ratios, f"{worst:.0e}"])
    return [
        "## Times as fast as an outside implementation",
        "",
        "The same process, one thread on both sides, processor time. What the outside function needs (words, tables) "
        "is made once per path beforehand; gazekit makes its own within the measured call. Where the package index has "
        "no implementation, it is the definition in plain Python or NumPy. The last column is the largest difference "
        "of the values.",
        "",
        *table(["metric", "outside implementation", *map(str, LENGTHS), "difference"], rows),
        "",
    ]


def floors_table(found: dict[str, dict[int, Reading]]) -> list[str]:
    floor = {}
    for what, call in floors.calls().items():
        call()
        floor[what] = reading(call, REPEAT).median / floors.CELLS
    rows = []
    for name, (what, times) in floors.OF_METRIC.items():
        for n in (40, 200):
            ours, least = found[name][n].median / n**2, times * floor[what]
            rows.append([name, str(n), f"{1e-9 / ours:.2f}", f"{times} x {what}", f"{least / ours:.0%}"])
    return [
        "## Share of a floor",
        "",
        "What the arithmetic of a cell of the table of m x n costs if no cell waits for another; the share is that "
        "time over the metric's. "
        + "; ".join(f"{what}: {seconds * 1e9:.2f} ns" for what, seconds in floor.items()).capitalize()
        + ". Alignments cannot reach it, since each cell needs the one before it. Edit distance and sequence score "
        "take 64 cells in one instruction and have no such floor.",
        "",
        *table(["metric", "fixations", "cells per ns", "floor of a cell", "share"], rows),
        "",
    ]


def published_table(found: dict[str, dict[int, Reading]]) -> list[str]:
    rows = []
    for name, theirs in PUBLISHED.items():
        ratios = [found[name][n].median * 1e6 / best for n, best in zip(LENGTHS, theirs, strict=False)]
        for n, best, ratio in zip(LENGTHS, theirs, ratios, strict=False):
            rows.append([name, str(n), us(found[name][n].median), f"{best:.3g}", f"{ratio:.2f}"])
        target(
            f"{name}, one thread, beside two threads of the best numba kernel known before",
            "at most 2 times its time",
            f"{max(ratios):.2f} times at worst",
            max(ratios) <= 2,
        )
    return [
        "## Beside the best kernels known before",
        "",
        "Microseconds per pair: one thread of gazekit through `pairwise` (the first table), beside kernels alone on "
        "two threads, measured on a quiet machine of this kind.",
        "",
        *table(["metric", "fixations", "gazekit, one thread", "theirs, two threads", "ratio"], rows),
        "",
    ]


def osie_people() -> tuple[Scanpaths, np.ndarray]:
    """OSIE's human paths, and every pair of people on each image."""
    paths = load_dataset("osie", ROOT / "osie").scanpaths
    rows = paths.table.groupby("stimulus", sort=False).indices.values()
    return paths, np.array([pair for same in rows for pair in combinations(same, 2)])


def osie_table() -> list[str]:
    paths, pairs = osie_people()
    seconds = {}
    for name in NAMES:
        pairwise(name, paths, paths, pairs[:2])
        cpu = CPU()
        wall, _ = timed(lambda name=name: pairwise(name, paths, paths, pairs), 1)
        seconds[name] = wall, CPU() - cpu
    wall, cpu = (sum(each[k] for each in seconds.values()) for k in (0, 1))
    slowest = sorted(seconds, key=lambda name: -seconds[name][1])[:3]
    target(
        f"all {len(pairs):,} pairs of people on OSIE, all pair metrics, all threads",
        "under 30 s",
        shown(wall),
        wall < 30,
    )
    return [
        "## All pairs of people on OSIE",
        "",
        f"{len(pairs):,} pairs of {len(paths):,} paths (mean {paths.lengths.mean():.1f} fixations), {len(seconds)} "
        f"metrics one after the other, kernels compiled, all threads.",
        "",
        *table(
            ["wall time", "processor time", "slowest (processor time)"],
            [[shown(wall), shown(cpu), ", ".join(f"{name} {shown(seconds[name][1])}" for name in slowest)]],
        ),
        "",
    ]


def report() -> list[str]:
    found = {name: {n: per_pair(name, n) for n in LENGTHS} for name in NAMES}
    slow = {name: row[10].median for name, row in found.items() if row[10].median >= 2e-6}
    slowest = max(found, key=lambda name: found[name][10].median)
    target(
        "every pair metric at 10 fixations, one thread",
        "under 2 us per pair",
        ", ".join(f"{name} {shown(value)}" for name, value in slow.items())
        or f"at most {shown(found[slowest][10].median)} ({slowest})",
        not slow,
    )
    return [*lengths_table(found), *peers_table(found), *floors_table(found), *published_table(found), *osie_table()]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
