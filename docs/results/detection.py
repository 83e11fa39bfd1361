"""Make docs/results/detection.md: fixations found in made-up recordings whose fixations are known.

    python docs/results/detection.py [--write]

Where pymovements, REMoDNaV and I2MC are installed, their rules find fixations in the same samples, too.
"""

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from gazekit.foundations.randomness import keyed_rng
from gazekit.interchange.recordings.detection import Detection, detect
from gazekit.interchange.recordings.other_detectors import SLOWEST

RATES = (60, 250, 1000)
RECORDINGS, SECONDS = 5, 60
SLOW = {"`i2mc`": 1}  # recordings, where they cannot be five: it takes as long as the recording
FINE = 2000  # samples per second of the movement itself
PAGE = Path(__file__).with_name("detection.md")
HEAD = f"""# Fixation detection on recordings with known truth

{RECORDINGS} made-up recordings of {SECONDS} s, sampled at three rates. Fixations last 60 ms and more (gamma, mean
300 ms), with drift and microsaccades (.15 to .5 degrees, one per second); saccades of 1 to 15 degrees follow the main
sequence (2.2 ms per degree + 21 ms, Carpenter 1988); blinks of 100 to 300 ms, one in eight seconds, pull gaze down by
2 degrees in the 30 ms before and after. Noise is white, with the stated deviation on each axis. Made by
`python docs/results/detection.py --write`.

F1 is of events: a found fixation is a true one where the two overlap by more than half of what they cover together.
Duration is the median difference of such pairs, found minus true.

`remodnav` and `i2mc` are those packages (1.1.2, 2.2.8) with their own defaults, by which fixations may last 40 ms;
REMoDNaV is made for at least 100 samples per second, and I2MC, which is slow, had the first of the recordings only.

pymovements' rules get the samples as they are: speeds over five samples, lost samples neither bridged nor smoothed,
neighbours not joined. At 1,000 Hz those speeds are mostly noise; its users smooth before, which is not done here.
"""


class Recording(NamedTuple):
    """Samples, and what is true of them: ms and degrees."""

    time: np.ndarray
    x: np.ndarray
    y: np.ndarray
    onset: np.ndarray
    end: np.ndarray


def recording(rate: int, noise: float, seed: int, seconds: float = SECONDS, *, blinks: bool = True) -> Recording:
    """Make a recording; the movement depends on the seed only, whatever the rate and the noise."""
    rng = keyed_rng(seed, "detection", "movement")
    step = 1000.0 / FINE
    n = int(seconds * FINE)
    path, true, k, at = np.zeros((n, 2)), [], 0, np.zeros(2)
    while k < n:
        length = int(max(60.0, rng.gamma(4.0, 75.0)) / step)
        end = min(k + length, n)
        path[k:end] = at + np.cumsum(rng.normal(0, 0.0004, (end - k, 2)), axis=0)
        if rng.random() < length * step / 1000:  # a microsaccade
            middle, size = int(rng.integers(k, end)), rng.uniform(0.15, 0.5)
            rise = np.clip((np.arange(k, end) - middle) * step / 15.0, 0, 1)
            path[k:end] += size * _smooth(rise)[:, None] * _unit(rng)
        true.append((k, end))
        at = path[end - 1]
        amplitude = rng.uniform(1, 15)
        target = at + amplitude * _unit(rng)
        if np.abs(target).max() > 15:
            target = at - amplitude * at / np.hypot(*at)
        jump = min(end + int((2.2 * amplitude + 21) / step), n)
        rise = _smooth(np.arange(1, jump - end + 1) / max(jump - end, 1))
        path[end:jump] = at + rise[:, None] * (target - at)
        at, k = target, jump
    lost = np.zeros(n, bool)
    for start in np.flatnonzero(rng.random(n) < step / 8000) if blinks else []:
        stop = min(start + int(rng.uniform(100, 300) / step), n)
        lost[start:stop] = True
        lid = int(30 / step)
        for part in (slice(max(start - lid, 0), start), slice(stop, min(stop + lid, n))):
            size = part.stop - part.start
            pulled = np.linspace(0, 2, size)
            path[part, 1] += pulled if part.stop == start else pulled[::-1]
    onset, end = _without(true, lost)
    time = np.arange(0, seconds * 1000, 1000.0 / rate)
    place = np.minimum((time / step).astype(int), n - 1)
    wobble = keyed_rng(seed, "detection", "noise", rate).normal(0, noise, (len(time), 2))
    x, y = np.where(lost[place, None], np.nan, path[place] + wobble).T
    return Recording(time, x, y, onset * step, end * step)


