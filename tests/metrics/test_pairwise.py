"""Scoring many pairs: the same numbers whatever the chunks, threads or order; frames, facts checked."""

import importlib
import itertools
import threading
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Facts, Frame, Scanpaths
from gazekit import metrics as functions
from gazekit.foundations.errors import GazekitError, MismatchError, UnknownNameError
from gazekit.metrics import all_measures, measures, pairwise, pairwise_chunks, scanmatch, score_pair
from gazekit.metrics.kinds.pairs import PAIRS

NAMES = [measure.name for measure in all_measures(PAIRS)]


@pytest.fixture
def paths(scanpaths_of):
    lengths = np.arange(60) % 12
    return scanpaths_of(lengths, frame=Frame(1024, 768))


@pytest.fixture
def pairs():
    return np.array(list(itertools.combinations(range(60), 2)))


@pytest.mark.parametrize("name", NAMES)
def test_equals_one_call_per_pair(paths, pairs, name):
    scores = pairwise(name, paths, paths, pairs[:200])
    assert scores.shape == (200, len(measures[name].outputs))
    alone = np.array([score_pair(name, paths[i], paths[j]) for i, j in pairs[:200]])
    assert np.array_equal(scores, alone, equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_and_chunks_change_nothing(paths, pairs, name, threads):
    once = pairwise(name, paths, paths, pairs, threads=1)
    assert np.array_equal(once, pairwise(name, paths, paths, pairs, threads=threads), equal_nan=True)
    for step in (1, 7, 1000, 5000):
        chunks = (pairs[k : k + step] for k in range(0, 500, step))
        streamed = np.concatenate(list(pairwise_chunks(name, paths, paths, chunks, threads=threads)))
        assert np.array_equal(once[: len(streamed)], streamed, equal_nan=True)


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_that_start_change_nothing(paths, pairs, monkeypatch, threads):
    module = importlib.import_module("gazekit.metrics.pairwise")
    monkeypatch.setattr(module, "WORTH_THREADS", 0.0)  # so few pairs are not worth a thread otherwise
    monkeypatch.setattr(module, "CHUNK", 7)
    names = set()
    fill = module._Scorer.fill
    monkeypatch.setattr(module._Scorer, "fill", lambda *a: (names.add(threading.current_thread().name), fill(*a))[1])
    for name in NAMES:
        once = pairwise(name, paths, paths, pairs, threads=1)
        assert np.array_equal(once, pairwise(name, paths, paths, pairs, threads=threads), equal_nan=True)
    assert len(names) > 1


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(40)))
def test_a_score_depends_on_its_own_pair_only(scanpaths_of, name, order):
    paths = scanpaths_of(np.arange(40) % 9 + 1)
    pairs = np.column_stack([np.arange(40), np.arange(40)[::-1]])
    straight = pairwise(name, paths, paths, pairs)
    assert np.array_equal(straight[order], pairwise(name, paths, paths, pairs[order]), equal_nan=True)


@pytest.mark.parametrize("name", NAMES)
def test_frames_may_differ_between_stimuli(scanpaths_of, name):
    small, large = (
        scanpaths_of([5, 6], frame=Frame(400, 300)),
        scanpaths_of([5, 6], frame=Frame(1600, 900), seed=1),
    )
    both = Scanpaths.concat([small, large])
    scores = pairwise(name, both, both, [[0, 1], [2, 3]])
    assert np.array_equal(scores[0], np.ravel(score_pair(name, small[0], small[1])), equal_nan=True)
    assert np.array_equal(scores[1], np.ravel(score_pair(name, large[0], large[1])), equal_nan=True)
    with pytest.raises(MismatchError, match=r"frame of 400 x 300 .* use rescale"):
        pairwise(name, both, both, [[0, 1], [1, 2]])
    with pytest.raises(MismatchError, match="use rescale"):
        list(pairwise_chunks(name, both, both, [[[0, 1]], [[1, 2]]]))
    assert pairwise(name, both, both, [[1, 2]], check=False).shape == (1, len(measures[name].outputs))


