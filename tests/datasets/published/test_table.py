"""A card alone: data sets that are a table and images, named by the card's path or by an entry point."""

import hashlib

import pytest
from PIL import Image
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.datasets import datasets, load_dataset
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError

TABLE = """IMAGE,RECORDING,X,Y,DUR,part
a,anna,10,20,0.2,train
a,anna,30,20,0.3,train
b,anna,-1,5,0.1,test
b,ben,7,8,0.4,test
"""
CARD = """
title = "Mine: free viewing of 2 photographs by 2 people"
licence = "CC BY 4.0"
citation = "Me (2026)."
coordinate_unit = "px of the image"
time_unit = "seconds"
points = "fixations"
forced_first = false
layout = "gaze.csv and images/"
files = ["gaze.csv", "images/*.png"]
splits = ["train", "test"]

[table]
file = "gaze.csv"
images = "images"
time_unit = "s"
columns = { stimulus = "IMAGE", subject = "RECORDING", x = "X", y = "Y", duration_ms = "DUR", split = "part" }

[counts]
stimuli = 2
subjects = 2
scanpaths = 3
fixations = 4
"""


@pytest.fixture
def mine(tmp_path):
    """The path of a card, beside the data."""
    (tmp_path / "gaze.csv").write_text(TABLE)
    (tmp_path / "images").mkdir()
    for name in ("a", "b"):
        Image.new("RGB", (100, 50)).save(tmp_path / "images" / f"{name}.png")
    (tmp_path / "my_data.toml").write_text(CARD)
    return tmp_path / "my_data.toml"


def test_a_card_alone_is_a_data_set(mine):
    data = load_dataset(str(mine))  # its folder is the data set's, unless another one is named
    assert (data.name, data.card.title) == ("my-data", "Mine: free viewing of 2 photographs by 2 people")
    assert [t.id for t in data.trials] == ["a", "b"]
    assert data.trials[0].image.shape == (50, 100, 3)
    assert data.scanpaths[0].xyt.tolist() == [[10, 20, 200], [30, 20, 300]]
    assert data.scanpaths.facts == data.card.facts
    assert data.dropped == {"points outside the image (kept)": 1}


def test_options_of_all_published_sets_apply(mine):
    data = load_dataset(mine, outside="drop", px_per_degree=20, split="test")
    assert (data.stimuli, data.trials[0].frame.px_per_degree) == (["b"], 20)
    assert data.dropped == {"points outside the image (dropped)": 1, "scanpaths left without a point (kept, empty)": 1}


def test_the_data_may_lie_elsewhere(mine, tmp_path):
    (tmp_path / "cards").mkdir()
    card = mine.rename(tmp_path / "cards" / "my_data.toml")
    assert len(load_dataset(card, tmp_path).scanpaths) == 3
    with pytest.raises(DataError, match=r"gaze\.csv is missing"):
        load_dataset(card)


def test_without_images_the_sizes_have_to_be_said(mine):
    for file in (mine.parent / "images").iterdir():
        file.unlink()
    (mine.parent / "images").rmdir()
    with pytest.raises(DataError, match="size of the shown image is not known"):
        load_dataset(mine)
    mine.write_text(CARD.replace('time_unit = "s"\n', 'time_unit = "s"\nwidth = 100\nheight = 50\n'))
    assert not load_dataset(mine).trials[0].has("image")


def test_positions_of_a_screen(mine):
    placed = 'space = { screen_width = 300, screen_height = 150, placed = "centre" }\n'
    mine.write_text(CARD.replace('time_unit = "s"\n', 'time_unit = "s"\n' + placed))
    assert load_dataset(mine).scanpaths[0].x.tolist() == [-90, -70]


def test_the_commands_take_the_path_of_a_card(mine):
    run = CliRunner().invoke
    assert "published split      train, test" in run(app, ["datasets", "info", str(mine)]).output
    known = run(app, ["datasets", "info", str(mine), "--root", str(mine.parent)]).output
    assert "2 stimuli, 2 trials, 2 subjects, 3 scanpaths, 4 fixations; durations: ms" in known
    assert "stimuli by part of the split: 1 train, 1 test, 0 in several parts" in known
    whole = run(app, ["datasets", "check", str(mine), "--root", str(mine.parent), "--quiet"])
    assert (whole.exit_code, whole.output) == (0, "my-data: whole: 4 of 4 known numbers of the data set\n")


