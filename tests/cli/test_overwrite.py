"""Every command that makes a run can move another run aside."""

import inspect

import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.experiments.asymmetry import asymmetry
from gazekit.experiments.captions import captions
from gazekit.experiments.oat import oat_study
from gazekit.experiments.oat.training import train_oat
from gazekit.experiments.shelf_search import shelf_search


@pytest.mark.parametrize(
    "command",
    ["evaluate", "score", "predict", "asymmetry", "captions", "shelf-search", "train oat", "oat-study", "demo"],
)
def test_overwrite_is_an_option(command):
    result = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert "--overwrite" in result.output


@pytest.mark.parametrize("make", [asymmetry, captions, oat_study, train_oat, shelf_search])
def test_overwrite_is_an_argument(make):
    assert inspect.signature(make).parameters["overwrite"].default is False
