"""An outside way to compute each pair metric: a package's function where the package index has one, else plain Python.

Each takes `Prepared` paths (made once per path, as a careful user would) and gives the number that gazekit gives.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scanmatch
from multimatch_gaze import docomparison
from nltk.metrics.distance import edit_distance as nltk_edit_distance
from rapidfuzz.distance import DamerauLevenshtein, LCSseq, Levenshtein
from scipy.spatial.distance import cdist, directed_hausdorff
from similaritymeasures import dtw, frechet_dist

from gazekit import Scanpath
from gazekit.metrics import mannan_baseline
from gazekit.metrics.positions.recurrence import RADIUS_PX
from gazekit.metrics.positions.time_delay_embedding import WIDTH
from gazekit.metrics.strings.symbols import GRID


@dataclass(frozen=True)
class Prepared:
    """One path as the outside functions want it: points, a table, words of grid cells."""

    xy: np.ndarray
    size: tuple[float, float]
    table: Any
    word: str  # of a 4 x 4 grid
    cells: list[int] = field(repr=False)  # ScanMatch's


def prepared(path: Scanpath) -> Prepared:
    width, height = path.frame.size
    table = np.rec.fromarrays([path.x, path.y, path.duration / 1000], names="start_x,start_y,duration")
    column = np.clip(path.x * GRID[0] // width, 0, GRID[0] - 1)
    row = np.clip(path.y * GRID[1] // height, 0, GRID[1] - 1)
    word = "".join(chr(65 + int(cell)) for cell in column + GRID[0] * row)
    cells = scanmatch.string(list(zip(path.x.tolist(), path.y.tolist(), strict=True)), int(width), int(height))
    return Prepared(path.xy, (width, height), table, word, cells)


def plain_dtw_per_step(a: Prepared, b: Prepared) -> float:
    """Least (sum, cells) of all walks: the smaller of two pairs of numbers is the cheaper or, if equal, the shorter."""
    d = cdist(a.xy, b.xy).tolist()
    above = [(0.0, 0)] + [(np.inf, 0)] * len(d[0])
    for row in d:
        here = [(np.inf, 0)]
        for j, distance in enumerate(row):
            total, cells = min(above[j], above[j + 1], here[j])
            here.append((total + distance, cells + 1))
        above = here
    return above[-1][0] / above[-1][1]


def nearest(a: Prepared, b: Prepared) -> tuple[np.ndarray, np.ndarray]:
    d = cdist(a.xy, b.xy)
    return d.min(axis=1), d.min(axis=0)


def cdist_eyenalysis(a: Prepared, b: Prepared) -> float:
    to_b, to_a = nearest(a, b)
    return (to_b.sum() + to_a.sum()) / max(len(to_b), len(to_a))


def cdist_mannan(a: Prepared, b: Prepared) -> float:
    to_b, to_a = nearest(a, b)
    return np.sqrt(((to_b**2).mean() + (to_a**2).mean()) / 2) / np.hypot(*a.size)


def cdist_mannan_similarity(a: Prepared, b: Prepared) -> float:
    return 100 * (1 - cdist_mannan(a, b) / mannan_baseline(len(a.xy), len(b.xy), a.size))


def windows(xy: np.ndarray, k: int) -> np.ndarray:
    return np.hstack([xy[step : len(xy) - k + step + 1] for step in range(k)])


def cdist_tde(a: Prepared, b: Prepared, k: int = WIDTH, scale: float = 1.0) -> float:
    return (cdist(windows(a.xy / scale, k), windows(b.xy / scale, k)).min(axis=1) / k).mean()


def cdist_stde(a: Prepared, b: Prepared) -> float:
    return np.mean([np.exp(-cdist_tde(a, b, k, max(a.size))) for k in range(1, min(len(a.xy), len(b.xy)) + 1)])


def rapidfuzz_sbtde(a: Prepared, b: Prepared) -> float:
    first, second = ([p.word[i : i + WIDTH] for i in range(len(p.word) - WIDTH + 1)] for p in (a, b))
    return np.mean([min(DamerauLevenshtein.distance(w, v) for v in second) for w in first]) / WIDTH


def recurrence_table(a: Prepared, b: Prepared) -> np.ndarray:
    n = min(len(a.xy), len(b.xy))
    return cdist(a.xy[:n], b.xy[:n]) <= RADIUS_PX


def on_lines(lines: Any) -> int:
    return sum(len(run) for line in lines for run in "".join("01"[int(r)] for r in line).split("0") if len(run) > 1)


def plain_recurrence(a: Prepared, b: Prepared) -> list[float]:
    r = recurrence_table(a, b)
    n, count = len(r), r.sum()
    if not count:
        return [0.0, np.nan, np.nan]
    diagonal = on_lines(r.diagonal(k) for k in range(1 - n, n))
    return [100 * count / n**2, 100 * diagonal / count, 100 * (on_lines(r) + on_lines(r.T)) / (2 * count)]


def numpy_lag(a: Prepared, b: Prepared) -> float:
    i, j = np.nonzero(recurrence_table(a, b))
    n = min(len(a.xy), len(b.xy))
    return 100 * abs((j - i).sum()) / ((n - 1) * len(i)) if len(i) else np.nan


SUBSTITUTION = scanmatch.substitution_scores()

# metric: (what, function of two prepared paths)
PEERS: dict[str, list[tuple[str, Callable[[Prepared, Prepared], Any]]]] = {
    "cross_recurrence": [("plain Python on scipy's cdist", plain_recurrence)],
    "cross_recurrence_lag": [("NumPy on scipy's cdist", numpy_lag)],
    "damerau_distance": [
        ("rapidfuzz", lambda a, b: DamerauLevenshtein.distance(a.word, b.word)),
        ("nltk", lambda a, b: nltk_edit_distance(a.word, b.word, transpositions=True)),
    ],
    "damerau_distance_normalised": [("rapidfuzz", lambda a, b: DamerauLevenshtein.normalized_distance(a.word, b.word))],
    "dtw": [("similaritymeasures", lambda a, b: dtw(a.xy, b.xy)[0])],
    "dtw_per_step": [("plain Python on scipy's cdist", plain_dtw_per_step)],
    "edit_distance": [
        ("rapidfuzz", lambda a, b: Levenshtein.distance(a.word, b.word)),
        ("nltk", lambda a, b: nltk_edit_distance(a.word, b.word)),
    ],
    "edit_distance_normalised": [("rapidfuzz", lambda a, b: Levenshtein.normalized_distance(a.word, b.word))],
    "euclidean": [("NumPy", lambda a, b: np.linalg.norm(a.xy - b.xy, axis=1).mean())],
    "eyenalysis": [("NumPy on scipy's cdist", cdist_eyenalysis)],
    "frechet": [("similaritymeasures", lambda a, b: frechet_dist(a.xy, b.xy))],
    "hausdorff": [
        ("scipy", lambda a, b: max(directed_hausdorff(a.xy, b.xy)[0], directed_hausdorff(b.xy, a.xy)[0])),
    ],
    "mannan": [("NumPy on scipy's cdist", cdist_mannan)],
    "mannan_similarity": [("NumPy on scipy's cdist, our baseline", cdist_mannan_similarity)],
    "multimatch": [("multimatch_gaze", lambda a, b: docomparison(a.table, b.table, a.size))],
    "sbtde": [("rapidfuzz over plain windows", rapidfuzz_sbtde)],
    "scanmatch": [("plain Python", lambda a, b: scanmatch.textbook(a.cells, b.cells, SUBSTITUTION))],
    "sequence_score": [("rapidfuzz", lambda a, b: LCSseq.normalized_similarity(a.word, b.word))],
    "stde": [("NumPy on scipy's cdist", cdist_stde)],
    "tde": [("NumPy on scipy's cdist", cdist_tde)],
}
