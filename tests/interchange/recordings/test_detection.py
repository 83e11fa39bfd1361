"""Fixations in raw samples: against known truth, the definition of dispersion by brute force, and pymovements."""

import importlib
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from gazekit import DataError, GazekitError, UnknownNameError
from gazekit.foundations.errors import MissingNeedError
from gazekit.foundations.randomness import keyed_rng
from gazekit.interchange.recordings.detection import LOST, Detection, detect

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "docs" / "results"))
page = importlib.import_module("detection")
sys.path.pop(0)


@pytest.mark.parametrize("rate", [60, 250, 1000])
@pytest.mark.parametrize("rule", ["ivt", "idt"])
def test_fixations_that_are_known(rate, rule):
    made = page.recording(rate, 0.05, seed=7, seconds=30)
    common, found, true, differ = page.scores(made, *page.found_by(Detection(rule=rule), made))
    assert 2 * common / (found + true) > (0.96 if rule == "ivt" else 0.93)
    assert abs(np.median(differ)) < 1500 / rate + 20
    assert true > 60


def test_a_microsaccade_ends_no_fixation():
    x = np.concatenate([np.zeros(100), np.linspace(0, 0.4, 12), np.full(100, 0.4)])  # 33 degrees per second
    assert len(detect(1.0 * np.arange(212), x, 0 * x).first) == 1
    assert len(detect(1.0 * np.arange(212), x, 0 * x, Detection(merge=0, apart=0, window=4)).first) == 2
    assert len(detect(1.0 * np.arange(212), 5 * x, 0 * x).first) == 2  # 2 degrees: a saccade


def test_gaps():
    """A short one is bridged, a longer one ends the fixation; both are counted, and so is what is lost."""
    x = np.zeros(300)
    x[50:60] = np.nan  # 40 ms at 250 Hz
    x[150:190] = np.nan  # 160 ms
    found = detect(4.0 * np.arange(300), x, np.zeros(300))
    assert list(zip(found.first.tolist(), found.last.tolist(), strict=True)) == [(0, 149), (190, 299)]
    assert dict(found.counts) == {
        LOST: 50,
        "gap of at most 75 ms (bridged)": 1,
        "gap of more than 75 ms, a blink or a look away (ends a fixation)": 1,
    }
    again = detect(4.0 * np.arange(300), x, np.zeros(300), Detection(margin=20))
    assert (again.last[0], again.first[1]) == (144, 195)
    assert again.counts["sample within 20 ms of a longer gap (left out)"] == 10
    kept = np.isfinite(x)  # rows that are not there are lost, too
    found = detect(4.0 * np.arange(300)[kept], x[kept], np.zeros(kept.sum()))
    assert found.onset.tolist() == [0.0, 760.0]
    assert detect(4.0 * np.arange(300), x * np.nan, x).first.tolist() == []


def test_dispersion_by_its_definition():
    how = Detection(rule="idt", merge=0, apart=0)
    for seed in range(20):
        rng = keyed_rng(seed, "dispersion")
        x = np.repeat(rng.uniform(-5, 5, 8), 50) + np.cumsum(rng.normal(0, 0.05, 400))
        y = rng.normal(0, 0.1, 400)
        x[200:230] = np.nan
        known = np.flatnonzero(np.isfinite(x))
        parts = [known[known < 200], known[known >= 230]]
        expected = []
        for part in parts:
            k = 0
            while k + 25 <= len(part):
                stop = k + 25
                if _spread(x, y, part[k:stop]) > 1:
                    k += 1
                    continue
                while stop < len(part) and _spread(x, y, part[k : stop + 1]) <= 1:
                    stop += 1
                expected.append((part[k], part[stop - 1]))
                k = stop
        found = detect(4.0 * np.arange(400), x, y, how)
        assert list(zip(found.first, found.last, strict=True)) == expected


def _spread(x, y, samples):
    return np.ptp(x[samples]) + np.ptp(y[samples])


def test_pymovements_finds_the_same_by_dispersion():
    pytest.importorskip("pymovements", reason="pymovements is an oracle; it is not installed")
    made = page.recording(250, 0.05, seed=3, seconds=20, blinks=False)
    ours = page.found_by(Detection(rule="idt", merge=0, apart=0), made)
    theirs = page.found_by_pymovements("idt", made)
    both = page.scores(page.Recording(made.time, made.x, made.y, *theirs), *ours)
    assert both[0] == both[1] == both[2] > 50
    np.testing.assert_allclose(ours, theirs, atol=4.001)  # it passes over the sample after a fixation


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ([0, 4, 8, 8, 12], r"the clock stands after 8 ms \(then 8; 1 such places\): if trials, people or eyes"),
        ([0, 4, 8, 2, 6], "the clock goes back after 8 ms"),
        ([0, 4], "2 samples are no recording; at least 3 are needed"),
        ([*range(0, 80, 4), *range(80, 100, 1)], "the rate changes, from 250 to 1000 samples per second; read each"),
    ],
)
def test_clocks_that_are_none(time, said):
    with pytest.raises(DataError, match=said):
        detect(time, np.zeros(len(time)), np.zeros(len(time)))


