"""Commands that do not say fetch use no network, and write nothing but what they were told to and their caches.

Each runs in a process whose every file opened for writing, every folder made, every socket is written down by the
interpreter itself (`sys.addaudithook`); and the trees of home, temporary and working folder are compared.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = Path(__file__).with_name("watched.py")
TABLE = "stimulus,subject,x,y,width,height\na,p,1,2,9,8\na,q,3,4,9,8\nb,p,5,6,9,8\nb,q,1,1,9,8\n"
# What libraries ask of the system: the machine's name, where shared libraries lie, which fonts there are (matplotlib).
HARMLESS = ("uname", "ldconfig", "gcc", "ld", "lscpu", "lspci", "nvidia-smi", "fc-list")

# What pytest's process has and a fresh machine has not: torch names its folder of compiled networks there, for one.
INHERITED = ("XDG_", "GAZEKIT_", "COV_CORE", "TORCHINDUCTOR_", "TRITON_")


@pytest.fixture
def watch(tmp_path, monkeypatch):
    """watch(argument, ...): run a command in an empty home with one table, and return what it did."""
    places = {name: tmp_path / name for name in ("home", "tmp", "work", "kernels")}
    for place in places.values():
        place.mkdir()
    (places["work"] / "data.csv").write_text(TABLE)

    def run(*arguments, code=0):
        env = {k: v for k, v in os.environ.items() if not k.startswith(INHERITED)}
        env |= {"HOME": str(places["home"]), "TMPDIR": str(places["tmp"]), "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {"NUMBA_CACHE_DIR": str(places["kernels"]), "MPLBACKEND": "Agg", "OMP_NUM_THREADS": "1"}
        events = tmp_path / "events.json"
        command = [sys.executable, str(WATCHED), str(events), *arguments]
        done = subprocess.run(command, cwd=places["work"], env=env, capture_output=True, text=True, timeout=600)
        assert done.returncode == code, done.stderr
        return json.loads(events.read_text()), places

    return run


def _check(events, places, made):
    """Nothing but `made` in the working folder, caches in the home, and nothing left in the temporary folder."""
    assert [what for kind, what in events if kind == "network"] == []
    started = [what for kind, what in events if kind == "start" and not any(name in what for name in HARMLESS)]
    assert started == []
    allowed = (*(str(places["work"] / name) for name in made), str(places["tmp"]), str(places["kernels"]))
    allowed = (*allowed, str(places["home"] / ".cache"), str(places["home"] / ".config"), os.devnull)
    parts = tuple(str(places["work"] / f".{name}") for name in made)  # written whole beside, then moved
    writes = [what for kind, what in events if kind in ("write", "change")]
    assert [w for w in writes if not w.startswith((*allowed, *parts))] == []
    assert sorted(p.name for p in places["work"].iterdir()) == sorted(["data.csv", *made])
    assert [p for p in places["home"].iterdir() if p.name not in (".cache", ".config", ".nv")] == []
    assert [p.name for p in places["home"].glob(".config/*") if p.name != "matplotlib"] == []
    # torch makes an empty folder for compiled networks there.
    assert [p for p in places["tmp"].iterdir() if not p.name.startswith("torchinductor_")] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("models",),
        ("metrics", "--json"),
        ("datasets", "info", "osie"),
        ("info",),
    ],
    ids=" ".join,
)
def test_what_only_tells(watch, arguments):
    events, places = watch(*arguments)
    _check(events, places, [])


def test_predict_writes_its_file(watch):
    events, places = watch("predict", "uniform", "--data", "data.csv", "-o", "p.csv", "--quiet")
    assert ["change", str(places["work"] / "p.csv")] in events  # the watching works
    _check(events, places, ["p.csv"])


@pytest.mark.slow
def test_evaluate_and_report_write_into_the_run_folder(watch):
    _check(*watch("evaluate", "--data", "data.csv", "--models", "uniform,centre", "--out", "run", "--quiet"), ["run"])
    _check(*watch("report", "run"), ["run"])


@pytest.mark.slow
def test_the_demo_is_offline(watch):
    events, places = watch("demo", "--workers", "1", "--out", "demo")
    _check(events, places, ["demo"])
    assert (places["work"] / "demo" / "demo.html").is_file()


def test_a_command_that_says_fetch_is_seen_to_use_the_network(watch, monkeypatch):
    """The same watching does see a connection: it would be no proof otherwise."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody answers
    monkeypatch.delenv("no_proxy", raising=False)
    events, _ = watch("datasets", "fetch", "osie", "--root", ".", "--quiet", code=2)
    assert any(kind == "network" and "127.0.0.1" in what for kind, what in events)
