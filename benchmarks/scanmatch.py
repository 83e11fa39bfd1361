"""ScanMatch beside the textbook: Needleman-Wunsch with lists in plain Python, in the same run.

Both sides start from fixations. The textbook side makes each path's symbols once and looks substitution scores up in a
table, as a careful user would; gazekit also checks frames and facts.

Run: python benchmarks/scanmatch.py
"""

import math

import numpy as np
from measure import CPU, difference, machine, shown, table, target, timed
from people import people, random_paths

from gazekit.metrics import pairwise

TARGET = 250  # times as fast as the textbook
THRESHOLD = 3.5


def substitution_scores(columns: int = 12, rows: int = 8) -> list[list[float]]:
    """Threshold minus distance in cells, of every two symbols."""
    cells = [(k % columns, k // columns) for k in range(columns * rows)]
    return [[THRESHOLD - math.sqrt((p - r) ** 2 + (q - s) ** 2) for r, s in cells] for p, q in cells]


def string(points: list[tuple[float, float]], width: int = 1280, height: int = 1024) -> list[int]:
    """Symbols of one path: px from 1, halves up, 12 x 8 cells."""
    found = []
    for x, y in points:
        column = (min(max(math.floor(x + 0.5), 1), width) - 1) * 12 // width
        row = (min(max(math.floor(y + 0.5), 1), height) - 1) * 8 // height
        found.append(column + 12 * row)
    return found


def textbook(first: list[int], second: list[int], substitution: list[list[float]], gap: float = 0.0) -> float:
    """Normalised Needleman-Wunsch score of two strings."""
    m, n = len(first), len(second)
    score = [[0.0] * (n + 1) for _ in range(m + 1)]
    for i in range(1, m + 1):
        score[i][0] = gap * i
    for j in range(1, n + 1):
        score[0][j] = gap * j
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            match = score[i - 1][j - 1] + substitution[first[i - 1]][second[j - 1]]
            score[i][j] = max(match, score[i - 1][j] + gap, score[i][j - 1] + gap)
    return score[m][n] / (THRESHOLD * max(m, n))


def textbook_scores(paths: list[list[tuple[float, float]]], pairs: list[list[int]]) -> list[float]:
    substitution = substitution_scores()
    strings = [string(path) for path in paths]
    return [textbook(strings[i], strings[j], substitution) for i, j in pairs]


def report() -> list[str]:
    sets = {
        "people, ObjArr": (people("ObjArr"), 5),
        "people, Waldo": (people("Waldo"), 3),
        "random, 10 fixations": (random_paths(10, 2000, 20_000), 3),
        "random, 20 fixations": (random_paths(20, 2000, 10_000), 3),
        "random, 40 fixations": (random_paths(40, 2000, 5_000), 1),
    }
    rows = []
    ratio = {}
    for name, ((paths, pairs), repeat) in sets.items():
        lists = [list(zip(p.x.tolist(), p.y.tolist(), strict=True)) for p in paths]
        pairwise("scanmatch", paths, paths, pairs[:1])
        ours, scores = timed(lambda paths=paths, pairs=pairs: pairwise("scanmatch", paths, paths, pairs), 25)
        one, _ = timed(lambda paths=paths, pairs=pairs: pairwise("scanmatch", paths, paths, pairs, threads=1), 101, CPU)
        theirs, expected = timed(lambda lists=lists, pairs=pairs: textbook_scores(lists, pairs.tolist()), repeat, CPU)
        ratio[name] = theirs / one
        rows.append(
            (
                name,
                f"{len(pairs):,}",
                shown(theirs),
                shown(one),
                shown(ours),
                f"{theirs / one:.0f}x",
                difference(scores[:, 0], np.array(expected)),
            )
        )
    least = min(ratio, key=lambda name: ratio[name])
    found = f"at least {ratio[least]:.0f} times ({least})"
    target("ScanMatch, one thread, beside a textbook in plain Python", f"{TARGET} times", found, ratio[least] >= TARGET)
    heads = (
        "paths",
        "pairs",
        "textbook",
        "gazekit, one thread",
        "gazekit, all threads",
        "ratio, one thread",
        "largest difference",
    )
    return [
        "## ScanMatch against the textbook in plain Python",
        "",
        f"Both from fixations to scores. Target: {TARGET}x.",
        "",
        *table(heads, rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
