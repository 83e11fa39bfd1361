"""What can be declared, and the sentence for what cannot."""

from dataclasses import replace

import numpy as np
import pytest

from gazekit.datasets.synthetic.search_arrays import Condition, Drawing, Experiment, Layout, experiments, paint
from gazekit.foundations.errors import GazekitError

DOT = Drawing("dot", np.zeros((10, 10), np.uint8))
RING = Drawing("ring", np.full((10, 10), 9, np.uint8))
LAYOUT = Layout(100, grid=3, cell=30, jitter=5, background=255)
SMALL = Experiment("dots", "a dot among rings", LAYOUT, [Condition("dot_in_rings", DOT, RING)], [1, 9])


def test_sizes_in_degrees_are_those_of_the_published_layout():
    layout = Layout.in_degrees(11.3, grid=4, cell=2.8, jitter=0.5, background=255)
    assert layout == Layout(339, grid=4, cell=84, jitter=15, background=255) == experiments()["oblique"].layout


def test_no_jitter_in_degrees_is_one_position():
    assert Layout.in_degrees(10, grid=2, cell=4, jitter=0, background=0, px_per_degree=10).jitter == 1


def test_cells_are_rows_of_squares():
    cells = LAYOUT.cells
    assert cells.shape == (9, 4)
    assert cells[5].tolist() == [60, 30, 90, 60]  # second row, third column
    with pytest.raises(ValueError, match="read-only"):
        cells[0, 0] = 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"side": 0}, "a layout's side must be a whole number of at least 1, not 0"),
        ({"cell": 2.5}, "a layout's cell must be a whole number of at least 1, not 2.5"),
        ({"jitter": True}, "a layout's jitter must be a whole number of at least 1, not True"),
        ({"background": 256}, r"the background must be a grey level 0..255 or three of them \(r, g, b\), not 256"),
        ({"background": (1, 2)}, r"the background must be .* not \(1, 2\)"),
        ({"cell": 34}, "a grid of 3 x 3 cells of 34 px needs 102 px, and the display has 100; give fewer or smaller"),
    ],
)
def test_layouts_that_cannot_be(changes, message):
    with pytest.raises(GazekitError, match=message):
        replace(LAYOUT, **changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "a/b"}, "the name of a search condition must be a word without '/', not 'a/b'"),
        ({"versions": "some"}, "versions of condition 'c' must be one of 'random', 'in turn', 'evenly', not 'some'"),
        ({"target": ()}, "condition 'c' has no drawing of its target; give at least one"),
    ],
)
def test_conditions_that_cannot_be(changes, message):
    with pytest.raises(GazekitError, match=message):
        replace(Condition("c", DOT, RING), **changes)


def test_a_condition_without_words_is_asked_for_by_its_name():
    assert Condition("a_b", DOT, RING).task == "a b"
    assert Condition("a_b", DOT, RING, task="a dot").task == "a dot"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "the name of a search experiment must be a word without '/', not ''"),
        ({"set_sizes": [10]}, "experiment 'dots' asks for 10 items, but its grid has 3 x 3 = 9 cells; give smaller"),
        ({"set_sizes": [0]}, "a set size of experiment 'dots' must be a whole number of at least 1, not 0"),
        ({"set_sizes": []}, "experiment 'dots' has no set size; give at least one"),
        ({"set_sizes": [2, 2]}, "experiment 'dots' has the set size 2 twice; each must be there once"),
        ({"per_size": 0}, "per_size of experiment 'dots' must be a whole number of at least 1, not 0"),
        ({"found": "box"}, "found of experiment 'dots' must be one of 'cell', 'item', not 'box'"),
        ({"conditions": []}, "experiment 'dots' has no condition; give at least one"),
        ({"conditions": [Condition("c", DOT, RING)] * 2}, "has the condition 'c' twice; each must be there once"),
        ({"conditions": [Condition("c", DOT, ())]}, "condition 'c' of experiment 'dots' has no drawing of its distr"),
        (
            {"layout": replace(LAYOUT, jitter=22)},
            r"drawing 'dot' \(10 x 10 px\) of experiment 'dots' needs a cell of 31 px with a jitter of 0 to 21 px, and "
            "a cell has 30; make the drawing or the jitter smaller",
        ),
        (
            {"conditions": [Condition("c", DOT, Drawing("wall", np.zeros((8, 101), np.uint8)))]},
            r"drawing 'wall' \(101 x 8 px\) is larger than the display of experiment 'dots' \(100 x 100 px\)",
        ),
    ],
)
def test_experiments_that_cannot_be(changes, message):
    with pytest.raises(GazekitError, match=message):
        replace(SMALL, **changes)


def test_the_largest_jitter_that_fits_is_accepted():
    assert replace(SMALL, layout=replace(LAYOUT, jitter=21)).layout.jitter == 21


def test_a_target_alone_needs_no_distractor():
    assert replace(SMALL, conditions=[Condition("c", DOT, ())], set_sizes=[1]).set_sizes == (1,)


@pytest.mark.parametrize(
    "pixels", [np.zeros((3, 3)), np.zeros((3, 3, 4), np.uint8), np.zeros((0, 3), np.uint8), np.zeros(3, np.uint8)]
)
def test_pixels_that_are_no_drawing(pixels):
    with pytest.raises(GazekitError, match=r"drawing 'x' must be an array \(h, w\) or \(h, w, 3\) of uint8"):
        Drawing("x", pixels)


def test_a_drawing_keeps_a_copy():
    pixels = np.zeros((2, 2), np.uint8)
    drawing = Drawing("x", pixels)
    pixels[:] = 7
    assert (drawing() == 0).all()
    with pytest.raises(ValueError, match="read-only"):
        drawing.pixels[0, 0] = 1


def test_paint_mixes_ink_and_paper():
    coverage = np.array([[0, 51, 255]], np.uint8)
    assert paint("x", coverage, ink=0, paper=255).pixels.tolist() == [[255, 204, 0]]
    assert paint("x", coverage, ink=(255, 0, 10), paper=10).pixels.tolist() == [
        [[10, 10, 10], [59, 8, 10], [255, 0, 10]]
    ]
    with pytest.raises(GazekitError, match="the ink of 'x' must be a grey level"):
        paint("x", coverage, ink=-1, paper=0)
    with pytest.raises(GazekitError, match="the paper of 'x' must be a grey level"):
        paint("x", coverage, ink=1, paper=0.5)
