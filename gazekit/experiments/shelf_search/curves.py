"""Distance to the target over fixations, and how long paths are: sums per stimulus."""

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.experiments.shelf_search.measures import summed
from gazekit.experiments.shelf_search.paths import People

FIRST, BEFORE = 15, 7  # fixations from the beginning, and before the first one on the target
ALIGNMENTS = ("start", "target")


def approach(a: Scanpaths, people: People) -> pd.DataFrame:
    """Distance from gaze to the target, cells.

    Parameters
    ----------
    a : Scanpaths
        Paths over objects.
    people : People
        Layouts and targets.

    Returns
    -------
    table
        Rows alignment, fixation, stimulus, total, weight. Alignment "start": fixation 1 is the first, and all paths
        that are as long count, those that were on the target already too. "target": fixation -1 is the last before the
        first one on the target, of paths that get there.
    """
    ids, offsets = a.object_ids(), a.offsets
    rows: dict[tuple[str, int], tuple[list[str], list[float]]] = {}
    for row, (trial, stimulus) in enumerate(zip(a.table["trial"], a.table["stimulus"], strict=True)):
        layout, path = people.layouts[trial], ids[offsets[row] : offsets[row + 1]]
        distance = np.hypot(*(layout.places[path] - layout.places[layout.target]).T)
        reached = np.flatnonzero(path == layout.target)
        points = [("start", k + 1, d) for k, d in enumerate(distance[:FIRST])]
        if len(reached):
            before = distance[: reached[0]][::-1][:BEFORE]
            points += [("target", -k - 1, d) for k, d in enumerate(before)]
        for alignment, fixation, value in points:
            at = rows.setdefault((alignment, fixation), ([], []))
            at[0].append(stimulus)
            at[1].append(float(value))
    tables = []
    for (alignment, fixation), (stimuli, values) in sorted(rows.items()):
        part = summed([("distance", np.array(stimuli, dtype=object), np.array(values))])
        tables.append(part.assign(alignment=alignment, fixation=fixation))
    return pd.concat(tables, ignore_index=True)[["alignment", "fixation", "stimulus", "total", "weight"]]


def lengths(a: Scanpaths) -> pd.DataFrame:
    """How many paths have each length: rows length (fixations), paths, share, and share of paths up to that length.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 9, "height": 9})
    >>> lengths(Scanpaths([1] * 5, [1] * 5, [0, 1, 5], table)).to_numpy().tolist()
    [[1.0, 1.0, 0.5, 0.5], [4.0, 1.0, 0.5, 1.0]]
    """
    found, count = np.unique(a.lengths, return_counts=True)
    share = count / max(count.sum(), 1)
    return pd.DataFrame({"length": found, "paths": count, "share": share, "up_to": np.cumsum(share)})
