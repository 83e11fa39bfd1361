"""`gazekit verify` and `gazekit metrics`: what they print, and how they end."""

import json
import shutil

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from gazekit.cli import verify
from gazekit.cli.metrics import metrics_command
from gazekit.foundations.errors import DataError, UnknownNameError
from gazekit.verify import Outcome


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(verify.app, list(arguments))


@pytest.fixture
def list_metrics():
    app = typer.Typer()
    app.command()(metrics_command)
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


@pytest.mark.data
def test_scanmatch_prints_the_figure_last_and_fails_on_altered_files(run, data_root, tmp_path):
    shutil.copytree(data_root / "visual_search" / "saccade" / "Waldo", tmp_path / "Waldo", copy_function=shutil.copy)
    result = run("scanmatch", "--data", str(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("largest difference ")
    file = tmp_path / "Waldo" / "ss_score" / "human.npy"
    file.chmod(0o644)
    np.save(file, np.load(file) + 1e-8)
    result = run("scanmatch", "--data", str(tmp_path))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-1] == "largest difference 1.0e-08, tolerance 1e-12: FAILED"


def test_scanmatch_of_no_set_is_an_error_of_the_caller(run, tmp_path):
    result = run("scanmatch", "--data", str(tmp_path))
    assert isinstance(result.exception, DataError)


@pytest.mark.data
def test_multimatch_of_a_part_of_a_data_set(run, data_root):
    result = run("multimatch", "--data", "osie", "--root", str(data_root / "osie"), "--max-pairs", "60", "--quiet")
    assert result.exit_code == 0, result.output
    assert "a random part: 60 of 73500 pairs, seed 0" in result.stdout
    assert result.stdout.splitlines()[-1].endswith("passed")


@pytest.mark.parametrize("command", [command.name for command in verify.app.registered_commands])
def test_every_one_prints_json_too(run, command):
    """The table of no `verify` could be had by another program."""
    assert "--json" in run(command, "--help").stdout


@pytest.mark.parametrize("more", [["--json"], ["--reference", "vectors.npz"]])
def test_what_is_written_is_not_compared(run, tmp_path, more):
    """The other option was left out in silence."""
    result = run("conformance", "--write", str(tmp_path / "new.json"), *more)
    assert str(result.exception) == "--write compares nothing; leave out --reference and --json, or --write"
    assert not (tmp_path / "new.json").exists()


def test_json_of_a_table(capsys):
    columns = {"name": "", "difference": ".1e"}
    with pytest.raises(typer.Exit):
        verify._finish(Outcome(columns, (("a", 0.25),), 0.25, 1e-12, passed=False), as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "columns": ["name", "difference"],
        "rows": [{"name": "a", "difference": 0.25}],
        "figure": 0.25,
        "tolerance": 1e-12,
        "passed": False,
        "notes": [],
    }


@pytest.mark.parametrize("command", ["scanmatch", "multimatch"])
def test_help_has_an_example(run, command):
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"gazekit verify {command} --data" in result.stdout


def test_metrics_lists_what_each_means(list_metrics):
    result = list_metrics()
    assert result.exit_code == 0
    for text in (
        "scanmatch",
        "multimatch_direction",
        "0 to 1, higher is better",
        "needs",
        "Cristino",
        "bins=(12, 8)",
    ):
        assert text in result.stdout
    alone = list_metrics("scanmatch")
    assert "multimatch" not in alone.stdout
    assert isinstance(list_metrics("scanmach").exception, UnknownNameError)
