"""Folders and files that others own: one sentence that says so, before anything is computed; finished runs are read.

Root may do everything, so the commands run with no capabilities (`setpriv`), as in a container or for another user.
"""

import os
import shutil
import subprocess
import sys

import pytest

NONE = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
NO_PERMISSION = "there is no permission to write there; choose another folder"


@pytest.fixture
def plain_user():
    """A command line as a user who may not do everything: plain_user(*arguments) gives (exit code, output, error)."""
    prefix = NONE if os.geteuid() == 0 else ()
    if prefix and shutil.which(prefix[0]) is None:
        pytest.skip("NO PLAIN USER: these tests run as root, and setpriv, which makes one, is not installed")

    def call(*arguments):
        command = [*prefix, sys.executable, "-m", "gazekit", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    return call


@pytest.fixture
def closed():
    """Take rights away until the test ends: closed(path, mode)."""
    changed = []

    def close(path, mode):
        changed.append((path, path.stat().st_mode))
        path.chmod(mode)

    yield close
    for path, mode in reversed(changed):
        path.chmod(mode)


def test_a_file_that_cannot_be_written_is_said_before_anything_is_computed(own_data, plain_user, closed, tmp_path):
    """`predict` computed all paths first, which may take hours."""
    home, _ = own_data
    (tmp_path / "theirs").mkdir()
    closed(tmp_path / "theirs", 0o555)
    out = tmp_path / "theirs" / "paths.csv"
    code, said, err = plain_user(
        "predict", "uniform", "--data", home / "mine.csv", "--root", home / "images", "-o", out
    )
    assert (code, said) == (2, "")
    assert err == f"gazekit: {out} was not written: {NO_PERMISSION}\n"


def test_a_finished_run_of_somebody_else_is_shown_again(own_data, plain_user, closed, tmp_path):
    """Its tables were read, and then lost because the page could not be written over itself."""
    home, _ = own_data
    command = ("evaluate", "--data", home / "mine.csv", "--root", home / "images", "--models", "uniform", "--no-nulls")
    command += ("--metrics", "scanmatch", "--resamples", "100", "--quiet", "--out", tmp_path / "run")
    code, first, _ = plain_user(*command)
    assert code == 0
    closed(tmp_path / "run", 0o555)
    assert plain_user(*command) == (0, first, "")
    assert plain_user(*command, "--seed", "1", "--overwrite")[2].endswith(f"{NO_PERMISSION}\n")


def test_a_picture_that_cannot_be_read_is_not_cut_short(own_data, plain_user, closed):
    home, _ = own_data
    closed(home / "images" / "s3.png", 0)
    code, _, err = plain_user("check", home / "mine.csv", "--root", home / "images")
    assert code == 2
    assert err == f"gazekit: {home / 'images' / 's3.png'} cannot be read: Permission denied\n"


def test_a_new_folder_of_displays(plain_user, closed, tmp_path):
    closed(tmp_path, 0o555)
    small = ("--set", "experiments=curvature", "--set", "per_size=1")
    code, _, err = plain_user("datasets", "write", "search-arrays", *small, "--quiet", "--out", tmp_path / "new")
    assert code == 2
    assert err == f"gazekit: {tmp_path / 'new'} cannot be made: {NO_PERMISSION}\n"
