"""ScanMatch against a textbook alignment in plain Python, closed forms, and the traps of published copies."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Facts, Frame, Scanpath, Scanpaths, load_dataset
from gazekit.foundations.errors import DataError, GazekitError, MismatchError
from gazekit.metrics import pairwise, scanmatch
from gazekit.metrics.columns import columns_of, columns_of_single
from gazekit.metrics.strings.scanmatch import recommended_threshold, substitution_table, symbol_table

SIZE = (1024, 768)


def symbols(path, *, size=None, **options):
    return symbol_table(columns_of_single([path], size, "scanmatch")[0], **options).symbols


def textbook(first, second, bins=(12, 8), threshold=3.5, gap=0.0):
    """Needleman-Wunsch with lists, from two lists of symbols."""
    table = [[gap * (i + j) for j in range(len(second) + 1)] for i in range(len(first) + 1)]
    for i, p in enumerate(first, 1):
        for j, q in enumerate(second, 1):
            dx, dy = p % bins[0] - q % bins[0], p // bins[0] - q // bins[0]
            match = table[i - 1][j - 1] + (threshold - (dx**2 + dy**2) ** 0.5)
            table[i][j] = max(match, table[i - 1][j] + gap, table[i][j - 1] + gap)
    return table[-1][-1] / (threshold * max(len(first), len(second)))


def best_of_all_alignments(first, second, bins, threshold, gap):
    """The score by its definition: every monotone set of matched pairs, everything else a gap."""
    best = -np.inf
    m, n = len(first), len(second)
    for k in range(min(m, n) + 1):
        for p in itertools.combinations(range(m), k):
            for q in itertools.combinations(range(n), k):
                score = gap * (m + n - 2 * k)
                for i, j in zip(p, q, strict=True):
                    dx = first[i] % bins[0] - second[j] % bins[0]
                    dy = first[i] // bins[0] - second[j] // bins[0]
                    score += threshold - (dx * dx + dy * dy) ** 0.5
                best = max(best, score)
    return best / (threshold * max(m, n))


@pytest.mark.parametrize("gap", [pytest.param(0.0, id="no-gap"), pytest.param(-0.5, id="gap")])
@pytest.mark.parametrize("bins", [pytest.param((12, 8), id="12x8"), pytest.param((5, 3), id="5x3")])
@pytest.mark.parametrize("threshold", [pytest.param(3.5, id="3.5"), pytest.param(2.0, id="2")])
def test_equals_textbook_alignment_bit_for_bit(scanpaths_of, gap, bins, threshold):
    rng = np.random.default_rng(3)
    paths = scanpaths_of(rng.integers(1, 41, 30), frame=Frame(1280, 1024))
    pairs = np.array(list(itertools.combinations_with_replacement(range(30), 2)))
    ours = pairwise("scanmatch", paths, paths, pairs, gap=gap, bins=bins, threshold=threshold)[:, 0]
    strings = [symbols(path, bins=bins).tolist() for path in paths]
    theirs = [textbook(strings[i], strings[j], bins, threshold, gap) for i, j in pairs]
    assert ours.tolist() == theirs


@pytest.mark.parametrize("gap", [pytest.param(0.0, id="no-gap"), pytest.param(-0.7, id="gap")])
def test_equals_best_of_all_alignments(gap):
    rng = np.random.default_rng(1)
    for _ in range(40):
        a, b = (rng.uniform(0, SIZE, (rng.integers(1, 6), 2)) for _ in range(2))
        strings = [symbols(p, size=SIZE, bins=(6, 4)).tolist() for p in (a, b)]
        expected = best_of_all_alignments(*strings, (6, 4), 3.5, gap)
        assert scanmatch(a, b, size=SIZE, bins=(6, 4), gap=gap) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(
    ("point", "symbol"),
    [
        # px are counted from 1 and halves go up: bin = ((p - 1) * 12) // 1024 with p = clip(floor(x + .5),
        # 1, 1024)
        pytest.param((0, 0), 0, id="zero-becomes-pixel-one"),
        pytest.param((-300, -300), 0, id="left-of-the-image"),
        pytest.param((86.4, 1), 0, id="rounds-down-to-86"),
        pytest.param((86.5, 1), 1, id="half-rounds-up-to-87"),
        pytest.param((86, 1), 0, id="pixel-86-is-in-bin-0"),  # 0-based binning: 86 * 12 // 1024 = 1
        pytest.param((1024, 1), 11, id="right-edge-stays-inside"),  # 0-based binning would give column 12
        pytest.param((1024, 768), 95, id="corner"),
        pytest.param((5000, 5000), 95, id="far-outside"),
    ],
)
def test_symbols_count_pixels_from_one(point, symbol):
    assert symbols([point], size=SIZE).tolist() == [symbol]


def test_symbols_follow_the_integer_formula_everywhere():
    x = np.arange(-20, 1100) / 1.0
    expected = [((min(max(int(v), 1), 1024) - 1) * 12) // 1024 for v in x]
    assert symbols(np.column_stack([x, np.ones_like(x)]), size=SIZE).tolist() == expected


def test_gazeparser_counts_whole_pixels_from_zero():
    x = np.concatenate([np.arange(-20, 1100, 0.25), [1023.999, 1024, 5000]])
    expected = [min(max(int(v), 0), 1023) * 12 // 1024 for v in x]
    points = np.column_stack([x, np.ones_like(x)])
    assert symbols(points, size=SIZE, gazeparser=True).tolist() == expected
    assert symbols(points, size=SIZE).tolist() != expected


def test_gazeparser_rounds_durations_half_to_even():
    path = [[10, 10, 25], [500, 10, 75], [900, 10, 125], [900, 700, 26]]
    repeats = lambda **options: np.unique(symbols(path, size=SIZE, temporal_bin_ms=50.0, **options), return_counts=True)  # noqa: E731
    assert repeats(gazeparser=True)[1].tolist() == [2, 2, 1]  # 0.5 is 0, 1.5 is 2, 2.5 is 2
    assert repeats()[1].tolist() == [1, 2, 3, 1]


def test_sizes_that_are_not_whole_are_rounded_half_up():
    points = np.random.default_rng(0).uniform(0, 600, (200, 2))
    rounded = symbols(points, size=(801, 600))
    assert symbols(points, size=(800.5, 599.6)).tolist() == rounded.tolist()


def test_score_is_the_corner_of_the_table_not_its_maximum():
    # One match, then a far symbol that must be paid for with gaps: the table's maximum (1 match) lies
    # before the corner.
    a, b = [[10, 10]], [[10, 10], [1000, 750]]
    assert scanmatch(a, b, size=SIZE, gap=-1) == pytest.approx((3.5 - 1) / (3.5 * 2))


def test_a_gap_penalty_leaves_self_similarity_at_one():
    path = np.random.default_rng(0).uniform(0, SIZE, (12, 2))  # the GazeParser port gives less than one here
    assert scanmatch(path, path, size=SIZE, gap=-0.5) == 1.0


def test_a_gap_penalty_can_make_it_negative():
    assert scanmatch([[1, 1]], [[1020, 760]] * 4, size=SIZE, gap=-2) < 0


def test_substitution_is_threshold_minus_distance_in_cells():
    table = substitution_table((12, 8), 3.5)
    assert table.shape == (96, 96)
    assert table[0, 0] == 3.5
    assert table[0, 3 + 12 * 4] == pytest.approx(3.5 - 5)  # three columns and four rows away
    assert (table == table.T).all()


def test_durations_repeat_symbols():
    path = [[1, 1, 124], [1000, 1, 125], [1, 700, 24], [1000, 700, 25]]
    assert symbols(path, size=SIZE, temporal_bin_ms=50).tolist() == [0, 0, 11, 11, 11, 95]
    assert symbols(path, size=SIZE).tolist() == [0, 11, 84, 95]


def test_toolbox_durations_lose_the_first_fixation():
    path = [[1, 1, 100], [1000, 1, 100]]
    kept = symbols(path, size=SIZE, temporal_bin_ms=50).tolist()
    assert kept == [0, 0, 11, 11]
    assert symbols(path, size=SIZE, temporal_bin_ms=50, toolbox_durations=True).tolist() == [11, 11]
    # whole ms, and zero is one: at one ms per symbol a fixation of no duration is there once
    assert symbols([[1, 1, 5], [1, 1, 0]], size=SIZE, temporal_bin_ms=1, toolbox_durations=True).tolist() == [0]
    assert symbols([[1, 1, 5], [1, 1, 1.5]], size=SIZE, temporal_bin_ms=1, toolbox_durations=True).tolist() == [0, 0]


def test_durations_make_the_longer_look_count_more():
    a = [[1, 1, 100], [1000, 700, 300]]
    b = [[1, 1, 100], [1, 1, 300]]
    assert scanmatch(a, b, size=SIZE) == pytest.approx(0.5)
    assert scanmatch(a, b, size=SIZE, temporal_bin_ms=100) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("a", "options"),
    [
        pytest.param(np.empty((0, 2)), {}, id="empty"),
        pytest.param([[np.nan, 1], [2, 3]], {}, id="nan"),
        pytest.param([[1, 1], [2, np.inf]], {}, id="infinite"),
        pytest.param([[1, 1, 10], [2, 2, 10]], {"temporal_bin_ms": 50}, id="all-too-short"),
        pytest.param([[1, 1, 100], [2, 2, np.nan]], {"temporal_bin_ms": 50}, id="duration-unknown"),
    ],
)
def test_undefined_is_nan(a, options):
    b = [[1, 1, 100], [2, 2, 200]]
    assert np.isnan(scanmatch(a, b, size=SIZE, **options))
    assert np.isnan(scanmatch(b, a, size=SIZE, **options))


def test_a_scanpath_brings_its_frame():
    a = Scanpath([1, 800], [1, 600], None, Frame(800, 600))
    assert scanmatch(a, a) == 1.0
    assert scanmatch(a, [[1, 1], [800, 600]]) == 1.0
    assert symbols(a).tolist() == [0, 95]


points = st.lists(st.tuples(st.floats(-50, 1100), st.floats(-50, 800)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(points, points, st.sampled_from([0.0, -0.4]))
def test_laws(a, b, gap):
    forth, back = scanmatch(a, b, size=SIZE, gap=gap), scanmatch(b, a, size=SIZE, gap=gap)
    assert forth == pytest.approx(back, abs=1e-12)
    assert forth <= 1 + 1e-12
    assert scanmatch(a, a, size=SIZE, gap=gap) == pytest.approx(1, abs=1e-12)
    if gap == 0:
        assert forth >= 0
    # time runs both ways: reversing both paths changes nothing
    assert scanmatch(a[::-1], b[::-1], size=SIZE, gap=gap) == pytest.approx(forth, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5)), min_size=1, max_size=9),
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 5)), min_size=1, max_size=9),
    st.tuples(st.integers(0, 3), st.integers(0, 2)),
)
def test_moving_both_paths_by_whole_cells_changes_nothing(a, b, shift):
    # 1200 x 800 px in 12 x 8 cells of 100 px: pixel 100 c + 50 is in the middle of column c.
    middle = lambda cells, by: [(100 * (x + by[0]) + 50, 100 * (y + by[1]) + 50) for x, y in cells]  # noqa: E731
    here = scanmatch(middle(a, (0, 0)), middle(b, (0, 0)), size=(1200, 800))
    there = scanmatch(middle(a, shift), middle(b, shift), size=(1200, 800))
    assert here == there


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: scanmatch(p, p), GazekitError, "give size", id="no-size"),
        pytest.param(lambda p: scanmatch(p, p, size=(0, 5)), GazekitError, "size is the", id="size-zero"),
        pytest.param(lambda p: scanmatch([1, 2], p, size=SIZE), GazekitError, "not of shape", id="shape"),
        pytest.param(lambda p: scanmatch("ab", p, size=SIZE), GazekitError, "array of numbers, not str", id="text"),
        pytest.param(lambda p: scanmatch(p, p, size=SIZE, bins=(0, 8)), GazekitError, "bins are", id="bins"),
        pytest.param(lambda p: scanmatch(p, p, size=SIZE, threshold=0), GazekitError, "threshold must", id="threshold"),
        pytest.param(lambda p: scanmatch(p, p, size=SIZE, gap=0.5), GazekitError, "gap is a score", id="gap"),
        pytest.param(
            lambda p: scanmatch(p, p, size=SIZE, temporal_bin_ms=0), GazekitError, "positive number", id="bin"
        ),
        pytest.param(
            lambda p: scanmatch(p, p, size=SIZE, temporal_bin_ms=50),
            GazekitError,
            "needs fixation dur",
            id="time",
        ),
        pytest.param(
            lambda p: scanmatch([[1, 1, -4]], [[1, 1, 4]], size=SIZE, temporal_bin_ms=50),
            GazekitError,
            "negative",
            id="negative-duration",
        ),
        pytest.param(
            lambda p: scanmatch(Scanpath([1], [1], None, Frame(8, 6)), p, size=(9, 6)),
            MismatchError,
            "one frame is 8 x 6 and another 9 x 6",
            id="frames",
        ),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call([[1, 1], [2, 2]])


def test_degrees_are_refused(scanpaths_of):
    paths = scanpaths_of([3, 4], frame=Frame(800, 600, px_per_degree=20), facts=Facts(points="fixations")).to_degrees()
    with pytest.raises(MismatchError, match="before to_degrees"):
        pairwise("scanmatch", paths, paths, [[0, 1]])


@pytest.mark.parametrize(
    "frame", [pytest.param(Frame(1280, 1024), id="whole-px"), pytest.param(Frame(33.4, 7.5), id="parts-of-px")]
)
@pytest.mark.parametrize("bins", [pytest.param((12, 8), id="12x8"), pytest.param((7, 100), id="more-rows-than-px")])
def test_cells_are_those_of_whole_numbers(frame, bins):
    rng = np.random.default_rng(0)
    x, y = (rng.integers(-20, 2 * side, 4000) / 2 for side in frame.size)
    table = {"stimulus": ["s", "t"], "width": [frame.width, 50.0], "height": [frame.height, 50.0]}
    both = Scanpaths(np.append(x, 1.0), np.append(y, 1.0), [0, 4000, 4001], pd.DataFrame(table))
    width, height = (max(int(np.floor(side + 0.5)), 1) for side in frame.size)
    column, row = (
        (np.clip(np.floor(p + 0.5), 1, side).astype(np.int64) - 1) * count // side
        for p, side, count in ((x, width, bins[0]), (y, height, bins[1]))
    )
    expected = column + bins[0] * row
    alone, beside = (symbol_table(columns_of(paths), bins=bins).symbols for paths in (both[np.array([0])], both))
    assert np.array_equal(alone, expected)
    assert np.array_equal(beside[:4000], expected)
    assert len(set(expected.tolist())) > 20


def test_threshold_is_two_standard_deviations_in_cells(scanpaths_of):
    paths = scanpaths_of([5, 1, 0, 7], frame=Frame(1024, 768))
    amplitudes = np.concatenate([np.hypot(np.diff(path.x), np.diff(path.y)) for path in paths])
    assert len(amplitudes) == 10  # none from the end of a path to the start of the next
    expected = 2 * np.std(amplitudes, ddof=1) / (1024 / 12)
    assert recommended_threshold(paths) == pytest.approx(expected, rel=1e-12)


def test_threshold_every_path_has_its_own_frame(scanpaths_of):
    paths = scanpaths_of([6, 6], frame=Frame(1000, 800))
    grown = scanpaths_of([6, 6], frame=Frame(1000, 800))
    both = type(paths).concat([paths, grown.rescale(Frame(2000, 1600))])
    alone = type(paths).concat([paths, grown])
    assert recommended_threshold(both) == pytest.approx(recommended_threshold(alone))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([0.5, 3.0]))
def test_threshold_laws(scanpaths_of, seed, scale):
    paths = scanpaths_of([4, 5], frame=Frame(600, 400), seed=seed)
    threshold = recommended_threshold(paths)
    assert threshold > 0
    assert recommended_threshold(paths.rescale(Frame(600 * scale, 400 * scale))) == pytest.approx(threshold)
    assert recommended_threshold(paths, bins=(24, 8)) == pytest.approx(2 * threshold)
    assert recommended_threshold(paths, bins=(12, 3)) == threshold
    moved = paths.replace(x=paths.x + 50, y=paths.y - 20)
    assert recommended_threshold(moved) == pytest.approx(threshold)


def test_threshold_errors_say_what_to_do(scanpaths_of):
    paths = scanpaths_of([4])
    with pytest.raises(GazekitError, match="bins are a whole number"):
        recommended_threshold(paths, bins=(0, 8))
    with pytest.raises(DataError, match="two saccades or more, and these scanpaths have 1"):
        recommended_threshold(scanpaths_of([2, 1]))
    with pytest.raises(DataError, match="1 of 4 fixations have no finite position"):
        recommended_threshold(paths.replace(x=[1, np.nan, 3, 4]))
    with pytest.raises(DataError, match="all saccades are of one length"):
        recommended_threshold(paths.replace(x=[1, 2, 3, 4], y=[0, 0, 0, 0]))
    with pytest.raises(MismatchError, match="use the px paths"):
        recommended_threshold(scanpaths_of([4], frame=Frame(80, 60, px_per_degree=4)).to_degrees())


@pytest.mark.data
def test_threshold_of_people_on_osie(data_root):
    threshold = recommended_threshold(load_dataset("osie", root=data_root / "osie").scanpaths)
    assert 3 < threshold < 4  # beside the toolbox's default of 3.5
