"""Edit distances against rapidfuzz, nltk, their definitions, closed forms and laws."""

import itertools
from collections import deque
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.distance import edit_distance as nltk_edit_distance
from rapidfuzz.distance import OSA, DamerauLevenshtein, LCSseq, Levenshtein

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import pairwise
from gazekit.metrics.columns import Columns, columns_of_single
from gazekit.metrics.strings.edit_distance import (
    damerau_distance,
    damerau_distance_normalised,
    edit_distance,
    edit_distance_normalised,
    fixation_edit_distance,
)
from gazekit.metrics.strings.symbols import strings_of

SIZE = (800, 600)


@cache
def by_definition(first, second):
    if not first or not second:
        return len(first) + len(second)
    last = by_definition(first[:-1], second[:-1]) + (first[-1] != second[-1])
    return min(last, by_definition(first[:-1], second) + 1, by_definition(first, second[:-1]) + 1)


def strings(paths, **options):
    return [
        strings_of(columns_of_single([path], None, "test")[0], "test", **options).symbols.tolist() for path in paths
    ]


@pytest.mark.parametrize(
    ("first", "second", "distance"),
    [
        pytest.param("kitten", "sitting", 3, id="kitten-sitting"),
        pytest.param("saturday", "sunday", 3, id="saturday-sunday"),
        pytest.param("ca", "abc", 3, id="no-transposition"),
        pytest.param("abcd", "abcd", 0, id="same"),
        pytest.param("aaaa", "bb", 4, id="nothing-in-common"),
    ],
)
def test_known_words(first, second, distance):
    a, b = ([ord(letter) for letter in word] for word in (first, second))
    assert edit_distance(a, b, symbols="objects") == distance
    assert edit_distance_normalised(a, b, symbols="objects") == distance / max(len(first), len(second))


@pytest.mark.parametrize("symbols", [pytest.param(2, id="2-symbols"), pytest.param(16, id="16-symbols")])
def test_equals_the_recursion_that_defines_it(symbols):
    rng = np.random.default_rng(symbols)
    for _ in range(150):
        a, b = (tuple(rng.integers(0, symbols, rng.integers(1, 8)).tolist()) for _ in range(2))
        assert edit_distance(a, b, symbols="objects") == by_definition(a, b)


@pytest.mark.parametrize("bins", [pytest.param((4, 4), id="4x4"), pytest.param((3, 2), id="3x2")])
def test_equals_rapidfuzz(scanpaths_of, bins):
    # lengths on both sides of a machine word: the kernel works on 64 columns at a time
    lengths = [*range(1, 13), 30, 62, 63, 64, 65, 66, 100, 127, 128, 129, 200, 300]
    paths = scanpaths_of(lengths, frame=Frame(*SIZE))
    pairs = np.array(list(itertools.product(range(len(lengths)), repeat=2)))
    ours = pairwise("edit_distance", paths, paths, pairs, bins=bins)[:, 0]
    words = strings(paths, bins=bins)
    assert ours.tolist() == [Levenshtein.distance(words[i], words[j]) for i, j in pairs]
    longer = np.maximum(paths.lengths[pairs[:, 0]], paths.lengths[pairs[:, 1]])
    assert (pairwise("edit_distance_normalised", paths, paths, pairs, bins=bins)[:, 0] == ours / longer).all()


def test_time_bins_count_longer_looks_more():
    a, b = [[10, 10, 100], [790, 10, 300]], [[10, 10, 100], [10, 590, 300]]
    assert edit_distance(a, b, size=SIZE) == 1
    assert edit_distance(a, b, size=SIZE, temporal_bin_ms=50) == 6


def test_fixation_edit_distance_reads_clusters():
    a = Scanpath([1, 2, 3], [1, 2, 3], [120, 60, 40], Frame(9, 9), object_id=[4, 2, 0])
    b = Scanpath([1, 2], [1, 2], [60, 60], Frame(7, 7), object_id=[4, 0])
    assert fixation_edit_distance(a, b) == 1
    assert fixation_edit_distance(a, b, temporal_bin_ms=50) == 2  # 4 4 2 to 4 0
    with pytest.raises(GazekitError, match="column of whole numbers"):
        fixation_edit_distance([[1, 1]], [[1, 1]])


@pytest.mark.skipif("object_id" not in Columns._fields, reason="columns do not carry objects")
def test_many_pairs_of_objects(scanpaths_of):
    paths = scanpaths_of(np.arange(1, 20))
    named = paths.replace(object_id=np.random.default_rng(0).integers(-1, 4, len(paths.x)))
    pairs = np.array(list(itertools.combinations(range(19), 2)))
    ours = pairwise("edit_distance", named, named, pairs, symbols="objects")[:, 0]
    assert ours.tolist() == [fixation_edit_distance(named[i], named[j]) for i, j in pairs]
    words = [path.object_id.tolist() for path in named]
    assert ours.tolist() == [Levenshtein.distance(words[i], words[j]) for i, j in pairs]


