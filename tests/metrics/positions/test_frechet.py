"""Discrete Frechet distance against similaritymeasures, the recursion that defines it, closed forms and laws."""

import itertools
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from similaritymeasures import frechet_dist

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import measures, pairwise
from gazekit.metrics.positions.frechet import frechet

SIZE = (800, 600)


def by_definition(a, b):
    d = cdist(a, b)

    @cache
    def leash(i, j):
        if i == 0 and j == 0:
            return d[0, 0]
        before = [leash(k, m) for k, m in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if k >= 0 and m >= 0]
        return max(d[i, j], min(before))

    return leash(len(a) - 1, len(b) - 1)


def test_equals_the_recursion_and_an_outside_implementation(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 8, 13, 30], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(6), repeat=2)))
    xy = [path.xy for path in paths]
    ours = pairwise("frechet", paths, paths, pairs)[:, 0]
    assert ours == pytest.approx([by_definition(xy[i], xy[j]) for i, j in pairs], rel=1e-12, abs=1e-12)
    assert ours == pytest.approx([frechet_dist(xy[i], xy[j]) for i, j in pairs], rel=1e-12, abs=1e-12)
    assert ours.tolist() == [frechet(paths[i], paths[j]) for i, j in pairs]


def test_long_paths_meet_no_recursion_limit():
    a = np.column_stack([np.linspace(0, 800, 3000), np.zeros(3000)])
    assert frechet(a, np.add(a, [0, 7])) == 7


def test_order_counts():
    path = np.array([[0, 0], [100, 0], [200, 0]])
    assert frechet(path, path[::-1]) == 200


def test_over_diagonal_and_degrees(scanpaths_of):
    paths = scanpaths_of([5, 8, 6], frame=Frame(*SIZE, px_per_degree=25))
    pairs = [[0, 1], [1, 2], [0, 2]]
    px, share = pairwise("frechet", paths, paths, pairs), pairwise("frechet", paths, paths, pairs, over_diagonal=True)
    assert share == pytest.approx(px / 1000)
    assert frechet([[0, 0]], [[800, 600]], size=SIZE, over_diagonal=True) == 1
    degrees = paths.to_degrees()
    assert pairwise("frechet", degrees, degrees, pairs) == pytest.approx(px / 25)
    assert pairwise("frechet", degrees, degrees, pairs, over_diagonal=True) == pytest.approx(share)


def test_undefined_is_nan():
    good = [[1, 1], [2, 2]]
    for bad in (np.empty((0, 2)), [[1, np.nan]], [[np.inf, 1], [2, 2]]):
        assert np.isnan(frechet(bad, good))
        assert np.isnan(frechet(good, bad))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: frechet(p, p, over_diagonal=True), GazekitError, "frechet: .*give size", id="size"),
        pytest.param(lambda p: frechet(p, [1, 2]), GazekitError, "frechet: .*not of shape", id="shape"),
        pytest.param(
            lambda p: frechet(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
            MismatchError,
            "one frame is 8 x 6 and another 8 x 7",
            id="frames",
        ),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call([[1, 1], [2, 2]])


path = st.lists(st.tuples(st.integers(0, 800), st.integers(0, 600)), min_size=1, max_size=9)


@settings(max_examples=60, deadline=None)
@given(path, path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.sampled_from([0.25, 2.0]))
def test_laws(a, b, c, shift, scale):
    here = frechet(a, b)
    assert frechet(a, a) == 0
    assert 0 <= here <= measures["frechet"].bounds[1]
    assert frechet(b, a) == here
    assert here <= frechet(a, c) + frechet(c, b) + 1e-9
    assert frechet(a, b, size=SIZE, over_diagonal=True) <= 1
    assert frechet(np.add(a, shift), np.add(b, shift)) == here
    assert frechet(np.multiply(a, scale), np.multiply(b, scale)) == pytest.approx(here * scale)
    assert frechet(a[::-1], b[::-1]) == here
    assert frechet(np.repeat(a, 2, axis=0), b) == here  # fixations repeated in place change nothing
    assert here >= max(np.hypot(*np.subtract(a[0], b[0])), np.hypot(*np.subtract(a[-1], b[-1]))) - 1e-9
