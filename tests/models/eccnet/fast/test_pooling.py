import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.models.eccnet.fast.pooling import CellRange, PoolTable, pool_whole
from gazekit.models.eccnet.pools import PoolRule, pool_every_ring


@pytest.mark.parametrize("size", [33, 50, 51, 64])
@pytest.mark.parametrize("kind", ["average", "max"])
@pytest.mark.parametrize("rule", [(2, 0.32, 2), (2, 0.16, 4), (3, 0.32, 2), (2, 0.0, 0), (3, 0.0, 0)])
def test_a_whole_map_is_that_of_every_ring(size, kind, rule):
    rule = PoolRule(rule[0], 2, kind, rule[1], rule[2])
    x = np.random.default_rng(size).standard_normal((1, 3, size, size)).astype(np.float32)
    expected = pool_every_ring(torch.from_numpy(x), rule)
    assert (pool_whole(torch.from_numpy(x), rule) - expected).abs().max() < 1e-6


@pytest.mark.parametrize(("target", "grows"), [(224, False), (225, True)])
def test_the_target_branch_grows_only_for_large_targets(target, grows):
    extent = target
    for _ in range(4):
        extent = -(-extent // 2)
    assert PoolTable(extent, extent, PoolRule(2, 2, "average", 0.32, 2)).uniform is not grows


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_box_of_the_output_is_what_the_whole_would_be(data):
    size = data.draw(st.integers(20, 60))
    kind = data.draw(st.sampled_from(["average", "max"]))
    rule = PoolRule(
        data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2)), kind, data.draw(st.sampled_from([0.0, 0.32])), 2
    )
    table = PoolTable(size, size, rule)
    x = torch.from_numpy(np.random.default_rng(0).standard_normal((1, 2, size, size)).astype(np.float32))
    top = data.draw(st.integers(0, table.rows - 1))
    left = data.draw(st.integers(0, table.columns - 1))
    box = CellRange(
        top, data.draw(st.integers(top + 1, table.rows)), left, data.draw(st.integers(left + 1, table.columns))
    )
    needed = table.needed(box)
    part = x[:, :, needed.top : needed.bottom, needed.left : needed.right]
    expected = pool_every_ring(x, rule)[:, :, box.top : box.bottom, box.left : box.right]
    assert torch.allclose(table.compute(part, needed, box), expected, atol=1e-5)
    assert torch.allclose(table._side_by_side(part, needed, box), expected, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 39), st.integers(0, 39), st.integers(1, 12), st.sampled_from([0.0, 0.32]))
def test_a_change_of_the_input_changes_nothing_outside_of_what_is_said(row, column, side, slope):
    rule = PoolRule(2, 2, "average", slope, 2)
    table = PoolTable(40, 40, rule)
    box = CellRange(row, min(row + side, 40), column, min(column + side, 40))
    x = torch.zeros(1, 1, 40, 40)
    x[:, :, box.top : box.bottom, box.left : box.right] = 1
    rows, columns = np.nonzero(pool_every_ring(x, rule)[0, 0].numpy())
    assert table.influenced(box) == CellRange(rows.min(), rows.max() + 1, columns.min(), columns.max() + 1)


def test_nothing_comes_of_an_empty_box():
    assert PoolTable(10, 10, PoolRule(2, 2, "average", 0.07, 8)).influenced(CellRange(3, 3, 0, 5)).empty


def test_boxes_move_meet_and_cut_themselves_out():
    cells = np.arange(30).reshape(5, 6)
    box = CellRange(1, 3, 2, 5)
    assert cells[box.within()].tolist() == [[8, 9, 10], [14, 15, 16]]
    assert cells[1:, 2:][box.within(1, 2)].tolist() == cells[box.within()].tolist()
    assert box.moved(2, -1) == CellRange(3, 5, 1, 4)
    assert box.meet(CellRange(2, 9, 0, 4)) == CellRange(2, 3, 2, 4)
    assert box.meet(CellRange(3, 9, 0, 9)).empty
    assert CellRange.around(cells % 6 == 4) == CellRange(0, 5, 4, 5)
    assert CellRange.around(cells < 0).empty
