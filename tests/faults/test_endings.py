"""A run that is asked to end, or is killed: its workers end with it, and nothing is left of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLEEPS = """
import time
from pathlib import Path
from gazekit.runs.parallel import run_pieces

def piece(number):
    Path(f"{folder}/{{number}}.begun").touch()
    time.sleep(120)

list(run_pieces(piece, [(k,) for k in range(4)], workers={workers}, shared=[["what all have"]], progress=False))
"""
PATIENCE = 60  # s

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").is_file(), reason="reads /proc")


def children(pid):
    """Numbers of the processes below one."""
    parents = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, parent = file.parent.name, int(file.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        parents[int(name)] = parent
    found, below = [], {pid}
    while below:
        below = {child for child, parent in parents.items() if parent in below}
        found += below
    return found


def alive(pid):
    """Whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def waited(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.1)
    return found


@pytest.mark.parametrize(
    ("ending", "workers"),
    [(signal.SIGTERM, 1), (signal.SIGTERM, 2), (signal.SIGHUP, 2), (signal.SIGKILL, 2)],
    ids=["asked, one process", "asked", "hung up", "killed"],
)
def test_nothing_of_a_run_outlives_it(ending, workers, tmp_path):
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SLEEPS.format(workers=workers, folder=tmp_path)]
    run = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert waited(lambda: len(list(tmp_path.glob("*.begun"))) == workers)
        below = children(run.pid)
        run.send_signal(ending)
        said = run.communicate(timeout=PATIENCE)[1]
        assert waited(lambda: not any(map(alive, below)))
        assert ("KeyboardInterrupt" in said) == (ending != signal.SIGKILL)
        assert waited(lambda: not list(tmp_path.glob("gazekit-*")))
    finally:
        for pid in (run.pid, *children(run.pid)):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)
        run.wait()


def test_what_the_program_does_on_a_signal_stays():
    from gazekit.runs.parallel import run_pieces

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        pieces = run_pieces(signal.getsignal, [(signal.SIGHUP,), (signal.SIGTERM,)], progress=False)
        ignored, ours = list(pieces)
        assert ignored is signal.SIG_IGN
        assert callable(ours)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)