def scores(truth: Recording, onset: np.ndarray, end: np.ndarray) -> tuple[int, int, int, np.ndarray]:
    """Events in common, found, true, and the differences of duration of those in common."""
    low, high = np.maximum.outer(onset, truth.onset), np.minimum.outer(end, truth.end)
    both = np.clip(high - low, 0, None)
    together = (end - onset)[:, None] + (truth.end - truth.onset)[None] - both
    i, j = np.nonzero(both > 0.5 * together)  # more than half: no event can have two partners
    return len(i), len(onset), len(truth.onset), (end - onset)[i] - (truth.end - truth.onset)[j]


def found_by(how: Detection, made: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Onset and end by gazekit."""
    found = detect(made.time, made.x, made.y, how)
    return found.onset, found.onset + found.duration


def found_by_pymovements(rule: str, made: Recording) -> tuple[np.ndarray, np.ndarray]:
    """Onset and end by pymovements, with velocities over five samples and thresholds as here."""
    from pymovements.events import idt, ivt

    place = np.stack([made.x, made.y], axis=-1)
    interval = float(np.median(np.diff(made.time)))
    steps = np.arange(len(made.time))
    shortest = int(np.ceil((60 if rule == "ivt" else 100) / interval))
    if rule == "ivt":
        speed = np.full_like(place, np.nan)  # over five samples, as its "fivepoint"
        speed[2:-2] = (place[4:] + place[3:-1] - place[1:-3] - place[:-4]) / 6 * 1000 / interval
        events = ivt(speed, steps, minimum_duration=shortest, velocity_threshold=30.0)
    else:
        events = idt(place, steps, minimum_duration=shortest, dispersion_threshold=1.0)
    table = events.frame if hasattr(events, "frame") else events
    inside = rule == "ivt"  # its idt gives the first sample after a fixation as the offset, its ivt the last one in it
    return np.asarray(table["onset"]) * interval, (np.asarray(table["offset"]) + inside) * interval


def line(name: str, rate: int, noise: float, find: object) -> str:
    """A row of the table."""
    total, differ = np.zeros(3), []
    for seed in range(SLOW.get(name, RECORDINGS)):
        made = recording(rate, noise, seed)
        *counts, apart = scores(made, *find(made))  # type: ignore[operator]
        total += counts
        differ.append(apart)
    common, found, true = total
    f1 = 2 * common / (found + true)
    longer = f"{np.median(apart):+.0f} ms" if len(apart := np.concatenate(differ)) else "none found"
    return f"| {rate} Hz | {noise:g} | {name} | {f1:.3f} | {found / true:.2f} | {longer} |"


def main() -> None:
    """Make the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    rows = ["| rate | noise, degrees | rule | F1 | found / true | duration |", "| --- | --- | --- | --- | --- | --- |"]
    options = parser.parse_args()
    finders = {
        "`ivt`": lambda made: found_by(Detection(), made),
        "`ivt:margin=40`": lambda made: found_by(Detection(margin=40), made),
        "`ivt:merge=0`": lambda made: found_by(Detection(merge=0, apart=0), made),
        "`idt`": lambda made: found_by(Detection(rule="idt"), made),
    }
    if find_spec("pymovements"):
        for rule in ("ivt", "idt"):
            finders[f"pymovements' {rule}"] = lambda made, rule=rule: found_by_pymovements(rule, made)  # type: ignore[misc]
    for rule, package in (("remodnav", "remodnav"), ("i2mc", "I2MC")):
        if find_spec(package):
            finders[f"`{rule}`"] = lambda made, rule=rule: found_by(Detection(rule=rule), made)  # type: ignore[misc]
    for rate in RATES:
        for noise in (0.02, 0.1):
            for name, find in finders.items():
                if name == "`remodnav`" and rate < SLOWEST:
                    continue
                rows.append(line(name, rate, noise, find))
                sys.stderr.write(rows[-1] + "\n")
    text = HEAD + "\n" + "\n".join(rows) + "\n"
    if options.write:
        PAGE.write_text(text)
    else:
        sys.stdout.write(text)


# ---------------------------------------------------------------- inside


def _smooth(share: np.ndarray) -> np.ndarray:
    """From 0 to 1 with the least jerk."""
    return share**3 * (10 - 15 * share + 6 * share**2)


def _unit(rng: np.random.Generator) -> np.ndarray:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([np.cos(angle), np.sin(angle)])


def _without(true: list[tuple[int, int]], lost: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """True fixations, cut by blinks; what remains of one for less than 60 ms is none."""
    label = np.full(len(lost), -1)
    for k, (start, stop) in enumerate(true):
        label[start:stop] = k
    label[lost] = -1
    edge = np.concatenate([[0], np.flatnonzero(np.diff(label)) + 1, [len(label)]])
    start, stop = edge[:-1], edge[1:]
    kept = (label[start] >= 0) & (stop - start >= 60 * FINE / 1000)
    return start[kept].astype(float), stop[kept].astype(float)


if __name__ == "__main__":
    main()
