"""What people saw, as every export would say it: two images on a screen, three people, positions that are known."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.foundations.randomness import keyed_rng

SCREEN = (1280, 1024)
SIZES = {"kitchen.png": (640, 480), "street.png": (500, 400)}


@pytest.fixture(scope="session")
def images(tmp_path_factory) -> Path:
    """A folder with both images."""
    folder = tmp_path_factory.mktemp("images")
    for name, size in SIZES.items():
        Image.new("L", size, 128).save(folder / name)
    return folder


@pytest.fixture(scope="session")
def seen() -> pd.DataFrame:
    """A row per fixation, px of the image (`x`, `y`) and of the screen with the image in its middle (`sx`, `sy`)."""
    rows = []
    for person in ("anna", "ben", "cleo"):
        for trial, (name, (width, height)) in enumerate(SIZES.items(), 1):
            rng, start = keyed_rng(1, person, name), 100.0
            for k in range(6):
                x, y = np.round(rng.uniform(0, width), 1), np.round(rng.uniform(0, height), 1)
                duration = float(rng.integers(90, 400))
                rows.append((person, trial, name, k + 1, x, y, start, duration, x + (SCREEN[0] - width) / 2,
                             y + (SCREEN[1] - height) / 2))  # fmt: skip
                start += duration + 30
    names = ("subject", "trial", "stimulus", "index", "x", "y", "start", "duration", "sx", "sy")
    return pd.DataFrame(rows, columns=list(names))


@pytest.fixture(scope="session")
def same(seen):
    """Whether paths are what people saw, whatever their order."""

    def check(paths, *, shift=(0.0, 0.0), people=("anna", "ben", "cleo"), atol=1e-9, durations=True):
        assert sorted(set(paths.table["subject"])) == sorted(people)
        assert len(paths) == len(people) * len(SIZES)
        for path in paths:
            truth = seen[(seen["subject"] == path.ids["subject"]) & (seen["stimulus"] == path.ids["stimulus"])]
            np.testing.assert_allclose(path.x, truth["x"] + shift[0], atol=atol)
            np.testing.assert_allclose(path.y, truth["y"] + shift[1], atol=atol)
            if durations:
                np.testing.assert_allclose(path.duration, truth["duration"], atol=1e-6)
            assert path.frame.size == SIZES[path.ids["stimulus"]]

    return check
