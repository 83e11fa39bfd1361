"""MultiMatch of all 31,500 pairs of people on object arrays, beside multimatch_gaze in the same run.

Run: python benchmarks/multimatch.py
"""

import numpy as np
from measure import CPU, difference, machine, shown, table, target, timed
from multimatch_gaze import docomparison
from people import people

from gazekit import Scanpaths
from gazekit.metrics import pairwise

TARGET = 300  # times as fast as multimatch_gaze, on object arrays


def reference(paths: Scanpaths, pairs: np.ndarray) -> np.ndarray:
    """Scores by multimatch_gaze; the tables it wants are made once per path, as a careful user would."""
    tables = [np.rec.fromarrays([p.x, p.y, p.duration / 1000], names="start_x,start_y,duration") for p in paths]
    return np.array([docomparison(tables[i], tables[j], (1280, 1024)) for i, j in pairs.tolist()])


def report() -> list[str]:
    rows = []
    for name, repeat in (("ObjArr", 3), ("Waldo", 1)):
        paths, pairs = people(name)
        pairwise("multimatch", paths, paths, pairs[:1])
        ours, scores = timed(lambda paths=paths, pairs=pairs: pairwise("multimatch", paths, paths, pairs), 25)
        one, _ = timed(lambda paths=paths, pairs=pairs: pairwise("multimatch", paths, paths, pairs, threads=1), 25, CPU)
        theirs, expected = timed(lambda paths=paths, pairs=pairs: reference(paths, pairs), repeat, CPU)
        if name == "ObjArr":
            found = f"{theirs / one:.0f} times"
            what = "MultiMatch, one thread, beside multimatch_gaze, all pairs on object arrays"
            target(what, f"{TARGET} times", found, theirs / one >= TARGET)
        rows.append(
            (
                name,
                f"{len(pairs):,}",
                f"{paths.lengths.mean():.1f}",
                shown(theirs),
                shown(one),
                shown(ours),
                f"{theirs / one:.0f}x",
                difference(scores, expected),
            )
        )
    heads = (
        "people",
        "pairs",
        "mean fixations",
        "multimatch_gaze",
        "gazekit, one thread",
        "gazekit, all threads",
        "ratio, one thread",
        "largest difference",
    )
    return [
        "## MultiMatch against multimatch_gaze",
        "",
        f"From `Scanpaths` to scores, frames and facts checked. Target on ObjArr: {TARGET}x.",
        "",
        *table(heads, rows),
        "",
    ]


if __name__ == "__main__":
    print("\n".join([*machine(), *report()]))
