"""The scanpaths that the benchmarks run on: people from the visual-search data, and random ones."""

import os
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit import Facts, Scanpaths

ROOT = Path(os.environ.get("GAZEKIT_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SUBJECTS = 15


def people(name: str) -> tuple[Scanpaths, np.ndarray]:
    """All paths of "ObjArr" or "Waldo", and all 105 pairs of subjects on every trial.

    The files hold no durations; made-up ones (80 to 500 ms, fixed seed) stand in, so that all five dimensions of
    MultiMatch are computed.
    """
    folder = ROOT / "visual_search" / "saccade" / name
    if not folder.is_dir():
        sys.exit(f"{folder} is not a folder; set GAZEKIT_DATA to the folder of real data sets")
    fixations, lengths = np.load(folder / "fix/human_all.npy"), np.load(folder / "ifix/I_human_all.npy").ravel()
    points = fixations[np.arange(fixations.shape[1]) < lengths[:, None]].astype(float)
    if name == "Waldo":
        points = points[:, ::-1]  # stored as (row, column)
    trials = len(fixations) // SUBJECTS
    table = pd.DataFrame(
        {
            "stimulus": np.tile([f"trial {k}" for k in range(trials)], SUBJECTS),
            "subject": np.repeat([f"subject {k}" for k in range(SUBJECTS)], trials),
            "width": 1280,
            "height": 1024,
        }
    )
    duration = np.random.default_rng(0).uniform(80, 500, len(points))
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    facts = Facts(forced_first=True, points="fixations")
    paths = Scanpaths(points[:, 0], points[:, 1], offsets, table, duration=duration, facts=facts)
    pairs = [(i * trials + k, j * trials + k) for i, j in combinations(range(SUBJECTS), 2) for k in range(trials)]
    return paths, np.array(pairs)


def random_paths(fixations: int, count: int, pairs: int) -> tuple[Scanpaths, np.ndarray]:
    """`count` paths of `fixations` random points each, and random pairs of them."""
    rng = np.random.default_rng(fixations)
    table = pd.DataFrame({"stimulus": "random", "width": [1280] * count, "height": 1024})
    total = count * fixations
    paths = Scanpaths(
        rng.uniform(0, 1280, total),
        rng.uniform(0, 1024, total),
        np.arange(0, total + 1, fixations),
        table,
        duration=rng.uniform(80, 500, total),
    )
    return paths, rng.integers(0, count, (pairs, 2))
