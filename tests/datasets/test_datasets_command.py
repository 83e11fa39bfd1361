import json
import shutil

import pytest
from typer.testing import CliRunner

from gazekit.cli.datasets import app
from gazekit.datasets import datasets
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


@pytest.mark.parametrize("arguments", [pytest.param([], id="no subcommand"), pytest.param(["list"], id="list")])
def test_the_list_names_every_set_and_how_to_get_it(arguments):
    done = run(*arguments)
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert any(line.startswith("osie") and line.endswith("[fetch]") for line in lines)
    assert any(line.startswith("coco-freeview") and line.endswith("[fetch]") for line in lines)
    assert any(line.startswith("mit1003") and line.endswith("[by hand]") for line in lines)


@pytest.mark.parametrize("command", ["list", "info", "check", "fetch"])
def test_every_command_has_help_with_an_example(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert f"Example: gazekit datasets {command}" in done.output


@pytest.mark.parametrize("name", list(datasets))
def test_info_prints_the_card(name):
    done = run("info", name)
    assert done.exit_code == 0
    for word in ("licence", "cite", "px per degree", "forced first fixation included", "cut at the target"):
        assert word in done.output


@pytest.mark.data
def test_info_with_a_folder_counts(data_root):
    done = run("info", "interiors", "--root", data_root / "interiors")
    assert "134 stimuli, 134 trials, 57 subjects, 7,419 scanpaths, 42,561 fixations; durations: ms" in done.output
    assert "counted: 5 trials without a fixation (left out)" in done.output
    assert "images: 134 of 134 trials have theirs" in done.output
    assert "declared: forced_first=False, cut_at_target=None" in done.output


def test_info_says_that_nothing_was_left_out(tmp_path, osie_in):
    done = run("info", "osie", "--root", osie_in(tmp_path / "osie"))
    assert "nothing was left out" in done.output


@pytest.mark.data
def test_check_ends_with_1_if_something_is_wrong(data_root, tmp_path):
    root = data_root / "visual_search" / "saccade" / "Waldo"
    good = run("check", "waldo", "--root", root, "--quiet")
    assert good.exit_code == 0
    assert good.output.startswith("waldo: whole: 13 of 13")
    copy = shutil.copytree(root, tmp_path / "copy", copy_function=shutil.copyfile)
    (copy / "target_pos.npy").unlink()
    bad = run("check", "waldo", "--root", copy, "--quiet")
    assert bad.exit_code == 1
    assert bad.output.splitlines() == [
        "missing  target_pos.npy",
        "waldo: NOT whole: 12 of 13 files as published, 1 missing, 0 changed, 0 extra",
    ]


def test_check_prints_the_first_problems_unless_told(tmp_path):
    assert len(run("check", "osie", "--root", tmp_path, "--quiet").output.splitlines()) == 22
    assert len(run("check", "osie", "--root", tmp_path, "--quiet", "--all").output.splitlines()) == 702


@pytest.mark.data
def test_fetch_of_a_whole_folder_fetches_nothing(data_root):
    done = run("fetch", "bookcovers", "--root", data_root / "bookcovers", "--quiet")
    assert done.exit_code == 0
    assert "0 files fetched, 1 there already" in done.output


def test_fetch_by_hand_is_a_data_error(tmp_path):
    done = run("fetch", "mit1003", "--root", tmp_path)
    assert isinstance(done.exception, DataError)


def test_a_wrong_name_is_an_unknown_name_error():
    assert isinstance(run("info", "osi").exception, UnknownNameError)


def test_a_name_alone_is_explained():
    """`gazekit models NAME` explained a model, and `gazekit datasets NAME` was no command."""
    done = run("osie", "--json")
    assert done.exit_code == 0
    assert done.output == run("info", "osie", "--json").output
    assert "no command or data set called 'osi'; did you mean 'osie'?" in str(run("osi").exception)


def test_the_list_as_json():
    assert [card["name"] for card in json.loads(run("--json").output)] == list(datasets)
    with pytest.raises(GazekitError, match="--json goes behind the command: gazekit datasets info ... --json"):
        raise run("--json", "info", "osie").exception
