"""Scanpath and Scanpaths: storage, selection, conversion, refusal."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Facts, Frame, GazekitError, Scanpath, Scanpaths
from gazekit.core.scanpaths import check_frames
from gazekit.foundations.errors import DataError, MismatchError


def one_by_one(paths, rows):
    """Oracle for every selection: the fixations of each row, one path at a time."""
    return [paths.x[paths.offsets[i] : paths.offsets[i + 1]].tolist() for i in rows]


def listed(paths):
    return [p.x.tolist() for p in paths]


@settings(deadline=None)
@given(
    lengths=st.lists(st.integers(0, 5), min_size=1, max_size=12),
    rows=st.lists(st.integers(0, 11), max_size=20),
)
def test_any_selection_equals_the_slow_one(scanpaths_of, lengths, rows):
    paths = scanpaths_of(lengths)
    rows = [r for r in rows if r < len(lengths)]
    picked = paths[np.array(rows, dtype=int)]
    assert listed(picked) == one_by_one(paths, rows)
    assert picked.table["stimulus"].tolist() == [f"s{r}" for r in rows]


def test_selecting_nothing(scanpaths_of):
    paths = scanpaths_of([3, 4])
    assert [len(paths[nothing]) for nothing in ([], np.zeros(2, dtype=bool), slice(0, 0))] == [0, 0, 0]


def test_a_selection_is_what_the_constructor_makes_of_its_rows(scanpaths_of):
    paths = scanpaths_of([3, 0, 2, 4])
    paths = paths.replace(duration=np.arange(9.0), table=paths.table.assign(more=[1, 2, 3, 4]), dropped={"blink": 2})
    for rows in ([2, 0, 0], [1, 2], [], [False, True, False, True]):
        picked, positions = paths[rows], np.arange(4)[np.asarray(rows, dtype=bool if len(rows) == 4 else int)]
        made = Scanpaths.from_paths([paths[int(k)] for k in positions]) if len(positions) else picked
        pd.testing.assert_frame_equal(picked.table[made.table.columns], made.table)
        for name in ("x", "y", "duration", "offsets"):
            column = getattr(picked, name)
            assert column.dtype == getattr(paths, name).dtype
            assert column.tolist() == getattr(made, name).tolist()
            assert not column.flags.writeable
        assert picked.dropped == {"blink": 2}
        assert picked.table["more"].tolist() == (positions + 1).tolist()
        assert picked.replace(x=picked.x).table.equals(picked.table)  # the constructor changes nothing


def test_a_slice_of_neighbours_shares_memory(scanpaths_of):
    paths = scanpaths_of([3, 4, 5])
    assert np.shares_memory(paths[1:].x, paths.x)
    assert listed(paths[::-1]) == one_by_one(paths, [2, 1, 0])


def test_columns_are_read_only(scanpaths_of):
    paths = scanpaths_of([3])
    with pytest.raises(ValueError, match="read-only"):
        paths.x[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        paths[0].x[0] = 1


def test_from_paths_and_iteration_are_inverse(scanpaths_of):
    paths = scanpaths_of([3, 0, 2], task="look")
    again = Scanpaths.from_paths(list(paths), paths.facts)
    pd.testing.assert_frame_equal(again.table, paths.table)
    np.testing.assert_array_equal(again.x, paths.x)
    np.testing.assert_array_equal(again.duration, paths.duration)
    np.testing.assert_array_equal(again.offsets, paths.offsets)


def test_no_paths_at_all():
    empty = Scanpaths.from_paths([])
    assert len(empty) == 0
    assert listed(empty.filter(stimulus="a")) == []


def test_concat_fills_what_one_part_lacks(scanpaths_of):
    joined = Scanpaths.concat([scanpaths_of([2]), scanpaths_of([1], durations=False)])
    assert np.isnan(joined.duration).tolist() == [False, False, True]
    with pytest.raises(GazekitError, match="nothing to join"):
        Scanpaths.concat([])


def test_concat_refuses_other_facts(scanpaths_of):
    with pytest.raises(MismatchError, match="drop_first"):
        Scanpaths.concat([scanpaths_of([2]), scanpaths_of([2], facts=Facts(forced_first=True))])


def test_filter_and_groupby(scanpaths_of):
    paths = scanpaths_of([1, 2, 3], stimulus=["b", "a", "b"])
    assert paths.filter(stimulus="b").lengths.tolist() == [1, 3]
    assert paths.filter(stimulus=["a", "b"], subject="p2").lengths.tolist() == [3]
    assert {k: g.lengths.tolist() for k, g in paths.groupby("stimulus")} == {"a": [2], "b": [1, 3]}
    with pytest.raises(GazekitError, match="no column 'colour'"):
        paths.filter(colour="red")


def test_rescale_there_and_back(scanpaths_of):
    paths = scanpaths_of([3, 2], frame=Frame(800, 600))
    half = paths.rescale(Frame(400, 150, px_per_degree=10))
    np.testing.assert_allclose(half.x, paths.x / 2)
    np.testing.assert_allclose(half.y, paths.y / 4)
    assert half.frame_of(0) == Frame(400, 150, 10)
    np.testing.assert_allclose(half.rescale(Frame(800, 600)).y, paths.y)
    with pytest.raises(MismatchError, match="works on px"):
        half.to_degrees().rescale(Frame(1, 1))


def test_drop_first(scanpaths_of):
    paths = scanpaths_of([3, 1, 0], facts=Facts(forced_first=True))
    dropped = paths.drop_first()
    assert listed(dropped) == [paths[0].x[1:].tolist(), [], []]
    assert dropped.facts.forced_first is False
    with pytest.raises(MismatchError, match="nothing was removed"):
        dropped.drop_first()


def test_truncate_by_number(scanpaths_of):
    paths = scanpaths_of([5, 2])
    assert listed(paths.truncate(3)) == [paths[0].x[:3].tolist(), paths[1].x.tolist()]
    with pytest.raises(GazekitError, match="cannot be -1"):
        paths.truncate(-1)
    with pytest.raises(GazekitError, match="needs n"):
        paths.truncate()


def test_truncate_at_target():
    table = pd.DataFrame({"stimulus": list("aab"), "width": 100, "height": 100})
    paths = Scanpaths([10, 50, 51, 5, 6, 50], [10, 50, 51, 5, 6, 50], [0, 3, 5, 6], table)
    cut = paths.truncate(at_target={"a": (40, 40, 60, 60)})
    assert listed(cut) == [[10, 50], [5, 6], [50]]
    assert cut.facts.cut_at_target is True


def test_the_edge_of_the_target_is_inside():
    paths = Scanpaths([60, 61], [40, 40], [0, 2], pd.DataFrame({"stimulus": ["a"], "width": 99, "height": 99}))
    assert listed(paths.truncate(at_target={"a": (40, 40, 60, 60)})) == [[60]]


def test_to_degrees(scanpaths_of):
    paths = scanpaths_of([2, 2], frame=Frame(800, 600, 40))
    degrees = paths.to_degrees()
    np.testing.assert_allclose(degrees.x, paths.x / 40)
    assert degrees.frame_of(0) == Frame(20, 15, 1)
    assert degrees.to_degrees() is degrees
    with pytest.raises(MismatchError, match="px per degree.*2 of 2 paths"):
        scanpaths_of([2, 2]).to_degrees()


BOXES = np.array([[0, 0, 10, 10], [8, 0, 20, 10], [50, 50, 60, 60]], float)


def test_to_objects_against_brute_force():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-5, 70, (2, 200))
    table = pd.DataFrame({"stimulus": ["a"], "width": 70, "height": 70})
    paths = Scanpaths(x, y, [0, 200], table)
    inside = paths.to_objects({"a": BOXES}, rule="containing").object_id
    nearest = paths.to_objects({"a": BOXES}).object_id
    for k in range(200):
        d = [np.hypot(x[k] - (b[0] + b[2]) / 2, y[k] - (b[1] + b[3]) / 2) for b in BOXES]
        holds = [i for i, b in enumerate(BOXES) if b[0] <= x[k] <= b[2] and b[1] <= y[k] <= b[3]]
        best = min(holds, key=lambda i: d[i]) if holds else None
        assert inside[k] == (-1 if best is None else best)
        assert nearest[k] == (int(np.argmin(d)) if best is None else best)


def test_to_objects_errors(scanpaths_of):
    with pytest.raises(GazekitError, match="rule must be"):
        scanpaths_of([1]).to_objects({}, rule="closest")
    with pytest.raises(GazekitError, match="'s0' has no objects"):
        scanpaths_of([1]).to_objects({})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"y": [1]}, "y must be a column of length 2", id="lengths"),
        pytest.param({"offsets": [0, 3]}, "offsets must rise", id="offsets"),
        pytest.param(
            {"table": pd.DataFrame({"stimulus": ["a"], "width": [5]})}, "lacks the column 'height'", id="table"
        ),
    ],
)
def test_inconsistent_columns_are_refused(change, message):
    good = {
        "x": [1, 2],
        "y": [1, 2],
        "offsets": [0, 2],
        "table": pd.DataFrame({"stimulus": ["a"], "width": 5, "height": 5}),
    }
    with pytest.raises(DataError, match=message):
        Scanpaths(**{**good, **change})


def test_scanpath_lengths_must_agree():
    with pytest.raises(DataError, match="duration must be a column of length 2"):
        Scanpath([1, 2], [1, 2], [100], Frame(5, 5))


def test_check_frames_names_the_first_wrong_pair(scanpaths_of):
    a, b = scanpaths_of([2, 2]), scanpaths_of([2, 2], frame=Frame(400, 300))
    check_frames(a, a, np.array([[0, 1]]))
    with pytest.raises(MismatchError, match=r"path 1 .*800 x 600.*path 0 .*400 x 300.*rescale"):
        check_frames(a, b, np.array([[1, 0]]))


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=6))
def test_rank_and_path_of_every_fixation(scanpaths_of, lengths):
    paths = scanpaths_of(lengths)
    assert paths.rank_of().tolist() == [r for n in lengths for r in range(n)]
    assert paths.path_of().tolist() == [i for i, n in enumerate(lengths) for _ in range(n)]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (([0, 2, 0],), "a mask of true and false, one for each of the 3 paths, not int64 of shape .3,."),
        (([True],), "one for each of the 3 paths, not bool of shape .1,."),
        ({"subject": 7}, "column 'subject' holds text, and 7 is none, so no path has it"),
        ({"sample": ["0"]}, "column 'sample' holds numbers, and '0' is none"),
    ],
)
def test_filters_that_would_keep_other_paths(wanted, message):
    table = pd.DataFrame({"stimulus": ["a", "b", "c"], "subject": "7", "width": 9, "height": 9})
    paths = Scanpaths([1, 2, 3], [1, 2, 3], [0, 1, 2, 3], table)
    with pytest.raises(GazekitError, match=message):
        paths.filter(**wanted) if isinstance(wanted, dict) else paths.filter(*wanted)
    assert paths.filter([False, True, False]).x.tolist() == [2]
    assert paths.filter(np.array([False, True, False], dtype=object)).x.tolist() == [2]
    assert len(paths[[]].filter([])) == 0 == len(paths[[]].truncate(np.array([])))


def test_a_number_of_fixations_is_whole(scanpaths_of):
    with pytest.raises(GazekitError, match="a whole number of fixations, so n cannot be 1.5"):
        scanpaths_of([3, 2]).truncate(1.5)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sample": 0.7}, "samples must be whole numbers, and one is 0.7"),
        ({"sample": np.inf}, "samples must be whole numbers, and one is inf"),
        ({"width": -5}, "width of a scanpath must be above 0, and one is -5"),
        ({"px_per_degree": 0}, "px_per_degree of a scanpath must be above 0, and one is 0"),
        ({"stimulus": None}, "row 0 .from 0. of the table of scanpaths has no stimulus"),
    ],
)
def test_a_table_of_paths_that_cannot_be(change, message):
    table = pd.DataFrame({"stimulus": ["a"], "width": 9, "height": 9}).assign(**change)
    with pytest.raises(DataError, match=message):
        Scanpaths([1], [1], [0, 1], table)


def test_whole_columns_lose_no_part_and_empty_names_are_none():
    table = pd.DataFrame(
        {"stimulus": ["a", "b"], "subject": [None, "p"], "trial": [np.nan, "t"], "width": 9, "height": 9}
    )
    with pytest.raises(DataError, match="object_id must be whole numbers, and one is 1.7"):
        Scanpaths([1, 2], [1, 2], [0, 1, 2], table, object_id=[1.7, 0])
    with pytest.raises(DataError, match="offsets must be whole numbers, and one is nan"):
        Scanpaths([1, 2], [1, 2], [0, np.nan, 2], table)
    paths = Scanpaths([1, 2], [1, 2], [0, 1, 2], table.assign(source=[None, "m"], sample=[np.nan, 1]))
    assert paths.table[["subject", "trial", "source", "sample"]].values.tolist() == [
        ["", "a", "human", 0],
        ["p", "t", "m", 1],
    ]
