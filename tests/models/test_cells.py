"""The grid of a density."""

import pytest

from gazekit.core.frames import Frame
from gazekit.foundations.errors import GazekitError
from gazekit.models.cells import cells


@pytest.mark.parametrize(
    "shape", [(0, 5), (-1, 2), (2.5, 2), (3,), (2, 2, 2), (), (float("nan"), 1), (float("inf"), 1), (None, 2)]
)
def test_shapes_that_are_none(shape):
    with pytest.raises(GazekitError, match=r"the shape of a density is \(rows, columns\), 1 or more each, not \("):
        cells(Frame(4, 3), shape)


def test_one_number_is_no_shape():
    with pytest.raises(GazekitError, match="1 or more each, not 5"):
        cells(Frame(4, 3), 5)


def test_one_cell_will_do():
    assert cells(Frame(4, 3), (1, 1)) == (1, 1)
