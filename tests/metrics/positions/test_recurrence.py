"""Recurrence measures against tables and runs written out by definition, closed forms and laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import pairwise, score_sets
from gazekit.metrics.positions.recurrence import auto_recurrence, cross_recurrence, cross_recurrence_lag

SIZE = (800, 600)


def on_lines(lines, shortest):
    """Ones in unbroken runs of at least `shortest`, over all lines."""
    runs = [len(list(run)) for line in lines for value, run in itertools.groupby(line) if value]
    return sum(run for run in runs if run >= shortest)


def by_definition(a, b, radius, shortest, auto):
    n = min(len(a), len(b))
    table = cdist(a[:n], b[:n]) <= radius if n else np.zeros((0, 0), dtype=bool)
    if auto:
        table = np.triu(table, 1)
    cells, count = n * (n - 1) / 2 if auto else n * n, table.sum()
    if not cells:
        return [np.nan] * 4
    if not count:
        return [0, np.nan, np.nan, np.nan]
    diagonals = [np.diagonal(table, lag) for lag in range(-n + 1, n)]
    i, j = np.nonzero(table)
    return [
        100 * count / cells,
        100 * on_lines(diagonals, shortest) / count,
        100 * (on_lines(table, shortest) + on_lines(table.T, shortest)) / (2 * count),
        100 * (j - i).sum() / ((n - 1) * count) if n > 1 else np.nan,
    ]


@pytest.mark.parametrize("shortest", [1, 2, 3])
@pytest.mark.parametrize("radius", [60, 150, 400])
def test_equals_its_definition(scanpaths_of, radius, shortest):
    paths = scanpaths_of([0, 1, 2, 5, 8, 13, 40], frame=Frame(*SIZE))
    xy, options = [path.xy for path in paths], {"radius": float(radius), "shortest_line": shortest}
    pairs = np.array(list(itertools.product(range(7), repeat=2)))
    expected = np.array([by_definition(xy[i], xy[j], radius, shortest, False) for i, j in pairs])
    lines = pairwise("cross_recurrence", paths, paths, pairs, **options)
    lag = pairwise("cross_recurrence_lag", paths, paths, pairs, radius=float(radius), signed=True)
    np.testing.assert_allclose(np.hstack([lines, lag]), expected, rtol=1e-12)
    np.testing.assert_array_equal([cross_recurrence(paths[i], paths[j], **options) for i, j in pairs], lines)
    lags = [cross_recurrence_lag(paths[i], paths[j], radius=radius, signed=True) for i, j in pairs]
    np.testing.assert_array_equal(lags, lag[:, 0])
    size = pairwise("cross_recurrence_lag", paths, paths, pairs, radius=float(radius))
    np.testing.assert_array_equal(size, np.abs(lag))
    alone = [auto_recurrence(path, **options) for path in paths]
    np.testing.assert_allclose(alone, [by_definition(p, p, radius, shortest, True) for p in xy], rtol=1e-12)


def test_a_broken_row_is_no_line():
    # The first place recurs at ranks 0, 2 and 4: three recurrences on a row, none of them adjacent.
    path = [[0, 0], [100, 0], [0, 0], [200, 0], [0, 0]]
    assert auto_recurrence(path).laminarity == 0
    assert auto_recurrence(path).determinism == 0
    assert auto_recurrence([[0, 0], [300, 0], [0, 0], [0, 0]]).laminarity == pytest.approx(100 * (2 + 0) / (2 * 3))


def test_closed_forms():
    assert auto_recurrence([[5, 5]] * 4) == pytest.approx((100, 100 * 5 / 6, 100 * 10 / 12, 100 * 10 / 18))
    assert cross_recurrence([[5, 5]] * 4, [[5, 5]] * 4) == pytest.approx((100, 100 * 14 / 16, 100))
    apart = np.arange(6)[:, None] * [100.0, 0.0]
    assert cross_recurrence(apart, apart) == pytest.approx((100 / 6, 100, 0))
    assert cross_recurrence_lag(apart[:5], apart[1:], signed=True) == pytest.approx(-100 / 4)  # the second is earlier
    assert cross_recurrence_lag(apart[:5], apart[1:]) == pytest.approx(100 / 4)
    assert auto_recurrence(apart)[0] == 0


def test_the_radius_is_included():
    assert cross_recurrence([[0, 0]], [[60, 0]]).recurrence == 100
    assert cross_recurrence([[0, 0]], [[60.001, 0]]).recurrence == 0


def test_longer_paths_are_cut():
    a, b = np.random.default_rng(0).uniform(0, 300, (2, 9, 2))
    assert cross_recurrence(a, b[:6]) == cross_recurrence(a[:6], b[:6])


def test_undefined_is_nan():
    good = [[1, 1], [2, 2]]
    for bad in (np.empty((0, 2)), [[1, np.nan], [2, 2]]):
        assert np.isnan(cross_recurrence(bad, good)).all()
        assert np.isnan(cross_recurrence(good, bad)).all()
        assert np.isnan(cross_recurrence_lag(good, bad))
        assert np.isnan(auto_recurrence(bad)).all()
    assert np.isnan(auto_recurrence([[1, 1]])).all()
    nothing = cross_recurrence(good, [[500, 500], [600, 600]])
    assert nothing.recurrence == 0
    assert np.isnan(nothing[1:]).all()
    assert np.isnan(cross_recurrence_lag([[1, 1]], [[1, 1]]))


def test_degrees_need_a_radius(scanpaths_of):
    paths = scanpaths_of([6, 9, 7], frame=Frame(*SIZE, px_per_degree=25))
    degrees, pairs = paths.to_degrees(), [[0, 1], [1, 2]]
    px = pairwise("cross_recurrence", paths, paths, pairs, radius=150)
    np.testing.assert_allclose(pairwise("cross_recurrence", degrees, degrees, pairs, radius=6), px)
    name = "auto_recurrence"
    expected = score_sets(name, paths, paths, radius=150)
    assert score_sets(name, degrees, degrees, radius=6) == pytest.approx(expected)
    for call in (
        lambda: pairwise("cross_recurrence", degrees, degrees, pairs),
        lambda: score_sets(name, degrees, degrees),
    ):
        with pytest.raises(GazekitError, match="give the radius in degrees"):
            call()


def test_set_metric_is_the_mean_of_defined_values(scanpaths_of):
    paths = scanpaths_of([1, 6, 9, 30], frame=Frame(*SIZE))
    expected = np.nanmean([auto_recurrence(path) for path in paths], axis=0)
    assert score_sets("auto_recurrence", paths, paths) == pytest.approx(expected)
    short = scanpaths_of([1, 1])
    assert np.isnan(score_sets("auto_recurrence", short, short)).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: cross_recurrence(p, p, radius=-1), GazekitError, "radius is a distance", id="radius"),
        pytest.param(lambda p: auto_recurrence(p, shortest_line=0), GazekitError, "shortest_line must be a", id="line"),
        pytest.param(lambda p: auto_recurrence([1, 2]), GazekitError, "auto_recurrence: .*not of shape", id="shape"),
        pytest.param(
            lambda p: cross_recurrence(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
            MismatchError,
            "one frame is 8 x 6 and another 8 x 7",
            id="frames",
        ),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call([[1, 1], [2, 2]])


path = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=12)


@settings(max_examples=60, deadline=None)
@given(path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.integers(60, 200))
def test_laws(a, b, shift, radius):
    here, there = cross_recurrence(a, b, radius=radius), cross_recurrence(b, a, radius=radius)
    np.testing.assert_array_equal(here, there)
    forth, back = (cross_recurrence_lag(p, q, radius=radius, signed=True) for p, q in ((a, b), (b, a)))
    np.testing.assert_array_equal(forth, -back + 0.0)
    assert np.isnan(forth) or -100 <= forth <= 100
    for value in (*here, *auto_recurrence(a, radius=radius)):
        assert np.isnan(value) or 0 <= value <= 100
    assert cross_recurrence_lag(a, a, radius=radius) == 0
    assert cross_recurrence(a, b, radius=radius + 50).recurrence >= here.recurrence
    np.testing.assert_array_equal(cross_recurrence(np.add(a, shift), np.add(b, shift), radius=radius), here)
    np.testing.assert_array_equal(cross_recurrence(np.multiply(a, 2), np.multiply(b, 2), radius=2 * radius), here)
    longer = cross_recurrence(a, b, radius=radius, shortest_line=3)
    assert np.isnan(here[1]) or (longer[1] <= here[1] and longer[2] <= here[2])
    # a path against itself is its upper triangle twice and the diagonal
    n, alone, itself = len(a), auto_recurrence(a, radius=radius), cross_recurrence(a, a, radius=radius)
    assert itself.recurrence == pytest.approx(100 / n + alone.recurrence * (n - 1) / n)