def test_undefined_is_nan():
    for a in (np.empty((0, 2)), [[np.nan, 1], [2, 2]]):
        assert np.isnan(edit_distance(a, [[1, 1]], size=SIZE))
        assert np.isnan(edit_distance_normalised([[1, 1]], a, size=SIZE))


def test_the_centre_repeated_keeps_only_what_people_had_there():
    human = [[10, 10], [450, 350], [790, 590]]
    assert edit_distance([[400, 300]] * 3, human, size=SIZE) == 2
    assert edit_distance([[400, 300]] * 10, human, size=SIZE) == 9


words = st.lists(st.integers(-1, 3), min_size=1, max_size=90)


@settings(max_examples=60, deadline=None)
@given(words, words, words)
def test_laws(a, b, c):
    distance = lambda p, q: edit_distance(p, q, symbols="objects")  # noqa: E731
    forth = distance(a, b)
    assert forth == distance(b, a)
    assert distance(a, a) == 0
    assert (forth == 0) == (a == b)
    assert abs(len(a) - len(b)) <= forth <= max(len(a), len(b))
    assert forth <= distance(a, c) + distance(c, b)
    assert forth == distance(a[::-1], b[::-1])
    # substitutions are worth at most two of the insertions and deletions that the common subsequence leaves
    common = LCSseq.similarity(a, b)
    assert max(len(a), len(b)) - common <= forth <= len(a) + len(b) - 2 * common
    assert 0 <= edit_distance_normalised(a, b, symbols="objects") <= 1


@settings(max_examples=30, deadline=None)
@given(words, words, st.permutations(range(-1, 4)))
def test_names_of_symbols_do_not_matter(a, b, names):
    renamed = [[names[symbol + 1] for symbol in word] for word in (a, b)]
    assert edit_distance(a, b, symbols="objects") == edit_distance(*renamed, symbols="objects")


def test_symbols_far_apart_are_numbered_anew():
    a, b = [10**15, -7, 3, 3, 10**9], [3, 10**15, 3, -(10**12)]
    assert edit_distance(a, b, symbols="objects") == Levenshtein.distance(a, b)
    assert edit_distance(a, a, symbols="objects") == 0


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
def test_damerau_known_words(first, second, distance):
    assert damerau_distance(codes(first), codes(second), symbols="objects") == distance
    assert nltk_edit_distance(first, second, transpositions=True) == distance
    normalised = damerau_distance_normalised(codes(first), codes(second), symbols="objects")
    assert normalised == distance / max(len(first), len(second))


def test_it_is_not_optimal_string_alignment():
    assert OSA.distance("ca", "abc") == 3
    assert damerau_distance(codes("ca"), codes("abc"), symbols="objects") == 2


@pytest.mark.parametrize("bins", [pytest.param((4, 4), id="4x4"), pytest.param((2, 1), id="2x1")])
def test_damerau_equals_rapidfuzz(scanpaths_of, bins):
    lengths = [*range(1, 13), 30, 64, 65, 100]
    paths = scanpaths_of(lengths, frame=Frame(800, 600))
    pairs = np.array(list(itertools.product(range(len(lengths)), repeat=2)))
    ours = pairwise("damerau_distance", paths, paths, pairs, bins=bins)[:, 0]
    abc_words = [strings_of(columns_of_single([p], None, "test")[0], "test", bins=bins).symbols.tolist() for p in paths]
    assert ours.tolist() == [DamerauLevenshtein.distance(abc_words[i], abc_words[j]) for i, j in pairs]
    longer = np.maximum(paths.lengths[pairs[:, 0]], paths.lengths[pairs[:, 1]])
    assert (pairwise("damerau_distance_normalised", paths, paths, pairs, bins=bins)[:, 0] == ours / longer).all()


def test_damerau_undefined_is_nan():
    assert np.isnan(damerau_distance(np.empty((0, 2)), [[1, 1]], size=(8, 8)))
    assert np.isnan(damerau_distance_normalised([[1, 1]], [[np.nan, 1]], size=(8, 8)))


abc_words = st.lists(st.integers(0, 3), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(abc_words, abc_words, abc_words)
def test_damerau_laws(a, b, c):
    distance = lambda p, q: damerau_distance(p, q, symbols="objects")  # noqa: E731
    forth = distance(a, b)
    assert forth == distance(b, a)
    assert (forth == 0) == (a == b)
    assert abs(len(a) - len(b)) <= forth <= edit_distance(a, b, symbols="objects")
    assert forth <= distance(a, c) + distance(c, b)  # which optimal string alignment breaks
    assert forth == distance(a[::-1], b[::-1])


@settings(max_examples=40, deadline=None)
@given(abc_words, abc_words)
def test_equals_nltk(a, b):
    assert damerau_distance(a, b, symbols="objects") == nltk_edit_distance(a, b, transpositions=True)
