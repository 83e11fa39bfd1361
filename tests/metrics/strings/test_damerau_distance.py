"""Unrestricted Damerau distance against shortest chains of edits, nltk and rapidfuzz."""

import itertools
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.distance import edit_distance as nltk_edit_distance
from rapidfuzz.distance import OSA, DamerauLevenshtein

from gazekit import Frame
from gazekit.metrics import pairwise
from gazekit.metrics.columns import columns_of_single
from gazekit.metrics.strings.damerau_distance import damerau_distance, damerau_distance_normalised
from gazekit.metrics.strings.edit_distance import edit_distance
from gazekit.metrics.strings.symbols import strings_of

ALPHABET, LONGEST = "abc", 5


def one_edit_away(word):
    for i in range(len(word) + 1):
        for letter in ALPHABET:
            if len(word) < LONGEST:
                yield word[:i] + letter + word[i:]
            if i < len(word):
                yield word[:i] + letter + word[i + 1 :]
        if i < len(word):
            yield word[:i] + word[i + 1 :]
        if i + 1 < len(word):
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def chains_from(word):
    """Fewest edits from a word to every other: what the distance is by definition."""
    steps, queue = {word: 0}, deque([word])
    while queue:
        here = queue.popleft()
        for there in one_edit_away(here):
            if there not in steps:
                steps[there] = steps[here] + 1
                queue.append(there)
    return steps


def codes(word):
    return [ord(letter) for letter in word]


def test_equals_the_shortest_chain_of_edits():
    rng = np.random.default_rng(0)
    short = ["".join(w) for n in range(1, 5) for w in itertools.product(ALPHABET, repeat=n)]
    for word in rng.choice(short, 12, replace=False):
        steps = chains_from(str(word))
        for other in rng.choice(short, 40, replace=False):
            assert damerau_distance(codes(word), codes(other), symbols="objects") == steps[other], (word, other)


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        pytest.param("ca", "abc", 2, id="insertion-between-exchanged"),
        pytest.param("abcd", "acbd", 1, id="neighbours-exchanged"),
        pytest.param("a cat", "an act", 2, id="a-cat-an-act"),
        pytest.param("ab", "ba", 1, id="two-exchanged"),
    ],
)
def test_known_words(first, second, distance):
    assert damerau_distance(codes(first), codes(second), symbols="objects") == distance
    assert nltk_edit_distance(first, second, transpositions=True) == distance
    normalised = damerau_distance_normalised(codes(first), codes(second), symbols="objects")
    assert normalised == distance / max(len(first), len(second))


def test_it_is_not_optimal_string_alignment():
    assert OSA.distance("ca", "abc") == 3
    assert damerau_distance(codes("ca"), codes("abc"), symbols="objects") == 2


@pytest.mark.parametrize("bins", [pytest.param((4, 4), id="4x4"), pytest.param((2, 1), id="2x1")])
def test_equals_rapidfuzz(scanpaths_of, bins):
    lengths = [*range(1, 13), 30, 64, 65, 100]
    paths = scanpaths_of(lengths, frame=Frame(800, 600))
    pairs = np.array(list(itertools.product(range(len(lengths)), repeat=2)))
    ours = pairwise("damerau_distance", paths, paths, pairs, bins=bins)[:, 0]
    words = [strings_of(columns_of_single([p], None, "test")[0], "test", bins=bins).symbols.tolist() for p in paths]
    assert ours.tolist() == [DamerauLevenshtein.distance(words[i], words[j]) for i, j in pairs]
    longer = np.maximum(paths.lengths[pairs[:, 0]], paths.lengths[pairs[:, 1]])
    assert (pairwise("damerau_distance_normalised", paths, paths, pairs, bins=bins)[:, 0] == ours / longer).all()


def test_undefined_is_nan():
    assert np.isnan(damerau_distance(np.empty((0, 2)), [[1, 1]], size=(8, 8)))
    assert np.isnan(damerau_distance_normalised([[1, 1]], [[np.nan, 1]], size=(8, 8)))


words = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(words, words, words)
def test_laws(a, b, c):
    distance = lambda p, q: damerau_distance(p, q, symbols="objects")  # noqa: E731
    forth = distance(a, b)
    assert forth == distance(b, a)
    assert (forth == 0) == (a == b)
    assert abs(len(a) - len(b)) <= forth <= edit_distance(a, b, symbols="objects")
    assert forth <= distance(a, c) + distance(c, b)  # which optimal string alignment breaks
    assert forth == distance(a[::-1], b[::-1])


@settings(max_examples=40, deadline=None)
@given(words, words)
def test_equals_nltk(a, b):
    assert damerau_distance(a, b, symbols="objects") == nltk_edit_distance(a, b, transpositions=True)
