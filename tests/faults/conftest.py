"""Faults that tests cause: disks of their own, a world to kill commands in, a command line in this process."""

import contextlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit import Dataset
from gazekit.evaluation import evaluate as evaluation
from gazekit.evaluation.evaluate import evaluate
from gazekit.runs import folder as runs


@pytest.fixture(scope="session")
def kills():
    """The module kills.py beside this file."""
    spec = importlib.util.spec_from_file_location("faults_kills", Path(__file__).with_name("kills.py"))
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def world(kills, tmp_path_factory):
    """Small data for every command, and the process that forks them."""
    with kills.World(tmp_path_factory.mktemp("faults")) as world:
        yield world


@pytest.fixture
def disk(tmp_path):
    """A disk of its own: disk(size="64k") mounts one and gives its folder and a function that mounts it differently."""
    mounted = []

    def make(size="4m", name="disk"):
        folder = tmp_path / name
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
        if done.returncode:
            pytest.skip(f"NO DISK OF ITS OWN: this test mounts one, which is not allowed here ({done.stderr.decode()})")
        mounted.append(folder)
        return folder, lambda how: subprocess.run(["mount", "-o", f"remount,{how}", folder], check=True)

    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("NO DISK OF ITS OWN: this test mounts one, which only root may do")
    yield make
    for folder in mounted:
        subprocess.run(["umount", folder], check=True)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(evaluation, "PIECE_STIMULI", 2)


@pytest.fixture(scope="session")
def files_data(tmp_path_factory):
    """A table of fixations and a folder of images, on disk: six stimuli, three people."""
    home, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    (home / "images").mkdir()
    rows = []
    for k in range(6):
        picture = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
        Image.fromarray(picture).save(home / "images" / f"s{k}.png")
        rows += [(f"s{k}", f"p{p}", *rng.uniform(0, (64, 48)).round(1)) for p in range(3) for _ in range(5)]
    pd.DataFrame(rows, columns=["stimulus", "subject", "x", "y"]).to_csv(home / "mine.csv", index=False)
    return home


@pytest.fixture
def own_data(files_data, tmp_path):
    """A copy of it that a test may change, and the function that reads it."""
    import shutil

    home = Path(shutil.copytree(files_data, tmp_path / "data"))
    return home, lambda: Dataset.from_table(home / "mine.csv", images=home / "images")


@pytest.fixture(scope="session")
def run():
    """A small evaluation of models that look at the images: run(dataset, out, **options)."""

    def call(dataset, out, models=("ittikoch",), **options):
        return evaluate(
            dataset,
            [*models, "other-image"],
            ["scanmatch", "paths_nss"],
            out=out,
            n_samples=2,
            nulls=False,
            resamples=100,
            progress=False,
            **options,
        )

    return call


@pytest.fixture(scope="session")
def tables():
    """Bytes of the tables of a run."""
    return lambda out: {f.name: f.read_bytes() for f in sorted(out.iterdir()) if f.suffix in (".parquet", ".csv")}


@pytest.fixture
def stopped(monkeypatch):
    """A run that is stopped in its middle: stopped(run, dataset, out, after=3)."""

    def call(run, dataset, out, after=3, **options):
        work, done = runs._do, []

        def stops(piece):
            if len(done) == after:
                raise KeyboardInterrupt
            done.append(piece)
            work(piece)

        with monkeypatch.context() as patch:
            patch.setattr(runs, "_do", stops)
            with contextlib.suppress(KeyboardInterrupt):
                run(dataset, out, **options)
        assert len(done) == after
        return out

    return call


@pytest.fixture
def gazekit(gazekit):
    """A command line in this process: gazekit(*arguments) gives (exit code, standard error)."""
    return lambda *arguments: gazekit(*arguments)[::2]
