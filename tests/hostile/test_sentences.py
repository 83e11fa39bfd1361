"""What used to end in a traceback, or moved the cursor of a terminal, is one plain sentence."""

import io
import json
import os
import socket
import sys
import time

import pytest

from gazekit.cli.app import main
from gazekit.cli.loading import say_dropped
from gazekit.datasets.fetching import fetch
from gazekit.files.locking import LOCK, FolderLock, _alive, _busy
from gazekit.foundations.errors import BusyError, DataError, GazekitError
from gazekit.interchange import read_scanpaths
from gazekit.runs import scheduler
from gazekit.runs.manifest import read_manifest

ESCAPE = "\x1b[2J"


@pytest.fixture
def gazekit(gazekit):
    """A command line in this process: gazekit(*arguments) gives (exit code, standard error)."""
    return lambda *arguments: gazekit(*arguments)[::2]


# ---------------------------------------------------------------- manifests


@pytest.fixture(scope="module")
def finished(tmp_path_factory, dataset_of):
    from gazekit.evaluation.evaluate import evaluate

    run = tmp_path_factory.mktemp("home") / "run"
    evaluate(dataset_of(n_stimuli=2), ["uniform"], ["scanmatch"], out=run, resamples=100, progress=False)
    return run


@pytest.mark.parametrize(
    "loaded",
    [
        *(5, "text", [1], [["a"]], {"data": 5}, {"data": None}, {"data": ["osie"]}, {"data": "osie", "root": 5}),
        *({"data": "osie", "more": 1}, {"data": "no such"}, {"data": "x" * 5000}, {"data": f"{ESCAPE}.csv"}),
        {"data": "search-arrays", "options": {"per_size": 1e8}},
        {"data": "search-arrays", "options": {"per_size": 10**8}},
        {"data": "search-arrays", "options": 5},
        {"data": "a.csv", "root": None, "outside": ["keep"], "options": {}},
    ],
)
def test_a_manifest_that_says_nonsense_of_its_data(gazekit, finished, loaded):
    file = finished / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "loaded": loaded}))
    code, said = gazekit("report", finished)
    assert (code, said.count("\n")) == (0, 1)
    assert said.startswith("without scanpaths of people: ")
    assert ESCAPE not in said


def test_a_manifest_that_cannot_be_read(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "manifest.json").write_text("{}")
    monkeypatch.setattr("pathlib.Path.read_bytes", refused)
    with pytest.raises(DataError, match=r"manifest\.json cannot be read: Permission denied"):
        read_manifest(tmp_path)


# ---------------------------------------------------------------- terminals


def test_escapes_of_a_terminal_are_shown_and_not_obeyed(capsys, gazekit, monkeypatch):
    say_dropped("a.parquet", {f"row {ESCAPE}": 3})
    assert capsys.readouterr().out == "a.parquet: 3 x row \\x1b[2J\n"
    assert ESCAPE not in gazekit("evaluate", "--data", f"{ESCAPE}.csv", "--out", "x")[1]


@pytest.mark.parametrize("note", [{"process": 10**400}, {"process": 1 << 70}, {"host": ESCAPE, "process": ESCAPE}])
def test_notes_of_locks(tmp_path, note):
    assert not _alive({"host": socket.gethostname(), "boot": "", **note}) or note.get("host") == ESCAPE
    said = _busy(tmp_path, tmp_path / LOCK, note, by_note=True)
    assert ESCAPE not in said
    assert len(said) < 600


def test_a_note_that_nests(tmp_path):
    with FolderLock(tmp_path):
        (tmp_path / LOCK).write_text("[" * 990)
        with pytest.raises(BusyError, match="process of unknown number on an unknown host"):
            FolderLock(tmp_path)


def test_help_on_a_terminal_that_knows_ascii(monkeypatch):
    out = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "argv", ["gazekit", "evaluate", "--help"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    out.flush()
    assert b"--models" in out.buffer.getvalue()


# ---------------------------------------------------------------- the system


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
@pytest.mark.parametrize("name", ["a.csv", "a.parquet", "a.json"])
def test_a_pipe_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    with pytest.raises(DataError, match=f"{name} is a pipe or a device, not a file"):
        read_scanpaths(tmp_path / name)


def test_names_that_the_system_does_not_take(gazekit, tmp_path):
    for arguments in (
        ("evaluate", "--data", "demo", "--out", tmp_path / ("n" * 300)),
        ("report", tmp_path / ("n" * 300)),
        ("evaluate", "--data", f"{'n' * 300}.csv", "--out", tmp_path / "x"),
    ):
        code, said = gazekit(*arguments)
        assert code == 2, said
        assert said.startswith("gazekit: ")
        assert said.count("\n") == 1


def test_info_without_a_home(monkeypatch):
    from gazekit.cli.info import caches

    for name in ("HOME", "XDG_CACHE_HOME", "TORCH_HOME", "HF_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what it gives where nobody has a home
    assert caches()["weights of torch"] is None
    assert caches()["downloads of gazekit"] is None


# ---------------------------------------------------------------- the network


class Reply:
    """What a server answers."""

    status_code = 200

    def __init__(self, length):
        self.headers, self.raw = {"Content-Length": length}, io.BytesIO(b"x")

    def raise_for_status(self):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_a_length_that_is_no_number(tmp_path, monkeypatch):
    monkeypatch.setattr(fetch.requests, "get", lambda *_, **__: Reply("abc"))
    transfer = fetch.Transfer(tmp_path, "a", "0" * 64, progress=False)
    assert transfer.fetch("http://here/a").startswith("answered what cannot be understood (invalid literal")


def test_a_redirect_to_nowhere(tmp_path, monkeypatch):
    def get(*_, **__):
        raise UnicodeError("label empty or too long")

    monkeypatch.setattr(fetch.requests, "get", get)
    transfer = fetch.Transfer(tmp_path, "a", "0" * 64, progress=False)
    assert "label empty or too long" in transfer.fetch("http://here/a")


@pytest.mark.parametrize("name", ["a", "a.part"])
def test_a_folder_in_the_place_of_a_file(tmp_path, name):
    (tmp_path / name).mkdir()
    with pytest.raises(DataError, match=f"{name} is a folder, and a file of the data set belongs there"):
        fetch.Transfer(tmp_path, "a", "0" * 64, progress=False).fetch("http://here/a")


def test_a_port_that_never_answers(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(scheduler, "CONNECT", 0.3)
    monkeypatch.setattr(scheduler, "GRACE", 0.2)
    monkeypatch.setattr("distributed.Client", lambda *_, **__: time.sleep(30))
    with pytest.raises(GazekitError, match="no Dask scheduler answers at"), scheduler.connected("tcp://127.0.0.1:1"):
        pass


def test_tls_without_certificates(monkeypatch):
    pytest.importorskip("distributed")
    with pytest.raises(GazekitError, match="needs certificates"), scheduler.connected("tls://127.0.0.1:1"):
        pass
