"""Where the blocks of the documentation run: a folder in which `data/...` are the real data, cut to a few stimuli."""

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest

STIMULI = 10  # of a published data set that a block sees
MADE_HERE = {"scenes": 3, "per_size": 1}  # most displays of a data set that is made while the block runs
CAPTIONS = """
CREATE TABLE captions (obs_uid TEXT, usr_uid TEXT, img_uid TEXT, start_time TIMESTAMP, caption TEXT);
CREATE TABLE images (img_uid TEXT, img_path TEXT);
CREATE TABLE clicks (click_id INTEGER, obs_uid TEXT, x INTEGER, y INTEGER, click_time TIMESTAMP);
INSERT INTO images VALUES ('i0', '{0}'), ('i1', '{1}');
INSERT INTO captions VALUES ('o0', 'u0', 'i0', '', 'a street at night'), ('o1', 'u1', 'i0', '', 'cars in the rain'),
 ('o2', 'u0', 'i1', '', 'two dogs on a beach');
INSERT INTO clicks VALUES (1, 'o0', 10, 20, ''), (2, 'o0', 90, 80, ''), (3, 'o1', 30, 30, ''), (4, 'o2', 50, 40, '');
"""


@dataclass(frozen=True)
class Workplace:
    """A folder to run blocks in, and whether the real data are there."""

    folder: Path
    has_data: bool


@pytest.fixture
def workplace(tmp_path, monkeypatch) -> Workplace:
    """Go to an empty folder that holds the real data sets (cut) where they are present."""
    import gazekit.datasets as room

    source = Path(os.environ.get("GAZEKIT_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
    if source.is_dir():
        (tmp_path / "data").mkdir()
        for each in source.iterdir():
            (tmp_path / "data" / each.name).symlink_to(each)
        (tmp_path / "visual_search").symlink_to(source / "visual_search")
        make_captions(tmp_path / "data" / "capmit1003", source / "mit1003" / "ALLSTIMULI")
        monkeypatch.setenv("GAZEKIT_WEIGHTS", str(source / "weights"))
    make_batch_system(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    whole = room.load_dataset

    def cut(name, root=None, **options):
        made = {k: min(v, options.get(k, v)) for k, v in MADE_HERE.items() if root is None and k in options}
        dataset = whole(name, root, **{**options, **made})
        pictured = sorted(dataset.trials, key=lambda t: not t.has("image"))
        stimuli = set(list(dict.fromkeys(t.stimulus for t in pictured))[:STIMULI])
        return dataset.select(trials=[t.id for t in dataset.trials if t.stimulus in stimuli])

    monkeypatch.setattr(room, "load_dataset", cut)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return Workplace(tmp_path, source.is_dir())


def make_batch_system(folder: Path) -> None:
    """Commands of SLURM that start a job at once, on this machine: the job's script is the real one, and runs."""
    folder.mkdir()
    commands = {
        "sbatch": 'cp "$1" "job-$$.sh"; sh "job-$$.sh" > "job-$$.log" 2>&1 & echo "Submitted batch job $$"',
        "scancel": ":",  # workers end when their scheduler does
    }
    for name, line in commands.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)


def make_captions(folder: Path, images: Path) -> None:
    """A database of CapMIT1003's schema, with captions of two of MIT1003's images: the published one is not at hand."""
    folder.mkdir()
    names = [path.name for path in sorted(images.iterdir())[:2]]
    with sqlite3.connect(folder / "capmit1003.db") as database:
        database.executescript(CAPTIONS.format(*names))
    database.close()
