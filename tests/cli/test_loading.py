"""Data as a command line names them, and what a manifest keeps of that."""

import pandas as pd
import pytest

from gazekit import Facts
from gazekit.cli.loading import how_loaded, load, reader_options
from gazekit.cli.texts import settings
from gazekit.foundations.errors import GazekitError


def test_a_made_up_set_needs_no_folder_and_takes_its_options():
    options = settings(["layouts=2x3,1x4", "scenes=2", "agents=1", "covers=test"], "--data-set")
    data = load("shelves", options=options)
    assert [t.id for t in data.trials] == [f"{k}/test/0000{n}" for k in ("2x3", "1x4") for n in (0, 1)]


def test_what_a_manifest_keeps_loads_the_same_data():
    import json

    options = settings(["experiments=curvature", "per_size=1", "set_sizes=3,8"], "--data-set")
    kept = json.loads(json.dumps(how_loaded("search-arrays", None, "keep", options)))
    assert load(**kept).fingerprint() == load("search-arrays", options=options).fingerprint()


def test_facts_are_declared_by_an_option_of_the_data_too(tmp_path):
    """`score` has no --facts, whose people's facts ended in a TypeError."""
    table = tmp_path / "mine.csv"
    pd.DataFrame({"stimulus": ["a"], "x": [1], "y": [2], "width": 9, "height": 9}).to_csv(table, index=False)
    options = reader_options(["facts=forced_first,points=clicks"], "--data-set")
    assert load(str(table), options=options).scanpaths.facts == Facts(forced_first=True, points="clicks")


@pytest.mark.parametrize(
    ("given", "said", "own"),
    [("stimulus=7", "stimulus", ["7"]), ("stimulus=a.png,b.png", "stimulus", ["a.png", "b.png"]),
     ("stimulus=1,2", "stimulus", ["1", "2"]), ("name=1e3", "name", "1e3"), ("source=1,2", "source", "1,2"),
     ("where=7", "where", "7")],
)  # fmt: skip
def test_names_that_look_like_numbers_are_names(given, said, own):
    """`--data-set stimulus=7` ended in a TypeError, and two images were one of a name with a comma."""
    assert reader_options([given], "--data-set") == {said: own}


def test_one_stimulus_may_be_said_twice():
    assert reader_options(["stimulus=a.png"], "--data-set", {"stimulus": ["a.png"]}) == {"stimulus": ["a.png"]}


def test_outside_is_given_once(tmp_path):
    with pytest.raises(GazekitError, match="--outside and --data-set outside= disagree"):
        load("osie", tmp_path, "clip", {"outside": "drop"})


def test_options_of_a_table(tmp_path):
    table = tmp_path / "mine.csv"
    pd.DataFrame({"stimulus": ["a"], "x": [1], "y": [2]}).to_csv(table, index=False)
    assert load(str(table), options={"width": 9, "height": 5, "name": "mine"}).name == "mine"
    with pytest.raises(
        GazekitError,
        match="a table of your own has no option 'scenes'; it has boxes, columns, decimal, detect, distance_mm, eye",
    ):
        load(str(table), options={"scenes": 3})


@pytest.mark.parametrize("scale", ["true", "wide"])
def test_a_scale_is_a_number(tmp_path, scale):
    """`--data-set px_per_degree=true` was a scale of 1 px per degree, in silence; a word ended in a traceback."""
    table = tmp_path / "mine.csv"
    pd.DataFrame({"stimulus": ["a"], "x": [1], "y": [2]}).to_csv(table, index=False)
    options = {"width": 9, "height": 5, **settings([f"px_per_degree={scale}"], "--data-set")}
    with pytest.raises(GazekitError, match="px_per_degree must be a number or None, not"):
        load(str(table), options=options)
