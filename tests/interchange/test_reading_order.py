import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gazekit.interchange.shelf_photograph import reading_order


def grid(rows, columns, seed=0, crooked=0.0):
    y, x = (a.ravel() for a in np.mgrid[:rows, :columns])
    shift = np.random.default_rng(seed).uniform(-crooked, crooked, (2, rows * columns))
    corner = np.column_stack([x * 50 + shift[0], y * 80 + shift[1]])
    return np.hstack([corner, corner + np.array([40, 60])])


@given(st.integers(1, 6), st.integers(1, 9), st.integers(0, 99))
def test_crooked_rows_are_read_as_rows_in_any_order(rows, columns, seed):
    boxes = grid(rows, columns, seed, crooked=4)
    shuffled = np.random.default_rng(seed).permutation(len(boxes))
    order, row = reading_order(boxes[shuffled])
    assert shuffled[order].tolist() == list(range(rows * columns))
    assert row.tolist() == np.repeat(np.arange(rows), columns).tolist()


def test_a_row_that_straddles_a_multiple_of_ten():
    """Sorting by floor(top / 10), then left, scrambles this row."""
    boxes = np.array([[0, 19, 30, 60], [40, 21, 70, 60], [80, 18, 110, 60]])
    assert reading_order(boxes)[0].tolist() == [0, 1, 2]


def test_boxes_of_unequal_height_that_stand_on_one_board():
    boxes = np.array([[0, 20, 30, 100], [40, 40, 70, 100], [80, 30, 110, 100], [0, 140, 30, 200]])
    assert reading_order(boxes)[1].tolist() == [0, 0, 0, 1]


def test_one_box_and_none():
    assert [a.tolist() for a in reading_order(np.array([[1, 2, 3, 4]]))] == [[0], [0]]
    assert [a.tolist() for a in reading_order(np.empty((0, 4)))] == [[], []]