def test_options():
    assert Detection.of("idt:dispersion=2").shortest == 100
    for said, message in (
        ("ivt:velocity=fast", "detect: velocity must be a number, not 'fast'; write it as ivt:velocity=30"),
        ("ivt:velocity=30,velocity=60", "detect: .* velocity is given twice; give one value"),
        ("ivt:velocity", "has an option .velocity. that is not of the form velocity=30"),
        ("ivt:velocity=0", "detect: velocity must be a number above 0, not 0.0"),
        ("ivt:bridge=-1", "detect: bridge must be a number of at least 0, not -1.0"),
    ):
        with pytest.raises(GazekitError, match=message):
            Detection.of(said)
    with pytest.raises(UnknownNameError, match="did you mean 'velocity'"):
        Detection.of("ivt:velocty=30")
    with pytest.raises(UnknownNameError, match="rule of detection"):
        Detection.of("engbert")
    with pytest.raises(DataError, match="detect: i2mc has thresholds of its own; leave velocity, shortest out"):
        Detection.of("i2mc:velocity=40,shortest=80")


def i2mc(table, options, logging):
    """In the place of I2MC: two fixations, the second from a sample that was not there."""
    assert np.diff(table["time"]) == pytest.approx(4.0)
    assert table["average_X"].isna().tolist() == [k in (4, 10, 11, 12) for k in range(40)]
    assert (options["downsamples"], options["downsampFilter"], options["freq"]) == ([2, 5, 10], True, 250)
    return {"start": np.array([0, 11]), "end": np.array([8, 30])}, None, None


class EyegazeClassifier:
    """In the place of REMoDNaV: a saccade, a fixation to the sample before `end_time`, a pursuit."""

    def __init__(self, px2deg, sampling_rate):
        assert (px2deg, sampling_rate) == (1.0, pytest.approx(250))

    def preproc(self, data, savgol_length):
        assert int(savgol_length * 250) == 5
        return data

    def __call__(self, data):
        times = {"SACC": (0, 4), "FIXA": (5, 20), "PURS": (20, 30)}
        return [{"label": label, "start_time": a / 250, "end_time": b / 250} for label, (a, b) in times.items()]


def test_rules_of_other_packages(monkeypatch):
    """They see samples at equal intervals; what they find are samples of ours."""
    time = 4.0 * np.delete(np.arange(40), [10, 11, 12])  # three are not there
    x = np.where(np.arange(37) == 4, np.nan, 1.0)  # one is lost
    for rule, package in (("i2mc", "I2MC"), ("remodnav", "remodnav.clf")):
        monkeypatch.setitem(sys.modules, package, None)
        with pytest.raises(MissingNeedError, match=f"rule of a package of its own: pip install {package[:4]}.*'ivt'"):
            detect(time, x, x, Detection(rule=rule))
    monkeypatch.setitem(sys.modules, "I2MC", SimpleNamespace(I2MC=i2mc, __name__="I2MC"))
    monkeypatch.setitem(sys.modules, "remodnav", SimpleNamespace(__path__=[]))
    monkeypatch.setitem(sys.modules, "remodnav.clf", SimpleNamespace(EyegazeClassifier=EyegazeClassifier))
    found = detect(time, x, x, Detection(rule="i2mc"))
    assert (found.first.tolist(), found.last.tolist()) == ([0, 10], [8, 27])
    assert (found.onset.tolist(), found.duration.tolist()) == ([0, 52], [36, 72])
    found = detect(time, x, x, Detection(rule="remodnav"))
    assert (found.first.tolist(), found.last.tolist(), found.onset.tolist()) == ([5], [16], [20])
    assert dict(found.counts) == {LOST: 1, "pursuit by REMoDNaV (no fixation)": 1}
    with pytest.raises(
        DataError, match="REMoDNaV needs 100 samples per second, and these are 62.5; take 'ivt' or 'i2m"
    ):
        detect(4 * time, x, x, Detection(rule="remodnav"))


@pytest.mark.parametrize(("rule", "package"), [("remodnav", "remodnav"), ("i2mc", "I2MC")])
def test_other_packages_find_fixations_that_are_known(rule, package):
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    made = page.recording(250, 0.02, seed=1, seconds=6)
    common, found, true, _ = page.scores(made, *page.found_by(Detection(rule=rule), made))
    assert 2 * common / (found + true) > 0.75
