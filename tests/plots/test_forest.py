"""Forest plots of scores."""

import numpy as np
import pandas as pd
import pytest

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.plots import forest

ROWS = [
    ("uniform", 0.21, 0.20, 0.22),
    ("centre", 0.31, 0.30, 0.325),
    ("other-image", 0.33, 0.318, 0.342),
    ("levy", 0.30, 0.28, 0.31),
    ("neva", 0.38, 0.365, 0.395),
    ("human", 0.47, 0.455, 0.485),
]


@pytest.fixture
def summary():
    table = pd.DataFrame(ROWS, columns=["model", "value", "low", "high"])
    roles = {"human": "people", "uniform": "image-blind", "centre": "image-blind", "other-image": "chance"}
    role = table["model"].map(roles).fillna("model")
    return table.assign(dataset="osie", metric="scanmatch", stimuli=100, undefined=0, role=role)


def labels(ax):
    return [label.get_text() for label in ax.get_yticklabels()]


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_picture(summary, looks_like):
    looks_like(forest(summary, metric="scanmatch").figure, "forest")


def test_picture_of_a_distance_with_an_undefined_model(summary, looks_like):
    summary[["value", "low", "high"]] = 400 - 300 * summary[["value", "high", "low"]].to_numpy()
    summary.loc[0, ["value", "low", "high"]] = np.nan
    looks_like(forest(summary.assign(metric="dtw"), metric="dtw").figure, "forest_distance")


def test_best_is_on_top_in_either_direction(summary):
    assert labels(forest(summary, metric="scanmatch")) == ["uniform", "levy", "centre", "neva"]
    assert labels(forest(summary, metric="scanmatch", higher_is_better=False))[-1] == "uniform"
    people_lower = summary.assign(value=1 - summary["value"])
    assert labels(forest(people_lower, metric="scanmatch"))[-1] == "neva"


def test_values_and_references_stand_as_text(summary):
    ax = forest(summary, metric="scanmatch")
    assert texts(ax) == [
        "chance 0.330",
        "people 0.470",
        "0.210 [0.200, 0.220]",
        "0.300 [0.280, 0.310]",
        "0.310 [0.300, 0.325]",
        "0.380 [0.365, 0.395]",
    ]


def test_without_references_they_are_rows(summary):
    ax = forest(summary, metric="scanmatch", chance=None, ceiling=None)
    assert labels(ax)[-1] == "human"
    assert len(texts(ax)) == len(ROWS)


def test_chance_is_the_best_null_and_never_guessed(summary):
    summary["role"] = summary["model"].map({"centre": "chance", "other-image": "image-blind"}).fillna("model")
    assert texts(forest(summary, metric="scanmatch"))[0] == "chance 0.310"
    assert "other-image" in labels(forest(summary, metric="scanmatch"))
    old = summary.drop(columns="role")  # of a run before there were roles
    assert not any(text.startswith("chance") for text in texts(forest(old, metric="scanmatch")))
    assert texts(forest(old, metric="scanmatch", chance="uniform"))[0] == "chance 0.210"


def test_one_reference_or_none_there(summary):
    some = summary[summary["model"] != "human"]
    assert texts(forest(some, metric="scanmatch"))[0] == "chance 0.330"
    assert labels(forest(some.iloc[:2], metric="scanmatch")) == ["uniform", "centre"]


def test_values_without_intervals(summary):
    ax = forest(summary.assign(low=np.nan, high=np.nan), metric="scanmatch")
    assert texts(ax)[2] == "0.210"


def test_undefined_models_say_so_at_the_bottom(summary):
    summary.loc[[3, 5], ["value", "low", "high"]] = np.nan
    ax = forest(summary, metric="scanmatch")
    assert labels(ax)[0] == "levy"
    assert "not defined" in texts(ax)
    assert not any("people" in t for t in texts(ax))


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        pytest.param(
            lambda s: s.drop(columns="low"),
            {},
            GazekitError,
            "the summary has no column 'low'; it has model",
            id="column",
        ),
        pytest.param(
            lambda s: s,
            {"metric": "scanmach"},
            UnknownNameError,
            "no metric called 'scanmach'; did you mean 'scanmatch'",
            id="metric",
        ),
        pytest.param(
            lambda s: s,
            {"dataset": "osi"},
            UnknownNameError,
            "no data set called 'osi'; did you mean 'osie'",
            id="dataset",
        ),
        pytest.param(
            lambda s: pd.concat([s, s.assign(dataset="cat")]),
            {},
            GazekitError,
            r"has 2 data sets \(osie, cat\); choose one with dataset=",
            id="two",
        ),
        pytest.param(
            lambda s: pd.concat([s, s]),
            {},
            GazekitError,
            "two rows of 'scanmatch' for the model 'uniform'",
            id="twice",
        ),
    ],
)
def test_messages(summary, change, options, error, message):
    with pytest.raises(error, match=message):
        forest(change(summary), **{"metric": "scanmatch", **options})
