"""Alignments that ScanMatch and MultiMatch choose: their scores are the metrics', and brute force has no better."""

import numpy as np
import pytest

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import multimatch, multimatch_alignment, scanmatch, scanmatch_alignment
from gazekit.metrics.columns import columns_of_single
from gazekit.metrics.strings.scanmatch import symbol_table

SIZE = (640, 480)


def symbols(path, *, size=None, **options):
    return symbol_table(columns_of_single([path], size, "scanmatch")[0], **options).symbols


def random_paths(seed, count=60, step=None, longest=14):
    """Paths of 3 to `longest` fixations; with a step on the points of a grid, so that alignments tie."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        xy = rng.uniform(0, SIZE, (rng.integers(3, longest + 1), 2))
        duration = rng.uniform(80, 400, len(xy))
        yield np.column_stack([xy if step is None else np.round(xy / step) * step, duration])


def pairs_of(seed, **options):
    paths = list(random_paths(seed, **options))
    return list(zip(paths[::2], paths[1::2], strict=True))


def scanmatch_of(a, b, found, gap, bins=(12, 8), threshold=3.5):
    """The score of an alignment by ScanMatch's definition."""
    left, right = (symbols(path, size=SIZE, bins=bins) for path in (a, b))
    total = 0.0
    for i, j in zip(found.a, found.b, strict=True):
        if i < 0 or j < 0:
            total += gap
            continue
        p, q = left[i], right[j]
        total += threshold - np.hypot(p % bins[0] - q % bins[0], p // bins[0] - q // bins[0])
    return total / (threshold * max(len(a), len(b)))


def multimatch_of(a, b, found):
    """The five similarities of an alignment by MultiMatch's definition."""
    u, v = np.diff(a[:, :2], axis=0)[found.a], np.diff(b[:, :2], axis=0)[found.b]
    turn = np.abs(np.arctan2(u[:, 1], u[:, 0]) % (2 * np.pi) - np.arctan2(v[:, 1], v[:, 0]) % (2 * np.pi))
    length = np.abs(np.hypot(*u.T) - np.hypot(*v.T))
    position = np.hypot(*(a[found.a, :2] - b[found.b, :2]).T)
    s, t = a[found.a, 2], b[found.b, 2]
    diagonal = np.hypot(*SIZE)
    differences = [
        (np.hypot(*(u - v).T), 2 * diagonal),
        (np.minimum(turn, 2 * np.pi - turn), np.pi),
        (length, diagonal),
        (position, diagonal),
        (np.abs(s - t) / np.maximum(s, t), 1),
    ]
    return [1 - np.median(difference) / norm for difference, norm in differences]


def alignments(m, n):
    """Every alignment of m with n fixations."""
    if not (m and n):
        yield [(i, -1) for i in range(m)] + [(-1, j) for j in range(n)]
        return
    for last, i, j in (((m - 1, n - 1), m - 1, n - 1), ((m - 1, -1), m - 1, n), ((-1, n - 1), m, n - 1)):
        for before in alignments(i, j):
            yield [*before, last]


@pytest.mark.parametrize("step", [None, 80], ids=["anywhere", "on a grid"])
@pytest.mark.parametrize("gap", [0.0, -0.7])
def test_its_score_is_scanmatch(step, gap):
    for a, b in pairs_of(1, step=step):
        found = scanmatch_alignment(a, b, size=SIZE, gap=gap)
        assert scanmatch_of(a, b, found, gap) == pytest.approx(scanmatch(a, b, size=SIZE, gap=gap), abs=1e-12)


@pytest.mark.parametrize("step", [None, 80, 320], ids=["anywhere", "on a grid", "on few places"])
def test_its_medians_are_multimatch(step):
    for a, b in pairs_of(2, step=step):
        found = multimatch_alignment(a, b, size=SIZE)
        np.testing.assert_allclose(multimatch_of(a, b, found), multimatch(a, b, size=SIZE), atol=1e-12)


@pytest.mark.parametrize("gap", [0.0, -1.0])
def test_no_alignment_is_better(gap):
    for a, b in pairs_of(3, count=8, longest=4):
        possible = [np.array(steps).T for steps in alignments(len(a), len(b))]
        found = scanmatch_alignment(a, b, size=SIZE, gap=gap)
        scores = [scanmatch_of(a, b, found._replace(a=s[0], b=s[1]), gap) for s in possible]
        assert scanmatch_of(a, b, found, gap) == pytest.approx(max(scores), abs=1e-12)


def test_every_fixation_and_saccade_is_there_in_order():
    for a, b in pairs_of(4):
        found = scanmatch_alignment(a, b, size=SIZE)
        assert found.a[found.a >= 0].tolist() == list(range(len(a)))
        assert found.b[found.b >= 0].tolist() == list(range(len(b)))
        found = multimatch_alignment(a, b, size=SIZE)
        steps = np.column_stack([np.diff(found.a), np.diff(found.b)])
        assert set(map(tuple, steps.tolist())) <= {(0, 1), (1, 0), (1, 1)}
        assert (found.a[0], found.b[0], found.a[-1], found.b[-1]) == (0, 0, len(a) - 2, len(b) - 2)


def test_a_path_with_itself():
    (path,) = random_paths(5, count=1)
    found = scanmatch_alignment(path, path, size=SIZE)
    assert found.unit == "fixation"
    assert found.a.tolist() == found.b.tolist() == list(range(len(path)))
    found = multimatch_alignment(path, path, size=SIZE)
    assert found.unit == "saccade"
    assert found.a.tolist() == found.b.tolist() == list(range(len(path) - 1))


def test_undefined_pairs_have_none():
    good, short, lost = [[1, 1], [2, 2], [3, 9]], [[1, 1], [2, 2]], [[1, 1], [np.nan, 2], [3, 3]]
    assert not len(scanmatch_alignment(good, lost, size=SIZE).a)
    assert not len(multimatch_alignment(good, lost, size=SIZE).a)
    assert not len(multimatch_alignment(short, good, size=SIZE).b)


def test_errors_say_what_to_do():
    path = [[1, 1], [2, 2], [3, 3]]
    with pytest.raises(GazekitError, match="scanmatch: arrays carry no frame; give size"):
        scanmatch_alignment(path, path)
    with pytest.raises(GazekitError, match="multimatch: arrays carry no frame; give size"):
        multimatch_alignment(path, path)
    with pytest.raises(GazekitError, match="gap is a score of 0 or below, not 1"):
        scanmatch_alignment(path, path, size=SIZE, gap=1)
    with pytest.raises(MismatchError, match="one frame is 8 x 6 and another 8 x 7"):
        multimatch_alignment(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7)))
