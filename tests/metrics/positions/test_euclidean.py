"""Euclidean distance by rank against numpy, closed forms and laws; paths of different lengths are undefined."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import pairwise
from gazekit.metrics.positions.dtw import dtw
from gazekit.metrics.positions.euclidean import KINDS, euclidean
from gazekit.metrics.positions.frechet import frechet

SIZE = (800, 600)
BY_DEFINITION = {
    "mean": lambda a, b: np.linalg.norm(a - b, axis=1).mean(),
    "sum": lambda a, b: np.linalg.norm(a - b, axis=1).sum(),
    "norm": lambda a, b: np.linalg.norm(a - b),
}


@pytest.mark.parametrize("kind", KINDS)
def test_equals_its_definition(scanpaths_of, kind):
    paths = scanpaths_of([1, 1, 5, 5, 5, 40, 40], frame=Frame(*SIZE))
    pairs = np.array([(0, 1), (2, 3), (3, 4), (4, 2), (5, 6), (6, 6)])
    ours = pairwise("euclidean", paths, paths, pairs, kind=kind)[:, 0]
    expected = [BY_DEFINITION[kind](paths[i].xy, paths[j].xy) for i, j in pairs]
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert ours.tolist() == [euclidean(paths[i], paths[j], kind=kind) for i, j in pairs]


def test_other_lengths_are_nan_and_nothing_is_cut(scanpaths_of):
    paths = scanpaths_of([3, 4, 4, 0])
    scores = pairwise("euclidean", paths, paths, [[0, 1], [1, 0], [1, 2], [3, 3]])[:, 0]
    assert np.isnan(scores).tolist() == [True, True, False, True]
    assert np.isnan(euclidean([[1, np.nan]], [[1, 1]]))


def test_over_diagonal_and_degrees(scanpaths_of):
    paths = scanpaths_of([5, 5], frame=Frame(*SIZE, px_per_degree=25))
    px, degrees = pairwise("euclidean", paths, paths, [[0, 1]]), paths.to_degrees()
    assert pairwise("euclidean", paths, paths, [[0, 1]], over_diagonal=True) == pytest.approx(px / 1000)
    assert euclidean([[0, 0]], [[800, 600]], size=SIZE, over_diagonal=True) == 1
    assert pairwise("euclidean", degrees, degrees, [[0, 1]]) == pytest.approx(px / 25)


def test_frames_of_several_sizes(scanpaths_of):
    small, large = Frame(*SIZE), Frame(1600, 1200)
    paths = scanpaths_of([4] * 4, frame=small, width=[800, 800, 1600, 1600], height=[600, 600, 1200, 1200])
    share = pairwise("euclidean", paths, paths, [[0, 1], [2, 3]], over_diagonal=True)[:, 0]
    px = pairwise("euclidean", paths, paths, [[0, 1], [2, 3]])[:, 0]
    assert share == pytest.approx(px / [small.diagonal, large.diagonal])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(
            lambda p: euclidean(p, p, kind="max"), GazekitError, "kind must be one of 'mean', 'sum', 'norm'", id="kind"
        ),
        pytest.param(lambda p: euclidean(p, p, over_diagonal=True), GazekitError, "euclidean: .*give size", id="size"),
        pytest.param(lambda p: euclidean(p, [1, 2]), GazekitError, "not of shape", id="shape"),
        pytest.param(
            lambda p: euclidean(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
            MismatchError,
            "one frame is 8 x 6 and another 8 x 7",
            id="frames",
        ),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call([[1, 1], [2, 2]])


place = st.tuples(st.integers(0, 800), st.integers(0, 600))
two_paths = st.integers(1, 9).flatmap(lambda n: st.tuples(*[st.lists(place, min_size=n, max_size=n)] * 2))


@settings(max_examples=60, deadline=None)
@given(two_paths, st.tuples(st.integers(-500, 500), st.integers(-500, 500)))
def test_laws(both, shift):
    a, b = both
    mean, total, norm = (euclidean(a, b, kind=kind) for kind in KINDS)
    for kind in KINDS:
        assert euclidean(a, a, kind=kind) == 0
        assert euclidean(b, a, kind=kind) == euclidean(a, b, kind=kind)
    assert mean <= norm + 1e-9 <= total + 2e-9
    assert total == pytest.approx(mean * len(a))
    assert euclidean(a, b, size=SIZE, over_diagonal=True) <= 1
    assert euclidean(np.add(a, shift), np.add(b, shift)) == mean
    assert euclidean(np.multiply(a, 2), np.multiply(b, 2)) == pytest.approx(mean * 2)
    assert euclidean(a[::-1], b[::-1]) == pytest.approx(mean)
    assert dtw(a, b) <= total + 1e-9  # warping can only help
    assert frechet(a, b) <= np.hypot(*np.subtract(a, b).T).max() + 1e-9
