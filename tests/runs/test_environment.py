"""Being where a run was started, and leaving nothing behind."""

import os
from pathlib import Path

import pytest

from gazekit.foundations.errors import RunFolderError
from gazekit.runs.environment import RunEnvironment


def test_a_process_is_where_it_was_afterwards(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "there")
    monkeypatch.delenv("GAZEKIT_DATA", raising=False)
    monkeypatch.setenv("GAZEKIT_WEIGHTS", "there")
    there = RunEnvironment.here()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GAZEKIT_WEIGHTS", "mine")
    monkeypatch.setenv("GAZEKIT_DATA", "mine too")

    def fails():
        with there.entered():
            assert Path.cwd() == tmp_path / "there"
            assert {k: v for k, v in os.environ.items() if k.startswith("GAZEKIT_")} == {"GAZEKIT_WEIGHTS": "there"}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert Path.cwd() == tmp_path
    assert (os.environ["GAZEKIT_WEIGHTS"], os.environ["GAZEKIT_DATA"]) == ("mine", "mine too")


def test_a_folder_that_is_not_there(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "there")
    there = RunEnvironment.here()
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").rmdir()
    with pytest.raises(RunFolderError, match=r"does not see the folder .*there as this process does"), there.entered():
        pass
    assert Path.cwd() == tmp_path


def test_a_run_folder_of_the_same_name_is_not_the_same(tmp_path):
    (tmp_path / "manifest.json").write_text("one")
    there = RunEnvironment.here(tmp_path)
    (tmp_path / "manifest.json").write_text("another")
    with pytest.raises(RunFolderError, match="does not see the folder"), there.entered():
        pass
