"""Hausdorff distance against scipy's directed ones, closed forms and laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import directed_hausdorff

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import pairwise
from gazekit.metrics.positions.frechet import frechet
from gazekit.metrics.positions.hausdorff import hausdorff

SIZE = (800, 600)


def test_equals_scipy(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 8, 13, 60], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(6), repeat=2)))
    xy = [path.xy for path in paths]
    expected = [max(directed_hausdorff(xy[i], xy[j])[0], directed_hausdorff(xy[j], xy[i])[0]) for i, j in pairs]
    ours = pairwise("hausdorff", paths, paths, pairs)[:, 0]
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert ours.tolist() == [hausdorff(paths[i], paths[j]) for i, j in pairs]


def test_one_stray_fixation_is_the_whole_distance():
    path = [[0, 0], [10, 0], [20, 0]]
    assert hausdorff(path, [*path, [20, 500]]) == hausdorff([*path, [20, 500]], path) == 500


def test_over_diagonal_and_degrees(scanpaths_of):
    paths = scanpaths_of([5, 8, 6], frame=Frame(*SIZE, px_per_degree=25))
    pairs = [[0, 1], [1, 2], [0, 2]]
    px, degrees = pairwise("hausdorff", paths, paths, pairs), paths.to_degrees()
    assert pairwise("hausdorff", paths, paths, pairs, over_diagonal=True) == pytest.approx(px / 1000)
    assert hausdorff([[0, 0]], [[800, 600]], size=SIZE, over_diagonal=True) == 1
    assert pairwise("hausdorff", degrees, degrees, pairs) == pytest.approx(px / 25)


def test_undefined_is_nan():
    good = [[1, 1], [2, 2]]
    for bad in (np.empty((0, 2)), [[1, np.nan]], [[np.inf, 1], [2, 2]]):
        assert np.isnan(hausdorff(bad, good))
        assert np.isnan(hausdorff(good, bad))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: hausdorff(p, p, over_diagonal=True), GazekitError, "hausdorff: .*give size", id="size"),
        pytest.param(lambda p: hausdorff(p, [1, 2]), GazekitError, "not of shape", id="shape"),
        pytest.param(
            lambda p: hausdorff(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
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
@given(path, path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.randoms())
def test_laws(a, b, c, shift, random):
    here = hausdorff(a, b)
    assert hausdorff(a, a) == 0
    assert hausdorff(b, a) == here
    assert here <= hausdorff(a, c) + hausdorff(c, b) + 1e-9
    assert hausdorff(a, b, size=SIZE, over_diagonal=True) <= 1
    assert hausdorff(np.add(a, shift), np.add(b, shift)) == here
    assert hausdorff(np.multiply(a, 2), np.multiply(b, 2)) == pytest.approx(here * 2)
    shuffled = random.sample(a, len(a))
    assert hausdorff(shuffled, b) == here
    assert here <= frechet(a, b)  # order can only lengthen the leash
    assert (here == 0) == (set(a) == set(b))
