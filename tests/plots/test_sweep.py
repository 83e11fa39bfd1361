"""Slopes over the values of an option: lines where the table has them, and refusals."""

import pandas as pd
import pytest

from gazekit.foundations.errors import GazekitError
from gazekit.plots.sweep import sweep_panels

COLUMNS = ["fovea_degrees", "model", "experiment", "condition", "slope", "low", "high", "human"]


@pytest.fixture
def table():
    rows = [
        (
            value,
            model,
            experiment,
            condition,
            value * k,
            value * k - 1,
            value * k + 2,
            7.0 if experiment == "e" else None,
        )
        for model in ("m", "m, swapped target")
        for value in (0.5, 2, 4)
        for experiment in "ef"
        for k, condition in enumerate(("easy", "hard"), start=1)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def test_a_panel_per_experiment_and_a_line_per_condition(table):
    figure = sweep_panels(table, option="fovea_degrees")
    assert [ax.get_title() for ax in figure.axes] == ["e", "f"]
    ax = figure.axes[0]
    bars = [container.lines[0] for container in ax.containers]
    assert [line.get_xydata().tolist() for line in bars] == [
        [[0.5, 0.5], [2, 2], [4, 4]],
        [[0.5, 1], [2, 4], [4, 8]],
    ]
    segments = ax.containers[1].lines[2][0].get_segments()
    assert [segment[:, 1].tolist() for segment in segments] == [[0, 3], [3, 6], [7, 10]]
    people = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert [line.get_ydata().tolist() for line in people] == [[7, 7, 7]] * 2
    assert [text.get_text() for text in ax.get_xticklabels()] == ["0.5", "2", "4"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["model, 95 % interval", "people"]


def test_values_that_are_names_stand_side_by_side(table):
    named = table.assign(fovea_degrees=table["fovea_degrees"].map({0.5: "small", 2: "middle", 4: "large"}))
    ax = sweep_panels(named, option="fovea_degrees").axes[0]
    assert [text.get_text() for text in ax.get_xticklabels()] == ["small", "middle", "large"]


def test_refusals(table):
    with pytest.raises(GazekitError, match="the table has no column 'gamma'"):
        sweep_panels(table, option="gamma")
    with pytest.raises(GazekitError, match="the table has no row of model 'n'"):
        sweep_panels(table, option="fovea_degrees", model="n")
