"""Inputs that fuzzing found stay mended, and a short, repeatable run of every target finds nothing (see fuzz/)."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RUNS = 150  # inputs of each target, beyond those to begin from; more and longer by `make fuzz`
SECONDS = 1  # of each target, if the runs are not done before

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the harness reads /proc")]


def python(*arguments):
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=ROOT, env=env, capture_output=True, text=True, timeout=600
    )


def test_what_once_went_wrong():
    done = python("fuzz/replay.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "no targets with one that goes wrong" in done.stdout


def test_a_short_run_finds_nothing(tmp_path):
    if importlib.util.find_spec("atheris") is None:
        pytest.skip('NO ATHERIS: install it with pip install "gazekit-scanpaths[fuzz]" to fuzz')
    counts = tmp_path / "counts.json"
    limits = ("--runs", RUNS, "--seconds", SECONDS, "--seed", 1)
    done = python("fuzz/run.py", *limits, "--into", tmp_path / "fuzz", "--json", counts)
    assert done.returncode == 0, done.stdout + "".join(p.read_text() for p in tmp_path.glob("fuzz/*/found/*.txt"))
    rows = json.loads(counts.read_text())
    assert len(rows) > 30
    assert all(row["executions"] > 0 for row in rows)
    # A busy machine spends a target's second on imports, and reads a few of the inputs to begin from.
    assert all(row["read"] > 0 for row in rows if row["executions"] > 20)
