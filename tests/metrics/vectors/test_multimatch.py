"""MultiMatch against multimatch_gaze (also on ties), a brute-force alignment, and closed forms."""

import warnings

import numpy as np
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics import MultiMatch, multimatch, pairwise
from gazekit.metrics.kernels.multimatch import _median

SIZE = (1280, 1024)
SCIPY = tuple(int(part) for part in scipy.__version__.split(".")[:2])
same_ties = pytest.mark.skipif(SCIPY < (1, 16), reason="Dijkstra of SciPy before 1.16 breaks ties in another way")


def reference(paths, pairs, size=SIZE):
    """The reference implementation on each pair; it wants named columns and seconds."""
    from multimatch_gaze import docomparison

    tables = [np.rec.fromarrays([p.x, p.y, p.xyt[:, 2] / 1000], names="start_x,start_y,duration") for p in paths]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it divides zero by zero where both durations are zero
        return np.array([docomparison(tables[i], tables[j], size) for i, j in pairs], dtype=float)


def on_grid(scanpaths_of, rng, count, step, longest=30):
    """Paths of one to `longest` fixations on the points of a grid: their alignments tie."""
    lengths = rng.integers(1, longest + 1, count)
    paths = scanpaths_of(lengths, frame=Frame(*SIZE))
    where = rng.integers(0, (SIZE[0] // step + 1, SIZE[1] // step + 1), (lengths.sum(), 2)) * float(step)
    times = rng.integers(0, 4, lengths.sum()) * 100.0
    return Scanpaths(where[:, 0], where[:, 1], paths.offsets, paths.table, duration=times, facts=paths.facts)


def assert_equal_to_reference(paths, pairs, size=SIZE):
    ours, theirs = pairwise("multimatch", paths, paths, pairs), reference(paths, pairs, size)
    assert (np.isnan(ours) == np.isnan(theirs)).all()
    assert np.nanmax(np.abs(ours - theirs)) <= 1e-12


def test_equals_reference_on_random_paths(scanpaths_of):
    rng = np.random.default_rng(0)
    paths = scanpaths_of(rng.integers(1, 41, 120), frame=Frame(*SIZE), seed=4)
    assert_equal_to_reference(paths, rng.integers(0, 120, (400, 2)))


@same_ties
@pytest.mark.parametrize("step", [pytest.param(s, id=f"{s}px") for s in (1, 64, 200, 400, 1000)])
def test_equals_reference_on_ties(scanpaths_of, step):
    rng = np.random.default_rng(step)
    paths = on_grid(scanpaths_of, rng, 80, step)
    assert_equal_to_reference(paths, rng.integers(0, 80, (250, 2)))


@same_ties
@pytest.mark.data
@pytest.mark.parametrize("name", ["ObjArr", "Waldo"])
def test_equals_reference_on_people(data_root, scanpaths_of, name):
    folder = data_root / "visual_search" / "saccade" / name
    fixations, lengths = (
        np.load(folder / "fix/human_all.npy"),
        np.load(folder / "ifix/I_human_all.npy").ravel(),
    )
    rng = np.random.default_rng(0)
    rows = rng.permutation(len(fixations))[:150]
    points = np.concatenate([fixations[k, : lengths[k]] for k in rows]).astype(float)
    blank = scanpaths_of(lengths[rows], frame=Frame(*SIZE))
    paths = Scanpaths(points[:, 0], points[:, 1], blank.offsets, blank.table, duration=blank.duration)
    assert_equal_to_reference(paths, rng.integers(0, len(rows), (500, 2)))


def all_walks(m, n, cost, i=0, j=0):
    """Every walk from cell (i, j) to the last, with its cost; entering a cell costs, the first is free."""
    if (i, j) == (m - 1, n - 1):
        yield 0.0, [(i, j)]
        return
    for di, dj in ((0, 1), (1, 0), (1, 1)):
        if i + di < m and j + dj < n:
            for rest, walk in all_walks(m, n, cost, i + di, j + dj):
                yield cost[i + di, j + dj] + rest, [(i, j), *walk]


def test_equals_medians_on_the_best_of_all_walks():
    rng = np.random.default_rng(5)
    for _ in range(25):
        a, b = (rng.uniform(0, 1000, (rng.integers(3, 6), 3)) for _ in range(2))
        u, v = np.diff(a[:, :2], axis=0), np.diff(b[:, :2], axis=0)
        cost = np.linalg.norm(u[:, None] - v[None], axis=2)
        walk = min(all_walks(len(u), len(v), cost))[1]
        i, j = np.array(walk).T
        turn = np.abs(np.angle(np.exp(1j * (np.arctan2(u[i, 1], u[i, 0]) - np.arctan2(v[j, 1], v[j, 0])))))
        length = np.abs(np.linalg.norm(u[i], axis=1) - np.linalg.norm(v[j], axis=1))
        place = np.linalg.norm(a[i, :2] - b[j, :2], axis=1)
        time = np.abs(a[i, 2] - b[j, 2]) / np.maximum(a[i, 2], b[j, 2])
        diagonal = np.hypot(*SIZE)
        norms = (2 * diagonal, np.pi, diagonal, diagonal, 1)
        expected = [1 - np.median(d) / q for d, q in zip((cost[i, j], turn, length, place, time), norms, strict=True)]
        assert multimatch(a, b, size=SIZE) == pytest.approx(expected, abs=1e-12)


def test_closed_form_of_a_shifted_path():
    a = np.array([[100, 100, 200], [500, 400, 200], [900, 700, 200], [300, 300, 200]], dtype=float)
    b = a + np.array([30, 40, 0])
    expected = MultiMatch(1, 1, 1, 1 - 50 / np.hypot(*SIZE), 1)
    assert multimatch(a, b, size=SIZE) == pytest.approx(expected)


def test_opposite_directions_are_zero_alike():
    a, b = [[100, 500], [600, 500], [1100, 500]], [[1100, 500], [600, 500], [100, 500]]
    result = multimatch(a, b, size=SIZE)
    assert result.direction == pytest.approx(0)
    assert result.length == 1


def test_the_last_fixation_counts_only_through_the_last_saccade():
    a = np.array([[100, 100, 200], [500, 400, 200], [900, 700, 200]], dtype=float)
    b = a.copy()
    b[-1, 2] = 9000  # its duration is never used
    assert multimatch(a, b, size=SIZE).duration == 1


@pytest.mark.parametrize(
    "short",
    [
        pytest.param([[1, 1]], id="one"),
        pytest.param([[1, 1], [5, 5]], id="two"),
        pytest.param(np.empty((0, 2)), id="none"),
        pytest.param([[1, 1], [5, np.nan], [7, 7]], id="nan"),
        pytest.param([[1, 1], [np.inf, 3], [7, 7]], id="infinite"),
    ],
)
def test_undefined_is_nan_in_all_dimensions(short):
    path = [[10, 10], [600, 300], [50, 900]]
    assert np.isnan(multimatch(path, short, size=SIZE)).all()
    assert np.isnan(multimatch(short, path, size=SIZE)).all()


def test_without_durations_only_duration_is_nan():
    path = [[10, 10], [600, 300], [50, 900]]
    timed = [[10, 10, 100], [600, 300, 200], [50, 900, 300]]
    for a, b in ((path, path), (path, timed), (timed, path)):
        result = multimatch(a, b, size=SIZE)
        assert result[:4] == (1, 1, 1, 1)
        assert np.isnan(result.duration)


def test_zero_against_zero_duration_is_nan_as_in_the_reference():
    path = [[10, 10, 0], [600, 300, 100], [50, 900, 100]]
    assert np.isnan(multimatch(path, path, size=SIZE).duration)
    other = [[10, 10, 50], [600, 300, 100], [50, 900, 100]]
    assert multimatch(path, other, size=SIZE).duration == pytest.approx(0.5)  # median of 0 and 1


def test_units_cancel(scanpaths_of):
    paths = scanpaths_of([5, 8, 6], frame=Frame(800, 600, px_per_degree=25))
    pairs = [[0, 1], [1, 2], [0, 2]]
    in_degrees = paths.to_degrees()
    px, degrees = (
        pairwise("multimatch", paths, paths, pairs),
        pairwise("multimatch", in_degrees, in_degrees, pairs),
    )
    assert np.abs(px - degrees).max() < 1e-12


def test_long_paths_on_one_place(scanpaths_of):
    # Every cost is zero: the whole table is one tie.
    here = Scanpath(np.full(90, 7.0), np.full(90, 9.0), np.full(90, 100.0), Frame(*SIZE))
    assert multimatch(here, here) == (1, 1, 1, 1, 1)


points = st.lists(
    st.tuples(st.floats(0, 1280), st.floats(0, 1024), st.floats(1, 900)), min_size=3, max_size=9, unique=True
)


@settings(max_examples=60, deadline=None)
@given(points)
def test_a_path_equals_itself(a):
    assert multimatch(a, a, size=SIZE) == pytest.approx((1, 1, 1, 1, 1), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(points, points, st.tuples(st.integers(-200, 200), st.integers(-200, 200)))
def test_laws(a, b, shift):
    a, b = np.round(a), np.round(b) + np.array([0, 0, 1])
    here = np.array(multimatch(a, b, size=SIZE))
    assert (here[~np.isnan(here)] >= -1e-12).all()
    assert (here[~np.isnan(here)] <= 1).all()
    by = np.array([*shift, 0])
    moved = np.array(multimatch(a + by, b + by, size=SIZE))
    assert np.nan_to_num(moved) == pytest.approx(np.nan_to_num(here), abs=1e-12)


def test_symmetric_where_nothing_ties(scanpaths_of):
    rng = np.random.default_rng(2)
    paths = scanpaths_of(rng.integers(3, 20, 40), frame=Frame(*SIZE))
    pairs = rng.integers(0, 40, (200, 2))
    forth = pairwise("multimatch", paths, paths, pairs)
    assert np.abs(forth - pairwise("multimatch", paths, paths, pairs[:, ::-1])).max() < 1e-12


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(lambda p: multimatch(p, p), GazekitError, "give size", id="no-size"),
        pytest.param(lambda p: multimatch(p, [[1], [2]], size=SIZE), GazekitError, "not of shape", id="shape"),
        pytest.param(
            lambda p: multimatch(Scanpath([1], [1], None, Frame(8, 6)), Scanpath([1], [1], None, Frame(8, 7))),
            MismatchError,
            "one frame is 8 x 6 and another 8 x 7",
            id="frames",
        ),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call([[1, 1], [2, 2], [3, 3]])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=150))
def test_medians_by_counting(values):
    assert _median(np.array(values, dtype=float), len(values)) == np.median(values)
