"""Positions that are not px of the image: each option undoes what it names, exactly."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit import DataError, Dataset, Scanpaths
from gazekit.interchange import Space, from_table

X, Y, WIDTH, HEIGHT = np.array([10.0, 60.0]), np.array([20.0, 70.0]), 100, 80


@pytest.mark.parametrize(
    ("options", "x", "y"),
    [
        ({}, X, Y),
        ({"position_unit": "share"}, X / WIDTH, Y / HEIGHT),
        ({"position_unit": "percent"}, 100 * X / WIDTH, 100 * Y / HEIGHT),
        ({"recorded_width": 50, "recorded_height": 20}, X / 2, Y / 4),
        ({"scale": 0.5}, X * 2, Y * 2),
        ({"origin": "bottom-left"}, X, HEIGHT - Y),
        ({"origin": "centre"}, X - 50, Y - 40),
        ({"origin": "centre-up"}, X - 50, 40 - Y),
        ({"screen_width": 200, "screen_height": 180}, X + 50, Y + 50),
        ({"offset_x": 7, "offset_y": -3}, X + 7, Y - 3),
        ({"screen_width": 200, "screen_height": 180, "origin": "centre-up"}, X - 50, 40 - Y),
        ({"screen_width": 200, "screen_height": 180, "position_unit": "share"}, (X + 50) / 200, (Y + 50) / 180),
        ({"position_unit": "share", "origin": "bottom-left"}, X / WIDTH, 1 - Y / HEIGHT),
    ],
)
def test_positions_become_px_of_the_image(options, x, y):
    found = Space(**options).to_image(x, y, WIDTH, HEIGHT)
    np.testing.assert_allclose(found, (X, Y))


@given(st.floats(-500, 500), st.floats(-500, 500), st.floats(10, 3000), st.floats(10, 3000))
def test_a_screen_is_an_offset_of_half_the_difference(x, y, width, height):
    screen = Space(screen_width=1920, screen_height=1200).to_image(np.array([x]), np.array([y]), width, height)
    offset = Space(offset_x=(1920 - width) / 2, offset_y=(1200 - height) / 2)
    np.testing.assert_allclose(screen, offset.to_image(np.array([x]), np.array([y]), width, height))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"origin": "middle"}, "origin must be one of 'top-left', 'bottom-left', 'centre', 'centre-up', not 'middle'"),
        ({"position_unit": "degrees"}, "position_unit must be one of 'px', 'share', 'percent', not 'degrees'"),
        ({"scale": 0}, "scale must be a number above 0, not 0"),
        ({"offset_x": "left"}, "offset_x must be a number of px, not 'left'"),
        ({"screen_width": 100}, "screen_width and screen_height go together; give both"),
        (
            {"position_unit": "share", "scale": 2},
            "positions in share need no recorded size and no scale; leave them out",
        ),
    ],
)
def test_what_cannot_be_is_refused(options, said):
    with pytest.raises(DataError) as caught:
        Space(**options)
    assert str(caught.value) == said


def test_a_table_is_read_in_its_space_and_points_outside_are_counted_after_it():
    rows = pd.DataFrame({"stimulus": "a", "x": [-50.0, 49.0, 70.0], "y": [40.0, -39.0, 0.0]})
    paths = from_table(rows, width=WIDTH, height=HEIGHT, space=Space(origin="centre-up"))
    assert (paths.x.tolist(), paths.y.tolist()) == ([0.0, 99.0, 120.0], [0.0, 79.0, 40.0])
    assert paths.dropped == {"points outside the image (kept)": 1}


@pytest.mark.parametrize("unit", ["ns", "us", "ms", "s"])
@pytest.mark.parametrize("time_unit", ["ms", "s"])
def test_time_differences_have_their_own_unit(tmp_path, unit, time_unit):
    milliseconds = [200, 210] if unit != "s" else [2000, 3000]
    rows = pd.DataFrame({"stimulus": ["a", "a"], "x": [1, 2], "y": [3, 4], "width": 9, "height": 9})
    rows["duration_ms"] = pd.to_timedelta(milliseconds, unit="ms").astype(f"timedelta64[{unit}]")
    assert from_table(rows, time_unit=time_unit).duration.tolist() == milliseconds
    as_objects = rows.assign(duration_ms=[value.to_pytimedelta() for value in rows["duration_ms"]])
    as_objects["duration_ms"] = as_objects["duration_ms"].astype(object)
    assert from_table(as_objects).duration.tolist() == milliseconds
    rows.to_parquet(tmp_path / "t.parquet")
    assert Dataset.from_table(tmp_path / "t.parquet").scanpaths.duration.tolist() == milliseconds


def test_a_time_difference_that_is_missing_stays_missing():
    rows = pd.DataFrame({"stimulus": ["a", "a"], "x": [1, 2], "y": [3, 4], "width": 9, "height": 9})
    rows["duration_ms"] = pd.to_timedelta([200, None], unit="ms")
    duration = from_table(rows).duration
    assert duration[0] == 200
    assert np.isnan(duration[1])


@pytest.mark.parametrize(("unit", "factor"), [("ms", 1), ("s", 1000), ("us", 0.001), ("ns", 1e-6)])
def test_units_of_time(unit, factor):
    rows = pd.DataFrame({"stimulus": ["a"], "x": [1], "y": [3], "width": 9, "height": 9, "duration_ms": [200 / factor]})
    assert from_table(rows, time_unit=unit).duration[0] == pytest.approx(200)


SCREEN = {"screen_width": 1920, "screen_height": 1080}


@pytest.mark.parametrize(
    ("placed", "corner", "scale"),
    [
        ("centre", (560, 240), (1, 1)),
        ("fit", (240, 0), (1.8, 1.8)),
        ((100, 50), (100, 50), (1, 1)),
        ([10, 20, 1600, 900], (10, 20), (2, 1.5)),
    ],
)
def test_an_image_on_a_screen(placed, corner, scale):
    """By hand: 800 x 600 px on 1920 x 1080; "fit" makes it 1440 x 1080 with bars left and right."""
    x, y = np.array([0.0, 400.0, 800.0]), np.array([0.0, 300.0, 600.0])
    on_screen = corner[0] + x * scale[0], corner[1] + y * scale[1]
    found = Space(**SCREEN, placed=placed).to_image(*on_screen, 800, 600)
    np.testing.assert_allclose(found, (x, y), atol=1e-9)
    upward = Space(**SCREEN, placed=placed, origin="bottom-left").to_image(on_screen[0], 1080 - on_screen[1], 800, 600)
    np.testing.assert_allclose(upward, (x, y), atol=1e-9)
    shares = on_screen[0] / 1920, on_screen[1] / 1080
    found = Space(**SCREEN, placed=placed, position_unit="share").to_image(*shares, 800, 600)
    np.testing.assert_allclose(found, (x, y), atol=1e-9)


def test_letterbox_above_and_below():
    """1600 x 400 px on 1920 x 1080: 1920 x 480, from y = 300."""
    assert Space(**SCREEN, placed="fit").shown(1600, 400) == (0.0, 300.0, 1920.0, 480.0)


def rows(**more):
    return pd.DataFrame({"stimulus": ["a", "a", "b"], "x": [400.0, 500, 600], "y": [300.0, 400, 500], **more})


def test_px_per_degree_are_those_of_the_file():
    """53 cm and 1920 px in width, 60 cm away: 37.94 px per degree; 1.8 times fewer of a file that fits."""
    size = {**SCREEN, "screen_width_mm": 530, "screen_height_mm": 298}
    on_screen = 1920 / 530 * 600 * np.tan(np.pi / 180)
    for placed, scale in (("centre", 1), ("fit", 1.8)):
        space = Space(**size, placed=placed, distance_mm=600)
        paths = from_table(rows(), width=800, height=600, space=space)
        np.testing.assert_allclose(paths.table["px_per_degree"], on_screen / scale)
    apart = rows(distance_mm=[600.0, 600, 300])
    paths = from_table(apart, width=800, height=600, space=Space(**size, placed="centre"))
    np.testing.assert_allclose(paths.table["px_per_degree"], [on_screen, on_screen / 2])


def test_columns_say_it_for_single_trials():
    table = rows(placed_x=[100.0, 100, None], placed_y=[50.0, 50, None])
    paths = from_table(table, width=800, height=600, space=Space(**SCREEN, placed="centre"))
    assert paths.x.tolist() == [300, 400, 40]
    assert paths.y.tolist() == [250, 350, 260]
    assert "placed_x" not in paths.table  # the positions are those of the image now
    with pytest.raises(DataError, match="has a column 'placed_x', so its positions are of a screen: give the size"):
        from_table(table, width=800, height=600)
    with pytest.raises(DataError, match="column 'placed_x' changes within one path"):
        from_table(rows(placed_x=[1, 2, 3]), width=800, height=600, space=Space(**SCREEN))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"placed": "left"}, "placed must be 'centre', 'fit', (x, y) or (x, y, width, height), in px of the screen"),
        ({"placed": (1, 2, 3)}, "not (1, 2, 3)"),
        ({"placed": (1, 2, 0, 3)}, "not (1, 2, 0, 3)"),
        ({"placed": "fit", "screen_width": None, "screen_height": None}, "placed='fit' is a place on a screen: give"),
        (
            {"distance_mm": 600},
            "px per degree need the width of the screen in mm; give screen_width_mm (on the command line: --screen",
        ),
        (
            {"screen_width_mm": 530, "screen_height_mm": 400},
            "has pixels that are not square (0.75 times as wide as high); check both sizes",
        ),
        (
            {"screen_width_mm": 530},
            "need the distance of the eyes from the screen in mm; give distance_mm (on the command line: --dist",
        ),
        (
            {"screen_width_mm": 530, "distance_mm": 600, "placed": (0, 0, 1600, 600)},
            "'a' was stretched, 2.00 times as much in width as in height, so that px per degree are two numbers",
        ),
        (
            {"screen_width": 640, "screen_height": 480, "placed": "centre"},
            "the image of 'a' would be 800 x 600 px at (-80, -60), and the screen has 640 x 480: if it was scaled",
        ),
        ({"placed": (1200, 0)}, "would be 800 x 600 px at (1200, 0), and the screen has 1920 x 1080"),
    ],
)
def test_a_screen_that_cannot_be(options, said):
    with pytest.raises(DataError) as caught:
        from_table(rows(), width=800, height=600, space=Space(**{**SCREEN, **options}))
    assert said in str(caught.value)


def test_what_is_written_for_a_screen_comes_back_from_it():
    """An offset moves both ways; what a file for another tool cannot say is refused."""
    table = pd.DataFrame({"stimulus": ["a"], "width": 800, "height": 600})
    paths = Scanpaths([400, 0], [30, 600], [0, 2], table)
    space = Space(screen_width=1920, screen_height=1080, placed="centre", offset_x=7, offset_y=-3)
    x, y = space.to_screen(paths)
    assert (x.tolist(), y.tolist()) == ([967, 567], [267, 837])
    back = space.of(paths.replace(x=x, y=y))
    assert (back.x.tolist(), back.y.tolist()) == ([400, 0], [30, 600])
    for told in (
        {"origin": "centre"},
        {"position_unit": "share"},
        {"scale": 2},
        {"recorded_width": 9, "recorded_height": 9},
    ):
        with pytest.raises(DataError, match=f"from its top left corner; leave {next(iter(told))} out"):
            Space(screen_width=1920, screen_height=1080, **told).to_screen(paths)


@pytest.mark.parametrize(
    "sizes", [{"distance_mm": 60}, {"distance_mm": 0.6}, {"screen_width_mm": 37.6}, {"screen_height_mm": 30.1}]
)
def test_sizes_that_are_cm_or_m(sizes):
    """px per degree would be a tenth of what they are, and nothing else would show it."""
    name, value = next(iter(sizes.items()))
    with pytest.raises(DataError, match=f"{name} is {value:g}, less than .* mm, .*give mm .60 cm are 600"):
        Space(**{"screen_width": 1280, "screen_height": 1024, "screen_width_mm": 376, "distance_mm": 600, **sizes})


def test_distances_of_single_paths_in_cm():
    rows = pd.DataFrame({"stimulus": ["a", "b"], "x": 1.0, "y": 2.0, "distance_mm": [600.0, 60.0]})
    space = Space(screen_width=1280, screen_height=1024, screen_width_mm=376)
    with pytest.raises(DataError, match="distance_mm is 60, less than 100 mm, which is no setting with a screen"):
        from_table(rows, width=100, height=80, space=space)


def test_no_path_is_at_no_distance():
    """Where no prediction was of these images, it ended in `zero-size array`."""
    space = Space(screen_width=1280, screen_height=1024, screen_width_mm=376, distance_mm=600)
    none = from_table(pd.DataFrame({"stimulus": ["a"], "x": 1.0, "y": 2.0}), width=100, height=80)[[]]
    assert len(space.of(none)) == 0
