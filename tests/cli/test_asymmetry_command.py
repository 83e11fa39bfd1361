"""`gazekit asymmetry`: what it prints and leaves behind, and how it refuses."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.cli.asymmetry import table_text
from gazekit.experiments.asymmetry import AsymmetryResults
from gazekit.foundations.errors import GazekitError, RunFolderError, UnknownNameError

SMALL = ("--experiments", "lighting,curvature", "--per-size", "2", "--resamples", "100", "--quiet")
PICTURES = ["indices.png", "reaction_times.png", "scanpaths.png"]


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, ["asymmetry", *map(str, arguments)])


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """One finished run: the command's output and its folder."""
    folder = tmp_path_factory.mktemp("asymmetry") / "run"
    return CliRunner().invoke(app, ["asymmetry", "--model", "uniform", "--out", str(folder), *SMALL]), folder


def test_the_table_has_people_and_the_published_model_beside(done):
    result, folder = done
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["experiment", "index", "[95", "%", "interval]", "people", "eccNET", "published"]
    assert lines[1].startswith("lighting ")
    assert lines[1].endswith("+0.70   +1.00")
    assert lines[2].endswith("+0.81   +1.00")
    assert lines[3].startswith("mean ")
    assert lines[4].startswith("uniform: mean asymmetry index ")
    assert (
        lines[-1] == f"tables, manifest and pictures ({', '.join(PICTURES)}) in {folder}; report: {folder}/report.html"
    )


def test_the_folder_has_tables_and_pictures(done):
    _, folder = done
    for name in PICTURES:
        assert (folder / name).read_bytes().startswith(b"\x89PNG")
    assert len(pd.read_csv(folder / "slopes.csv")) == 4
    assert json.loads((folder / "manifest.json").read_text())["status"] == "complete"


def test_a_finished_run_is_shown_again(done, run):
    result, folder = done
    assert run("--model", "uniform", "--out", folder, *SMALL).stdout == result.stdout


def test_another_run_in_the_same_folder_is_refused(done, run):
    _, folder = done
    result = run("--model", "uniform", "--seed", "1", "--out", folder, *SMALL)
    assert isinstance(result.exception, RunFolderError)
    assert "holds another run: displays has changed" in str(result.exception)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (["--model", "unifrom"], UnknownNameError, "no model called 'unifrom'; did you mean 'uniform'"),
        (["--model", "uniform", "--experiments", "lightning"], UnknownNameError, "did you mean 'lighting'"),
        (["--model", "uniform", "--experiments", ","], GazekitError, "--experiments needs at least one name"),
        (["--model", "uniform", "--backbone", "v1"], GazekitError, "model 'uniform' does not take these options"),
        (["--model", "empirical"], GazekitError, "learns from people's scanpaths"),
        (["--model", "uniform", "--censoring", "no"], UnknownNameError, "known: drop, limit, set-size"),
    ],
)
def test_refusals(run, tmp_path, arguments, kind, message):
    result = run(*arguments, "--out", tmp_path / "run", "--quiet")
    assert isinstance(result.exception, kind)
    assert message in str(result.exception)
    assert not (tmp_path / "run").exists()


def test_controls_and_level_weights_have_columns():
    rows = [
        (model, "colour", condition, size, k, made, True, 5, 0.9, 0.1)
        for model in ("m", "m, swapped target")
        for condition in ("red", "green")
        for size, made in ((1, 1), (3, 1 if condition == "red" else 3))
        for k in range(2)
    ]
    names = ["model", "experiment", "condition", "set_size", "display", "saccades", "found", "limit", "w_1", "w_2"]
    lines = table_text(AsymmetryResults(pd.DataFrame(rows, columns=names), resamples=100)).splitlines()
    assert lines[0].endswith("people  eccNET published  level weights  swapped target")
    assert lines[1].split() == ["colour", "+1.00", "[+1.00,", "+1.00]", "0.90/0.10", "+1.00", "[+1.00,", "+1.00]"]


@pytest.mark.slow
def test_a_sweep_has_a_run_per_value_and_one_table_and_figure(run, tmp_path):
    small = ("--experiments", "lighting", "--per-size", "1", "--resamples", "100", "--quiet", "--no-controls")
    result = run("--sweep", "fovea_degrees=1,4", "--out", tmp_path / "out", *small)
    assert result.exit_code == 0, result.exception
    table = pd.read_csv(tmp_path / "out" / "sweep.csv")
    assert table["fovea_degrees"].tolist() == [1, 1, 4, 4]
    assert (tmp_path / "out" / "sweep.png").read_bytes().startswith(b"\x89PNG")
    for value in (1, 4):
        manifest = json.loads((tmp_path / "out" / f"fovea_degrees={value}" / "manifest.json").read_text())
        assert manifest["request"]["models"][0]["options"]["fovea_degrees"] == value
    assert result.stdout.splitlines()[-1].startswith("slopes over fovea_degrees: ")
    one = run("--fovea-degrees", "1", "--out", tmp_path / "one", *small)
    assert one.exit_code == 0, one.exception
    alone = pd.read_csv(tmp_path / "one" / "slopes.csv")
    assert alone["slope"].tolist() == table["slope"].tolist()[:2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sweep", "fovea_degrees"], "--sweep 'fovea_degrees' is not of the form option=value,value"),
        (["--sweep", "fovea_degrees=1,0"], "fovea_degrees must be a positive number, not 0"),
        (["--sweep", "fovea=1,2"], "it has no option 'fovea', did you mean 'fovea_degrees'"),
        (["--sweep", "fovea_degrees=1,2", "--fovea-degrees", "1"], "is swept and given as an option too"),
        (["--sweep", "fovea_degrees=1,2", "--variant", "ivsn"], "would change nothing: no pool of backbone 'v1'"),
    ],
)
def test_refused_sweeps(run, tmp_path, arguments, message):
    result = run(*arguments, "--out", tmp_path / "run", "--quiet")
    assert isinstance(result.exception, GazekitError)
    assert message in str(result.exception)
    assert not (tmp_path / "run").exists()


def test_help_has_an_example(run):
    result = run("--help")
    assert result.exit_code == 0
    assert "gazekit asymmetry --model eccnet" in " ".join(result.stdout.split())


def test_an_experiment_that_has_no_people(run, tmp_path):
    result = run(
        "--model", "uniform", "--experiments", "colour", "--per-size", "2", "--quiet", "--out", tmp_path / "run"
    )
    assert result.exit_code == 0, result.exception
    assert "people" not in result.stdout.splitlines()[3]
    assert not (tmp_path / "run" / "indices.png").exists()
    assert (tmp_path / "run" / "reaction_times.png").exists()
