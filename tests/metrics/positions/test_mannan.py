"""Mannan's distance and index against their definitions, the known mean distance in a square, and laws."""

import importlib
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from gazekit import Frame, Scanpath
from gazekit.foundations import notices
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import pairwise
from gazekit.metrics.positions.mannan import _baselines, mannan, mannan_baseline, mannan_similarity

SIZE = (800, 600)
mannan_module = importlib.import_module("gazekit.metrics.positions.mannan")  # the package has a function of that name


def by_definition(a, b, size):
    d = cdist(a, b)
    m, n = d.shape
    total = n * (d.min(axis=1) ** 2).sum() + m * (d.min(axis=0) ** 2).sum()
    return np.sqrt(total / (2 * m * n * (size[0] ** 2 + size[1] ** 2)))


def test_equals_its_definition(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 8, 13, 40], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(6), repeat=2)))
    ours = pairwise("mannan", paths, paths, pairs)[:, 0]
    expected = [by_definition(paths[i].xy, paths[j].xy, SIZE) for i, j in pairs]
    assert ours == pytest.approx(expected, rel=1e-12, abs=1e-12)
    assert ours.tolist() == [mannan(paths[i], paths[j]) for i, j in pairs]


def test_the_index_sets_it_against_the_baseline(scanpaths_of):
    paths = scanpaths_of([1, 2, 5, 17], frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(4), repeat=2)))
    ours = pairwise("mannan_similarity", paths, paths, pairs)[:, 0]
    distance = pairwise("mannan", paths, paths, pairs)[:, 0]
    expected = [mannan_baseline(paths.lengths[i], paths.lengths[j], SIZE) for i, j in pairs]
    assert ours == pytest.approx(100 * (1 - distance / np.array(expected)), rel=1e-12)
    assert ours.tolist() == [mannan_similarity(paths[i], paths[j]) for i, j in pairs]


def test_baseline_of_two_points_is_the_mean_distance_in_a_square():
    mean = (2 + np.sqrt(2) + 5 * np.log(1 + np.sqrt(2))) / 15  # of two uniform points in the unit square
    assert mannan_baseline(1, 1, (1, 1), draws=100_000) == pytest.approx(mean / np.sqrt(2), rel=0.005)


@pytest.mark.parametrize(("m", "n"), [(1, 8), (6, 6), (3, 20)])
def test_baseline_equals_independent_random_paths(m, n):
    rng = np.random.default_rng(0)
    expected = [by_definition(rng.uniform(0, SIZE, (m, 2)), rng.uniform(0, SIZE, (n, 2)), SIZE) for _ in range(4000)]
    error = np.std(expected) * np.sqrt(1 / 4000 + 1 / 2000)
    assert abs(mannan_baseline(m, n, SIZE) - np.mean(expected)) < 4 * error


def test_baseline_depends_on_seed_lengths_and_shape_only():
    here = mannan_baseline(5, 9, SIZE)
    assert mannan_baseline(9, 5, SIZE) == here
    assert mannan_baseline(5, 9, (1600, 1200)) == pytest.approx(here)
    sizes = (16, 16), (16, 64), (32, 256)  # a larger table holds the smaller ones
    tables = [_baselines(rows, columns, 800.0, 600.0, 50, 0)[:16, :16] for rows, columns in sizes]
    assert (tables[0] == tables[1]).all()
    assert (tables[0] == tables[2]).all()
    assert mannan_baseline(5, 17, SIZE) != here
    assert mannan_baseline(5, 9, SIZE, seed=1) != here
    assert mannan_baseline(5, 9, SIZE, seed=1) == pytest.approx(here, rel=0.05)
    assert np.isnan(mannan_baseline(0, 5, SIZE))


def test_random_paths_score_about_zero(scanpaths_of):
    paths = scanpaths_of([8] * 300, frame=Frame(*SIZE))
    pairs = np.column_stack([np.arange(0, 300, 2), np.arange(1, 300, 2)])
    scores = pairwise("mannan_similarity", paths, paths, pairs)[:, 0]
    assert abs(scores.mean()) < 4 * scores.std() / np.sqrt(len(scores)) + 2


def test_frames_of_several_sizes_and_degrees(scanpaths_of):
    paths = scanpaths_of(
        [4] * 4, frame=Frame(*SIZE, px_per_degree=25), width=[800, 800, 900, 900], height=[600, 600, 300, 300]
    )
    pairs = np.array([[0, 1], [2, 3]])
    ours, degrees = pairwise("mannan_similarity", paths, paths, pairs)[:, 0], paths.to_degrees()
    for k, size in enumerate(((800, 600), (900, 300))):
        i, j = pairs[k]
        assert ours[k] == mannan_similarity(paths[i].xy, paths[j].xy, size=size)
    assert pairwise("mannan_similarity", degrees, degrees, pairs)[:, 0] == pytest.approx(ours)
    assert pairwise("mannan", degrees, degrees, pairs) == pytest.approx(pairwise("mannan", paths, paths, pairs))


def test_undefined_is_nan():
    good = [[1, 1], [2, 2]]
    for bad in (np.empty((0, 2)), [[1, np.nan]]):
        for measure in (mannan, mannan_similarity):
            assert np.isnan(measure(bad, good, size=SIZE))
            assert np.isnan(measure(good, bad, size=SIZE))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: mannan(p, p), GazekitError, "mannan: .*give size", id="size"),
        pytest.param(lambda p: mannan_similarity(p, p, size=SIZE, draws=0), GazekitError, "draws must", id="draws"),
        pytest.param(lambda p: mannan_baseline(1, 1, SIZE, draws=1.5), GazekitError, "draws must", id="draws-part"),
        pytest.param(lambda p: mannan_similarity(p, p, size=SIZE, seed=1.5), GazekitError, "seed must be", id="seed"),
        pytest.param(lambda p: mannan_baseline(1, 1, SIZE, seed=1.5), GazekitError, "seed must be", id="seed-baseline"),
        pytest.param(lambda p: mannan(p, [1, 2], size=SIZE), GazekitError, "not of shape", id="shape"),
        pytest.param(
            lambda p: mannan(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
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
@given(path, path, st.tuples(st.integers(-500, 500), st.integers(-500, 500)), st.randoms())
def test_laws(a, b, shift, random):
    here, index = mannan(a, b, size=SIZE), mannan_similarity(a, b, size=SIZE)
    assert mannan(a, a, size=SIZE) == 0
    assert mannan_similarity(a, a, size=SIZE) == 100
    assert 0 <= here <= 1
    assert index <= 100
    assert mannan(b, a, size=SIZE) == here
    assert mannan_similarity(b, a, size=SIZE) == index
    assert mannan(np.add(a, shift), np.add(b, shift), size=SIZE) == here
    assert mannan(np.multiply(a, 2), np.multiply(b, 2), size=(1600, 1200)) == pytest.approx(here)
    assert mannan(random.sample(a, len(a)), b, size=SIZE) == pytest.approx(here)


def test_a_long_baseline_is_announced(monkeypatch, capsys):
    monkeypatch.setattr(notices, "_said", set())
    mannan_baseline(300, 10, SIZE, draws=1)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(mannan_module, "LONG_TABLE", 1000)
    value = mannan_baseline(300, 10, SIZE, draws=3)
    assert mannan_baseline(10, 300, SIZE, draws=3) == value
    assert capsys.readouterr().err == (
        "gazekit: computing mannan_similarity's random baseline for 16 and 320 fixations, seconds\n"
    )
