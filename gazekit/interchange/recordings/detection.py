"""Fixations in raw samples of gaze, at any rate: by velocity (I-VT) or by dispersion (I-DT), in degrees.

Sources: Salvucci and Goldberg (2000, ETRA), "Identifying fixations and saccades in eye-tracking protocols", for both
rules; Olsen (2012), "The Tobii I-VT fixation filter", for velocities over a window of time, gaps that are bridged,
neighbouring fixations that are one, and the defaults (30 degrees per second, 20 ms, 75 ms, 75 ms and .5
degrees, 60 ms).
"""

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np

from gazekit.foundations.errors import DataError, check_known
from gazekit.foundations.named_values import named

LOST = "sample without a position (left out)"
SKIPPED = 1.5  # intervals between two samples from which on one is missing between them
CHANGES = 1.25  # ratio of intervals from which on a rate is another one
FEWEST = 3  # samples of a trial
OTHERS = ("remodnav", "i2mc")  # packages whose rules are taken by name


@dataclass(frozen=True, kw_only=True)
class Detection:
    """How fixations are found in raw samples.

    Parameters
    ----------
    rule : {"ivt", "idt", "remodnav", "i2mc"}
        By velocity: slower than `velocity`. By dispersion: all samples of a fixation lie within `dispersion`. The
        others are packages with thresholds of their own (`other_detectors`), which take none of these options.
    velocity : float
        Degrees per second.
    window : float
        ms over which a velocity is taken, from half before a sample to half after it; at least one sample on each side.
    dispersion : float
        Degrees: width plus height of what the samples of a fixation cover.
    bridge : float
        ms; a gap of lost samples that is no longer is bridged, a longer one (a blink, a look away) ends the fixation.
    margin : float
        ms of samples before and after such a longer gap that are not used, because lids pull the gaze along.
    merge, apart : float
        ms and degrees: two fixations that no more time lies between, and whose means are no farther apart, are one. So
        a microsaccade ends no fixation. 0 and 0 keep all apart.
    shortest : float, optional
        ms; what is shorter is no fixation. By default 60, for "idt" 100.

    Raises
    ------
    DataError
        No such rule, a value that is no number of its range.

    Examples
    --------
    >>> Detection.of("ivt:velocity=40,shortest=80")
    Detection(rule='ivt', velocity=40.0, window=20.0, dispersion=1.0, bridge=75.0, margin=0.0, merge=75.0, apart=0.5, \
shortest=80.0)
    """

    rule: str = "ivt"
    velocity: float = 30.0
    window: float = 20.0
    dispersion: float = 1.0
    bridge: float = 75.0
    margin: float = 0.0
    merge: float = 75.0
    apart: float = 0.5
    shortest: float | None = None

    def __post_init__(self) -> None:
        check_known("rule of detection", self.rule, ("ivt", "idt", *OTHERS))
        if self.rule in OTHERS:
            told = [f.name for f in fields(self)[1:] if getattr(self, f.name) != f.default]
            if told:
                raise DataError(f"detect: {self.rule} has thresholds of its own; leave {', '.join(told)} out")
        if self.shortest is None:
            object.__setattr__(self, "shortest", 100.0 if self.rule == "idt" else 60.0)
        for field in fields(self)[1:]:
            value = getattr(self, field.name)
            above = field.name in ("velocity", "dispersion", "shortest")
            good = isinstance(value, int | float) and np.isfinite(value) and (value > 0 if above else value >= 0)
            if not good or isinstance(value, bool):
                raise DataError(
                    f"detect: {field.name} must be a number {'above' if above else 'of at least'} 0, not {value!r}"
                )

    @classmethod
    def of(cls, said: "str | Detection") -> "Detection":
        """Read a rule, or one with options: `idt:dispersion=1.5,shortest=80`.

        Raises
        ------
        DataError
            Not of that form.
        """
        if isinstance(said, Detection):
            return said
        rule, _, options = str(said).partition(":")
        told: dict[str, Any] = {}
        names = [field.name for field in fields(cls)[1:]]
        refused = "has an option {!r} that is not of the form velocity=30"
        texts = named(filter(None, options.split(",")), f"detect: {said!r}", refused, may_be_empty=True)
        for name, value in texts.items():
            check_known("option of detection", name, names)
            try:
                told[name] = float(value)
            except ValueError:
                raise DataError(
                    f"detect: {name} must be a number, not {value!r}; write it as {rule}:{name}=30"
                ) from None
        return cls(rule=rule.strip(), **told)


class Detected(NamedTuple):
    """The fixations of one recording, in their order.

    Parameters
    ----------
    first, last : (k,) int64
        First and last sample, counted from 0, both inside; samples without a position may lie between.
    onset, duration : (k,) float64
        ms; a sample lasts one interval.
    counts : Counter
        What was lost, bridged or too short, by reason.
    """

    first: np.ndarray
    last: np.ndarray
    onset: np.ndarray
    duration: np.ndarray
    counts: Counter[str]


