"""`gazekit captions`: from files to tables and pictures, and how it refuses."""

import importlib.util
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.foundations.errors import DataError, GazekitError

SMALL = ("--set", "encoder=colour-words", "--set", "sigma=0.05", "--set", "rounds=1", "--max-fixations", "2")
SHORT = (*SMALL, "--metrics", "plausibility,scanmatch", "--resamples", "100", "--no-scheduled", "--quiet")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """The made-up world of the experiment's own tests, smaller."""
    file = Path(__file__).parents[1] / "experiments" / "captions" / "conftest.py"
    spec = importlib.util.spec_from_file_location("caption_world", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.make_world(tmp_path_factory.mktemp("world") / "cap", images=3)


def run(*arguments):
    return CliRunner().invoke(app, ["captions", *map(str, arguments)])


@pytest.mark.slow
def test_tables_sentences_and_pictures(world, tmp_path, gazekit):
    out = tmp_path / "run"
    command = ("--root", world, "--gammas", "0", *SHORT, "--out", out)
    result = run(*command)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["plausibility_best_per_length", "plausibility_best_human", "scanmatch", "images"]
    assert [line.split("  ")[0] for line in lines[1:11]] == [
        "human",
        "right caption",
        "same-image caption",
        "other-image caption",
        "no caption",
        "right caption, gamma 0",
        "uniform",
        "centre",
        "centre-point",
        "other-image",
    ]
    for text in (
        "9 captions; compared with the writers' clicks",
        "1 x caption is the only one of its image (not in same-image caption)",
        "Clicks on a blurred image were compared with a model's fixations",
        "plausibility_best_per_length: right caption minus other-image caption +",
        "plausibility_mean, against the writer only: right caption minus same-image caption +",
        "CAUTION: Plausibility rewards paths that repeat one central place",
        "pictures (lengths.png, conditions.png, perceived.png) in",
    ):
        assert text in result.stdout
    for name in ("lengths.png", "conditions.png", "perceived.png"):
        with Image.open(out / name) as picture:
            assert min(picture.size) > 200
    figure = tmp_path / "beside.png"
    code, said, err = gazekit(
        "plot", "beside", out, "--stimulus", "i0", "--sources", "human,right caption:0", "-o", figure
    )
    assert code == 0, err
    assert "people (" in said
    for name in ("summary", "differences", "lengths", "gammas", "writers", "writer_differences"):
        assert (out / f"{name}.csv").stat().st_size > 0
    assert run(*command).stdout == result.stdout


def test_free_viewing(world, tmp_path):
    short = [o for o in SHORT if o != "plausibility,scanmatch"]
    short.insert(short.index("--metrics") + 1, "scanmatch")
    arguments = ("--root", world, "--people", "mit1003", *short, "--out", tmp_path / "run")
    result = run(*arguments)
    assert isinstance(result.exception, DataError)  # half of MIT1003 is missing, and it says so
    result = run(*arguments, "--people-set", "missing=skip")
    assert result.exit_code == 0, result.output
    assert "9 captions; compared with mit1003" in result.stdout
    assert "scanmatch: right caption minus no caption" in result.stdout


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--people", "cats"), "--people is clicks or mit1003, not 'cats'"),
        (("--people-set", "missing=skip"), "--people-set goes with --people mit1003"),
        (("--gammas", "a,b"), "--gammas takes numbers like 0,0.3,1, not 'a,b'"),
        (("--set", "objective=class"), "objective is what the conditions differ in"),
        (("--set", "encoder=filter"), "no encoder called 'filter'; did you mean 'filters'"),
        (("--metrics", "scanmach"), "no metric called 'scanmach'; did you mean 'scanmatch'"),
    ],
)
def test_bad_requests_are_refused(world, tmp_path, more, message):
    result = run("--root", world, "--quiet", "--set", "encoder=colour-words", *more, "--out", tmp_path / "run")
    if more[1] == "encoder=filter":
        result = run("--root", world, "--quiet", *more, "--out", tmp_path / "run")
    assert isinstance(result.exception, GazekitError)
    assert message in str(result.exception)
    assert not (tmp_path / "run").exists()
