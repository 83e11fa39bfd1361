"""Views: where an image lies on an input, and what a crop hides."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit import Facts, Frame, Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.view import Fovea, View, unreachable_share

sides = st.integers(1, 3000)


@given(
    width=sides, height=sides, how=st.sampled_from(["letterbox", "whole", "crop"]), x=st.floats(0, 1), y=st.floats(0, 1)
)
def test_to_px_and_back(width, height, how, x, y):
    view = View.of(Frame(width, height), 224, how)
    there = view.to_grid(np.array([x * width]), np.array([y * height]))
    back = view.to_px(there)
    np.testing.assert_allclose([back[0][0], back[1][0]], [x * width, y * height], atol=1e-6 * max(width, height))


@given(width=sides, height=sides, how=st.sampled_from(["letterbox", "whole", "crop"]))
def test_the_limits_are_inside_the_image(width, height, how):
    view = View.of(Frame(width, height), 224, how)
    (low_row, high_row), (low_column, high_column) = view.limits
    x, y = view.to_px(np.array([[low_row, low_column], [high_row, high_column]]))
    assert (x >= 0).all()
    assert (x <= width).all()
    assert (y >= 0).all()
    assert (y <= height).all()
    assert (np.abs(view.limits) <= 1 + 1e-12).all()


def test_published_crop():
    view = View.of(Frame(1024, 768), 224, "crop")
    assert view.content == (224, 298)  # int(224 * 1024 / 768)
    assert view.corner == (0, -37)
    # the spec's formula, X = (q + o + .5) / r, in coordinates of px edges
    x, y = view.to_px(np.array([[0.5, -1.0]]))
    assert x[0] == pytest.approx((0 + 37 + 0.5) / (298 / 1024))
    assert y[0] == pytest.approx((0.75 * 223 + 0.5) / (224 / 768))


def test_what_a_crop_hides():
    width = np.linspace(0.5, 1023.5, 1024)
    table = pd.DataFrame({"stimulus": ["a"], "width": 1024, "height": 768})
    paths = Scanpaths(width, np.full(1024, 384.0), [0, 1024], table)
    assert unreachable_share(paths) == pytest.approx(0.25, abs=0.005)
    assert unreachable_share(paths, how="letterbox") == 0
    tall = pd.DataFrame({"stimulus": ["a"], "width": 405, "height": 1024})
    paths = Scanpaths(np.full(1024, 200.0), width, [0, 1024], tall)
    assert unreachable_share(paths) == pytest.approx(0.60, abs=0.01)


def test_people_on_osie(data_root):
    from gazekit.datasets import load_dataset

    people = load_dataset("osie", data_root / "osie").scanpaths
    # 600 of 800 columns are shown: fixations in the outer 100 px to each side, up to the rounding of a cell
    brute = np.mean((people.x < 100) | (people.x > 700))
    assert unreachable_share(people) == pytest.approx(brute, abs=0.005)
    assert 0.05 < brute < 0.25


def test_degrees_have_no_unreachable_share():
    table = pd.DataFrame({"stimulus": ["a"], "width": 10, "height": 10})
    paths = Scanpaths([1], [1], [0, 1], table, facts=Facts(unit="degrees"))
    with pytest.raises(GazekitError, match="counted in px; these scanpaths are in degrees"):
        unreachable_share(paths)


def test_no_fixation_no_share():
    table = pd.DataFrame({"stimulus": ["a"], "width": 10, "height": 10})
    assert np.isnan(unreachable_share(Scanpaths([], [], [0, 0], table)))


def test_an_unknown_view_is_refused():
    with pytest.raises(GazekitError, match="a view must be one of 'letterbox', 'whole', 'crop', not 'stretch'"):
        View.of(Frame(4, 3), 224, "stretch")


@pytest.mark.parametrize("how", ["letterbox", "whole", "crop"])
@pytest.mark.parametrize("frame", [Frame(800, 600), Frame(600, 800), Frame(500, 500)])
def test_a_fovea_in_px_is_a_circle_of_that_size(frame, how):
    view = View.of(frame, 224, how)
    down, across = Fovea(50.0, "px").on(view)
    middle = view.to_grid(np.array([frame.width / 2]), np.array([frame.height / 2]))[0]
    for dx, dy in ((50, 0), (0, 50)):
        there = view.to_grid(np.array([frame.width / 2 + dx]), np.array([frame.height / 2 + dy]))[0]
        g = np.exp(-((there - middle)[0] ** 2) / down - (there - middle)[1] ** 2 / across)
        assert g == pytest.approx(np.exp(-0.5))  # one standard deviation away


def test_units_of_the_fovea():
    view = View.of(Frame(800, 600, px_per_degree=25), 224)
    assert Fovea(2.0, "degrees").on(view) == Fovea(50.0, "px").on(view)
    assert Fovea(0.2).on(view) == (0.2, 0.2)
    assert Fovea((0.2, 0.1)).on(view) == (0.1, 0.2)  # given as (x, y), returned along (rows, columns)
    down, across = Fovea(0.2).on(View.of(Frame(800, 600), 224, "whole"))
    assert across == pytest.approx(0.2)
    assert down == pytest.approx(0.2 * (223 / 167) ** 2)  # the same circle of cells


def test_bad_foveas():
    with pytest.raises(GazekitError, match="frame 800 x 600 px does not say how many px a degree is"):
        Fovea(2.0, "degrees").on(View.of(Frame(800, 600), 224))
    with pytest.raises(GazekitError, match="must be a positive number, or a pair of them .*, not -1"):
        Fovea(-1)
    with pytest.raises(GazekitError, match="unit of the fovea must be one of 'grid', 'px', 'degrees', not 'cm'"):
        Fovea(1, "cm")
