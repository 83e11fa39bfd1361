"""A small data set as it should be: pictures with bright places, people who look at them, ms and px."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import Box, Dataset, Frame, Scanpaths, Trial
from gazekit.foundations.randomness import keyed_rng

WIDTH, HEIGHT = 400, 300


def make_people(*, trials=24, people=5, pictures=True, targets=False, seed=0):
    """People look from one bright place to the next, about a few px beside it, for about 220 ms each."""
    shown, x, y, duration, rows, lengths = [], [], [], [], [], []
    for k in range(trials):
        rng = keyed_rng(seed, "scene", k)
        places = rng.normal([WIDTH / 2, HEIGHT / 2], [WIDTH / 5, HEIGHT / 5], (4, 2))
        places = places.clip(20, [WIDTH - 20, HEIGHT - 20])
        picture = None
        if pictures:
            picture = np.full((HEIGHT, WIDTH, 3), 120, np.uint8)
            for left, top in (places - 12).astype(int):
                picture[top : top + 24, left : left + 24] = rng.integers(0, 256, (24, 24, 3))
        box = Box(*(places[0] - 15), *(places[0] + 15)) if targets else None
        shown.append(Trial(f"t{k}", f"t{k}", Frame(WIDTH, HEIGHT), picture, target_box=box))
        for p in range(people):
            own = keyed_rng(seed, "person", k, p)
            n = int(own.integers(5, 9))
            at = places[own.integers(0, 4, n)] + own.normal(0, 8, (n, 2))
            x += at[:, 0].tolist()
            y += at[:, 1].tolist()
            duration += own.lognormal(np.log(220), 0.4, n).tolist()
            rows.append({"stimulus": f"t{k}", "subject": f"p{p}", "width": WIDTH, "height": HEIGHT})
            lengths.append(n)
    paths = Scanpaths(x, y, np.concatenate([[0], np.cumsum(lengths)]), pd.DataFrame(rows), duration=duration)
    return Dataset("made", tuple(shown), paths)


def moved(data, move):
    """The same data with other positions."""
    x, y = move(data.scanpaths.x, data.scanpaths.y)
    return replace(data, scanpaths=data.scanpaths.replace(x=x, y=y))


@pytest.fixture(scope="session")
def good():
    return make_people()
