"""Shapes in closed form, and the rotation against OpenCV's own results."""

import hashlib
from math import cos, hypot, radians, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.datasets.synthetic.search_arrays.shapes import arc, bar, rectangle, ring, rotate

# First 16 digits of the SHA-256 of OpenCV 4.5.5's warpAffine about (side / 2, side / 2), bilinear, border 0.
OPENCV = {
    ("bar", -80): "e754e69ac8499e87",
    ("bar", -60): "ff59c1a1672e5e05",
    ("bar", -40): "d5bfcc7e15147691",
    ("bar", -20): "7ab4eb42be5afd54",
    ("bar", 0): "665e6dc64dc22306",
    ("bar", 20): "687eae3fc52a3ca7",
    ("bar", 40): "5dcc85bbd9cad41b",
    ("bar", 60): "c2bb11a95922c9da",
    ("bar", 80): "3c1830151b90ebe0",
    ("line", -45): "f6fd7fd3d41c3a15",
    ("line", -90): "29af3edd721dba5c",
    ("line", -135): "34e355671b43b78a",
    ("line", 180): "d58816837c3cc459",
}


def test_published_bars():
    assert (np.argwhere(bar(69, 60, 9)).min(axis=0) == (4, 30)).all()
    assert (np.argwhere(bar(69, 60, 9)).max(axis=0) == (63, 38)).all()
    assert int((bar(69, 60, 9) == 255).sum()) == 540
    np.testing.assert_array_equal(bar(48, 6, 36), rectangle(48, (21, 26), (6, 41)))
    assert int((bar(48, 6, 36) == 255).sum()) == 216


@pytest.mark.parametrize(("shape", "degrees"), OPENCV)
def test_rotation_is_that_of_opencv(shape, degrees):
    drawn = rotate({"bar": bar(69, 60, 9), "line": bar(48, 6, 36)}[shape], degrees)
    assert hashlib.sha256(drawn.tobytes()).hexdigest()[:16] == OPENCV[shape, degrees]


@given(st.floats(-360, 360), st.integers(0, 2**32 - 1))
def test_rotation_is_bilinear_sampling(degrees, seed):
    """Within what rounding to 1/32 px can change: about 1/64 px on each axis, each at most 255 per px."""
    side = 12
    image = np.random.default_rng(seed).integers(0, 256, (side, side), dtype=np.uint8)
    a, c = radians(degrees), side / 2
    drawn = rotate(image, degrees)
    for row in range(side):
        for column in range(side):
            x = c + cos(a) * (column - c) - sin(a) * (row - c)
            y = c + sin(a) * (column - c) + cos(a) * (row - c)
            value = 0.0
            for i in (int(np.floor(y)), int(np.floor(y)) + 1):
                for j in (int(np.floor(x)), int(np.floor(x)) + 1):
                    if 0 <= i < side and 0 <= j < side:
                        value += (1 - abs(y - i)) * (1 - abs(x - j)) * image[i, j]
            assert abs(value - float(drawn[row, column])) <= 255 * 2 / 60 + 1


def test_positive_is_counter_clockwise_as_seen():
    """A stroke from the middle to the right goes up when it is turned by 90 degrees."""
    right = rectangle(20, (10, 10), (11, 18))
    np.testing.assert_array_equal(rotate(right, 90), rectangle(20, (2, 9), (10, 10)))


def test_a_turn_and_a_turn_back_are_nothing():
    drawn = ring(30, 10, 5)  # far from the border, which a turn about (15, 15) moves by one pixel
    np.testing.assert_array_equal(rotate(rotate(drawn, 90), -90), drawn)
    np.testing.assert_array_equal(rotate(rotate(drawn, 180), 180), drawn)
    np.testing.assert_array_equal(rotate(drawn, 360), drawn)


@pytest.mark.parametrize(("outer", "inner"), [(15, 0), (26, 18), (1, 0), (3, 3)])
def test_ring_by_counting(outer, inner):
    drawn = ring(69, outer, inner)
    expected = sum(inner**2 <= x * x + y * y < outer**2 for x in range(-34, 35) for y in range(-34, 35))
    assert int((drawn == 255).sum()) == expected
    np.testing.assert_array_equal(drawn, drawn[::-1])
    np.testing.assert_array_equal(drawn, drawn.T)


def test_arc_is_all_pixels_near_the_line():
    """Brute force: distance to 20,000 points of the arc."""
    angles = np.radians(np.linspace(52, 127, 20_000))
    row, column = -2 + 30 * np.sin(angles), 24 + 30 * np.cos(angles)
    expected = np.array([[np.hypot(row - i, column - j).min() <= 3.5 for j in range(48)] for i in range(48)])
    np.testing.assert_array_equal(arc(48, (-2, 24), 30, 7, 52, 127) == 255, expected)


def test_arc_covers_about_thickness_times_length():
    covered = int((arc(200, (100, 100), 80, 9, 10, 100) == 255).sum())
    assert covered == pytest.approx(9 * 80 * radians(90) + np.pi * 4.5**2, rel=0.02)
    assert hypot(*(np.argwhere(arc(200, (100, 100), 80, 9, 10, 100)) - 100).mean(axis=0)) > 50
