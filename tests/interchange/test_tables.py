"""Tables with one row per fixation: what is read, what is refused, what is counted."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Facts, Frame, Scanpaths
from gazekit.foundations.errors import DataError
from gazekit.interchange import from_table, to_table
from gazekit.interchange.points import EMPTIED

SIZE = {"width": 100, "height": 50}


def rows(**columns):
    base = {"stimulus": ["a", "a", "b"], "x": [1.0, 2.0, 3.0], "y": [4.0, 5.0, 6.0]}
    return pd.DataFrame({**base, **columns})


def equal(a: Scanpaths, b: Scanpaths) -> bool:
    columns = ("x", "y", "offsets", "duration", "object_id")
    same = [
        np.array_equal(getattr(a, c), getattr(b, c), equal_nan=c in ("x", "y", "duration"))
        if getattr(a, c) is not None
        else getattr(b, c) is None
        for c in columns
    ]
    return all(same) and a.table.equals(b.table)


def test_reads_paths_in_the_order_of_their_first_rows():
    paths = from_table(rows(stimulus=["b", "a", "b"]), **SIZE)
    assert paths.table["stimulus"].tolist() == ["b", "a"]
    assert paths.x.tolist() == [1, 3, 2]


def test_fills_in_what_a_table_does_not_say():
    table = from_table(rows(), **SIZE).table
    assert table.loc[0, ["subject", "trial", "source", "sample", "task"]].tolist() == [
        "",
        "a",
        "human",
        0,
        "",
    ]


def test_fixation_numbers_order_the_rows_and_may_have_gaps():
    paths = from_table(rows(stimulus="a", fixation=[7, 0, 3]), **SIZE)
    assert paths.x.tolist() == [2, 3, 1]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param("subject", ["1", "2", "1"], id="subject"),
        pytest.param("trial", ["1", "2", "1"], id="trial"),
        pytest.param("source", ["human", "levy", "human"], id="source"),
        pytest.param("sample", [0, 1, 0], id="sample"),
    ],
)
def test_every_part_of_the_key_tells_paths_apart(column, values):
    paths = from_table(rows(stimulus="a", **{column: values}), **SIZE)
    assert paths.lengths.tolist() == [2, 1]
    assert paths.x.tolist() == [1, 3, 2]


def test_numbers_as_names_are_plain_text():
    paths = from_table(rows(stimulus=[1, 1, 2], subject=[3.0, 3.0, None]), **SIZE)
    assert paths.table[["stimulus", "subject"]].to_numpy().tolist() == [["1", "3"], ["2", ""]]


def test_other_columns_stay_with_the_path_or_are_counted():
    paths = from_table(rows(correct=[1, 1, 0], pupil=[3.1, 3.2, 3.3], note=[None, None, "x"]), **SIZE)
    assert paths.table["correct"].tolist() == [1, 0]
    assert paths.table["note"].isna().tolist() == [True, False]
    assert "pupil" not in paths.table
    assert paths.dropped == {"column 'pupil' changes within a path: left out": 3}


def test_cells_that_are_lists_stay_with_the_path():
    paths = from_table(rows(bbox=[[1, 2], [1, 2], [3]]), **SIZE)
    assert paths.table["bbox"].tolist() == [[1, 2], [3]]


def test_renames_columns_and_seconds_become_ms():
    table = rows(FIX_X=[9.0, 8.0, 7.0], dur=[0.1, 0.2, np.nan])
    paths = from_table(table, columns={"x": "FIX_X", "duration_ms": "dur"}, time_unit="s", **SIZE)
    assert paths.x.tolist() == [9, 8, 7]
    np.testing.assert_array_equal(paths.duration, [100, 200, np.nan])


def test_x_and_y_can_change_places():
    paths = from_table(rows(), columns={"x": "y", "y": "x"}, **SIZE)
    assert paths.x.tolist() == [4, 5, 6]
    assert paths.y.tolist() == [1, 2, 3]


def test_frames_come_from_a_mapping():
    paths = from_table(rows(), frames={"a": Frame(10, 20, 3), "b": Frame(30, 40)})
    assert paths.frame_of(0) == Frame(10, 20, 3)
    assert paths.frame_of(1) == Frame(30, 40)


def test_frames_come_from_columns_and_agree_with_the_option():
    table = rows(width=[10, 10, 30], height=20, px_per_degree=[2, 2, None])
    paths = from_table(table)
    assert paths.frame_of(0) == Frame(10, 20, 2)
    assert paths.frame_of(1) == Frame(30, 20)
    assert from_table(table, height=20).frame_of(0) == Frame(10, 20, 2)


def test_a_size_in_the_table_comes_before_frames():
    frames = {"a": Frame(10, 20, 3), "b": Frame(30, 40, 4)}
    paths = from_table(rows(width=[99, 99, None], height=[20, 20, 40]), frames=frames)
    assert paths.frame_of(0) == Frame(99, 20)  # another size of the image: the scale of `frames` is not its scale
    assert paths.frame_of(1) == Frame(30, 40, 4)


def test_rows_of_stimuli_without_a_frame_can_be_dropped():
    paths = from_table(rows(stimulus=["x", "a", "x"]), frames={"a": Frame(9, 9)}, unknown_stimuli="drop")
    assert paths.table["stimulus"].tolist() == ["a"]
    assert paths.dropped == {"path of an unknown stimulus (left out): 'x'; there are 'a'": 1}


def test_px_per_degree_goes_with_frames():
    assert from_table(rows(), frames=dict.fromkeys("ab", Frame(9, 9)), px_per_degree=30).frame_of(0).px_per_degree == 30


@pytest.mark.parametrize(
    ("outside", "x", "lengths", "dropped"),
    [
        pytest.param("keep", [-1, 100, 3], [2, 1], {"points outside the image (kept)": 2}, id="keep"),
        pytest.param("clip", [0, 100, 3], [2, 1], {"points outside the image (moved to its edge)": 2}, id="clip"),
        pytest.param("drop", [100], [1, 0], {"points outside the image (dropped)": 2, EMPTIED: 1}, id="drop"),
    ],
)
def test_fixations_outside_the_image(outside, x, lengths, dropped):
    paths = from_table(rows(x=[-1, 100, 3], y=[0, 50, 50.1]), outside=outside, **SIZE)
    assert paths.x.tolist() == x
    assert paths.lengths.tolist() == lengths  # a path that lost all its fixations is still there
    assert paths.dropped == dropped
    assert paths.y.max() <= 50 or outside == "keep"


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, None], ids=str)
def test_missing_coordinates(value):
    table = rows(y=[4.0, value, 6.0])
    with pytest.raises(
        DataError,
        match=r"infinite in 1 of 3 fixations \(first: fixation 1 of stimulus 'a'.*='drop'.*--missing drop",
    ):
        from_table(table, **SIZE)
    dropped = from_table(table, missing="drop", **SIZE)
    assert dropped.lengths.tolist() == [1, 1]
    assert dropped.dropped == {"x or y missing: dropped": 1}
    assert from_table(table, missing="keep", **SIZE).lengths.tolist() == [2, 1]


def test_kept_missing_coordinates_are_not_called_outside():
    paths = from_table(rows(x=[np.nan, 2, 3]), missing="keep", outside="clip", **SIZE)
    assert np.isnan(paths.x[0])
    assert paths.dropped == {}


def test_empty_paths_are_kept():
    table = rows(stimulus=["a", "b", "c"], fixation=[0, -1, 0], x=[1, None, 3], y=[1, None, 3])
    paths = from_table(table, **SIZE)
    assert paths.table["stimulus"].tolist() == ["a", "b", "c"]
    assert paths.lengths.tolist() == [1, 0, 1]
    assert to_table(paths)["fixation"].tolist() == [0, -1, 0]


def test_a_table_without_rows_is_no_paths():
    paths = from_table(rows().iloc[:0], **SIZE)
    assert len(paths) == 0
    assert len(to_table(paths)) == 0


def test_object_ids_and_facts():
    facts = Facts(forced_first=True, points="clicks")
    paths = from_table(rows(object_id=[2, None, 0]), facts=facts, **SIZE)
    assert paths.object_id.tolist() == [2, -1, 0]
    assert paths.facts == facts


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.integers(0, 5), max_size=8),
    durations=st.booleans(),
    seed=st.integers(0, 2**16),
)
def test_round_trip(lengths, durations, seed):
    rng = np.random.default_rng(seed)
    n, total = len(lengths), sum(lengths)
    table = pd.DataFrame(
        {
            "stimulus": [f"s{i // 2}" for i in range(n)],
            "subject": [f"p{i % 2}" for i in range(n)],
            "width": 10.0,
            "height": 20.0,
            "px_per_degree": rng.choice([np.nan, 30.0], n),
            "correct": rng.integers(0, 2, n),
        }
    ).astype({"stimulus": "str", "subject": "str"})
    paths = Scanpaths(
        rng.normal(size=total),
        rng.normal(size=total),
        np.concatenate([[0], np.cumsum(lengths)]),
        table,
        duration=rng.random(total) if durations and total else None,
        object_id=np.arange(total) if total else None,
    )
    assert equal(from_table(to_table(paths)), paths)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**16))
def test_the_order_of_rows_does_not_matter_where_fixations_are_numbered(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "stimulus": rng.choice(["a", "b", "c"], 20),
            "fixation": np.arange(20),
            "x": rng.random(20),
            "y": rng.random(20),
        }
    )
    read = {p.ids["stimulus"]: p for p in from_table(table.sample(frac=1, random_state=seed), **SIZE)}
    for stimulus, part in table.groupby("stimulus"):
        np.testing.assert_array_equal(read[stimulus].xy, part[["x", "y"]])
