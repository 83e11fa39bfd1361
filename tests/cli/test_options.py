"""Options that commands share: how data sets are named, and what a manifest keeps of that."""

import pandas as pd
import pytest

from gazekit.cli.options import check_output, how_loaded, load
from gazekit.cli.texts import settings
from gazekit.foundations.errors import DataError, GazekitError


def test_a_made_up_set_needs_no_folder_and_takes_its_options():
    options = settings(["layouts=2x3,1x4", "scenes=2", "agents=1", "covers=test"], "--data-set")
    data = load("shelves", options=options)
    assert [t.id for t in data.trials] == [f"{k}/test/0000{n}" for k in ("2x3", "1x4") for n in (0, 1)]


def test_what_a_manifest_keeps_loads_the_same_data():
    import json

    options = settings(["experiments=curvature", "per_size=1", "set_sizes=3,8"], "--data-set")
    kept = json.loads(json.dumps(how_loaded("search-arrays", None, "keep", options)))
    assert load(**kept).fingerprint() == load("search-arrays", options=options).fingerprint()


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


def test_an_output_is_checked_before_anything_is_computed(tmp_path):
    """Once a certificate was computed for minutes, and its folder was then not there."""
    with pytest.raises(DataError, match=r"no/a.json cannot be written: the folder .*no does not exist; make it first"):
        check_output(tmp_path / "no" / "a.json", overwrite=False)
    check_output(tmp_path / "no" / "a", overwrite=False, folders=True)
    for name in (".a.json.0a1b2c3d.part", ".b.json.0a1b2c3d.part"):
        (tmp_path / name).touch()  # left by processes that were killed
    check_output(tmp_path / "a.json", overwrite=False)
    assert [file.name for file in tmp_path.iterdir()] == [".b.json.0a1b2c3d.part"]
