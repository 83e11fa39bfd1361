"""Time-delay embedding against scipy's distances of windows, closed forms and laws."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist, directed_hausdorff

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import measures, pairwise
from gazekit.metrics.positions.time_delay_embedding import stde, tde

SIZE = (800, 600)


def windows(path, k):
    """Each window of k fixations as a point in 2k dimensions."""
    path = np.asarray(path, dtype=float)
    return np.array([path[i : i + k].ravel() for i in range(len(path) - k + 1)])


def by_definition(a, b, k):
    return cdist(windows(a, k), windows(b, k)).min(axis=1).mean() / k


def scaled_by_definition(a, b, size):
    a, b = np.asarray(a) / max(size), np.asarray(b) / max(size)
    return np.mean([np.exp(-by_definition(a, b, k)) for k in range(1, min(len(a), len(b)) + 1)])


@pytest.mark.parametrize("k", [1, 2, 3, 5])
def test_equals_distances_of_windows(scanpaths_of, k):
    paths = scanpaths_of([5, 6, 7, 9, 14, 30], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(6), repeat=2)))
    xy = [path.xy for path in paths]
    mean = pairwise("tde", paths, paths, pairs, k=k)[:, 0]
    assert mean == pytest.approx([by_definition(xy[i], xy[j], k) for i, j in pairs], rel=1e-12, abs=1e-12)
    most = pairwise("tde", paths, paths, pairs, k=k, furthest=True)[:, 0]
    expected = [directed_hausdorff(windows(xy[i], k), windows(xy[j], k))[0] / k for i, j in pairs]
    assert most == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_stde_equals_its_definition(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 9, 30], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(5), repeat=2)))
    xy = [path.xy for path in paths]
    ours = pairwise("stde", paths, paths, pairs)[:, 0]
    assert ours == pytest.approx([scaled_by_definition(xy[i], xy[j], SIZE) for i, j in pairs], rel=1e-12)
    assert ours.tolist() == [stde(paths[i], paths[j]) for i, j in pairs]


def test_stde_by_fixation_is_the_mean_distance_of_the_fixations_of_a_window(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 9], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(4), repeat=2)))

    def by_definition(a, b):
        found = []
        for k in range(1, min(len(a), len(b)) + 1):
            apart = [[np.hypot(*(p - q).reshape(k, 2).T).mean() for q in windows(b, k)] for p in windows(a, k)]
            found.append(np.exp(-np.mean(np.min(apart, axis=1))))
        return np.mean(found)

    ours = pairwise("stde", paths, paths, pairs, by_fixation=True)[:, 0]
    xy = [path.xy / 800 for path in paths]
    assert ours == pytest.approx([by_definition(xy[i], xy[j]) for i, j in pairs], rel=1e-12)
    assert (ours <= pairwise("stde", paths, paths, pairs)[:, 0] + 1e-12).all()


def test_stde_up_to_a_window():
    a, b = np.random.default_rng(0).uniform(0, SIZE, (2, 8, 2))
    expected = np.mean([np.exp(-by_definition(a / 800, b / 800, k)) for k in (1, 2)])
    assert stde(a, b, size=SIZE, longest=2) == pytest.approx(expected, rel=1e-12)
    assert stde(a, b, size=SIZE, longest=50) == stde(a, b, size=SIZE)


def test_the_divisor_is_k_not_its_root():
    a, b = [[0, 0], [0, 0]], [[3, 4], [3, 4]]
    assert tde(a, b, k=1) == 5
    assert tde(a, b, k=2) == pytest.approx(5 * np.sqrt(2) / 2)  # the mean distance of fixations would give 5


def test_stde_scales_by_the_longer_side():
    assert stde([[0, 0]], [[400, 0]], size=(800, 600)) == pytest.approx(np.exp(-0.5))
    assert stde([[0, 0]], [[400, 0]], size=(600, 800)) == pytest.approx(np.exp(-0.5))


def test_it_is_not_symmetric():
    human, model = [[0, 0], [100, 0], [100, 100], [0, 100]], [[0, 0], [100, 0], [100, 100]]
    assert tde(model, human) == 0
    assert tde(human, model) > 0
    assert stde(model, human, size=SIZE) == 1
    assert stde(human, model, size=SIZE) < 1
    for name in ("tde", "stde"):
        assert "not symmetric" in measures[name].summary


def test_one_good_place_repeated_beats_an_honest_try():
    human = np.random.default_rng(1).normal((400, 300), 60, (10, 2))
    model = np.random.default_rng(2).normal((400, 300), 60, (10, 2))
    point = np.tile(human.mean(axis=0), (10, 1))
    assert tde(point, human) < tde(model, human)
    assert stde(point, human, size=SIZE) > stde(model, human, size=SIZE)


def test_undefined_is_nan():
    good = [[1, 1], [2, 2], [3, 3]]
    assert np.isnan(tde(good[:2], good))
    assert np.isnan(tde(good, good[:2]))
    assert tde(good[:2], good, k=2) == 0
    assert np.isnan(stde(np.empty((0, 2)), good, size=SIZE))
    bad = [[1, 1], [np.nan, 2], [3, 3], [4, 4]]
    assert np.isnan(tde(bad, good, k=1))
    assert np.isnan(stde(good, bad, size=SIZE))


def test_tde_needs_no_size_but_respects_frames():
    a, b = Scanpath([1, 2, 3], [1, 2, 3], None, Frame(8, 8)), Scanpath([1, 2, 3], [1, 2, 3], None, Frame(9, 8))
    assert tde(a, a) == tde([[1, 1], [2, 2], [3, 3]], a) == 0
    with pytest.raises(MismatchError, match="frame"):
        tde(a, b)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda p: tde(p, p, k=0), "tde: k must be a whole number", id="k-zero"),
        pytest.param(lambda p: tde(p, p, k=1.5), "tde: k must be a whole number", id="k-fraction"),
        pytest.param(lambda p: stde(p, p, size=SIZE, longest=0), "stde: longest must be a whole number", id="longest"),
        pytest.param(lambda p: stde(p, p), "give size", id="size"),
        pytest.param(lambda p: tde([1, 2], p), "not of shape", id="shape"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(GazekitError, match=message):
        call([[1, 1], [2, 2], [3, 3]])


path = st.lists(st.tuples(st.integers(0, 800), st.integers(0, 600)), min_size=3, max_size=12)


@settings(max_examples=60, deadline=None)
@given(path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.sampled_from([0.25, 2.0, 8.0]))
def test_laws(a, b, shift, scale):
    forth = tde(a, b)
    assert forth >= 0
    assert tde(a, a) == 0
    assert stde(a, a, size=SIZE) == 1
    assert 0 < stde(a, b, size=SIZE) <= 1
    assert forth <= tde(a, b, furthest=True)
    # moved together, scaled together, and told backwards
    moved = [np.add(p, shift) for p in (a, b)]
    assert tde(*moved) == forth
    grown = [np.multiply(p, scale) for p in (a, b)]
    assert tde(*grown) == pytest.approx(forth * scale)
    assert stde(*grown, size=(800 * scale, 600 * scale)) == pytest.approx(stde(a, b, size=SIZE))
    assert tde(a[::-1], b[::-1]) == pytest.approx(forth)
    # a stretch of the reference is found in it; a longer reference is never farther
    assert tde(b[: len(a)], b) == 0
    assert tde(a, [*b, *a]) == 0
    assert tde(a, [*b, (7, 7)]) <= forth
