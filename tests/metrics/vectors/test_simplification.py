"""Simplification against multimatch_gaze with grouping=True wherever that returns, and what happens where it fails."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.columns import columns_of
from gazekit.metrics.vectors.multimatch import Thresholds, multimatch, simplified_saccades, simplify
from gazekit.metrics.vectors.multimatch import _score as multimatch_score

SIZE = (1280, 1024)
NONE = Thresholds(0.0, 0.0, 0.0)


def reference_saccades(path, thresholds):
    """Saccades that the reference leaves, or the name of the error in which it ends; it wants seconds."""
    from multimatch_gaze.multimatch_gaze import gen_scanpath_structure, simplify_scanpath

    table = np.rec.fromarrays([*path[:, :2].T, path[:, 2] / 1000], names="start_x,start_y,duration")
    direction, length, duration = thresholds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it divides by a saccade's length of zero
        try:
            left = simplify_scanpath(gen_scanpath_structure(table), length, direction, duration / 1000)
        except (IndexError, ValueError) as error:
            return type(error).__name__
    saccades, count = left["sac"], len(left["sac"]["x"])
    columns = [saccades[key] for key in ("x", "y", "lenx", "leny")]
    return np.array([*columns, np.array(left["fix"]["dur"][:count]) * 1000], dtype=float)


def reference_scores(a, b, thresholds):
    from multimatch_gaze import docomparison

    tables = [np.rec.fromarrays([*p[:, :2].T, p[:, 2] / 1000], names="start_x,start_y,duration") for p in (a, b)]
    direction, length, duration = thresholds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return np.array(docomparison(*tables, SIZE, True, direction, duration / 1000, length), dtype=float)
        except (IndexError, ValueError):
            return None


def random_path(rng, longest=15, grid=None):
    """A path of steps of mixed lengths that often go on in one direction, with short and long fixations."""
    n = rng.integers(3, longest + 1)
    turn = np.cumsum(rng.normal(0, 0.6, n))
    step = rng.choice([20.0, 80.0, 300.0], n) * rng.uniform(0.5, 1.5, n)
    xy = np.cumsum(np.column_stack([np.cos(turn), np.sin(turn)]) * step[:, None], axis=0) + 500
    if grid:
        xy = np.round(xy / grid) * grid
    return np.column_stack([xy, rng.choice([60.0, 150.0, 290.0, 300.0, 420.0], n)])


CASES = [
    pytest.param(Thresholds(45.0, 164.0, 300.0), None, id="usual"),
    pytest.param(Thresholds(20.0, 60.0, 100.0), None, id="strict"),
    pytest.param(Thresholds(90.0, 400.0, 500.0), None, id="coarse"),
    pytest.param(Thresholds(0.0, 164.0, 300.0), None, id="length-only"),
    pytest.param(Thresholds(45.0, 0.0, 300.0), None, id="direction-only"),
    pytest.param(Thresholds(45.0, 164.0, 300.0), 7.0, id="grid"),
    pytest.param(Thresholds(45.0, 164.0, 300.0), 64.0, id="coarse-grid"),
]


@pytest.mark.parametrize(("thresholds", "grid"), CASES)
def test_leaves_the_saccades_that_the_reference_leaves(thresholds, grid):
    rng = np.random.default_rng(0)
    errors = {"IndexError": 0, "ValueError": 0}
    compared = shorter = 0
    for _ in range(400):
        path = random_path(rng, grid=grid)
        ours, theirs = simplify(path, size=SIZE, thresholds=thresholds), reference_saccades(path, thresholds)
        if isinstance(theirs, str):
            errors[theirs] += 1
            assert theirs == "ValueError" or not len(ours.x)  # an IndexError is one short saccade left
            continue
        assert np.array(ours) == pytest.approx(theirs, abs=1e-9)
        compared += 1
        shorter += len(ours.x) < len(path) - 1
    assert compared > 150
    assert shorter > 20


@pytest.mark.parametrize(("thresholds", "grid"), CASES)
def test_multimatch_of_simplified_paths_equals_grouping(thresholds, grid):
    rng = np.random.default_rng(1)
    paths = [random_path(rng, grid=grid) for _ in range(150)]
    flat = np.concatenate(paths)
    offsets = np.concatenate([[0], np.cumsum([len(path) for path in paths])])
    left = simplified_saccades(columns_of(_scanpaths(flat, offsets)), thresholds)
    pairs = np.column_stack([np.arange(149), np.arange(1, 150)])
    ours = np.empty((149, 5))
    multimatch_score(left, left, pairs, ours)
    compared = 0
    for k, (i, j) in enumerate(pairs):
        theirs = reference_scores(paths[i], paths[j], thresholds)
        if theirs is not None:
            assert ours[k] == pytest.approx(theirs, abs=1e-12, nan_ok=True)
            compared += 1
    assert compared > 50


def _scanpaths(flat, offsets):
    import pandas as pd

    table = pd.DataFrame({"stimulus": ["s"] * (len(offsets) - 1), "width": SIZE[0], "height": SIZE[1]})
    return Scanpaths(flat[:, 0], flat[:, 1], offsets, table, duration=flat[:, 2])


@pytest.mark.data
def test_equals_grouping_on_people(data_root):
    folder = data_root / "visual_search" / "saccade" / "Waldo"
    points, lengths = np.load(folder / "fix/human_all.npy"), np.load(folder / "ifix/I_human_all.npy").ravel()
    rng, thresholds = np.random.default_rng(0), Thresholds(45.0, 164.0, 300.0)
    rows = rng.permutation(np.flatnonzero(lengths >= 3))[:60]
    paths = [np.column_stack([points[k, : lengths[k]], rng.uniform(80, 500, lengths[k])]).astype(float) for k in rows]
    left = simplified_saccades(
        columns_of(_scanpaths(np.concatenate(paths), np.concatenate([[0], np.cumsum([len(p) for p in paths])]))),
        thresholds,
    )
    compared = 0
    for i in range(59):
        theirs, ours = reference_scores(paths[i], paths[i + 1], thresholds), np.empty((1, 5))
        multimatch_score(left, left, np.array([[i, i + 1]]), ours)
        if theirs is not None:
            assert ours[0] == pytest.approx(theirs, abs=1e-12, nan_ok=True)
            compared += 1
    assert compared > 40


def test_saccades_on_one_line_are_joined_where_the_reference_may_fail():
    rng, failed = np.random.default_rng(2), 0
    for _ in range(300):
        dx, dy = rng.integers(1, 40, 2)
        path = np.array([[0, 0, 100], [dx, dy, 100], [3 * dx, 3 * dy, 400], [400, 900, 400]], dtype=float)
        failed += isinstance(reference_saccades(path, (45.0, 0.0, 300.0)), str)
        ours = simplify(path, thresholds=(45.0, 0.0, 300.0))
        assert (ours.dx[0], ours.dy[0]) == (3 * dx, 3 * dy)
    assert failed > 20


def test_a_turn_back_is_an_angle_of_180_degrees():
    path = [[0, 0, 100], [300, 30, 100], [0, 0, 100], [300, 30, 100]]
    assert len(simplify(path, thresholds=(179.0, 0.0, 300.0)).x) == 3
    assert len(simplify(path, thresholds=(181.0, 0.0, 300.0)).x) < 3


def test_one_short_saccade_left_is_undefined():
    path = np.array([[0, 0, 100], [9, 0, 100], [9, 9, 100]], dtype=float)
    assert reference_saccades(path, (45.0, 164.0, 300.0)) == "IndexError"
    assert len(simplify(path, size=SIZE).x) == 0
    other = random_path(np.random.default_rng(0))
    left = simplified_saccades(columns_of(_scanpaths(np.vstack([path, other]), np.array([0, 3, 3 + len(other)]))), NONE)
    assert left.saccades.tolist() == [2, len(other) - 1]
    left = simplified_saccades(
        columns_of(_scanpaths(np.vstack([path, other]), np.array([0, 3, 3 + len(other)]))), Thresholds()
    )
    scores = np.empty((1, 5))
    multimatch_score(left, left, np.array([[0, 1]]), scores)
    assert np.isnan(scores).all()


def test_one_long_saccade_left_is_defined_as_in_the_reference():
    path = np.array([[0, 0, 400], [500, 0, 100], [1000, 0, 400]], dtype=float)
    ours = simplify(path, size=SIZE)
    assert (len(ours.x), ours.dx[0]) == (1, 1000)
    assert reference_saccades(path, (45.0, 164.0, 300.0)) == pytest.approx(np.array(ours))


def test_durations_are_lost_not_added():
    path = [[0, 0, 100], [300, 0, 200], [600, 0, 250], [600, 900, 400]]
    assert simplify(path, size=SIZE).duration.tolist() == [100, 250]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(np.empty((0, 3)), id="none"),
        pytest.param([[1, 1, 100], [500, 500, 100]], id="two"),
        pytest.param([[1, 1, 100], [np.nan, 5, 100], [900, 5, 100]], id="nan"),
        pytest.param([[1, 1, 100], [500, 5, np.nan], [900, 5, 100]], id="unknown-duration"),
    ],
)
def test_undefined_is_empty(path):
    assert len(simplify(path, size=SIZE).x) == 0


def test_the_default_length_is_a_tenth_of_the_diagonal():
    path = random_path(np.random.default_rng(4))
    explicit = simplify(path, thresholds=(45.0, 0.1 * np.hypot(*SIZE), 300.0))
    for default in (simplify(path, size=SIZE), simplify(Scanpath(*path.T, Frame(*SIZE)))):
        assert np.array_equal(default, explicit)


def test_units_cancel(scanpaths_of):
    paths = scanpaths_of([9, 14, 30], frame=Frame(*SIZE, px_per_degree=32))
    px, degrees = (simplified_saccades(columns_of(p), Thresholds()) for p in (paths, paths.to_degrees()))
    assert px.saccades.tolist() == degrees.saccades.tolist()
    assert px.geometry[0, : px.saccades[0]] == pytest.approx(32 * degrees.geometry[0, : px.saccades[0]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        pytest.param(lambda p: simplify(p, thresholds=(45.0, 1.0)), "needs three thresholds", id="two"),
        pytest.param(lambda p: simplify(p, thresholds=True), "needs three thresholds", id="true"),
        pytest.param(lambda p: simplify(p, thresholds=(-1.0, 1.0, 1.0)), "direction_degrees is a", id="negative"),
        pytest.param(lambda p: simplify(p, thresholds=(1.0, 1.0, None)), "duration_ms is a", id="no-duration"),
        pytest.param(lambda p: simplify(p, thresholds=(1.0, "x", 1.0)), "length is a number", id="text"),
        pytest.param(lambda p: simplify(p, thresholds=(1.0, 1.0, np.nan)), "duration_ms is a", id="nan"),
        pytest.param(lambda p: simplify(p), "simplify: .*give size", id="size"),
        pytest.param(lambda p: simplify(np.array(p)[:, :2], size=SIZE), "have no durations", id="durations"),
        pytest.param(lambda p: simplify([1, 2], size=SIZE), "not of shape", id="shape"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(GazekitError, match=message):
        call([[1, 1, 100], [2, 2, 100], [3, 3, 100]])


points = st.lists(
    st.tuples(st.integers(0, 1280), st.integers(0, 1024), st.integers(1, 900)), min_size=3, max_size=12
).map(lambda p: np.array(p, dtype=float))


@settings(max_examples=60, deadline=None)
@given(points, st.tuples(st.integers(-200, 200), st.integers(-200, 200)))
def test_laws(path, shift):
    plain = simplify(path, thresholds=NONE)
    assert np.array_equal(plain.dx, np.diff(path[:, 0]))
    assert np.array_equal(plain.duration, path[:-1, 2])
    simple = simplify(path, size=SIZE)
    assert len(simple.x) <= len(path) - 1
    assert set(simple.duration) <= set(path[:, 2])
    moved = simplify(np.add(path, [*shift, 0]), size=SIZE)
    assert np.array_equal(moved[2:4], simple[2:4])
    assert np.array_equal(moved.x, simple.x + shift[0])
    # joining forwards only moves no end: saccades still lead from the first fixation to the last
    forward = simplify(path, thresholds=(45.0, 0.0, 300.0))
    assert forward.dx.sum() == path[-1, 0] - path[0, 0]
    assert multimatch(path, path, size=SIZE).vector == pytest.approx(1)


def test_multimatch_simplifies_first_if_asked(scanpaths_of):
    """One pair through the public function, against multimatch_gaze with grouping."""
    import multimatch_gaze
    from numpy.lib import recfunctions

    from gazekit.metrics import multimatch

    a, b = scanpaths_of([12, 14], seed=3)
    tables = [
        recfunctions.unstructured_to_structured(
            np.column_stack([p.x, p.y, p.duration / 1000]), names=["start_x", "start_y", "duration"]
        ).view(np.recarray)
        for p in (a, b)
    ]
    theirs = multimatch_gaze.docomparison(*tables, (800, 600), grouping=True, TDir=60.0, TDur=0.6, TAmp=300.0)
    ours = multimatch(a, b, simplify=(60.0, 300.0, 600.0))
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    assert ours != multimatch(a, b)
