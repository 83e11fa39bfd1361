"""Whether durations are ms of fixations: other units, times in the place of durations, and raw samples."""

from collections.abc import Iterator

import numpy as np

from gazekit.checks.finding import Finding, Level
from gazekit.core.scanpaths import Scanpaths

FEW = 10  # fixations, below which nothing is said
# Medians of published sets are 190 to 256 ms, from 190 in free viewing (OSIE) to 256 (MIT1003); the slowest person of
# any has 427, the quickest 104.
SECONDS, SHORT, LONG, MICROSECONDS = 5.0, 60.0, 1500.0, 20_000.0
RISING = 0.9  # share of paths whose durations only rise; published sets have .03 at most
TIMES = 3.0  # the last of these over the first: times grow many times, durations hardly
LONGEST = 30_000.0  # ms; the longest of published sets is 20 s (Interiors), of the others 3 s
OVERLAP, OVERLAPPING = 20.0, 0.05  # ms, and the share of fixations that end so much after the next began
STEP, MANY = 0.01, 30  # median saccade as a share of the diagonal (published: .09 to .34), and points of a path


def check_durations(paths: Scanpaths) -> Iterator[Finding]:
    """Say where durations are not those of fixations in ms, or do not go with the times at which they began."""
    found = list(_in_other_units(paths))
    yield from found
    if not any(each.level == "error" for each in found) and paths.facts.points not in ("clicks", "mouse"):
        yield from _too_long(paths)
        yield from _overlapping(paths)


def _in_other_units(paths: Scanpaths) -> Iterator[Finding]:
    known = paths.durations()[np.isfinite(paths.durations())]
    if len(known) < FEW or paths.facts.points in ("clicks", "mouse"):
        return
    median = float(np.median(known))
    low, high = np.quantile(known, [0.01, 0.99])
    rate = f", {1000 / known.mean():.3g} fixations a second of looking" if known.mean() > 0 else ""
    seen = f"the median duration is {median:.4g} ms (98 % within {low:.4g} and {high:.4g}{rate})"
    if median == 0:
        yield Finding("durations", "warning", seen, "durations that are not known, written as 0", "leave them empty")
    elif (known == known[0]).all():
        probably = "a sampling interval" if median < SHORT else "a constant in the place of measured durations"
        level: Level = "warning" if median < SHORT else "note"
        yield Finding(
            "durations",
            level,
            f"every duration is {median:g} ms",
            probably,
            "leave durations out, or detect fixations",
        )
    elif median < SECONDS:
        yield Finding("durations", "error", seen, "durations in seconds", "give --data-set time_unit=s")
    elif median > MICROSECONDS:
        unit, words = ("ns", "nanoseconds") if median > 1000 * MICROSECONDS else ("us", "microseconds")
        yield Finding("durations", "error", seen, f"durations in {words}", f"give --data-set time_unit={unit}")
    elif _rising(paths):
        yield Finding(
            "durations",
            "warning",
            f"durations only rise within a path, up to {known.max():.4g} ms",
            "times at which fixations began",
            "make durations of them (end minus beginning), or leave the column out",
        )
    elif not SHORT <= median <= LONG:
        probably = "samples counted in the place of ms, or fragments of fixations" if median < SHORT else "another unit"
        yield Finding("durations", "warning", seen, probably, "give --data-set time_unit=, or detect fixations again")


def check_saccades(paths: Scanpaths) -> Iterator[Finding]:
    """Say where successive points are too near each other, or too far apart, to be fixations."""
    if paths.facts.points in ("clicks", "mouse") or len(paths) == 0:
        return
    path = paths.path_of()
    within = path[1:] == path[:-1]
    diagonal = np.hypot(paths.table["width"], paths.table["height"]).to_numpy(float)[path][1:]
    step = (np.hypot(np.diff(paths.x), np.diff(paths.y)) / diagonal)[within]
    step = step[np.isfinite(step)]
    if len(step) < 50:
        return
    median, points = float(np.median(step)), float(np.median(paths.lengths))
    seen = (
        f"the median distance of successive points is {median:.2%} of the image's diagonal, at {points:g} points a path"
    )
    if median < STEP and points >= MANY:
        yield Finding(
            "samples",
            "error",
            seen,
            "raw samples of gaze, not fixations",
            "detect fixations first (docs/howto/fixation-detection.md)",
        )
    elif median < 2 * STEP or median > 0.5:
        probably = "fragments of fixations" if median < 0.5 else "points in another order than people looked at them"
        yield Finding("saccades", "warning", seen, probably, "look at the order of rows, and how fixations were found")


def _too_long(paths: Scanpaths) -> Iterator[Finding]:
    duration = paths.durations()
    if not (count := int((duration > LONGEST).sum())):
        return
    yield Finding(
        "durations",
        "warning",
        f"{count:,} of {len(duration):,} durations are longer than {LONGEST / 1000:g} s (the longest: "
        f"{np.nanmax(duration):.4g} ms)",
        "a gap in the recording, a value in another unit, or a value that stands for none",
        "leave these durations empty",
    )


def _overlapping(paths: Scanpaths) -> Iterator[Finding]:
    """Say where fixations go on after the next one of their path has begun."""
    path, onset = paths.path_of(), paths.onsets()
    beyond = ((onset + paths.durations())[:-1] - onset[1:])[path[1:] == path[:-1]]
    beyond = beyond[np.isfinite(beyond)]
    share = np.mean(beyond > OVERLAP) if len(beyond) >= FEW else 0.0
    if share <= OVERLAPPING:
        return
    yield Finding(
        "durations",
        "warning",
        f"{share:.0%} of fixations end more than {OVERLAP:g} ms after the next one has begun",
        "durations or onsets in another unit, both eyes in one path, or rows of several paths in one",
        "look at the columns duration_ms and onset_ms, and at what tells paths apart",
    )


def _rising(paths: Scanpaths) -> bool:
    """Whether the durations of nearly all paths of 4 fixations or more only rise, and by much."""
    duration, first = paths.durations(), paths.offsets[:-1]
    long = paths.lengths >= 4
    if long.sum() < 5:
        return False
    path = paths.path_of()
    falls = (path[1:] == path[:-1]) & ~(np.diff(duration) > 0)
    falling = np.bincount(path[1:][falls], minlength=len(paths)) > 0
    last = duration[np.maximum(paths.offsets[1:] - 1, 0)][long]
    growth = last / np.maximum(duration[np.minimum(first + 1, len(duration) - 1)][long], 1e-9)
    return float(np.mean(~falling[long])) > RISING and float(np.median(growth)) > TIMES / 2
