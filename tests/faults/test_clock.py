"""A clock that goes backwards, and files from the future: no result and no decision depends on the time."""

import itertools
import os
import time


def backwards(monkeypatch):
    ticks = itertools.count()
    for name in ("time", "monotonic", "perf_counter"):
        start = getattr(time, name)()
        monkeypatch.setattr(time, name, lambda start=start: start - 3600.0 * next(ticks))
    monkeypatch.setattr(time, "time_ns", lambda: 0)


def test_a_run(own_data, run, tables, stopped, tmp_path, monkeypatch):
    _, data = own_data
    run(data(), tmp_path / "whole")
    stopped(run, data(), tmp_path / "run")
    for file in (tmp_path / "run").rglob("*"):
        os.utime(file, (4e9, 4e9))  # the year 2096
    with monkeypatch.context() as patch:
        backwards(patch)
        run(data(), tmp_path / "run")
    assert tables(tmp_path / "run") == tables(tmp_path / "whole")


def test_the_progress_bar_lives(monkeypatch, capsys):
    from gazekit.foundations.progress import tqdm

    with monkeypatch.context() as patch:
        backwards(patch)
        assert list(tqdm(range(5), desc="back", unit="step")) == [0, 1, 2, 3, 4]
    assert "back: 5/5 step" in capsys.readouterr().err
