"""What all pictures share: colours of sources, and names that keep apart."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit.plots import style


def test_people_are_green_and_sources_differ():
    lines = style.lines_of(["human", *"abcdefghij"])
    assert lines["human"]["color"] == style.CEILING
    looks = [(line["color"], line["linestyle"]) for line in lines.values()]
    assert len(set(looks)) == len(looks)


def test_a_source_keeps_its_look_whether_or_not_people_are_there():
    assert style.lines_of(["a", "people", "b"])["b"] == style.lines_of(["a", "b"])["b"]


def test_text_is_legible_at_column_width():
    assert min(style.TEXT, style.SMALL) >= 6
    width, _ = style.new_axes().figure.get_size_inches()
    assert width * 25.4 == pytest.approx(85)


def contrast(colour):
    from matplotlib.colors import to_rgb

    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 1.05 / (np.dot(channels, [0.2126, 0.7152, 0.0722]) + 0.05)


def test_lines_stand_out_from_white():
    assert min(contrast(line["color"]) for line in style.lines_of(["human", *"abcdef"]).values()) > 2


@given(st.lists(st.floats(-5, 5), max_size=8), st.floats(0.01, 1))
def test_spread_keeps_apart_in_order_and_moves_nothing_without_need(places, room):
    moved = style.spread(places, room)
    assert all(abs(a - b) >= room - 1e-9 for a, b in itertools.combinations(moved, 2))
    assert np.argsort(moved).tolist() == np.argsort(places, kind="stable").tolist()
    assert np.mean(moved or [0]) == pytest.approx(np.mean(places or [0]), abs=1e-9)
    if all(abs(a - b) >= room for a, b in itertools.combinations(places, 2)):
        assert moved == pytest.approx(places)


def test_the_frame_of_a_target_shows_on_an_image_of_its_own_colour():
    """As an orange frame on a brown image does to a reader who confuses the two."""
    ax = style.new_axes()
    ax.set(xlim=(0, 10), ylim=(0, 10), facecolor=style.TARGET)
    style.outline(ax, (3, 3, 7, 7), target=True)
    ax.figure.canvas.draw()
    grey = np.asarray(ax.figure.canvas.buffer_rgba())[..., :3].mean(axis=2)
    left, right = (int(ax.transData.transform((x, 5))[0]) for x in (2.6, 3.4))
    row = grey[len(grey) - int(ax.transData.transform((0, 5))[1]), left:right]
    assert row.min() < 60  # black
    assert row.max() > 195  # white