def test_facts_that_disagree_are_refused(scanpaths_of):
    a = scanpaths_of([4], facts=Facts(forced_first=True))
    b = scanpaths_of([4], facts=Facts(forced_first=False))
    with pytest.raises(MismatchError, match="drop_first"):
        pairwise("scanmatch", a, b, [[0, 0]])
    assert pairwise("scanmatch", a, b, [[0, 0]], check=False).shape == (1, 1)


@pytest.mark.parametrize("name", [name for name in NAMES if hasattr(functions, name)])
def test_the_public_function_is_the_measure_of_one_pair(paths, name):
    for i, j in ((15, 26), (37, 38), (11, 3)):
        alone = np.ravel(getattr(functions, name)(paths[i], paths[j]))
        assert np.array_equal(alone, score_pair(name, paths[i], paths[j]), equal_nan=True)


def test_options_reach_the_metric(paths):
    coarse = pairwise("scanmatch", paths, paths, [[15, 26]], bins=(3, 2), threshold=2.0)
    assert coarse[0, 0] == scanmatch(paths[15], paths[26], bins=(3, 2), threshold=2.0)
    timed = pairwise("scanmatch", paths, paths, [[15, 26]], temporal_bin_ms=50)
    assert timed[0, 0] == scanmatch(paths[15], paths[26], temporal_bin_ms=50)


def test_no_pairs_and_no_paths(paths):
    assert pairwise("multimatch", paths, paths, np.empty((0, 2), int)).shape == (0, 5)
    assert pairwise("scanmatch", paths[np.array([], dtype=int)], paths, []).shape == (0, 1)
    assert list(pairwise_chunks("scanmatch", paths, paths, [])) == []
    assert [c.shape for c in pairwise_chunks("scanmatch", paths, paths, [[], [[0, 1]]])] == [(0, 1), (1, 1)]


def test_pairs_may_be_read_only_or_of_another_type(paths):
    pairs = np.array([[15, 26], [37, 38]], dtype=np.uint16)
    pairs.flags.writeable = False
    assert np.array_equal(
        pairwise("scanmatch", paths, paths, pairs), pairwise("scanmatch", paths, paths, [[15, 26], [37, 38]])
    )


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param({"metric": "scan-match"}, UnknownNameError, "did you mean 'scanmatch'", id="metric"),
        pytest.param(
            {"binz": (3, 2)},
            UnknownNameError,
            "no option of scanmatch called 'binz'; did you mean 'bins'",
            id="opt",
        ),
        pytest.param({"pairs": [[0, 60]]}, GazekitError, "name row 60 of b, which has rows 0 to 59", id="too-high"),
        pytest.param({"pairs": [[-1, 3]]}, GazekitError, "name row -1 of a", id="negative"),
        pytest.param({"pairs": [[0, 1, 2]]}, GazekitError, r"array \(n, 2\) of whole numbers", id="shape"),
        pytest.param({"pairs": [[0.0, 1.0]]}, GazekitError, "not float64", id="not-whole"),
        pytest.param({"threads": 0}, GazekitError, "threads must be a whole number of at least 1", id="threads"),
    ],
)
def test_errors_say_what_to_do(paths, change, error, message):
    given = {"metric": "scanmatch", "pairs": [[0, 1]], **change}
    with pytest.raises(error, match=message):
        pairwise(given.pop("metric"), paths, paths, given.pop("pairs"), **given)


@pytest.mark.parametrize("name", NAMES)
def test_streaming_keeps_memory_flat(paths, name):
    def peak(count):
        chunks = (np.random.default_rng(k).integers(0, 60, (1000, 2)) for k in range(count))
        tracemalloc.start()
        total = sum(np.nansum(scores) for scores in pairwise_chunks(name, paths, paths, chunks, threads=2))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert np.isfinite(total)
        return highest

    peak(2)  # compiling is not counted
    # 64 KiB for the allocator's own ups and downs; a thousand pairs more would be 8 KiB a chunk if they were kept
    assert peak(60) < 1.5 * peak(6) + 2**16


def test_runs_inside_worker_processes(paths, pairs):
    from joblib import Parallel, delayed

    here = pairwise("multimatch", paths, paths, pairs)
    there = Parallel(n_jobs=2)(
        delayed(pairwise)("multimatch", paths, paths, part, threads=2) for part in (pairs[:900], pairs[900:])
    )
    assert np.array_equal(here, np.concatenate(there), equal_nan=True)
