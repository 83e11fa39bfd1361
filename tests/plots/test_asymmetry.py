"""Pictures of search asymmetry, from the published counts of eccNET as printed."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Frame, Scanpath, Trial
from gazekit.core.trials import Box
from gazekit.experiments.asymmetry.published import DESIGNS, MODELS, human_index
from gazekit.experiments.asymmetry.reaction_times import reaction_time
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.plots.asymmetry import PicturedSearch, index_scatter, reaction_time_panels, reaction_times, search_panels


@pytest.fixture
def cells():
    rows = [
        ("eccNET", d.name, c.name, size, reaction_time(made[k]), 20.0, c.human[k])
        for d in DESIGNS.values()
        for c, made in zip(d.conditions, MODELS["eccNET"].saccades[d.name], strict=True)
        for k, size in enumerate(d.set_sizes)
    ]
    return pd.DataFrame(rows, columns=["model", "experiment", "condition", "set_size", "rt", "sem", "human"])


@pytest.fixture
def indices():
    ours = MODELS["IVSN"].indices
    rows = [
        (
            "IVSN",
            name,
            ours[name],
            ours[name] - 0.2,
            ours[name] + 0.1,
            human_index(name),
            MODELS["eccNET"].indices[name],
        )
        for name in DESIGNS
    ]
    rows.append(("IVSN", "mean", 0.3, 0.2, 0.4, 0.56, 0.51))
    columns = ["model", "experiment", "index", "low", "high", "human", "published_eccnet"]
    return pd.DataFrame(rows, columns=columns)


def test_picture_of_two_experiments(cells, looks_like):
    two = cells[cells["experiment"].isin(["intersection", "orientation-homogeneous"])]
    looks_like(reaction_time_panels(two), "reaction_times")


def test_picture_of_indices(indices, looks_like):
    looks_like(index_scatter(indices).figure, "asymmetry_indices")


def test_people_stand_beside_the_model(cells):
    ax = reaction_times(cells, experiment="intersection")
    drawn = {(line.get_linestyle(), line.get_color()): line.get_ydata() for line in ax.get_lines()}
    people = [np.asarray(y) for (style, _), y in drawn.items() if style == "--"]
    np.testing.assert_allclose(sorted(y[0] for y in people), [645, 829])
    model = [np.asarray(y) for (style, _), y in drawn.items() if style == "-"]
    np.testing.assert_allclose(sorted(y[0] for y in model), [reaction_time(1.528), reaction_time(2)])
    assert [t.get_text() for t in ax.texts] == ["non cross", "cross"]
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["model, ± standard error", "people"]
    assert ax.get_ylim()[0] == 0


def test_names_at_the_ends_do_not_overlap(cells):
    cells["rt"] = 600.0
    ax = reaction_times(cells, experiment="t-and-l")
    heights = [t.xy[1] for t in ax.texts]
    low, high = ax.get_ylim()
    assert abs(heights[0] - heights[1]) > 0.08 * (high - low)


def test_an_experiment_without_people(cells):
    ax = reaction_times(cells.assign(human=np.nan), experiment="lighting")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["model, ± standard error"]
    assert len(reaction_time_panels(cells.assign(human=np.nan)).legends[0].get_texts()) == 1


def test_indices_are_drawn_against_those_of_people_without_the_mean(indices):
    ax = index_scatter(indices)
    points = [line for line in ax.get_lines() if line.get_marker() == "o" and line.get_linestyle() == "None"]
    assert [len(line.get_xdata()) for line in points] == [6, 6]  # published eccNET, the model
    np.testing.assert_allclose(points[1].get_ydata(), list(MODELS["IVSN"].indices.values()))
    np.testing.assert_allclose(points[0].get_ydata(), list(MODELS["eccNET"].indices.values()))
    assert [t.get_text() for t in ax.texts] == list(DESIGNS)
    assert ax.get_ylabel() == "asymmetry index, IVSN"


def test_a_model_is_chosen_by_name(cells, indices):
    both = pd.concat([indices, indices.assign(model="other", index=0.1)])
    assert index_scatter(both, model="other").get_ylabel() == "asymmetry index, other"
    with pytest.raises(UnknownNameError, match="no model in this table called 'othre'; did you mean 'other'"):
        index_scatter(both, model="othre")
    with pytest.raises(UnknownNameError, match="no experiment in this table called 'lightning'"):
        reaction_times(cells, experiment="lightning")


def test_what_cannot_be_drawn(cells, indices):
    with pytest.raises(GazekitError, match="no column 'sem'; it has model"):
        reaction_times(cells.drop(columns="sem"), experiment="lighting")
    with pytest.raises(GazekitError, match="has no row"):
        reaction_times(cells.iloc[:0], experiment="lighting")
    with pytest.raises(GazekitError, match="people's asymmetry index is known for none"):
        index_scatter(indices.assign(human=np.nan))
    with pytest.raises(GazekitError, match="no search to draw"):
        search_panels([])


def test_searches_have_a_panel_each():
    path = Scanpath([50, 20, 80], [50, 30, 70], None, Frame(100, 100))
    boxes = [None, *(Box(10.0 * k, 20, 10.0 * k + 8, 30) for k in range(3))]
    displays = [
        Trial(f"{k}", f"{k}", path.frame, np.full((100, 100), 60 * k, np.uint8), target_box=box)
        for k, box in enumerate(boxes)
    ]
    figure = search_panels([PicturedSearch(f"search {k}", path, display) for k, display in enumerate(displays)])
    assert [ax.get_title() for ax in figure.axes] == [f"search {k}" for k in range(4)]
    assert [len(ax.images) for ax in figure.axes] == [1] * 4
    assert [len(ax.patches) for ax in figure.axes] == [1, 2, 2, 2]  # the border, and the target where it is known
    assert figure.axes[2].patches[-1].get_bbox().bounds == (10, 20, 8, 10)
