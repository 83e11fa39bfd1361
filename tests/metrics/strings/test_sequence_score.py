"""Sequence Score against rapidfuzz, all subsequences, and the numbers measured on the book covers."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq

from gazekit import Frame, load_dataset
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import pairwise
from gazekit.metrics.columns import Columns, columns_of_single
from gazekit.metrics.labels.labelling import without_target
from gazekit.metrics.strings.sequence_score import sequence_score
from gazekit.metrics.strings.symbols import strings_of

SIZE = (800, 600)
carries_objects = pytest.mark.skipif("object_id" not in Columns._fields, reason="columns do not carry objects")


def needleman_wunsch(first, second):
    """As the COCO-Search18 line writes it: match 1, mismatch 0, gap 0, over the longer length."""
    table = np.zeros((len(first) + 1, len(second) + 1))
    for i, p in enumerate(first, 1):
        for j, q in enumerate(second, 1):
            table[i, j] = max(table[i - 1, j - 1] + (p == q), table[i - 1, j], table[i, j - 1])
    return table[-1, -1] / max(len(first), len(second))


def common(first, second):
    """The longest common subsequence by trying all."""
    for k in range(min(len(first), len(second)), 0, -1):
        if set(itertools.combinations(first, k)) & set(itertools.combinations(second, k)):
            return k
    return 0


def test_equals_all_subsequences_and_the_alignment():
    rng = np.random.default_rng(0)
    for _ in range(100):
        a, b = (rng.integers(0, 4, rng.integers(1, 9)).tolist() for _ in range(2))
        score = sequence_score(a, b, symbols="objects")
        assert score == common(a, b) / max(len(a), len(b))
        assert score == needleman_wunsch(a, b)


@pytest.mark.parametrize("bins", [pytest.param((4, 4), id="4x4"), pytest.param((2, 1), id="2x1")])
def test_equals_rapidfuzz(scanpaths_of, bins):
    # lengths on both sides of a machine word: the kernel works on 64 columns at a time
    lengths = [*range(1, 13), 30, 62, 63, 64, 65, 66, 100, 127, 128, 129, 200, 300]
    paths = scanpaths_of(lengths, frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(len(lengths)), repeat=2)))
    ours = pairwise("sequence_score", paths, paths, pairs, bins=bins)[:, 0]
    words = [strings_of(columns_of_single([p], None, "test")[0], "test", bins=bins).symbols.tolist() for p in paths]
    expected = [LCSseq.similarity(words[i], words[j]) / max(len(words[i]), len(words[j])) for i, j in pairs]
    assert ours.tolist() == expected


def test_time_bins():
    a = [[10, 10, 100], [790, 10, 300]]
    b = [[10, 10, 100], [10, 590, 300]]
    assert sequence_score(a, b, size=SIZE) == 0.5
    assert sequence_score(a, b, size=SIZE, temporal_bin_ms=50) == 0.25


def test_undefined_is_nan():
    assert np.isnan(sequence_score(np.empty((0, 2)), [[1, 1]], size=SIZE))
    assert np.isnan(sequence_score([[1, 1, 20]], [[1, 1, 60]], size=SIZE, temporal_bin_ms=50))


def test_the_centre_repeated_scores_once():
    human = [[10, 10], [450, 350], [790, 590], [10, 590]]
    assert sequence_score([[400, 300]] * 4, human, size=SIZE) == 0.25
    assert sequence_score([[400, 300]] * 10, human, size=SIZE) == 0.1


words = st.lists(st.integers(0, 4), min_size=1, max_size=90)


@settings(max_examples=60, deadline=None)
@given(words, words, st.integers(0, 4))
def test_laws(a, b, extra):
    score = lambda p, q: sequence_score(p, q, symbols="objects")  # noqa: E731
    forth = score(a, b)
    assert forth == score(b, a) == score(a[::-1], b[::-1])
    assert 0 <= forth <= min(len(a), len(b)) / max(len(a), len(b))
    assert score(a, a) == 1
    assert (forth == 1) == (a == b)
    assert (forth > 0) == bool(set(a) & set(b))
    # one more symbol on both sides is one more match
    longer = round(forth * max(len(a), len(b))) + 1
    assert score([*a, extra], [*b, extra]) == longer / (max(len(a), len(b)) + 1)


def named(scanpaths_of):
    paths = scanpaths_of([4, 2, 3], stimulus=["s", "s", "t"])
    return paths.replace(object_id=[0, 5, 2, 2, 2, 2, 2, 1, 2])


def test_without_target_keeps_the_rest(scanpaths_of):
    paths = named(scanpaths_of)
    left = without_target(paths, {"s": 2, "t": 1})
    assert left.object_id.tolist() == [0, 5, 2, 2]
    assert left.lengths.tolist() == [2, 0, 2]
    keep = [0, 1, 6, 8]
    assert left.x.tolist() == paths.x[keep].tolist()
    assert left.duration.tolist() == paths.duration[keep].tolist()
    assert left.facts == paths.facts


@carries_objects
def test_nothing_but_the_target_is_undefined(scanpaths_of):
    left = without_target(named(scanpaths_of), {"s": 2, "t": 1})
    scores = pairwise("sequence_score", left, left, [[0, 0], [0, 1], [1, 1], [0, 2]], symbols="objects")[:, 0]
    assert scores[0] == 1
    assert np.isnan(scores[1:3]).all()
    assert scores[3] == 0


def test_errors_say_what_to_do(scanpaths_of):
    paths = named(scanpaths_of)
    with pytest.raises(GazekitError, match="trial 't' has no target"):
        without_target(paths, {"s": 2})
    with pytest.raises(GazekitError, match="name them with Scanpaths.to_objects"):
        without_target(paths.replace(object_id=None), {"s": 2, "t": 1})


@pytest.mark.data
@carries_objects
def test_book_covers(data_root):
    """People with each other: .206, without the target .104 [.098, .112], edit distance 14.2 (585 paths)."""
    data = load_dataset("bookcovers", root=data_root / "bookcovers", length_filter=True)
    paths = data.scanpaths.to_objects({trial.id: trial.objects.boxes for trial in data.trials})
    on_the_way = without_target(paths, {trial.id: trial.target_object for trial in data.trials})
    groups = paths.table.groupby("stimulus").indices.values()
    pairs = np.array([pair for rows in groups for pair in itertools.permutations(rows, 2)])
    score = lambda name, p: pairwise(name, p, p, pairs, symbols="objects")[:, 0]  # noqa: E731
    assert len(paths) == 585
    assert score("sequence_score", paths).mean() == pytest.approx(0.206, abs=0.001)
    assert np.nanmean(score("sequence_score", on_the_way)) == pytest.approx(0.105, abs=0.001)
    assert score("edit_distance", paths).mean() == pytest.approx(14.2, abs=0.05)
