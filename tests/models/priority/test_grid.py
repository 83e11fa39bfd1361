import numpy as np
import pytest

from gazekit.core.frames import Frame
from gazekit.models.priority.grid import CELLS, Grid


@pytest.mark.parametrize("size", [(800, 600), (600, 800), (1, 1), (20_000, 300), (3, 900)])
def test_points_lie_in_their_cells(size):
    grid = Grid.of(Frame(*size))
    assert 0.8 * CELLS < grid.rows * grid.columns < 1.25 * CELLS
    every = np.arange(grid.rows * grid.columns)
    for u in (0.01, 0.5, 0.99):
        x, y = grid.points(every, np.full(len(every), u), np.full(len(every), 1 - u))
        assert np.array_equal(grid.cells(x, y), every)
    x, y = grid.points(every, np.full(len(every), 0.5), np.full(len(every), 0.5))
    across, down = grid.centres()
    assert np.allclose(
        grid.places(x, y), np.stack([np.tile(across, grid.rows), np.repeat(down, grid.columns)], 1), atol=1e-6
    )


def test_cells_are_square_and_edges_count_as_inside():
    grid = Grid.of(Frame(800, 600))
    assert grid.width / grid.columns == grid.height / grid.rows == 25
    x, y = np.array([0, 800, 800.01, -0.1, np.nan]), np.array([0, 600, 10, 10, 10])
    assert grid.cells(x, y).tolist() == [0, grid.rows * grid.columns - 1, -1, -1, -1]
