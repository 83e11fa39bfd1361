"""A world with a known answer: coloured discs, people who click on a disc and then name its colour."""

import contextlib
import sqlite3

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.datasets import load_dataset

COLOURS = {"red": (210, 20, 30), "blue": (30, 60, 220), "green": (20, 140, 30), "yellow": (240, 225, 30)}
SCHEMA = """
CREATE TABLE captions (obs_uid TEXT, usr_uid TEXT, img_uid TEXT, start_time TIMESTAMP, caption TEXT);
CREATE TABLE images (img_uid TEXT, img_path TEXT);
CREATE TABLE clicks (click_id INTEGER, obs_uid TEXT, x INTEGER, y INTEGER, click_time TIMESTAMP);
"""
PAIRS = (("red", "blue"), ("green", "yellow"), ("blue", "green"), ("yellow", "red"))
SIZE = (96, 64)


def make_world(root, images=5, alone=1):
    """Write a database of CapMIT1003's schema, its images, and a table of fixations of MIT1003's re-detected form.

    Two people click on one disc of each image and two on the other; the last `alone` images have one person only.
    """
    rng = np.random.default_rng(0)
    (root / "ALLSTIMULI").mkdir(parents=True)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    click, fixations, sizes = 0, [], []
    columns = "Participant,Stimulus,Fixation_Position_X_px,Fixation_Position_Y_px"
    columns += ",Event_Start_Trial_Time_ms,Event_Ende_Trial_Time_ms,Duration"
    with contextlib.closing(sqlite3.connect(root / "capmit1003.db")) as db:
        db.executescript(SCHEMA)
        for k in range(images):
            pair = PAIRS[k % len(PAIRS)]
            places = rng.permutation([(20, 16), (20, 48), (76, 16), (76, 48)])[:2]
            picture = np.repeat(rng.integers(90, 160, (SIZE[1], SIZE[0], 1)), 3, axis=2).astype(np.uint8)
            for place, colour in zip(places, pair, strict=True):
                picture[np.hypot(x - place[0], y - place[1]) < 8] = COLOURS[colour]
            Image.fromarray(picture).save(root / "ALLSTIMULI" / f"i{k}.jpeg", quality=95)
            sizes.append((f"i{k}", *SIZE))
            db.execute("INSERT INTO images VALUES (?, ?)", (f"m{k}", f"i{k}.jpeg"))
            for person in range(1 if k >= images - alone else 4):
                which = person % 2
                row = (f"o{k}-{person}", f"p{person}", f"m{k}", "2022-01-01 10:00:00")
                caption = f"I see a {pair[which]} ball, says {person}"
                db.execute("INSERT INTO captions VALUES (?, ?, ?, ?, ?)", (*row, caption))
                points = places[which] + rng.integers(-4, 5, (4, 2))
                fixations.append((f"v{person}", f"i{k}", SIZE[0] / 2, SIZE[1] / 2, 0.0, 0.2, 0.2))
                for n, (px, py) in enumerate(points.tolist()):
                    click += 1
                    db.execute("INSERT INTO clicks VALUES (?, ?, ?, ?, ?)", (click, row[0], px, py, ""))
                    start = 0.3 * (n + 1)
                    fixations.append((f"v{person}", f"i{k}", px, py, start, start + 0.2, 0.2))
        db.commit()
    pd.DataFrame(sizes, columns=["stimulus", "width", "height"]).to_csv(root / "image_sizes.csv", index=False)
    table = pd.DataFrame(fixations, columns=columns.split(","))
    table.to_csv(root / "fixations_redetected.csv.gz", index=False)
    return root


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    """Folder of the world."""
    return make_world(tmp_path_factory.mktemp("world") / "cap")


@pytest.fixture(scope="session")
def observations(world):
    """The world as a data set: a trial per observation."""
    return load_dataset("capmit1003", world)


@pytest.fixture(scope="session")
def viewers(world):
    """Other people who looked at the same images freely: a trial per image."""
    return load_dataset("mit1003", world, missing="skip")


@pytest.fixture(scope="session")
def quick():
    """Options that make a run short."""
    return {
        "options": {"encoder": "colour-words", "sigma": 0.05, "rounds": 1},
        "metrics": ("plausibility", "distinct_cells", "scanmatch"),
        "max_fixations": 3,
        "resamples": 100,
        "progress": False,
    }
