"""Two processes on one folder: the second is refused and told of the first; a lock does not outlive its holder."""

import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from gazekit.datasets.fetching.fetch import fetch
from gazekit.files import locking
from gazekit.files.locking import LOCK, FolderLock
from gazekit.foundations.errors import BusyError
from gazekit.runs.folder import RunFolder

HOLD = """
import sys
from gazekit.files.locking import FolderLock
lock = FolderLock(sys.argv[1])
print("held", flush=True)
input()
"""
HOST = socket.gethostname()


@pytest.fixture
def holder(tmp_path):
    """Another process that holds a folder."""
    folder = tmp_path / "run"
    folder.mkdir()
    process = subprocess.Popen([sys.executable, "-c", HOLD, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"held\n"
    yield process, folder
    process.kill()
    process.communicate()


def test_the_second_is_refused_with_the_first_ones_number_and_host(holder, own_data, run):
    process, folder = holder
    message = f"run is being written by process {process.pid} on {HOST}; wait until it has ended, stop it, or choose"
    with pytest.raises(BusyError, match=message):
        run(own_data[1](), folder)
    assert [f.name for f in folder.iterdir()] == [LOCK]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_dead_holder_holds_nothing(holder, own_data, run, how):
    process, folder = holder
    process.send_signal(how)
    process.wait()
    assert (folder / LOCK).is_file()  # the note is still there
    run(own_data[1](), folder)
    assert not (folder / LOCK).exists()


def test_a_run_that_fails_or_is_stopped_lets_others_in(own_data, run, stopped, tmp_path):
    folder = stopped(run, own_data[1](), tmp_path / "run")
    FolderLock(folder).release()


def test_a_run_that_is_resumed_is_held_too(own_data, run, stopped, tmp_path):
    folder = stopped(run, own_data[1](), tmp_path / "again")
    with (
        FolderLock(folder),
        pytest.raises(BusyError, match=f"again is being written by process {os.getpid()} on {HOST}"),
    ):
        run(own_data[1](), folder)


def test_a_finished_run_is_nobodys(own_data, run, tmp_path):
    run(own_data[1](), tmp_path / "run")
    with FolderLock(tmp_path / "run"):
        run(own_data[1](), tmp_path / "run")
        assert (tmp_path / "run" / LOCK).exists()


def test_the_last_leftovers_of_a_finished_run_go(own_data, run, tmp_path):
    run(own_data[1](), tmp_path / "run")
    before = sorted(p.name for p in (tmp_path / "run").rglob("*"))
    (tmp_path / "run" / ".scores.csv.0123abcd.part").write_bytes(b"half")
    (tmp_path / "run" / LOCK).write_text("{}")
    (tmp_path / "run" / "parts").mkdir()
    (tmp_path / "run" / "parts" / "00-00000.scores.parquet").write_bytes(b"x")
    run(own_data[1](), tmp_path / "run")
    assert sorted(p.name for p in (tmp_path / "run").rglob("*")) == before


def test_one_process_may_fetch_into_a_folder(holder):
    process, folder = holder
    with pytest.raises(BusyError, match=f"is being written by process {process.pid} on"):
        fetch("bookcovers", folder, mirrors=["http://127.0.0.1:9/"], checksums={"a.json": "0" * 64}, progress=False)


def test_a_run_that_began_while_this_one_looked_is_seen(tmp_path, monkeypatch):
    """Another process writes its manifest after this one found none, and ends before this one has the lock."""
    taken = FolderLock.__init__

    def late(self, folder):
        monkeypatch.setattr(FolderLock, "__init__", taken)
        with RunFolder(folder, {"seed": 0}, kind="evaluation", command="first", about={}) as first:
            first.finish()
        taken(self, folder)

    monkeypatch.setattr(FolderLock, "__init__", late)
    with RunFolder(tmp_path / "run", {"seed": 0}, kind="evaluation", command="second", about={}) as run:
        assert run.complete
        assert run.manifest["command"] == "first"
    assert [f.name for f in (tmp_path / "run").iterdir()] == ["manifest.json"]


def test_a_lock_whose_file_was_removed_while_it_was_taken_is_taken_again(tmp_path, monkeypatch):
    """The last holder removes the file between our opening and our locking it: the lock would be of nothing."""
    claim = locking.claim

    def removed_meanwhile(handle):
        monkeypatch.setattr(locking, "claim", claim)
        (tmp_path / LOCK).unlink()
        return claim(handle)

    monkeypatch.setattr(locking, "claim", removed_meanwhile)
    with FolderLock(tmp_path), pytest.raises(BusyError):
        FolderLock(tmp_path)


class TestWithoutLocks:
    """A file system that has none (ENOLCK): the note decides."""

    @pytest.fixture(autouse=True)
    def no_locks(self, monkeypatch):
        import errno

        def refuse(handle, how):
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(locking.fcntl, "flock", refuse)

    def test_a_living_process_is_believed(self, tmp_path):
        with (
            FolderLock(tmp_path),
            pytest.raises(BusyError, match=r"\(if that process has ended, remove \.gazekit-lock"),
        ):
            FolderLock(tmp_path)
        assert not (tmp_path / LOCK).exists()

    @pytest.mark.parametrize(
        ("change", "free"),
        [
            pytest.param({}, True, id="dead"),
            pytest.param({"boot": "before the machine was started again"}, True, id="boot"),
            pytest.param({"host": "another"}, False, id="host"),
            pytest.param({"process": 1}, False, id="alive"),
            pytest.param({"process": "x"}, True, id="nonsense"),
        ],
    )
    def test_others(self, tmp_path, change, free):
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        note = {"process": dead.pid, "host": HOST, "boot": locking._boot(), **change}
        (tmp_path / LOCK).write_text(json.dumps(note))
        if free:
            FolderLock(tmp_path).release()
        else:
            with pytest.raises(BusyError, match=f"by process {note['process']} on {note['host']} .if that process"):
                FolderLock(tmp_path)

    @pytest.mark.parametrize("note", ["", "{", "[]"])
    def test_a_note_that_says_nothing(self, tmp_path, note):
        (tmp_path / LOCK).write_text(note)
        FolderLock(tmp_path).release()

    def test_files_are_written_all_the_same(self, tmp_path):
        from gazekit.files.atomic import remove_leftovers, write_atomically

        write_atomically(tmp_path / "a", b"x")
        (tmp_path / ".a.0123abcd.part").write_bytes(b"")
        remove_leftovers(tmp_path)  # nobody can tell whether its writer lives
        assert sorted(f.name for f in tmp_path.iterdir()) == [".a.0123abcd.part", "a"]


def test_without_fcntl_nothing_is_locked(tmp_path, monkeypatch):
    monkeypatch.setattr(locking, "fcntl", None)
    with FolderLock(tmp_path), FolderLock(tmp_path):
        assert not (tmp_path / LOCK).exists()


def test_what_another_process_is_writing_is_not_left_over(tmp_path):
    from gazekit.files.atomic import remove_leftovers, write_atomically

    part = tmp_path / ".a.0123abcd.part"
    with part.open("wb") as file:
        locking.claim(file.fileno())
        remove_leftovers(tmp_path)
        assert part.exists()
    remove_leftovers(tmp_path)
    assert not part.exists()
    (tmp_path / ".mine.part").write_bytes(b"")
    remove_leftovers(tmp_path)
    remove_leftovers(tmp_path / "absent")
    assert (tmp_path / ".mine.part").exists()
    write_atomically(tmp_path / "a", b"x")


def test_a_file_taken_for_a_leftover_is_written_again(tmp_path, monkeypatch):
    from gazekit.files import atomic as files

    claim, seen = files.claim, []

    def removed(handle):
        if not seen:
            seen.extend(tmp_path.iterdir())
            seen[0].unlink()
        return claim(handle)

    monkeypatch.setattr(files, "claim", removed)
    files.write_atomically(tmp_path / "a", b"x")
    assert [f.name for f in tmp_path.iterdir()] == ["a"]
    assert files.is_leftover(seen[0])
