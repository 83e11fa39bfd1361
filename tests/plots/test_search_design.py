"""Figures of search experiments: what is drawn is what the table says."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Frame, Trial
from gazekit.core.trials import Box
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.plots import style
from gazekit.plots.asymmetry import by_condition, reaction_time_panels, reaction_times
from gazekit.plots.search_design import display_sheet

NAMES = [
    "stopping",
    "model",
    "condition",
    "target",
    "set_size",
    "rt",
    "low",
    "high",
    "human",
    "human_low",
    "human_high",
]


@pytest.fixture
def cells():
    rows = [
        (rule, "eccnet", c, target, n, 500.0 + n, 490.0 + n, 520.0 + n, 450.0, 440.0, 470.0)
        for rule in ("all-items", "activation")
        for c in ("ring", "bar_x")
        for target in ("present", "absent")
        for n in (8, 4)
    ]
    table = pd.DataFrame(rows, columns=NAMES)
    table.loc[table["stopping"] == "all-items", "rt"] = 9999.0
    return by_condition(table)


def test_lines_are_the_tables_means_in_order_of_set_size(cells):
    ax = reaction_times(cells, experiment="ring")
    drawn = [container.lines[0].get_xydata().tolist() for container in ax.containers]
    assert drawn == [[[4, 450], [8, 450]], [[4, 504], [8, 508]]] * 2
    for container, ends in zip(ax.containers, [[440, 470], [494, 524]], strict=False):
        [bars] = container.lines[2]
        np.testing.assert_allclose(bars.get_segments()[0][:, 1], ends)
    assert [text.get_text() for text in ax.texts] == ["target present", "target absent"]


def test_panels_share_one_scale_and_people_have_a_key_only_where_they_are(cells):
    figure = reaction_time_panels(cells)
    assert [ax.get_title() for ax in figure.axes] == ["ring", "bar x"]
    assert len({ax.get_ylim() for ax in figure.axes}) == 1
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["model, 95 % interval", "people"]
    alone = reaction_time_panels(cells.assign(human=np.nan))
    assert len(alone.legends[0].get_texts()) == 1


def test_the_target_is_framed_where_there_is_one():
    grey = np.full((30, 40), 9, np.uint8)
    trials = [
        Trial(n, n, Frame(40, 30), image_source=grey, target_box=b) for n, b in (("a", Box(5, 5, 15, 15)), ("b", None))
    ]
    with_target, without = display_sheet(trials, ["a", "b"]).axes
    [frame] = with_target.patches
    assert frame.get_bbox().bounds == (1, 1, 18, 18)
    assert frame.get_edgecolor()[:3] == pytest.approx(tuple(int(style.TARGET[k : k + 2], 16) / 255 for k in (1, 3, 5)))
    assert not without.patches


def test_what_cannot_be_drawn(cells):
    with pytest.raises(UnknownNameError, match="no experiment in this table called 'rings'; did you mean 'ring'"):
        reaction_times(cells, experiment="rings")
    with pytest.raises(GazekitError, match="there is no display to draw"):
        display_sheet([], [])
