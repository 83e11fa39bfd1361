"""A tiny run from data to tables, whose numbers are committed: golden/. Nothing here needs torch.

    python tests/numbers/golden.py

writes them anew, which is right only when a change is meant to alter numbers (then CHANGELOG.md says so).

Everything comes from `keyed_rng` (Philox, which NumPy promises to keep), so that every machine has the same input.
"""

import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit import Dataset, Facts, Frame, Scanpaths, Trial, evaluate
from gazekit.core.trials import Box
from gazekit.foundations.randomness import keyed_rng

HERE = Path(__file__).resolve().parent / "golden"
MODELS = ("uniform", "centre", "levy", "ittikoch", "other-image")
METRICS = (  # of every kind: pairs, labels, densities, plausibility, sets by stimulus and as a whole
    *("scanmatch", "multimatch", "dtw", "eyenalysis", "edit_distance", "sequence_score_clusters"),
    *("nss", "information_gain", "plausibility", "paths_nss", "amplitude_js"),
)
TABLE = "summary.csv"
TOLERANCE = 1e-9  # relative, and absolute where a number is 0; integers and names are equal


def golden_dataset():
    """Seven images of coloured squares; five people who look at the squares, with durations and targets."""
    frame, trials, rows = Frame(160, 120, 20.0), [], []
    for k in range(7):
        rng = keyed_rng(0, "golden", k)
        picture = np.full((120, 160, 3), 110, np.uint8)
        corners = (rng.random((4, 2)) * (136, 96)).astype(int)
        for (x, y), colour in zip(corners, (rng.random((4, 3)) * 256).astype(np.uint8), strict=True):
            picture[y : y + 24, x : x + 24] = colour
        x, y = (int(v) for v in corners[0])
        name = f"golden-{k}"
        trials.append(Trial(name, name, frame, picture, target_box=Box(x, y, x + 24, y + 24), start=(80.0, 60.0)))
        for person in range(5):
            visited = (rng.random(4 + person % 3) * 4).astype(int)
            points = np.clip(corners[visited] + 24 * rng.random((len(visited), 2)), 0, (160, 120))
            times = 100 + 300 * rng.random(len(visited))
            rows.append((name, f"p{person}", points.round(3), times.round(3)))
    table = pd.DataFrame({"stimulus": [r[0] for r in rows], "subject": [r[1] for r in rows]})
    table = table.assign(trial=table["stimulus"], width=160.0, height=120.0, px_per_degree=20.0)
    points, times = np.concatenate([r[2] for r in rows]), np.concatenate([r[3] for r in rows])
    offsets = np.concatenate([[0], np.cumsum([len(r[2]) for r in rows])])
    paths = Scanpaths(*points.T, offsets, table, duration=times, facts=Facts(forced_first=False, points="fixations"))
    return Dataset("golden", trials, paths)


def golden_run(out, **options):
    """Measures of every kind, people, chance."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # measures that are not defined for some rows say so
        given = {"resamples": 100, "lengths": "own", "nulls": False, "progress": False, **options}  # kernels are tested
        return evaluate(golden_dataset(), MODELS, METRICS, out=out, **given)


def main():
    """Write the tables anew."""
    with tempfile.TemporaryDirectory() as home:
        golden_run(Path(home) / "run").summary.to_csv(HERE / TABLE, index=False, float_format="%.12g")


if __name__ == "__main__":
    sys.exit(main())
