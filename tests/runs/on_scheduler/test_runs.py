"""Whole runs on a scheduler's workers, one of them killed: the tables are those of one process, byte for byte."""

import importlib.util
import os
import signal
import sys
import threading
import time
from pathlib import Path

import cloudpickle
import numpy as np
import pytest
from PIL import Image

from gazekit import Dataset, evaluate, load_dataset
from gazekit.cli.app import main
from gazekit.experiments.asymmetry import asymmetry
from gazekit.experiments.captions import captions
from gazekit.experiments.shelf_search import shelf_search
from gazekit.interchange import write_scanpaths
from gazekit.models import model_class
from gazekit.runs import folder as runs
from gazekit.runs import scheduler

# Workers do not have this file: its classes travel with the pieces.
cloudpickle.register_pickle_by_value(sys.modules[__name__])
EVERY_KIND = ("multimatch", "sequence_score_clusters", "direction_js")
TABLES = (".parquet", ".csv", ".json")


def tables(folder: Path) -> dict[str, bytes]:
    """What a run computed: everything but the account of the run itself."""
    files = [f for f in folder.rglob("*") if f.suffix in TABLES and f.name != "manifest.json"]
    assert files
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}


@pytest.fixture
def home(tmp_path, dataset_of, monkeypatch):
    """A folder to work in, with a user's own data of 24 images; all names are relative."""
    data = dataset_of(n_stimuli=24, n_subjects=3)
    (tmp_path / "images").mkdir()
    for trial in data.trials:
        Image.fromarray(trial.image).save(tmp_path / "images" / f"{trial.stimulus}.png")
    write_scanpaths(data.scanpaths, tmp_path / "people.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def gazekit(gazekit):
    """Run a command; an error that it prints fails the test."""

    def call(*arguments):
        code, _, err = gazekit(*arguments, "--quiet")
        assert code == 0, err

    return call


class Gated(model_class("uniform")):
    """Waits at one trial until a file is there, and says which process waits."""

    folder = Path()

    def predict(self, trials, **options):
        trials = list(trials)
        if "img15" in {t.id for t in trials} and not (self.folder / "open").exists():
            (self.folder / "inside").write_text(str(os.getpid()))
            while not (self.folder / "open").exists():
                time.sleep(0.02)
        return super().predict(trials, **options)


def test_a_worker_killed_in_the_middle_changes_no_byte(a_cluster, home, until):
    def run(out, **how):
        model = Gated()
        model.folder = home
        data = Dataset.from_table("people.csv", images="images")
        models = [model, "empirical", "ittikoch", "other-image"]
        return evaluate(
            data, models, EVERY_KIND, out=out, n_samples=2, nulls=False, resamples=100, progress=False, **how
        )

    cluster = a_cluster(home / "dask")
    try:
        cluster.start_worker()
        cluster.start_worker()
        cluster.ready()
        killed = []

        def kill():
            killed.append(
                int(until(lambda: (home / "inside").is_file() and (home / "inside").read_text(), "the piece"))
            )
            os.kill(killed[0], signal.SIGKILL)
            (home / "open").touch()

        killer = threading.Thread(target=kill, daemon=True)
        killer.start()
        results = run("runs/scheduler", scheduler=cluster.address)
        killer.join()
        dead = [w for w in cluster.workers if w.poll() is not None]
        assert [w.pid for w in dead] == killed
        assert dead[0].returncode == -signal.SIGKILL
    finally:
        cluster.close()
    run("runs/here")  # the gate is open now
    assert tables(Path("runs/scheduler")) == tables(Path("runs/here"))
    work = results.manifest["work"]
    assert work["pieces"] > 3 + 5 * 3  # clusters, then people, chance and three models
    assert work["piece_bytes"] > 0
    assert work["shared_bytes"] > 0
    assert not Path("runs/scheduler/parts").exists()


OWN = ("--data", "people.csv", "--root", "images")


def both(run, cluster):
    """Run something here and on the scheduler's workers, and compare all tables."""
    run(Path("here"))
    run(Path("there"), scheduler=cluster.address)
    assert tables(Path("there")) == tables(Path("here"))


def test_asymmetry(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    options = {"experiments": ["lighting"], "per_size": 2, "resamples": 100, "figures": False, "progress": False}
    both(lambda out, **how: asymmetry("uniform", out=out, **options, **how), cluster)


def test_shelf_search(cluster, tmp_path, monkeypatch, shelves):
    monkeypatch.chdir(tmp_path)
    options = {"n_samples": 1, "resamples": 100, "progress": False}
    both(lambda out, **how: shelf_search(shelves(6), ["nearest-object"], out, **options, **how), cluster)


@pytest.mark.slow
def test_captions(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = Path(__file__).parents[2] / "experiments" / "captions" / "conftest.py"
    spec = importlib.util.spec_from_file_location("caption_world", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    data = load_dataset("capmit1003", module.make_world(tmp_path / "cap", images=3))
    neva = {"options": {"encoder": "colour-words", "sigma": 0.05, "rounds": 1}, "scheduled": False}
    short = {"metrics": ["scanmatch"], "max_fixations": 2, "resamples": 100, "progress": False}
    both(lambda out, **how: captions(data, out, **neva, **short, **how), cluster)


def test_predict_and_score(cluster, home, gazekit):
    predict = ("predict", "ittikoch", *OWN, "--samples", "2", "-o")
    gazekit(*predict, "here.parquet")
    gazekit(*predict, "there.parquet", "--scheduler", cluster.address)
    assert Path("here.parquet").read_bytes() == Path("there.parquet").read_bytes()
    assert not Path("there.parquet.parts").exists()
    score = ("score", "here.parquet", *OWN, "--out")
    gazekit(*score, "score-here")
    gazekit(*score, "score-there", "--scheduler", cluster.address)
    assert tables(Path("score-here")) == tables(Path("score-there"))


COMMANDS = {
    "predict": ("predict", "uniform", *OWN, "-o", "out.csv"),
    "score": ("score", "people.csv", *OWN, "--out", "out"),
    "evaluate": ("evaluate", *OWN, "--out", "out"),
    "asymmetry": ("asymmetry", "--model", "uniform", "--experiments", "lighting", "--per-size", "1", "--out", "out"),
    "shelf-search": (
        *("shelf-search", "--data", "shelves", "--data-set", "scenes=1", "--data-set", "layouts=2x3", "--out", "out"),
    ),
    "train": ("train", "oat", "--data-set", "scenes=1", "--data-set", "layouts=2x3", "--out", "out"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_scheduler_that_is_not_there_is_one_sentence(name, home, monkeypatch, capsys):
    monkeypatch.setattr(scheduler, "CONNECT", 0.3)
    monkeypatch.setattr(sys, "argv", ["gazekit", *COMMANDS[name], "--scheduler", "tcp://127.0.0.1:1", "--quiet"])
    with pytest.raises(SystemExit) as stop:
        main()
    said = capsys.readouterr().err.strip().splitlines()
    assert stop.value.code == 2
    assert said[-1].startswith("gazekit: no Dask scheduler answers at 'tcp://127.0.0.1:1'; start one with")
    assert not Path("out").exists()


def test_a_run_goes_on_elsewhere(cluster, home, monkeypatch):
    """Some pieces are done here, the rest by the scheduler's workers."""
    data = Dataset.from_table("people.csv", images="images")
    options = {"resamples": 100, "nulls": False, "progress": False}
    models = ["ittikoch", "other-image"]
    evaluate(data, models, ["scanmatch"], out="here", **options)
    real, done = runs._do, []

    def stops(piece):
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(real(piece))

    with monkeypatch.context() as patch:
        patch.setattr(runs, "_do", stops)
        with pytest.raises(KeyboardInterrupt):
            evaluate(data, models, ["scanmatch"], out="there", **options)
    results = evaluate(data, models, ["scanmatch"], out="there", scheduler=cluster.address, **options)
    assert results.manifest["work"]["pieces"] == 3 * 3 - 4  # three pieces of people, chance and the model
    assert tables(Path("there")) == tables(Path("here"))


class Counting(model_class("uniform")):
    """Looks at every image, and writes which process did."""

    needs = ("image",)
    log = Path()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def predict(self, trials, **options):
        from gazekit.runs import image_memory

        trials = list(trials)
        before = image_memory._images.currsize
        pixels = [t.image for t in trials]
        fresh = image_memory._images.currsize - before
        with self.log.open("a") as file:
            file.write(f"{os.getpid()} {sum(p.nbytes for p in pixels)} {fresh}\n")
        return super().predict(trials, **options)


def test_images_are_read_once_per_worker(cluster, home):
    data = Dataset.from_table("people.csv", images="images")
    models = [Counting(f"model {k}") for k in range(4)]
    for model in models:
        model.log = home / "log"
    evaluate(data, models, ["scanmatch"], out="run", resamples=100, progress=False, scheduler=cluster.address)
    lines = np.array([line.split() for line in Path("log").read_text().splitlines()], dtype=int)
    every = sum(t.image.nbytes for t in data.trials)
    assert lines[:, 1].sum() == 4 * every
    for worker in set(lines[:, 0]):
        assert 0 < lines[lines[:, 0] == worker, 2].sum() <= every
