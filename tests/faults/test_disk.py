"""A disk that is full or read-only: one sentence that says so, nothing lost, and the same command goes on later."""

import errno
import hashlib
import os

import pytest

from gazekit.datasets.fetching import fetch as fetching
from gazekit.foundations.errors import DataError, RunFolderError

FULL = "the disk is full; free some space and write it again"


@pytest.mark.parametrize("write", [0, 4, 20])
def test_full_at_any_write_of_a_run(own_data, run, tables, tmp_path, monkeypatch, write):
    """The system's error, injected where a file's content goes to the disk."""
    _, data = own_data
    run(data(), tmp_path / "whole")
    fsync, writes = os.fsync, []

    def full(handle):
        writes.append(handle)
        if len(writes) > write:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(DataError, match=f"was not written: {FULL}"):
            run(data(), tmp_path / "run")
    assert not list((tmp_path / "run").rglob("*.part"))
    run(data(), tmp_path / "run")
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


def test_a_disk_that_is_really_full(own_data, run, tables, tmp_path, disk):
    _, data = own_data
    run(data(), tmp_path / "whole")
    folder, mount = disk("64k")
    with pytest.raises(DataError, match=FULL):
        run(data(), folder / "run")
    mount("size=8m")
    run(data(), folder / "run")
    assert tables(folder / "run") == tables(tmp_path / "whole")


def test_the_command_says_it_in_one_line(own_data, disk, gazekit):
    home, _ = own_data
    folder, mount = disk("64k")
    command = ("evaluate", "--data", home / "mine.csv", "--root", home / "images", "--models", "ittikoch", "--quiet")
    code, said = gazekit(*command, "--out", folder / "run")
    assert code == 2
    assert said.startswith("gazekit: ")
    assert said.count("\n") == 1
    assert FULL in said
    mount("size=8m")
    assert gazekit(*command, "--out", folder / "run") == (0, "")


def test_a_training_on_a_full_disk(world, disk, gazekit):
    folder, mount = disk("200k")
    argv = world.command("train oat").argv
    command = [*argv[: argv.index("--out")], "--quiet", "--out", folder / "run"]
    code, said = gazekit(*command)
    assert (code, said.count("\n")) == (2, 1)
    assert FULL in said
    mount("size=20m")
    assert gazekit(*command)[0] == 0
    expected = world.command("train oat").expected
    for name in ("fold-0.safetensors", "fold-1.safetensors", "steps.parquet", "likelihood.parquet"):
        assert (folder / "run" / name).read_bytes() == expected[name]


def test_pictures_on_a_full_disk(world, disk, gazekit):
    """Tables are kept; the picture that did not fit is not there at all."""
    folder, mount = disk()
    argv = world.command("asymmetry").argv
    command = (*argv[: argv.index("--out")], "--quiet", "--out", folder / "run")
    assert gazekit(*command)[0] == 0
    for picture in (folder / "run").glob("*.png"):
        picture.unlink()
    facts = os.statvfs(folder)
    mount(f"size={(facts.f_blocks - facts.f_bfree) * facts.f_frsize + (16 << 10)}")
    code, said = gazekit(*command)
    assert (code, said.count("\n")) == (2, 1)
    assert f".png was not written: {FULL}" in said
    assert (folder / "run" / "indices.csv").is_file()
    assert not list((folder / "run").glob("*.png"))
    assert not list((folder / "run").glob(".*"))


class TestReadOnly:
    """Real read-only disks."""

    def test_a_new_folder(self, own_data, run, disk):
        folder, mount = disk()
        mount("ro")
        with pytest.raises(RunFolderError, match="run cannot be made: the disk is read-only; choose another folder"):
            run(own_data[1](), folder / "run")

    def test_a_folder_that_is_there(self, own_data, run, disk):
        folder, mount = disk()
        (folder / "run").mkdir()
        mount("ro")
        with pytest.raises(RunFolderError, match="nothing can be written to .*run: the disk is read-only"):
            run(own_data[1](), folder / "run")

    def test_an_unfinished_run(self, own_data, run, stopped, disk, tables, tmp_path):
        folder, mount = disk()
        run(own_data[1](), tmp_path / "whole")
        stopped(run, own_data[1](), folder / "run")
        mount("ro")
        with pytest.raises(RunFolderError, match="nothing can be written to .*run: the disk is read-only"):
            run(own_data[1](), folder / "run")
        mount("rw")
        run(own_data[1](), folder / "run")
        assert tables(folder / "run") == tables(tmp_path / "whole")

    def test_a_finished_run_is_read(self, own_data, run, disk):
        folder, mount = disk()
        first = run(own_data[1](), folder / "run")
        mount("ro")
        assert run(own_data[1](), folder / "run").summary.equals(first.summary)

    def test_fetching(self, world, kills, disk, gazekit, monkeypatch):
        served(kills, monkeypatch)
        folder, mount = disk()
        mount("ro")
        argv = world.command("fetch").argv
        code, said = gazekit(*(folder / "new" if word == str(world.command("fetch").out) else word for word in argv))
        assert (code, said.count("\n")) == (2, 1)
        assert "nothing can be written to" in said
        assert "the disk is read-only; choose another folder" in said


def test_a_transfer_on_a_full_disk_goes_on_later(world, kills, disk, gazekit, monkeypatch):
    served(kills, monkeypatch)
    folder, mount = disk("128k")
    argv = [folder if word == str(world.command("fetch").out) else word for word in world.command("fetch").argv]
    code, said = gazekit(*argv)
    assert (code, said.count("\n")) == (2, 1)
    assert "one two.bin.part was not written: the disk is full" in said
    assert "the same command then goes on where it stopped" in said
    kept = (folder / "images" / "one two.bin.part").read_bytes()
    assert len(kept) > 60_000
    assert kills.FETCHED["images/one two.bin"].startswith(kept)
    mount("size=2m")
    asked = []
    monkeypatch.setattr(kills.Handler, "log_request", lambda self, *_: asked.append(self.headers.get("Range")))
    assert gazekit(*argv)[0] == 0
    assert f"bytes={len(kept)}-" in asked
    assert kills.contents(folder) == kills.FETCHED


def served(kills, monkeypatch):
    """Fetch the test's own files, in this process, from the loopback only."""
    from dataclasses import replace

    from gazekit.datasets import datasets

    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in kills.FETCHED.items()}
    monkeypatch.setattr(fetching, "datasets", {name: replace(datasets[name], addresses=()) for name in datasets})
    monkeypatch.setattr(fetching, "read_checksums", lambda name: hashes)
