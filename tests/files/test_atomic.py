"""Whole files or nothing."""

import os
import stat
import subprocess
import sys

import pytest

from gazekit.files.atomic import read_whole, write_atomically
from gazekit.foundations.errors import DataError


def test_writes_through_no_link_and_keeps_it(tmp_path):
    """Once they were followed: a stranger's run folder could overwrite any file. See tests/hostile/test_links.py."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with pytest.raises(DataError, match="link is a symbolic link to 'real', and gazekit writes through no link"):
        write_atomically(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"old"


@pytest.mark.skipif(not os.path.exists("/dev/stdout"), reason="NO /dev/stdout HERE")  # noqa: PTH110
@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.parametrize("into", ["pipe", "file"])
def test_standard_output_is_written_to(tmp_path, name, into):
    script = (
        f"print('before')\nfrom gazekit.files.atomic import write_atomically\nwrite_atomically('/dev/{name}', b'gaze')"
    )
    command = [sys.executable, "-c", script]
    if into == "pipe":
        done = subprocess.run(command, capture_output=True, check=True)
        said = {"stdout": done.stdout, "stderr": done.stderr}[name]
    else:
        with (tmp_path / "out").open("wb") as out:
            subprocess.run(command, check=True, **{name: out})
        said = (tmp_path / "out").read_bytes()
    assert said == {"stdout": b"before\ngaze", "stderr": b"gaze"}[name]


def test_devices_and_pipes_are_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", os.devnull):
        with pytest.raises(
            DataError, match=f"{path} is a pipe, a device or a socket, not a file; remove it, or choose"
        ):
            write_atomically(path, b"new")


def test_others_may_read_as_the_umask_says(tmp_path):
    old = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644


def test_a_file_that_grows_too_large_leaves_the_old_one(tmp_path):
    """A real failing write: the system refuses files above a limit set for a child process."""
    target = tmp_path / "a"
    target.write_bytes(b"old")
    script = (
        "import resource, signal, sys\n"
        "from gazekit.files.atomic import write_atomically\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    write_atomically(sys.argv[1], bytes(5000))\n"
        "except ValueError as error:\n    print(error)\n"
    )
    out = subprocess.run([sys.executable, "-c", script, str(target)], capture_output=True, text=True, check=True)
    assert "was not written: the file would be larger than this system allows" in out.stdout
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("absent/a", "the folder .*absent does not exist; make it first", id="no-folder"),
        pytest.param(".", "is a folder, not a file", id="folder"),
    ],
)
def test_messages_of_writing(tmp_path, name, message):
    with pytest.raises(DataError, match=message):
        write_atomically(tmp_path / name, b"")


def test_messages_of_reading(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        read_whole(tmp_path / "absent")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_whole(tmp_path)
