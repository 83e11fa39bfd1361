"""ScanMatch over regions: against a textbook alignment, the grid's own ScanMatch, and Sequence Score."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import pairwise, scanmatch
from gazekit.metrics.columns import Columns
from gazekit.metrics.labels.labelling import label_fixations
from gazekit.metrics.strings.scanmatch import REGION_SCANMATCH, scanmatch_regions, substitution_table
from gazekit.metrics.strings.sequence_score import sequence_score

SCORES = np.array([[3.0, 2.0, 0.0], [2.0, 3.0, -1.0], [0.0, -1.0, 1.0]])


def textbook(first, second, scores, gap):
    table = [[gap * (i + j) for j in range(len(second) + 1)] for i in range(len(first) + 1)]
    for i, p in enumerate(first, 1):
        for j, q in enumerate(second, 1):
            match = table[i - 1][j - 1] + scores[p, q]
            table[i][j] = max(match, table[i - 1][j] + gap, table[i][j - 1] + gap)
    return table[-1][-1] / (scores.max() * max(len(first), len(second)))


@pytest.mark.parametrize("gap", [pytest.param(0.0, id="no-gap"), pytest.param(-0.5, id="gap")])
def test_equals_textbook_alignment(gap):
    rng = np.random.default_rng(0)
    for _ in range(60):
        a, b = (rng.integers(0, 3, rng.integers(1, 9)).tolist() for _ in range(2))
        assert scanmatch_regions(a, b, SCORES, gap=gap) == pytest.approx(textbook(a, b, SCORES, gap), abs=1e-12)


def test_a_mask_of_cells_is_scanmatch(scanpaths_of):
    size, bins = Frame(120, 80), (12, 8)
    paths = scanpaths_of(np.arange(1, 9), frame=size)
    column, row = np.arange(120) * 12 // 120, np.arange(80) * 8 // 80
    mask = column[None, :] + 12 * row[:, None]
    named = label_fixations(paths, dict.fromkeys(paths.table["stimulus"], mask), pixel="round")
    for i, j in itertools.combinations(range(8), 2):
        for time in (None, 100):
            here = scanmatch_regions(named[i], named[j], substitution_table(bins, 3.5), temporal_bin_ms=time)
            assert here == pytest.approx(scanmatch(paths[i], paths[j], temporal_bin_ms=time), abs=1e-12)


@pytest.mark.skipif("object_id" not in Columns._fields, reason="columns do not carry objects")
def test_many_pairs(scanpaths_of):
    paths = scanpaths_of(np.arange(8))
    named = paths.replace(object_id=np.random.default_rng(0).integers(0, 3, len(paths.x)))
    pairs = np.array(list(itertools.product(range(8), repeat=2)))
    many = pairwise(REGION_SCANMATCH, named, named, pairs, substitution=SCORES, gap=-0.2)[:, 0]
    alone = [scanmatch_regions(named[i], named[j], SCORES, gap=-0.2) for i, j in pairs]
    assert np.array_equal(many, alone, equal_nan=True)


def test_durations_round():
    a = Scanpath([1, 2], [1, 2], [74, 75], Frame(9, 9), object_id=[0, 2])
    assert scanmatch_regions(a, [0, 2], np.eye(3)) == 1
    b = Scanpath([1], [1], [150], Frame(9, 9), object_id=[2])
    assert scanmatch_regions(a, b, np.eye(3), temporal_bin_ms=50) == pytest.approx(2 / 3)  # 0 2 2 and 2 2 2


def test_undefined_is_nan():
    assert np.isnan(scanmatch_regions([], [0], np.eye(2)))


@settings(max_examples=40, deadline=None)
@given(*[st.lists(st.integers(0, 2), min_size=1, max_size=12)] * 2)
def test_laws(a, b):
    assert scanmatch_regions(a, b, np.eye(3)) == pytest.approx(sequence_score(a, b, symbols="objects"), abs=1e-15)
    forth = scanmatch_regions(a, b, SCORES)
    assert forth == pytest.approx(scanmatch_regions(b, a, SCORES), abs=1e-12)
    assert 0 <= forth <= 1
    assert scanmatch_regions(a, a, np.eye(3)) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda: scanmatch_regions([0], [0], [[1, 2]]), "square table", id="not-square"),
        pytest.param(lambda: scanmatch_regions([0], [0], [[np.nan]]), "square table", id="nan"),
        pytest.param(lambda: scanmatch_regions([0], [0], [[0.0]]), "some of them above 0", id="nothing-positive"),
        pytest.param(lambda: scanmatch_regions([0], [3], np.eye(2)), "in region 3, and the", id="no-such-region"),
        pytest.param(lambda: scanmatch_regions([-1], [0], np.eye(2)), "in region -1", id="no-region"),
        pytest.param(lambda: scanmatch_regions([0], [0], np.eye(2), gap=1), "gap is a score of 0", id="gap"),
        pytest.param(
            lambda: scanmatch_regions([0], [0], np.eye(2), temporal_bin_ms=50), "needs fixation durations", id="time"
        ),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(GazekitError, match=message):
        call()


def test_regions_must_be_named(scanpaths_of):
    paths = scanpaths_of([3])
    with pytest.raises(GazekitError, match="scanmatch_regions needs the object of each fixation, .* or label_fix"):
        pairwise(REGION_SCANMATCH, paths, paths, [[0, 0]], substitution=SCORES)
