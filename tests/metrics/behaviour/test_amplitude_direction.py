"""Saccade distributions against a plain loop, and published means of the visual-search data."""

from math import atan2, degrees, hypot, isnan

import numpy as np
import pytest

from gazekit import Frame, Scanpaths
from gazekit.datasets.registry import load_dataset
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import score_sets
from gazekit.metrics.behaviour import (
    amplitude_histogram,
    direction_histogram,
    js_divergence,
    kl_divergence,
    saccades,
    wasserstein,
)

FRAME = Frame(800, 600, px_per_degree=25)


def by_hand(paths):
    rows = []
    for k, path in enumerate(paths):
        before = float("nan")
        for i in range(len(path) - 1):
            dx, dy = path.x[i + 1] - path.x[i], path.y[i + 1] - path.y[i]
            direction = degrees(atan2(-dy, dx)) if dx or dy else float("nan")
            turn = direction - before
            while turn > 180:
                turn -= 360
            while turn <= -180:
                turn += 360
            rows.append((hypot(dx, dy), direction, turn, k, i))
            before = direction
    return np.array(rows).T


def test_saccades_against_a_plain_loop(scanpaths_of):
    paths = scanpaths_of([5, 1, 0, 2, 7], frame=FRAME)
    paths = paths.replace(x=np.round(paths.x, -2), y=np.round(paths.y, -2))  # repeated points and round angles
    found, expected = saccades(paths), by_hand(paths)
    for mine, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-9)
    later = saccades(paths, skip_first=True)
    np.testing.assert_allclose(later.turn, expected[2][expected[4] > 0], atol=1e-9)
    assert all(isnan(t) for t in found.turn[found.rank == 0])


def test_histograms_by_hand(scanpaths_of):
    paths = scanpaths_of([9, 9], frame=FRAME)
    found = saccades(paths.to_degrees())
    counts = amplitude_histogram(paths, bin_degrees=2, largest_degrees=9)
    assert counts.tolist() == [int(((found.amplitude // 2).clip(max=4) == k).sum()) for k in range(5)]
    assert direction_histogram(paths).sum() == 16
    assert direction_histogram(paths, relative=True).sum() == 14
    around = Scanpaths([0, 1, 1, 0, 0], [5, 5, 4, 4, 5], [0, 5], paths.table[:1])
    assert direction_histogram(around, bins=4).tolist() == [1, 1, 1, 1]
    assert direction_histogram(around, bins=4, relative=True).tolist() == [0, 3, 0, 0]


@pytest.mark.parametrize("name", ["amplitude_js", "direction_kuiper"])
def test_groups_are_compared_one_by_one(scanpaths_of, name):
    columns = {"stimulus": ["s", "t"] * 3, "subject": ["p", "p", "q", "q", "r", "r"]}
    b = scanpaths_of([6] * 6, frame=FRAME, seed=3, **columns)
    a = scanpaths_of([6] * 6, frame=FRAME, seed=4, stimulus=columns["stimulus"], subject="")
    by_subject = np.mean([score_sets(name, a, b.filter(subject=s)) for s in "pqr"], axis=0)
    np.testing.assert_allclose(score_sets(name, a, b, by="subject"), by_subject)
    by_stimulus = np.mean([score_sets(name, a.filter(stimulus=s), b.filter(stimulus=s)) for s in "st"], axis=0)
    np.testing.assert_allclose(score_sets(name, a, b, by="stimulus"), by_stimulus)


def test_registered_amplitudes_are_in_degrees_and_kl_is_smoothed(scanpaths_of):
    a, b = (scanpaths_of([8] * 5, frame=FRAME, seed=k) for k in (1, 2))
    in_degrees = [saccades(p.to_degrees()).amplitude for p in (a, b)]
    assert score_sets("amplitude_wasserstein", a, b)[0] == pytest.approx(wasserstein(*in_degrees))
    doubled = [p.replace(x=p.x * 2, y=p.y * 2, table=p.table.assign(px_per_degree=50.0)) for p in (a, b)]
    for kind in ("js", "kl", "wasserstein", "ks"):
        assert score_sets(f"amplitude_{kind}", *doubled) == pytest.approx(score_sets(f"amplitude_{kind}", a, b))
    assert np.isfinite(score_sets("amplitude_kl", a, b)).all()
    assert score_sets("amplitude_kl", a, b, smoothing=0)[0] == np.inf
    people, model = amplitude_histogram(b), amplitude_histogram(a)
    assert score_sets("amplitude_kl", a, b)[0] == pytest.approx(kl_divergence(people + 0.5, model + 0.5))
    circle = direction_histogram(b), direction_histogram(a)
    assert score_sets("direction_kl", a, b)[0] == pytest.approx(kl_divergence(circle[0] + 0.5, circle[1] + 0.5))
    assert score_sets("amplitude_js", a, b)[0] == js_divergence(amplitude_histogram(a), amplitude_histogram(b))


def test_refused(scanpaths_of):
    paths = scanpaths_of([3])
    with pytest.raises(MismatchError, match="to_degrees needs px per degree"):
        amplitude_histogram(paths)
    degree_paths = scanpaths_of([3], frame=FRAME)
    with pytest.raises(GazekitError, match="amplitude bins need 0 < bin_degrees"):
        amplitude_histogram(degree_paths, bin_degrees=0)
    with pytest.raises(GazekitError, match="bins must be a whole number of at least 1, not 0"):
        direction_histogram(paths, bins=0)


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "folder", "options", "mean", "median"),
    [
        pytest.param("object-arrays", "ObjArr", {"positions": "screen"}, 10.56, 9.62, id="object arrays"),
        pytest.param("waldo", "Waldo", {}, 6.39, 4.79, id="waldo"),
    ],
)
def test_people_of_the_search_data_have_the_amplitudes_read_from_the_official_arrays(
    data_root, name, folder, options, mean, median
):
    paths = load_dataset(name, data_root / "visual_search/saccade" / folder, **options).scanpaths
    amplitude = saccades(paths.to_degrees()).amplitude
    assert (round(amplitude.mean(), 2), round(float(np.median(amplitude)), 2)) == (mean, median)