def detect(time: Any, x: Any, y: Any, how: Detection | None = None) -> Detected:
    """Find the fixations of one recording without a pause.

    Parameters
    ----------
    time : (n,) array
        ms, rising. The rate is measured: the median of the intervals.
    x, y : (n,) array
        Degrees of visual angle; NaN where gaze was lost.
    how : Detection, optional
        The rule and its thresholds.

    Returns
    -------
    Detected

    Raises
    ------
    DataError
        Fewer than three samples, a clock that stands or goes back, a rate that changes.

    Examples
    --------
    Gaze rests for 200 ms, jumps by 5 degrees, and rests for 300 ms; 250 Hz:

    >>> x = np.concatenate([np.zeros(50), np.full(75, 5.0)])
    >>> found = detect(4.0 * np.arange(125), x, np.zeros(125))
    >>> found.first.tolist(), found.last.tolist()
    ([0, 52], [47, 124])
    >>> found.onset.tolist(), found.duration.tolist()
    ([0.0, 208.0], [192.0, 292.0])
    """
    how = how or Detection()
    time, x, y = (np.asarray(values, float) for values in (time, x, y))
    interval = sampling_interval(time)
    known = np.isfinite(x) & np.isfinite(y)
    counts = Counter({LOST: int((~known).sum())})
    if how.rule in OTHERS:
        from gazekit.interchange.recordings.other_detectors import found_by

        first, last, more = found_by(how.rule, time, x, y, interval)
        return Detected(first, last, time[first], time[last] - time[first] + interval, +(counts + more))
    known = _without_margins(time, known, how, interval)
    counts[f"sample within {how.margin:g} ms of a longer gap (left out)"] = int(len(x) - known.sum()) - counts[LOST]
    where = np.flatnonzero(known)
    t, x, y = time[where], x[where], y[where]
    pause = np.diff(t)
    ends = pause > max(how.bridge + interval, SKIPPED * interval)
    counts[f"gap of at most {how.bridge:g} ms (bridged)"] = int((~ends & (pause > SKIPPED * interval)).sum())
    counts[f"gap of more than {how.bridge:g} ms, a blink or a look away (ends a fixation)"] = int(ends.sum())
    part = np.concatenate([[0], np.cumsum(ends)]) if len(t) else np.empty(0, np.int64)
    first, last = (_slow if how.rule == "ivt" else _narrow)(t, x, y, part, interval, how)
    first, last = _merged(t, x, y, part, first, last, interval, how)
    long = t[last] - t[first] + interval >= float(how.shortest or 0) - 1e-6
    counts[f"piece of less than {how.shortest:g} ms between saccades (no fixation)"] = int((~long).sum())
    first, last = first[long], last[long]
    return Detected(where[first], where[last], t[first], t[last] - t[first] + interval, +counts)


