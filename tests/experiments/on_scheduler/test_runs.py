"""Whole runs on a scheduler's workers, one of them killed: the tables are those of one process, byte for byte."""

import importlib.util
import json
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

from gazekit import evaluate
from gazekit.cli.app import main
from gazekit.experiments.asymmetry import asymmetry
from gazekit.interchange import write_scanpaths
from gazekit.models import model_class

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
def gazekit(monkeypatch, capsys):
    """Run a command; an error that it prints fails the test."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["gazekit", *map(str, arguments), "--quiet"])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
        assert code == 0, capsys.readouterr().err

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
        from gazekit import Dataset

        model = Gated()
        model.folder = home
        data = Dataset.from_table("people.csv", images="images")
        models = [model, "empirical", "ittikoch"]
        return evaluate(data, models, EVERY_KIND, out=out, n_samples=2, resamples=100, progress=False, **how)

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
SHORT = ("--resamples", "100")
COMMANDS = {
    "evaluate": ("evaluate", *OWN, "--models", "ittikoch", "--samples", "1", *SHORT, "--out"),
    "asymmetry": ("asymmetry", "--model", "uniform", "--experiments", "lighting", "--per-size", "2", *SHORT, "--out"),
    "shelf-search": (
        *("shelf-search", "--data", "shelves", "--data-set", "scenes=3", "--data-set", "layouts=2x3"),
        *("--models", "nearest-object", "--samples", "1", *SHORT, "--out"),
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_commands_give_the_tables_of_one_process(name, cluster, home, gazekit):
    gazekit(*COMMANDS[name], "here")
    gazekit(*COMMANDS[name], "there", "--scheduler", cluster.address)
    assert tables(home / "there") == tables(home / "here")
    assert "--scheduler" in json.loads((home / "there" / "manifest.json").read_text())["command"]


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


def test_captions(cluster, tmp_path, gazekit):
    file = Path(__file__).parents[1] / "captions" / "conftest.py"
    spec = importlib.util.spec_from_file_location("caption_world", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    world = module.make_world(tmp_path / "cap", images=3)
    small = ("--set", "encoder=colour-words", "--set", "sigma=0.05", "--set", "rounds=1", "--max-fixations", "2")
    command = ("captions", "--root", world, *small, "--metrics", "scanmatch", "--no-scheduled", *SHORT, "--out")
    gazekit(*command, tmp_path / "here")
    gazekit(*command, tmp_path / "there", "--scheduler", cluster.address)
    assert tables(tmp_path / "here") == tables(tmp_path / "there")


def test_a_run_goes_on_elsewhere(cluster, home, monkeypatch):
    """Some pieces are done here, the rest by the scheduler's workers."""
    from gazekit import Dataset
    from gazekit.experiments import evaluation

    data = Dataset.from_table("people.csv", images="images")
    options = {"resamples": 100, "progress": False}
    evaluate(data, ["ittikoch"], ["scanmatch"], out="here", **options)
    real, done = evaluation._work, []

    def stops(*piece):
        if len(done) == 4:
            raise KeyboardInterrupt
        done.append(real(*piece))

    with monkeypatch.context() as patch:
        patch.setattr(evaluation, "_work", stops)
        with pytest.raises(KeyboardInterrupt):
            evaluate(data, ["ittikoch"], ["scanmatch"], out="there", **options)
    results = evaluate(data, ["ittikoch"], ["scanmatch"], out="there", scheduler=cluster.address, **options)
    assert results.manifest["work"]["pieces"] == 3 * 3 - 4  # three pieces of people, chance and the model
    assert tables(Path("there")) == tables(Path("here"))


def test_what_is_mistaken_is_said_before_anything_is_written(home, monkeypatch):
    from gazekit import Dataset
    from gazekit.errors import GazekitError
    from gazekit.experiments import scheduler

    monkeypatch.setattr(scheduler, "CONNECT", 0.5)
    data = Dataset.from_table("people.csv", images="images")
    with pytest.raises(GazekitError, match="no Dask scheduler answers"):
        evaluate(data, ["uniform"], ["scanmatch"], out="run", scheduler="tcp://127.0.0.1:1")
    with pytest.raises(GazekitError, match="no Dask scheduler answers"):
        asymmetry("uniform", out="run", scheduler="tcp://127.0.0.1:1")
    assert not Path("run").exists()


class Counting(model_class("uniform")):
    """Looks at every image, and writes which process did."""

    needs = ("image",)
    log = Path()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def predict(self, trials, **options):
        from gazekit.experiments import image_memory

        trials = list(trials)
        before = image_memory._images._total
        pixels = [t.image for t in trials]
        fresh = image_memory._images._total - before
        with self.log.open("a") as file:
            file.write(f"{os.getpid()} {sum(p.nbytes for p in pixels)} {fresh}\n")
        return super().predict(trials, **options)


def test_images_are_read_once_per_worker(cluster, home):
    from gazekit import Dataset

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
