"""`gazekit shelf-search`: what it prints and leaves behind, and how it refuses."""

import json

import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.cli.shelf_search import ShelfOptions
from gazekit.foundations.errors import GazekitError
from gazekit.models.object_search.markov_move import MarkovMove

SMALL = ("--samples", "1", "--resamples", "100", "--quiet")


@pytest.fixture
def run(monkeypatch, shelves):
    """Run the command on made-up shelves."""
    monkeypatch.setattr("gazekit.cli.options.load", lambda data, root, outside, options: shelves(6, subjects=2))
    monkeypatch.setattr("gazekit.experiments.shelf_search.experiment.model_from_text", lambda text: MarkovMove())
    return lambda *arguments: CliRunner().invoke(app, ["shelf-search", *map(str, arguments)])


def test_the_table_has_people_chance_and_controls(run, tmp_path):
    result = run("--data", "made-up", "--models", "markov-move", "--out", tmp_path / "run", *SMALL)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split()[:4] == ["Sequence", "Score", "SSx", "edit"]
    first = [line.split("  ")[0] for line in lines[1:7]]
    assert first == [
        "human",
        "human, same target cell",
        "human, other layout",
        "markov-move",
        "line",
        "target-repeated",
    ]
    assert "do not rank models below that" in result.stdout
    assert "do not search" in result.stdout
    for name in ("approach_start.png", "approach_target.png", "features.png", "summary.csv", "delta_floor.csv"):
        assert (tmp_path / "run" / name).stat().st_size > 0
    assert json.loads((tmp_path / "run" / "manifest.json").read_text())["kind"] == "shelf-search"
    again = run("--data", "made-up", "--models", "markov-move", "--out", tmp_path / "run", *SMALL)
    assert again.stdout == result.stdout


def test_book_covers_are_filtered_unless_told():
    def options(data, pairs, length_filter, images):
        return ShelfOptions(data=data, data_set=pairs, length_filter=length_filter, images=images).options

    assert options("bookcovers", None, True, None) == {"length_filter": True}
    assert options("bookcovers", ["length_filter=false"], True, None) == {"length_filter": False}
    assert options("bookcovers", None, False, "covers") == {"length_filter": False, "images": "covers"}
    assert options("shelves", ["scenes=3"], True, None) == {"scenes": 3}


def test_no_models_are_refused(run, tmp_path):
    result = run("--data", "made-up", "--models", ",", "--out", tmp_path / "run", *SMALL)
    assert isinstance(result.exception, GazekitError)
    assert "--models needs at least one name" in str(result.exception)
