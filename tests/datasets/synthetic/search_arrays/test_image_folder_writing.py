"""`gazekit datasets write` and the files that it makes."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from gazekit import Dataset, Frame, Scanpaths, Trial, load_dataset
from gazekit.cli.datasets import app
from gazekit.files.locking import FolderLock
from gazekit.foundations.errors import DataError, GazekitError, UnknownNameError
from gazekit.interchange.image_folder import write_image_folder


def run(*arguments):
    return CliRunner().invoke(app, [str(a) for a in arguments])


def grey_trials(*names):
    return [Trial(n, n, Frame(4, 3), image_source=np.zeros((3, 4), np.uint8)) for n in names]


def in_one(*trials):
    return Dataset("made-up", trials, Scanpaths.from_paths([]))


@pytest.fixture(scope="module")
def data():
    return load_dataset("search-arrays", experiments="lighting,colour", per_size=1)


@pytest.fixture(scope="module")
def folder(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("written") / "displays"
    assert write_image_folder(data, out, progress=False) == (12, 12, 12)
    return out


def test_pictures_come_back(data, folder):
    table = pd.read_csv(folder / "trials.csv").set_index("trial")
    for trial in data.trials:
        row = table.loc[trial.id]
        for source, file in ((trial.image_source, row["image"]), (trial.target_source, row["target"])):
            with Image.open(folder / file) as image:
                np.testing.assert_array_equal(np.asarray(image), source())  # grey stays grey, colour colour


def test_tables_say_what_the_trials_say(data, folder):
    table = pd.read_csv(folder / "trials.csv").set_index("trial")
    objects, cells = (pd.read_csv(folder / f"{name}.csv") for name in ("objects", "cells"))
    corners = ["x0", "y0", "x1", "y1"]
    for trial in data.trials:
        row = table.loc[trial.id]
        items = objects[objects["trial"] == trial.id]
        np.testing.assert_array_equal(items[corners], trial.objects.boxes)
        assert np.flatnonzero(items["is_target"]).tolist() == [trial.target_object] == [row["target_object"]]
        np.testing.assert_array_equal(cells.loc[cells["layout"] == row["layout"], corners], trial.cells)
        np.testing.assert_array_equal(row[[f"target_{c}" for c in corners]].astype(float), trial.target_box)
        assert (row["width"], row["height"], row["px_per_degree"]) == (*trial.frame.size, 30)
        assert (row["start_x"], row["start_y"]) == trial.start
        assert (row["condition"], row["task"], row["set_size"]) == (trial.condition, trial.task, len(trial.objects))
        assert row["max_fixations"] == trial.max_fixations
    assert cells["layout"].nunique() == 2
    assert "caption" not in table  # no trial has one


def test_what_there_is_not_is_left_out(tmp_path):
    write_image_folder(in_one(*grey_trials("a")), tmp_path / "out", progress=False)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["images", "trials.csv"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out"]


def test_scanpaths_are_written_too_and_the_folder_is_a_data_set_again(dataset_of, tmp_path):
    data = dataset_of(n_stimuli=2, n_subjects=2)
    write_image_folder(data, tmp_path / "out", progress=False)
    again = Dataset.from_table(tmp_path / "out" / "fixations.csv", images=tmp_path / "out" / "images")
    np.testing.assert_array_equal(np.sort(again.scanpaths.x), np.sort(data.scanpaths.x))
    np.testing.assert_array_equal(again.trials[0].image, data.trial(again.trials[0].id).image)


def test_a_stimulus_of_several_trials_is_written_once(tmp_path):
    one = grey_trials("a")[0]
    two = Trial("b", "a", one.frame, one.image_source, target_source=np.ones((2, 2), np.uint8))
    assert write_image_folder(in_one(one, two), tmp_path / "out", progress=False) == (2, 1, 1)


def test_nothing_is_overwritten(data, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DataError, match="has something in it, and nothing is overwritten; give a new or empty one"):
        write_image_folder(data, tmp_path, progress=False)
    with pytest.raises(DataError, match=r"mine\.txt is a file; give the name of a new folder"):
        write_image_folder(data, tmp_path / "mine.txt", progress=False)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_used(tmp_path):
    (tmp_path / "out").mkdir()
    write_image_folder(in_one(*grey_trials("a")), tmp_path / "out", progress=False)
    assert (tmp_path / "out" / "trials.csv").is_file()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"out cannot be made: .*; choose another folder"):
        write_image_folder(in_one(*grey_trials("a")), tmp_path / "file" / "out", progress=False)


def test_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(DataError, match="was not written: No space left on device; nothing is left of it"):
        write_image_folder(in_one(*grey_trials("a")), tmp_path / "out", progress=False)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_what_another_writes_is_not(tmp_path):
    killed, busy, others = (tmp_path / f".{name}.part" for name in ("out.0a1b2c3d", "out.00000000", "else.0a1b2c3d"))
    for folder in (killed, busy, others):
        (folder / "images").mkdir(parents=True)
    with FolderLock(busy):
        write_image_folder(in_one(*grey_trials("a")), tmp_path / "out", progress=False)
        assert sorted(p.name for p in tmp_path.iterdir()) == sorted([busy.name, others.name, "out"])
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["images", "trials.csv"]


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a/."])
def test_names_that_would_leave_the_folder(name, tmp_path):
    with pytest.raises(DataError, match="cannot be the name of a file; every part between '/' must be a word"):
        write_image_folder(in_one(*grey_trials(name)), tmp_path / "out", progress=False)


def test_names_that_some_file_systems_take_for_one(tmp_path):
    with pytest.raises(DataError, match="'a' and 'A' would be one file; rename one of them"):
        write_image_folder(in_one(*grey_trials("a", "A")), tmp_path / "out", progress=False)


def test_odd_characters_in_names(tmp_path):
    write_image_folder(in_one(*grey_trials('a:b?"')), tmp_path / "out", progress=False)
    assert [p.name for p in (tmp_path / "out" / "images").iterdir()] == ["a%3Ab%3F%22.png"]


def test_the_command(tmp_path):
    done = run(
        "write", "search-arrays", "--out", tmp_path / "d", "--quiet", "--set", "experiments=curvature,t-and-l",
        "--set", "per_size=1", "--set", "set_sizes=3,8",
    )  # fmt: skip
    assert done.exit_code == 0, done.exception
    assert done.output == (f"search-arrays: 8 trials, 8 images and 8 pictures of targets written to {tmp_path / 'd'}\n")
    assert pd.read_csv(tmp_path / "d" / "trials.csv")["set_size"].tolist() == [3, 8] * 4
    again = run("write", "search-arrays", "--out", tmp_path / "d", "--quiet")
    assert isinstance(again.exception, DataError)


def test_the_command_has_help_with_an_example():
    assert "Example: gazekit datasets write" in run("write", "--help").output


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (["osie"], GazekitError, "gazekit does not make the data set 'osie': its files are the published ones"),
        (["search-array"], UnknownNameError, "did you mean 'search-arrays'"),
        (["search-arrays", "--set", "size=3"], GazekitError, "'search-arrays' has no option 'size'; it has experi"),
        (["search-arrays", "--set", "seed"], GazekitError, "--set 'seed' is not of the form name=value"),
        (["search-arrays", "--set", "seed=1", "--set", "seed=2"], GazekitError, "--set seed is given twice"),
    ],
)
def test_what_the_command_refuses(arguments, error, message, tmp_path):
    done = run("write", *arguments, "--out", tmp_path / "d", "--quiet")
    assert isinstance(done.exception, error)
    assert message in str(done.exception)
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("command", ["check", "fetch", "info"])
@pytest.mark.parametrize("name", ["demo", "search-arrays"])
def test_a_set_made_here_has_no_folder(command, name, tmp_path):
    done = run(command, name, "--root", tmp_path)
    assert isinstance(done.exception, GazekitError)
    assert f"gazekit makes the data set '{name}' itself, so there is no published folder of it" in str(done.exception)
