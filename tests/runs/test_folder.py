"""Pieces of a run folder: done once, found again."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from gazekit.foundations.errors import BusyError, DataError, RunFolderError
from gazekit.runs import folder
from gazekit.runs.folder import RunFolder
from gazekit.runs.manifest import read_finished


@dataclass(frozen=True)
class Writes:
    part: Path
    stops: bool = False

    def __call__(self):
        if self.stops:
            raise KeyboardInterrupt
        self.part.write_text(self.part.read_text() + "again" if self.part.exists() else "once")
        return [self.part]


def test_a_piece_that_is_sealed_is_not_done_again(tmp_path, capsys):
    def run_with(*stops):
        with RunFolder(tmp_path / "run", {}, kind="example", command="x", about={}) as run:
            run.do([Writes(run.part(str(k)), stop) for k, stop in enumerate(stops)], label="write")
            return [run.part(str(k)).read_text() for k in range(len(stops))]

    with pytest.raises(KeyboardInterrupt):
        run_with(False, False, True)
    assert run_with(False, False, False) == ["once"] * 3
    assert "write: 3/3 piece" in capsys.readouterr().err


# ---------------------------------------------------------------- another run in the folder


def run_of(path, *, finished=True, overwrite=False, **request):
    with RunFolder(path, request, kind="example", command="x", about={}, overwrite=overwrite) as run:
        if finished and not run.complete:
            run.finish()
    return run


def test_a_refusal_says_what_differs_and_what_to_do(tmp_path):
    run_of(tmp_path / "run", a=1, b=1, c=1, d=1, e=1)
    offer = (
        r"choose another --out, or give --overwrite \(overwrite=True\), which moves the folder aside and begins anew"
    )
    with pytest.raises(RunFolderError, match=rf"holds another run: a was 1 and is 2; b was 1 and is 2; {offer}"):
        run_of(tmp_path / "run", a=2, b=2, c=1, d=1, e=1)
    with pytest.raises(RunFolderError, match="c was 1 and is 2; and 2 more; choose another"):
        run_of(tmp_path / "run", a=2, b=2, c=2, d=2, e=2)


def test_overwrite_moves_another_run_aside(tmp_path):
    run_of(tmp_path / "run", seed=0)
    for seed in (1, 2):
        with pytest.warns(UserWarning, match=r"the earlier run in .*run was moved to .*run-\d{4}-\d\d-\d\d"):
            assert run_of(tmp_path / "run", seed=seed, overwrite=True).complete
    seeds = {f.name: read_finished(f)["request"]["seed"] for f in tmp_path.iterdir()}
    assert sorted(seeds.values()) == [0, 1, 2]
    assert seeds["run"] == 2
    aside = min((n for n in seeds if n != "run"), key=len)
    assert set(seeds) == {"run", aside, f"{aside}-2"}


def test_overwrite_resumes_a_run_of_the_same_request(tmp_path):
    run_of(tmp_path / "run", finished=False, seed=0)
    assert run_of(tmp_path / "run", seed=0, overwrite=True).complete
    assert [f.name for f in tmp_path.iterdir()] == ["run"]


def test_an_unfinished_run_of_other_code_is_not_resumed(tmp_path, monkeypatch):
    """Its pieces may mean something else; a finished one is whole, and is given back."""
    run_of(tmp_path / "run", finished=False, a=1)
    run_of(tmp_path / "whole", a=1)
    monkeypatch.setattr(folder, "source", lambda: "another")
    with pytest.raises(
        RunFolderError, match=r"run was begun by another state of gazekit's code .* so it is not resumed"
    ):
        run_of(tmp_path / "run", a=1)
    assert run_of(tmp_path / "whole", a=1).complete
    with pytest.warns(UserWarning, match="was moved to"):
        assert run_of(tmp_path / "run", overwrite=True, a=1).complete


def test_overwrite_moves_only_runs_and_none_that_is_being_written(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(RunFolderError, match="is not empty and holds no run"):
        run_of(tmp_path, seed=0, overwrite=True)
    (tmp_path / "manifest.json").write_text('{"format": "of another program"}')
    with pytest.raises(RunFolderError, match="is not the manifest of a gazekit run"):
        run_of(tmp_path, seed=0, overwrite=True)
    busy = RunFolder(tmp_path / "run", {"seed": 0}, kind="example", command="x", about={})
    with busy, pytest.raises(BusyError, match="is being written by process"):
        run_of(tmp_path / "run", seed=1, overwrite=True)


def test_overwrite_helps_with_a_run_of_an_earlier_or_later_gazekit(tmp_path):
    for version in (1, 99):
        folder = tmp_path / str(version)
        folder.mkdir()
        (folder / "manifest.json").write_text(json.dumps({"format": "gazekit-run", "version": version, "request": {}}))
        with pytest.raises(RunFolderError):
            run_of(folder, seed=0)
        with pytest.warns(UserWarning, match="was moved to"):
            assert run_of(folder, seed=0, overwrite=True).complete


# ---------------------------------------------------------------- a request that is refused


def refused(path, *, after=0, **request):
    def begin():
        with RunFolder(path, request, kind="x", command="x", about={}) as run:
            run.do([Writes(run.part(str(k))) for k in range(after)], label="write")
            raise DataError("no picture")

    with pytest.raises(DataError, match="no picture"):
        begin()


def test_a_request_that_is_refused_before_its_first_piece_does_not_block_the_next(tmp_path):
    refused(tmp_path / "run", a=1)
    assert not (tmp_path / "run").exists()
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", a=1)
    run_of(tmp_path / "run", a=2)


def test_a_request_that_can_never_succeed_leaves_nothing_of_its_own(tmp_path):
    """Its pieces serve no other request, and the same one would end in the same way."""
    refused(tmp_path / "run", after=1, a=1)
    (tmp_path / "run" / "notes.txt").write_text("mine")
    with (
        pytest.raises(DataError, match="no score"),
        RunFolder(tmp_path / "run", {"a": 1}, kind="x", command="x", about={}) as run,
    ):
        run.refuse(DataError("no score"))
    assert [p.name for p in (tmp_path / "run").iterdir()] == ["notes.txt"]


def test_a_request_that_fails_after_a_piece_keeps_it(tmp_path):
    refused(tmp_path / "run", after=1, a=1)
    assert (tmp_path / "run" / "parts" / "0").read_text() == "once"
    refused(tmp_path / "run", a=1)  # resumed, and refused again
    assert (tmp_path / "run" / "parts" / "0").is_file()
