"""Pictures of the caption experiment: what is drawn is what was given."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError
from gazekit.plots import style
from gazekit.plots.captions import conditions_on_image, perceived, plausibility_by_length

FRAME = Frame(90, 60)


def curves():
    rows = [
        (model, length, value - 0.1 * length, value - 0.2, value + 0.05)
        for model, value in (("human", 0.9), ("right caption", 0.7), ("swept", 0.6), ("centre", 0.4))
        for length in (2, 1)
    ]
    rows.append(("right caption", 3, np.nan, np.nan, np.nan))  # no path is that long
    return pd.DataFrame(rows, columns=["model", "length", "value", "low", "high"])


def test_a_line_per_source_in_order_of_length():
    ax = plausibility_by_length(curves(), controls=["centre"], undrawn=["swept"])
    lines = {line.get_label(): line for line in ax.lines}
    assert list(lines) == ["people", "right caption", "centre"]
    assert lines["right caption"].get_xdata().tolist() == [1, 2]
    assert lines["right caption"].get_ydata() == pytest.approx([0.6, 0.5])
    assert lines["people"].get_color() == style.CEILING
    assert lines["centre"].get_color() == style.CHANCE
    assert ax.get_xticks().tolist() == [1, 2]


def test_colours_do_not_depend_on_what_is_left_out():
    def colour(**more):
        lines = plausibility_by_length(curves(), **more).lines
        return next(line.get_color() for line in lines if line.get_label() == "centre")

    assert colour() == colour(undrawn=["swept"])


def test_nothing_to_draw_is_said():
    with pytest.raises(GazekitError, match="there is no plausibility to draw"):
        plausibility_by_length(curves().assign(value=np.nan))


def test_panels_say_the_condition_and_its_caption():
    def path(**ids):
        return Scanpath([10, 50], [20, 30], [100, 200], FRAME, {"stimulus": "a", **ids})

    paths = {"right caption": path(caption="a red " + "very " * 30 + "long one", source="x"), "no caption": path()}
    axes = conditions_on_image([path(), path()], paths, image=np.zeros((60, 90, 3), np.uint8), what_people="clicks")
    titles = [ax.get_title() for ax in axes]
    assert titles[0] == "clicks"
    assert titles[1].startswith("right caption: a red very")
    assert titles[1].endswith("...")
    assert max(map(len, titles[1].splitlines())) <= 44
    assert titles[2] == "no caption"
    assert [ax.get_title() for ax in conditions_on_image([], paths)] == titles[1:]


PATH = Scanpath([20, 100, 60], [20, 70, 40], None, Frame(120, 90))
PICTURES = [np.full((45, 60, 3), 60 * k, np.uint8) for k in range(3)]


def test_picture_of_what_is_perceived(looks_like):
    y, x = np.mgrid[0:45, 0:60]
    pictures = [np.stack([x * 4, y * 5, np.full_like(x, 80 * k)], -1).astype(np.uint8) for k in range(3)]
    looks_like(perceived(pictures, PATH)[0].figure, "perceived")


def test_a_panel_per_fixation():
    axes = perceived(PICTURES, PATH)
    assert [ax.get_title() for ax in axes] == ["1", "2", "3"]
    assert [int(ax.images[0].get_array()[0, 0, 0]) for ax in axes] == [0, 60, 120]
    assert [len(ax.collections[0].get_offsets()) for ax in axes] == [0, 1, 2]
    np.testing.assert_array_equal(axes[1].collections[1].get_offsets(), [[100, 70]])
    assert axes[0].get_ylim() == (90, 0)  # y down


def test_draws_on_the_axes_it_is_given():
    import matplotlib.pyplot as plt

    _, axes = plt.subplots(1, 3)
    assert perceived(PICTURES, PATH, axes)[2] is axes[2]
    plt.close("all")


def test_wrong_numbers():
    with pytest.raises(GazekitError, match="2 perceived images for 3 fixations; give one for each"):
        perceived(PICTURES[:2], PATH)
    with pytest.raises(GazekitError, match="3 fixations but 1 axes"):
        perceived(PICTURES, PATH, [None])
