"""Positions that are not px of the image: each option undoes what it names, exactly."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit import DataError, Dataset
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