def sampling_interval(time: np.ndarray) -> float:
    """Ms between two samples: the median.

    Raises
    ------
    DataError
        Fewer than three samples; a clock that stands or goes back; another rate in the second half than in the first.

    Examples
    --------
    >>> sampling_interval(np.array([0.0, 4.0, 8.0, 20.0, 24.0]))
    4.0
    """
    if len(time) < FEWEST:
        raise DataError(f"{len(time)} samples are no recording; at least {FEWEST} are needed")
    step = np.diff(time)
    if not (step > 0).all():
        k = int(np.flatnonzero(~(step > 0))[0])
        what = "stands" if step[k] == 0 else "goes back" if step[k] < 0 else "is missing"
        raise DataError(
            f"the clock {what} after {time[k]:g} ms (then {time[k + 1]:g}; {int((~(step > 0)).sum())} such places): if "
            f"trials, people or eyes were joined, tell them apart (columns={{'trial': ...}}, eye=; --columns "
            f"trial=COLUMN, --eye right), or sort the samples by time"
        )
    half = [float(np.median(part)) for part in (step[: len(step) // 2 + 1], step[len(step) // 2 :])]
    if max(half) > CHANGES * min(half) and len(step) > 20:
        raise DataError(
            f"the rate changes, from {1000 / half[0]:.4g} to {1000 / half[1]:.4g} samples per second; read each part "
            f"alone, by a condition on its rows (where=, --where)"
        )
    return float(np.median(step))


# ---------------------------------------------------------------- inside


def _without_margins(time: np.ndarray, known: np.ndarray, how: Detection, interval: float) -> np.ndarray:
    """Which samples count: those that are known, and not beside a longer gap."""
    where = np.flatnonzero(known)
    if not how.margin or len(where) < 2:
        return known
    t = time[where]
    gap = np.flatnonzero(np.diff(t) > max(how.bridge + interval, SKIPPED * interval))
    low = np.searchsorted(t, t[gap] - how.margin, "right")
    high = np.searchsorted(t, t[gap + 1] + how.margin, "left")
    beside = np.zeros(len(t) + 1, int)
    np.add.at(beside, low, 1)
    np.add.at(beside, high, -1)
    kept = known.copy()
    kept[where] = np.cumsum(beside[:-1]) == 0
    return kept


def _slow(
    t: np.ndarray, x: np.ndarray, y: np.ndarray, part: np.ndarray, interval: float, how: Detection
) -> tuple[np.ndarray, np.ndarray]:
    """First and last of every run of samples below the velocity."""
    side = max(1, round(how.window / 2 / interval))
    here = np.arange(len(t))
    begin, end = np.searchsorted(part, part, "left"), np.searchsorted(part, part, "right") - 1
    low, high = np.maximum(here - side, begin), np.minimum(here + side, end)
    span = np.where(high > low, t[high] - t[low], np.inf)
    slow = 1000.0 * np.hypot(x[high] - x[low], y[high] - y[low]) / span < how.velocity
    label = np.where(slow, part, -1)
    edge = np.flatnonzero(np.diff(label)) + 1
    first, last = np.concatenate([[0], edge]), np.concatenate([edge, [len(t)]]) - 1
    kept = slow[first] if len(t) else np.zeros(1, bool)
    return first[kept], last[kept]


def _narrow(
    t: np.ndarray, x: np.ndarray, y: np.ndarray, part: np.ndarray, interval: float, how: Detection
) -> tuple[np.ndarray, np.ndarray]:
    """First and last of every longest run of samples within the dispersion, from the first place where one fits."""
    from scipy.ndimage import maximum_filter1d, minimum_filter1d

    size, n = max(2, int(np.ceil(float(how.shortest or 0) / interval - 1e-6))), len(t)
    if n < size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    wide = [
        maximum_filter1d(v, size, origin=-(size // 2)) - minimum_filter1d(v, size, origin=-(size // 2)) for v in (x, y)
    ]
    whole = np.arange(n - size + 1)
    fits = (wide[0] + wide[1])[: len(whole)] <= how.dispersion
    starts = whole[fits & (part[whole] == part[whole + size - 1])]
    end_of = np.searchsorted(part, part, "right")
    found, place = [], 0
    while (k := int(np.searchsorted(starts, place))) < len(starts):
        first = int(starts[k])
        place = _reach(x, y, first, first + size, int(end_of[first]), how.dispersion)
        found.append((first, place - 1))
    pairs = np.array(found, np.int64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def _reach(x: np.ndarray, y: np.ndarray, first: int, stop: int, end: int, dispersion: float) -> int:
    """The sample that is the first outside of a run that begins at `first` and holds all before `stop`."""
    block = stop - first
    low, high = ([f(v[first:stop]) for v in (x, y)] for f in (np.min, np.max))
    while stop < end:
        wide = np.zeros(min(block, end - stop))
        for k, v in enumerate((x, y)):
            new = v[stop : stop + len(wide)]
            up = np.maximum(np.maximum.accumulate(new), high[k])
            down = np.minimum(np.minimum.accumulate(new), low[k])
            wide += up - down
            high[k], low[k] = up[-1], down[-1]
        out = np.flatnonzero(wide > dispersion)
        if len(out):
            return stop + int(out[0])
        stop, block = stop + len(wide), 2 * block
    return stop


def _merged(
    t: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    part: np.ndarray,
    first: np.ndarray,
    last: np.ndarray,
    interval: float,
    how: Detection,
) -> tuple[np.ndarray, np.ndarray]:
    """Fixations, neighbours that are near in time and place being one."""
    near = t[first[1:]] - t[last[:-1]] - interval <= how.merge + 1e-6
    near &= part[first[1:]] == part[last[:-1]]
    if not near.any() or not how.apart:
        return first, last
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (x, y)]
    starts, stops = [int(first[0])], [int(last[0])]
    for k in range(1, len(first)):
        if near[k - 1]:
            mine = [(s[stops[-1] + 1] - s[starts[-1]]) / (stops[-1] + 1 - starts[-1]) for s in sums]
            next_one = [(s[last[k] + 1] - s[first[k]]) / (last[k] + 1 - first[k]) for s in sums]
            if np.hypot(mine[0] - next_one[0], mine[1] - next_one[1]) <= how.apart:
                stops[-1] = int(last[k])
                continue
        starts.append(int(first[k]))
        stops.append(int(last[k]))
    return np.array(starts), np.array(stops)
