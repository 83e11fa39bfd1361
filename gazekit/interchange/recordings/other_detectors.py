"""Fixations by the rules of other packages, as they are: REMoDNaV and I2MC, where they are installed.

Sources: Dar, Wagner and Hanke (2021), "REMoDNaV"; Hessels, Niehorster, Kemner and Hooge (2017), "Noise-robust fixation
detection in eye movement data" (I2MC), both Behavior Research Methods. Both want samples at equal intervals, so those
that are not there become samples without a position. Their thresholds are their defaults; what a rate does not allow is
changed as little as it can be, see `remodnav` and `i2mc`.
"""

import warnings
from collections import Counter
from importlib import import_module
from types import ModuleType

import numpy as np
import pandas as pd

from gazekit.foundations.errors import DataError, MissingNeedError, refusing

PURSUIT = "pursuit by REMoDNaV (no fixation)"
_PACKAGES = {"remodnav": "remodnav", "i2mc": "I2MC"}
SLOWEST = 100.0  # samples per second: below, saccades of REMoDNaV are shorter than one sample
_SMOOTH = 0.019  # s: REMoDNaV's Savitzky-Golay filter
_WINDOW, _FILTERED = 0.2, 25  # s of I2MC's windows, and samples in one that its filter needs
_PX = 1920 / 45  # per degree: the screen for which I2MC's defaults in px are meant


def found_by(
    rule: str, time: np.ndarray, x: np.ndarray, y: np.ndarray, interval: float
) -> tuple[np.ndarray, np.ndarray, Counter[str]]:
    """First and last sample of each fixation, and what else was found.

    Parameters
    ----------
    rule : {"remodnav", "i2mc"}
        The package.
    time : (n,) float64
        ms, rising.
    x, y : (n,) float64
        Degrees; NaN where gaze was lost.
    interval : float
        ms between samples.

    Raises
    ------
    MissingNeedError
        The package is not installed.
    DataError
        A rate that it is not made for; whatever it refuses.
    """
    try:
        package = import_module(_PACKAGES[rule] + (".clf" if rule == "remodnav" else ""))
    except ImportError:
        raise MissingNeedError(
            f"detect={rule!r} is the rule of a package of its own: pip install {_PACKAGES[rule]}; or take 'ivt', 'idt'"
        ) from None
    place = np.concatenate([[0], np.cumsum(np.maximum(np.round(np.diff(time) / interval), 1))]).astype(int)
    even = np.full((2, place[-1] + 1), np.nan)
    even[:, place] = np.where(np.isfinite(x) & np.isfinite(y), (x, y), np.nan)
    rate = 1000.0 * place[-1] / (time[-1] - time[0])
    counts: Counter[str] = Counter()
    with refusing(
        (ValueError, IndexError, AssertionError, ZeroDivisionError),
        lambda error: DataError(f"{package.__name__} cannot take this recording of {len(x)} samples: {error}"),
    ):
        first, last = (remodnav if rule == "remodnav" else i2mc)(package, even, rate, counts)
    known = np.isfinite(even[0])  # what was bridged at the ends is no sample of ours
    count = np.concatenate([[0], np.cumsum(known)])
    where, seen = np.flatnonzero(known), count[last + 1] > count[first]
    ends = where[count[first[seen]]], where[count[last[seen] + 1] - 1]
    return *(np.searchsorted(place, end) for end in ends), counts


def remodnav(package: ModuleType, even: np.ndarray, rate: float, counts: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
    """Fixations of REMoDNaV; its filter of 19 ms is made of the nearest odd number of samples, at least 3."""
    if rate < SLOWEST:
        raise DataError(
            f"REMoDNaV needs {SLOWEST:g} samples per second, and these are {rate:.4g}; take 'ivt' or 'i2mc'"
        )
    samples = np.zeros(even.shape[1], dtype=[("x", float), ("y", float)])
    samples["x"], samples["y"] = even
    width = max(3, 2 * round((_SMOOTH * rate - 1) / 2) + 1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its names of NumPy
        classify = package.EyegazeClassifier(px2deg=1.0, sampling_rate=rate)
        events = classify(classify.preproc(samples, savgol_length=(width + 0.5) / rate))
    if pursuits := sum(event["label"] == "PURS" for event in events):
        counts[PURSUIT] += pursuits
    ends = [(event["start_time"], event["end_time"]) for event in events if event["label"] == "FIXA"]
    samples_of = np.round(np.array(ends).reshape(-1, 2) * rate).astype(int)
    return samples_of[:, 0], samples_of[:, 1] - 1


def i2mc(package: ModuleType, even: np.ndarray, rate: float, counts: Counter[str]) -> tuple[np.ndarray, np.ndarray]:
    """Fixations of I2MC: lower rates are those that divide the rate; no filter below 125 samples per second."""
    whole = round(rate)
    options = {
        **{"xres": 1920.0, "yres": 1080.0, "missingx": np.nan, "missingy": np.nan, "freq": float(whole)},
        "downsamples": [step for step in (2, 5, 10) if whole % step == 0],
        "downsampFilter": round(_WINDOW * whole) >= _FILTERED,
    }
    table = pd.DataFrame(
        {"time": np.arange(even.shape[1]) * 1000.0 / rate, "average_X": even[0] * _PX, "average_Y": even[1] * _PX}
    )
    found, *_ = package.I2MC(table, options, logging=False)
    if found is False:
        raise DataError("I2MC found no two clusters in too many windows")
    return np.asarray(found["start"], int), np.asarray(found["end"], int)
