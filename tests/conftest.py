"""Fixtures that many tests share: where the real data are, and small made-up scanpaths."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from gazekit import Dataset, Facts, Frame, Scanpaths, Trial
from gazekit.core.trials import Objects


def pytest_configure(config):
    os.environ.setdefault("MPLBACKEND", "Agg")
    settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("any machine")  # how busy a machine is fails no test


@pytest.fixture(scope="session")
def data_root() -> Path:
    """The folder of real data sets; the test is skipped, loudly, where it is absent."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    root = Path(os.environ.get("GAZEKIT_DATA", default))
    if not root.is_dir():
        pytest.skip(f"REAL DATA ABSENT: {root} is not a folder; set GAZEKIT_DATA to run this test")
    return root


@pytest.fixture
def gazekit(monkeypatch, capsys):
    """Run a command in this process; gives (exit code, standard output, standard error)."""
    from gazekit.cli.app import main

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["gazekit", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        return (code, *capsys.readouterr())

    return call


def make_scanpaths(lengths, *, frame=Frame(800, 600), seed=0, durations=True, facts=None, **columns) -> Scanpaths:
    """Random paths of the given lengths, one stimulus and subject each unless told otherwise."""
    rng = np.random.default_rng(seed)
    total = int(np.sum(lengths))
    n = len(lengths)
    table = pd.DataFrame(
        {
            "stimulus": [f"s{i}" for i in range(n)],
            "subject": [f"p{i}" for i in range(n)],
            "width": frame.width,
            "height": frame.height,
            "px_per_degree": np.nan if frame.px_per_degree is None else frame.px_per_degree,
            **columns,
        }
    )
    return Scanpaths(
        rng.uniform(0, frame.width, total),
        rng.uniform(0, frame.height, total),
        np.concatenate([[0], np.cumsum(lengths)]),
        table,
        duration=rng.uniform(80, 500, total) if durations else None,
        facts=facts or Facts(forced_first=False, points="fixations"),
    )


@pytest.fixture
def small_dataset() -> Dataset:
    """Six stimuli x four subjects, grey noise images, made-up fixations."""
    return make_dataset()


def make_dataset(n_stimuli=6, n_subjects=4, frame=Frame(160, 120), seed=0, n_fixations=6) -> Dataset:
    """A small data set with noise images; every subject sees every stimulus."""
    rng = np.random.default_rng(seed)
    stimuli = [f"img{i}" for i in range(n_stimuli)]
    trials = [
        Trial(s, s, frame, image_source=rng.integers(0, 256, (int(frame.height), int(frame.width), 3), dtype=np.uint8))
        for s in stimuli
    ]
    rows = [(s, f"p{k}") for s in stimuli for k in range(n_subjects)]
    lengths = rng.integers(3, n_fixations + 3, len(rows))
    paths = make_scanpaths(lengths, frame=frame, seed=seed, stimulus=[r[0] for r in rows], subject=[r[1] for r in rows])
    return Dataset("made-up", trials, paths)


@pytest.fixture(scope="session")
def scanpaths_of():
    """The function that makes random scanpaths: scanpaths_of(lengths, frame=..., seed=..., **columns)."""
    return make_scanpaths


@pytest.fixture(scope="session")
def dataset_of():
    """The function that makes a small data set: dataset_of(n_stimuli=..., n_subjects=..., frame=..., seed=...)."""
    return make_dataset


@pytest.fixture(scope="session")
def shelf():
    """A trial with a grid of objects: shelf(rows, columns, target=..., name=..., **fields)."""

    def make(rows=2, columns=3, target=0, name="shelf", **fields):
        y, x = np.mgrid[:rows, :columns]
        boxes = np.stack([x * 40 + 4, y * 60 + 4, x * 40 + 36, y * 60 + 56], -1).reshape(-1, 4)
        picture = np.random.default_rng(rows * 100 + columns).integers(0, 256, (rows * 60, columns * 40, 3), np.uint8)
        values = {"image_source": picture, "objects": Objects(boxes.astype(float)), "target_object": target, **fields}
        return Trial(name, name, Frame(columns * 40, rows * 60), **values)

    return make


@pytest.fixture(scope="session")
def shelves(shelf):
    """A data set of shelves with made-up people who walk to the target: shelves(n, subjects)."""

    def make(n=8, subjects=2, rows=2, columns=3):
        rng = np.random.default_rng(0)
        trials = [shelf(rows, columns, int(rng.integers(rows * columns)), f"s{k}") for k in range(n)]
        x, y, offsets, table = [], [], [0], {"stimulus": [], "subject": [], "trial": []}
        for trial in trials:
            boxes, target = trial.objects.boxes, trial.target_object
            for subject in range(subjects):
                objects = [*rng.integers(rows * columns, size=rng.integers(0, 4)), target]
                x += list(boxes[objects][:, [0, 2]].mean(1))
                y += list(boxes[objects][:, [1, 3]].mean(1))
                offsets.append(len(x))
                for key, value in (("stimulus", trial.stimulus), ("subject", f"p{subject}"), ("trial", trial.id)):
                    table[key].append(value)
        frame = pd.DataFrame({**table, "width": float(columns * 40), "height": float(rows * 60)})
        return Dataset("made-up shelves", trials, Scanpaths(x, y, offsets, frame, facts=Facts(forced_first=False)))

    return make
