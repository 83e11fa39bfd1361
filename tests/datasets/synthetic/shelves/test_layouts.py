"""Places of covers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.shelves.layouts import GRIDS, shelf_layout
from gazekit.foundations.errors import GazekitError


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*GRIDS, "1x2", "20x25", "irregular"]), st.integers(0, 2**40))
def test_boxes_are_inside_and_do_not_overlap(name, seed):
    kind = shelf_layout(name)
    boxes = kind.boxes(Draws(seed, "t"))
    covered = np.zeros((int(kind.frame.height), int(kind.frame.width)), dtype=int)
    for x0, y0, x1, y1 in boxes:
        assert 0 <= x0 < x1 <= kind.frame.width
        assert 0 <= y0 < y1 <= kind.frame.height
        covered[y0:y1, x0:x1] += 1
    assert covered.max() == 1
    if name == "irregular":
        assert 20 <= len(boxes) <= 30
    else:
        assert len(boxes) == kind.rows * kind.columns
        assert {(x1 - x0, y1 - y0) for x0, y0, x1, y1 in boxes.tolist()} == {(30, 48)}


def test_grids_are_row_by_row():
    boxes = shelf_layout("4x8").boxes(Draws(0, "t"))
    assert boxes[:2].tolist() == [[3, 3, 33, 51], [39, 3, 69, 51]]
    assert boxes[8].tolist() == [3, 57, 33, 105]


def test_irregular_boxes_differ_in_size_number_and_place():
    drawn = [shelf_layout("irregular").boxes(Draws(seed, "t")) for seed in range(40)]
    assert {len(b) for b in drawn} >= {20, 25, 30}
    size = np.concatenate([b[:, 2:] - b[:, :2] for b in drawn])
    assert size.min(axis=0).tolist() == [22, 36]
    assert size.max(axis=0).tolist() == [42, 64]


@pytest.mark.parametrize("name", ["4by8", "0x4", "4x", "x", "4x8x2", " 4x8", "-2x4", "1000x2", 48, None])
def test_what_is_no_layout(name):
    with pytest.raises(GazekitError, match="is no layout of shelves; give rows x columns, as '4x8', or 'irregular'"):
        shelf_layout(name)


@pytest.mark.parametrize(("name", "places"), [("1x1", 1), ("30x30", 900)])
def test_too_few_or_too_many_places(name, places):
    with pytest.raises(GazekitError, match=f"'{name}' has {places} places for covers; a shelf has 2 to 500"):
        shelf_layout(name)
