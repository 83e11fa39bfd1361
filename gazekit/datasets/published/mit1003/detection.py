"""Fixations in raw gaze, by the acceleration rule that was published with MIT1003.

Saccades begin where the gaze speeds up and end where it brakes; what lies between two saccades is a fixation. The steps
and constants are those of `checkFixations` in the code that Judd et al. (2009) published with their data. Sample
numbers count from 0 here and from 1 there.
"""

from typing import Any, NamedTuple

import numpy as np

from gazekit.foundations.errors import DataError

RATE = 240.0  # samples per second
THRESHOLD = 34.0 * 6.0  # acceleration: 6 degrees at the published code's 34 px per degree
SMOOTHED = 4  # samples of the moving mean of speed
SUMMED = 5  # samples summed for a velocity, which the published code divides by 4 samples of time
SEARCHED = 25  # samples after the speeding up in which the braking must come
SHORTEST = 12  # samples (50 ms); a piece between two saccades that is no longer is no fixation
FEWEST = 3  # samples that speed up; with fewer the whole recording is one fixation


class DetectedFixations(NamedTuple):
    """The fixations of one recording, in their order.

    Parameters
    ----------
    x, y : (k,) float64
        Median position, px; NaN where every sample is NaN.
    first, last : (k,) int64
        First and last sample, counted from 0, both inside.
    """

    x: np.ndarray
    y: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def durations(self, rate: float = RATE) -> np.ndarray:
        """(k,) float64, ms: from the beginning of the first to the end of the last sample."""
        return 1000.0 * (self.last - self.first + 1) / rate

    def onsets(self, rate: float = RATE) -> np.ndarray:
        """(k,) float64, ms: the number of the first sample, counted from 1 as published, over the rate."""
        return 1000.0 * (self.first + 1) / rate


def detect_fixations(gaze: Any) -> DetectedFixations:
    """Find the fixations of one recording.

    Parameters
    ----------
    gaze : (n, 2) array
        x and y of each sample, px of the image, at 240 Hz. Lost samples may be negative (as published) or NaN.

    Returns
    -------
    DetectedFixations
        At least one fixation unless the recording is empty: the first begins at the first sample.

    Raises
    ------
    DataError
        An array of another shape.

    Notes
    -----
    1. Speed is the distance to the sample before (0 at the first), averaged over a sample and the three before it;
       before the recording it counts as 0.
    2. Acceleration is the difference of two neighbouring velocities, each the sum of five speeds over the time of four
       samples; it is 0 where those do not fit into the recording, and at the first sample.
    3. Two or more neighbouring samples above 204 speed up; single ones are ignored. If fewer than three samples are
       left, the recording is one fixation.
    4. The saccade ends with the first run of samples below -204 that comes within 25 samples. Without one there is no
       saccade, unless the recording ends before those 25 samples do: then the saccade lasts to its end.
    5. Saccades with at most 12 samples between them are one saccade. A last piece of at most 12 samples belongs to the
       saccade before it. The first fixation may be of any length.
    6. A fixation is at the median x and the median y of its samples.

    Examples
    --------
    Gaze rests at 100, moves by 10 px in each of four samples, and rests at 140:

    >>> x = np.concatenate([np.full(20, 100), [110, 120, 130, 140], np.full(30, 140)])
    >>> found = detect_fixations(np.column_stack([x, np.full(len(x), 50)]))
    >>> found.x.tolist(), found.first.tolist(), found.last.tolist()
    ([100.0, 140.0], [0, 26], [15, 53])
    """
    points = np.asarray(gaze, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2:
        raise DataError(f"raw gaze must have the shape (samples, 2): x and y of each, not {points.shape}")
    n = len(points)
    if n == 0:
        return DetectedFixations(np.empty(0), np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64))
    begin, end = _saccades(acceleration(points))
    first = np.concatenate([[0], end + 1])
    last = np.concatenate([begin - 1, [n - 1]])
    if len(end) and n - 1 - end[-1] <= SHORTEST:
        first, last = first[:-1], last[:-1]
    x, y = (_medians(column, first, last) for column in points.T)
    return DetectedFixations(x, y, first, last)


def acceleration(gaze: np.ndarray) -> np.ndarray:
    """Acceleration of gaze, steps 1 and 2 of `detect_fixations`.

    Parameters
    ----------
    gaze : (n, 2) float64
        px at 240 Hz.

    Returns
    -------
    (n,) float64
        px per sample and second.
    """
    n = len(gaze)
    step = np.zeros(n)
    step[1:] = np.hypot(*np.diff(gaze, axis=0).T)
    padded = np.concatenate([np.zeros(SMOOTHED - 1), step])
    speed = np.sum([padded[k : k + n] for k in range(SMOOTHED)], axis=0) / SMOOTHED
    found = np.zeros(n)
    if n > SUMMED + 1:
        sums = np.sum([speed[k : n - SUMMED + 1 + k] for k in range(SUMMED)], axis=0)
        velocity = sums / ((SUMMED - 1) / RATE)
        found[1 : n - SUMMED] = velocity[2:] - velocity[1:-1]
    return found


def _saccades(accel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last sample of every saccade, merged where they are close; steps 3 to 5."""
    n = len(accel)
    begin, last_fast = _runs(accel > THRESHOLD)
    several = last_fast > begin
    begin, last_fast = begin[several], last_fast[several]
    if (last_fast - begin + 1).sum() < FEWEST:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    brake_begin, brake_last = _runs(accel < -THRESHOLD)
    limit = last_fast + SEARCHED
    # The run of braking samples at or after the one that follows the speeding up. No run contains both, so a run that
    # begins later is whole.
    run = np.searchsorted(brake_begin, last_fast + 1)
    beyond = np.append(brake_begin, n + SEARCHED)[run] > limit
    end = np.where(beyond, n - 1, np.minimum(np.append(brake_last, n - 1)[run], limit))
    real = ~beyond | (limit > n - 1)
    begin, end = begin[real], np.maximum.accumulate(end[real])
    if len(begin) == 0:
        return begin, end
    apart = begin[1:] - end[:-1] - 1 > SHORTEST
    return begin[np.append(True, apart)], end[np.append(apart, True)]


def _runs(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last index of every run of True."""
    edges = np.diff(mask.astype(np.int8), prepend=0, append=0)
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1


def _medians(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Median of each piece `first[k]:last[k] + 1`, NaN left out; NaN where nothing is left."""
    index = np.arange(len(values))
    piece = np.searchsorted(first, index, side="right") - 1
    known = (index <= last[piece]) & ~np.isnan(values)
    piece, values = piece[known], values[known]
    values = values[np.lexsort((values, piece))]  # sorted within each piece
    count = np.bincount(piece, minlength=len(first))
    start = np.cumsum(count) - count
    found = np.full(len(first), np.nan)
    some = count > 0
    low, high = (start + (count - 1) // 2)[some], (start + count // 2)[some]
    found[some] = (values[low] + values[high]) / 2
    return found