def test_hashes_beside_the_card_are_compared(mine):
    digest = hashlib.sha256(TABLE.encode()).hexdigest()
    mine.with_suffix(".sha256").write_text(f"{digest}  gaze.csv\n")
    check = ["datasets", "check", str(mine), "--root", str(mine.parent), "--quiet"]
    assert CliRunner().invoke(app, check).output.startswith("my-data: whole: 1 of 1 files as published")
    (mine.parent / "gaze.csv").write_text(TABLE.replace("10", "11"))
    assert CliRunner().invoke(app, check).exit_code == 1


def test_a_card_that_is_edited_is_read_again(mine):
    assert datasets[str(mine)].licence == "CC BY 4.0"
    mine.write_text(CARD.replace("CC BY 4.0", "CC0"))
    assert datasets[str(mine)].licence == "CC0"


def test_a_card_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"there is no card .*mine\.toml"):
        load_dataset(tmp_path / "mine.toml")


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        pytest.param('file = "gaze.csv"\n', "", DataError, r"does not say which file the table is in", id="no file"),
        pytest.param('"gaze.csv"\nimages', '"../a.csv"\nimages', DataError, "not a plain name", id="leaves the folder"),
        pytest.param(
            'time_unit = "s"\n', 'time_units = "s"\n', UnknownNameError, "did you mean 'time_unit'", id="option"
        ),
        pytest.param('"s"\n', '"s"\noutside = "drop"\n', DataError, "has 'outside', which the card itself", id="twice"),
        pytest.param('"s"\n', '"s"\nspace = { screen = 3 }\n', DataError, "space: .*'screen'", id="space"),
        pytest.param(
            '"X"', '"XX"', DataError, r"\[table\] of the card of 'my-data': the table has no column 'XX'", id="column"
        ),
        pytest.param("[table]", "[tables]", DataError, r"has the field 'tables'", id="section"),
        pytest.param("[table]", "loader = 'x:load'\n[table]", DataError, "loader and a section", id="both"),
        pytest.param('["gaze.csv", "images/*.png"]', "[]", DataError, r"a section \[table\] and no files", id="files"),
        pytest.param('["gaze.csv", "images/*.png"]', '"a"', DataError, "files must be a list of texts", id="a text"),
        pytest.param("= false", '= "no"', DataError, "forced_first must be true or false or None, not 'no'", id="fact"),
        pytest.param('"fixations"', '"gaze"', DataError, "points must be 'fixations' or 'clicks' or", id="points"),
        pytest.param("[counts]\nstimuli = 2", "[more]", DataError, r"has the field 'more'", id="another section"),
        pytest.param('time_unit = "s"\n', "", DataError, r"reads times in ms, and the card says .*seconds", id="unit"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(mine, old, new, error, message):
    content = CARD.replace(old, new, 1)
    if "loader" in new:
        content = "loader = 'x:load'\n" + CARD
    mine.write_text(content)
    with pytest.raises(error, match=message):
        load_dataset(mine)


class EntryPoint:
    """What an installed package declares as `[project.entry-points."gazekit.datasets"]`."""

    name = "theirs"

    def __init__(self, card):
        self.card = card

    def load(self):
        return self.card


def test_another_package_adds_a_data_set_by_its_card_alone(mine, monkeypatch):
    monkeypatch.setattr(datasets, "_found", {"theirs": EntryPoint(mine)})
    assert "theirs" in list(datasets)
    data = load_dataset("theirs", mine.parent)
    assert (data.name, len(data.scanpaths)) == ("theirs", 3)


@pytest.mark.parametrize("field", ["loader", "checked_by"])
def test_a_card_that_is_named_by_its_path_runs_no_code(mine, tmp_path, field):
    content = CARD if field == "checked_by" else CARD[: CARD.index("[table]")]
    mine.write_text(f"{field} = 'os:getcwd'\n{content}")
    with pytest.raises(
        DataError, match=r"names code that would be run \(os:getcwd\); .* entry-point group gazekit\.datasets"
    ):
        load_dataset(mine)


def test_only_cards_have_paths():
    with pytest.raises(GazekitError):
        load_dataset("my_data.tom", ".")
