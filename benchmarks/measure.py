"""Timing by medians, and the tables that the benchmarks print."""

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

Clock = Callable[[], float]
CPU: Clock = time.process_time  # of one thread it says what the work costs, whatever else the machine does
targets: list[tuple[str, str, str, bool]] = []  # what, wanted, found, met: the first table of the page


def timed(function: Callable[[], Any], repeat: int, clock: Clock = time.perf_counter) -> tuple[float, Any]:
    """Median seconds of `repeat` calls, and what the last one returned."""
    seconds = []
    for _ in range(repeat):
        start = clock()
        result = function()
        seconds.append(clock() - start)
    return statistics.median(seconds), result


class Reading(NamedTuple):
    """Median of several readings, and half the range of their middle half as a share of it."""

    median: float
    spread: float


def reading(function: Callable[[], Any], repeat: int, clock: Clock = CPU) -> Reading:
    """Time a function several times."""
    seconds = [timed(function, 1, clock)[0] for _ in range(repeat)]
    low, median, high = np.quantile(seconds, [0.25, 0.5, 0.75])
    return Reading(float(median), float((high - low) / 2 / median) if median else 0.0)


def target(what: str, wanted: str, found: str, met: bool) -> None:
    """Note a target for the page's first table."""
    targets.append((what, wanted, found, met))


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a markdown table."""
    return [f"| {' | '.join(line)} |" for line in (heads, ["---"] * len(heads), *rows)]


def shown(seconds: float) -> str:
    """Seconds in a unit that leaves three digits."""
    for unit, factor in (("s", 1), ("ms", 1e3), ("us", 1e6)):
        if seconds * factor >= 1 or unit == "us":
            return f"{seconds * factor:.3g} {unit}"
    raise AssertionError


def difference(ours: np.ndarray, theirs: np.ndarray) -> str:
    """Largest absolute difference; a NaN on one side only is an error."""
    if not np.array_equal(np.isnan(ours), np.isnan(theirs)):
        sys.exit("the two sides are not defined for the same pairs: the comparison is void")
    return f"{np.nanmax(np.abs(ours - theirs)):.1e}"


def machine() -> list[str]:
    """What the numbers were measured on."""
    import numba
    import scipy

    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    load = f", load {busy:.1f} before the first measurement" if hasattr(os, "getloadavg") else ""
    shared = " **Other work ran on the machine meanwhile**: wall times are too long." if busy > 0.7 else ""
    return [
        f"{platform.machine()}, {processors} processors{load}; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, SciPy {scipy.__version__}, numba {numba.__version__}.",
        "Times are medians of several calls after the first; what the first costs is a table of its own. Times of one "
        "thread are its processor time, which other work on the machine changes less than wall time." + shared,
        "",
    ]
