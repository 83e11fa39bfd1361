"""Dynamic time warping against similaritymeasures, all walks by brute force, closed forms and laws."""

import importlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from similaritymeasures import dtw as outside_dtw

from gazekit import Frame, Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import pairwise
from gazekit.metrics.positions.dtw import dtw, dtw_per_step

SIZE = (800, 600)


def all_walks(cost, i=0, j=0):
    """Sum and number of cells of every walk from cell (i, j) to the last."""
    if (i + 1, j + 1) == cost.shape:
        yield cost[i, j], 1
        return
    for di, dj in ((0, 1), (1, 0), (1, 1)):
        if i + di < cost.shape[0] and j + dj < cost.shape[1]:
            for rest, steps in all_walks(cost, i + di, j + dj):
                yield cost[i, j] + rest, steps + 1


def test_equals_an_outside_implementation(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 8, 13, 30], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(6), repeat=2)))
    xy = [path.xy for path in paths]
    ours = pairwise("dtw", paths, paths, pairs)[:, 0]
    assert ours == pytest.approx([outside_dtw(xy[i], xy[j])[0] for i, j in pairs], rel=1e-12, abs=1e-12)
    assert ours.tolist() == [dtw(paths[i], paths[j]) for i, j in pairs]
    per_step = pairwise("dtw_per_step", paths, paths, pairs)[:, 0]
    assert per_step.tolist() == [dtw_per_step(paths[i], paths[j]) for i, j in pairs]


def test_equals_the_best_of_all_walks():
    rng = np.random.default_rng(0)
    for _ in range(30):
        m, n = rng.integers(1, 6, 2)
        a, b = rng.uniform(0, 800, (m, 2)), rng.uniform(0, 800, (n, 2))
        total, steps = min(all_walks(cdist(a, b)))
        assert dtw(a, b) == pytest.approx(total, rel=1e-12)
        assert dtw_per_step(a, b) == pytest.approx(total / steps, rel=1e-12)


def test_of_equally_cheap_walks_the_shortest_counts():
    rng = np.random.default_rng(1)
    for _ in range(60):  # on a line every distance is whole, so sums are exact and ties are ties
        m, n = rng.integers(1, 6, 2)
        a, b = (np.column_stack([rng.integers(0, 3, k), np.zeros(k)]) for k in (m, n))
        total, steps = min(all_walks(cdist(a, b)))
        assert dtw_per_step(a, b) == total / steps


def test_closed_forms():
    path = np.array([[0, 0], [100, 0], [200, 50], [10, 500]])
    assert dtw(path, np.add(path, [3, 4])) == 5 * len(path)
    assert dtw_per_step(path, np.add(path, [3, 4])) == 5
    point = [[100, 100]]
    assert dtw(path, point) == pytest.approx(np.hypot(*(path - point).T).sum())
    assert dtw_per_step(path, point) == pytest.approx(np.hypot(*(path - point).T).mean())


def test_it_is_exact_where_a_narrow_band_is_not():
    a = np.array([[0, 0]] * 10 + [[100, 0]])
    b = np.array([[0, 0]] + [[100, 0]] * 10)
    assert dtw(a, b) == 0  # the walk runs along two sides of the table


def test_over_diagonal_and_degrees(scanpaths_of):
    paths = scanpaths_of([5, 8, 6], frame=Frame(*SIZE, px_per_degree=25))
    pairs = [[0, 1], [1, 2], [0, 2]]
    degrees = paths.to_degrees()
    for name in ("dtw", "dtw_per_step"):
        px = pairwise(name, paths, paths, pairs)
        assert pairwise(name, paths, paths, pairs, over_diagonal=True) == pytest.approx(px / 1000)
        assert pairwise(name, degrees, degrees, pairs) == pytest.approx(px / 25)
        assert pairwise(name, degrees, degrees, pairs, over_diagonal=True) == pytest.approx(px / 1000)


@pytest.mark.parametrize("measure", [pytest.param(f, id=f.__name__) for f in (dtw, dtw_per_step)])
def test_undefined_is_nan_and_errors_say_what_to_do(measure):
    good = [[1, 1], [2, 2]]
    for bad in (np.empty((0, 2)), [[1, np.nan]], [[np.inf, 1], [2, 2]]):
        assert np.isnan(measure(bad, good))
        assert np.isnan(measure(good, bad))
    with pytest.raises(GazekitError, match=f"{measure.__name__}: .*give size"):
        measure(good, good, over_diagonal=True)
    with pytest.raises(GazekitError, match="not of shape"):
        measure(good, [1, 2])
    with pytest.raises(MismatchError, match="one frame is 8 x 6"):
        measure(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7)))


path = st.lists(st.tuples(st.integers(0, 800), st.integers(0, 600)), min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.sampled_from([0.25, 2.0]))
def test_laws(a, b, shift, scale):
    here, mean = dtw(a, b), dtw_per_step(a, b)
    assert dtw(a, a) == dtw_per_step(a, a) == 0
    assert dtw(b, a) == here
    assert dtw_per_step(b, a) == mean
    assert 0 <= mean <= here
    assert dtw(a, b, size=SIZE, over_diagonal=True) <= max(len(a), len(b)) + 1e-12
    assert dtw_per_step(a, b, size=SIZE, over_diagonal=True) <= 1
    assert dtw(np.add(a, shift), np.add(b, shift)) == here
    assert dtw(np.multiply(a, scale), np.multiply(b, scale)) == pytest.approx(here * scale)
    assert dtw(a[::-1], b[::-1]) == pytest.approx(here)
    if len(a) == len(b):
        assert here <= np.hypot(*np.subtract(a, b).T).sum() + 1e-9  # no worse than no warping


def test_paths_beyond_the_table_and_ties_are_counted_cell_by_cell(scanpaths_of, monkeypatch):
    paths = scanpaths_of([1, 9, 30, 45])
    paths = Scanpaths.concat([paths, paths.replace(x=paths.x // 200 * 200, y=paths.y // 200 * 200)])
    pairs = np.array(list(itertools.product(range(8), repeat=2)))
    with_table = pairwise("dtw_per_step", paths, paths, pairs)
    monkeypatch.setattr(importlib.import_module("gazekit.metrics.positions.dtw"), "LARGEST_TABLE", 1)
    assert np.array_equal(with_table, pairwise("dtw_per_step", paths, paths, pairs))
