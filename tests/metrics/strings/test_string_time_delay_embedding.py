"""String-based time-delay embedding against its definition on nltk's and rapidfuzz's distances."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.distance import edit_distance as nltk_edit_distance
from rapidfuzz.distance import DamerauLevenshtein, Levenshtein

from gazekit import Frame
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import measures, pairwise
from gazekit.metrics.columns import columns_of_single
from gazekit.metrics.strings.string_time_delay_embedding import LONGEST_IN_MEMO, sbtde
from gazekit.metrics.strings.symbols import strings_of

SIZE = (800, 600)


def by_definition(model, human, k, distance, over=np.mean):
    cut = lambda s: [s[i : i + k] for i in range(len(s) - k + 1)]  # noqa: E731
    return over([min(distance(w, v) for v in cut(human)) for w in cut(model)]) / k


@pytest.mark.parametrize("k", [1, 2, 3, LONGEST_IN_MEMO, LONGEST_IN_MEMO + 1, 7])
@pytest.mark.parametrize(
    ("transpositions", "distance"),
    [
        pytest.param(True, DamerauLevenshtein.distance, id="damerau"),
        pytest.param(False, Levenshtein.distance, id="levenshtein"),
    ],
)
@pytest.mark.parametrize("bins", [pytest.param((4, 4), id="4x4"), pytest.param((2, 1), id="2x1")])
def test_equals_its_definition(scanpaths_of, k, transpositions, distance, bins):
    lengths = [7, 8, 10, 13, 20]
    paths = scanpaths_of(lengths, frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(len(lengths)), repeat=2)))
    words = [strings_of(columns_of_single([p], None, "test")[0], "test", bins=bins).symbols.tolist() for p in paths]
    options = {"k": k, "bins": bins, "transpositions": transpositions}
    for furthest, over in ((False, np.mean), (True, np.max)):
        ours = pairwise("sbtde", paths, paths, pairs, furthest=furthest, **options)[:, 0]
        expected = [by_definition(words[i], words[j], k, distance, over) for i, j in pairs]
        assert ours == pytest.approx(expected, abs=1e-15)
    assert pairwise("sbtde", paths, paths, pairs, **options)[:, 0].tolist() == [
        sbtde(paths[i], paths[j], **options) for i, j in pairs
    ]


def test_equals_its_definition_on_nltk():
    rng = np.random.default_rng(3)
    damerau = lambda p, q: nltk_edit_distance(p, q, transpositions=True)  # noqa: E731
    for _ in range(20):
        a, b = (rng.integers(0, 3, rng.integers(3, 9)).tolist() for _ in range(2))
        assert sbtde(a, b, symbols="objects") == pytest.approx(by_definition(a, b, 3, damerau), abs=1e-15)


def test_it_is_not_symmetric():
    human, model = [0, 1, 2, 3], [0, 1, 2]
    assert sbtde(model, human, symbols="objects") == 0
    assert sbtde(human, model, symbols="objects") == pytest.approx(1 / 3)  # 123 from 012: two edits of three
    assert "not symmetric" in measures["sbtde"].summary


def test_too_short_is_undefined_not_perfect():
    assert np.isnan(sbtde([0, 1], [0, 1, 2], symbols="objects"))
    assert np.isnan(sbtde([0, 1, 2], [0, 1], symbols="objects"))
    assert np.isnan(sbtde(np.empty((0, 2)), [[1, 1]], size=SIZE, k=1))


def test_one_place_repeated_costs_a_third():
    """A person who looks at the centre once gives the centre repeated a third of a match for each window."""
    human = [0, 5, 15, 3]
    assert sbtde([5] * 10, human, symbols="objects") == pytest.approx(2 / 3)
    assert sbtde([5] * 10, [0, 5, 5, 3], symbols="objects") == pytest.approx(1 / 3)


def test_errors_say_what_to_do(scanpaths_of):
    with pytest.raises(GazekitError, match="sbtde: k must be a whole number"):
        sbtde([0], [0], k=0, symbols="objects")
    paths = scanpaths_of([3])
    with pytest.raises(GazekitError, match="sbtde: k must be a whole number"):
        pairwise("sbtde", paths, paths, [[0, 0]], k=-1)


words = st.lists(st.integers(0, 3), min_size=3, max_size=14)


@settings(max_examples=60, deadline=None)
@given(words, words, st.integers(1, 3))
def test_laws(a, b, k):
    score = lambda p, q, **more: sbtde(p, q, k=k, symbols="objects", **more)  # noqa: E731
    forth = score(a, b)
    assert 0 <= forth <= score(a, b, furthest=True) <= 1
    assert score(a, a) == 0
    assert forth <= score(a, b, transpositions=False)
    assert score(a[::-1], b[::-1]) == pytest.approx(forth)
    assert score(a, [*b, 9]) <= forth
    assert score(a, [*b, *a]) == 0


def test_windows_longer_than_a_word():
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 3, n).tolist() for n in (68, 70))
    for k in (64, 66):
        assert sbtde(a, b, k=k, symbols="objects") == by_definition(a, b, k, DamerauLevenshtein.distance)
