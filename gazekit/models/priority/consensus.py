"""The consensus of a model's own paths: the one that is most like all others.

Of paths that were drawn honestly, the one with the greatest mean similarity to the others is the best guess where a
guess is scored by that similarity, as far as the model knows people. It says less of what is likely than the paths.
"""

from collections.abc import Sequence

import numpy as np

from gazekit.core.frames import Frame
from gazekit.models.contract import DrawnPath

BINS, THRESHOLD = (12, 8), 3.5  # of ScanMatch, as its toolbox has them: columns, rows, cells
BIN_MS = 50.0  # a symbol of a string lasts so long


def consensus(paths: Sequence[DrawnPath], frame: Frame) -> int:
    """Number of the path that is most like the others on average; of equals the first.

    Examples
    --------
    >>> paths = [DrawnPath(np.array([x]), np.array([50.0]), np.array([200.0])) for x in (10.0, 50.0, 60.0)]
    >>> consensus(paths, Frame(100, 100))
    1
    """
    alike = similarities(paths, frame)
    np.fill_diagonal(alike, 0.0)
    return int(alike.sum(1).argmax())


def similarities(paths: Sequence[DrawnPath], frame: Frame) -> np.ndarray:
    """(n, n) ScanMatch of each two paths with durations.

    A string has the cell of each fixation, once for every 50 ms. Two strings are aligned globally, without a penalty
    for gaps, and their score is divided by that of the longer one with itself. A path without a symbol has 0 with all.

    Parameters
    ----------
    paths : sequence of n DrawnPath
        px, ms.
    frame : Frame
        Of the shown image.

    References
    ----------
    Cristino, Mathot, Theeuwes, Gilchrist (2010), ScanMatch, Behavior Research Methods 42. Places are not rounded to px
    here, as the toolbox does.
    """
    columns, rows = BINS
    cell = np.arange(columns * rows)
    score = THRESHOLD - np.hypot(*(part[:, None] - part for part in (cell % columns, cell // columns)))
    strings = []
    for path in paths:
        at = [
            np.clip(np.floor(place / side * many), 0, many - 1).astype(np.int64)
            for place, side, many in zip(path[:2], frame.size, BINS, strict=True)
        ]
        times = np.floor(np.asarray(path.duration) / BIN_MS + 0.5).astype(np.int64)
        strings.append(np.repeat(at[0] + columns * at[1], times))
    lengths = np.array([len(string) for string in strings])
    padded = np.zeros((len(strings), lengths.max(initial=0)), dtype=np.int64)
    for row, string in zip(padded, strings, strict=True):
        row[: len(string)] = string
    a, b = np.triu_indices(len(strings))
    best = np.zeros((len(a), padded.shape[1] + 1))  # of the symbols so far of a with each beginning of b
    for k in range(padded.shape[1]):
        longer = np.maximum(best[:, 1:], best[:, :-1] + score[padded[a, k, None], padded[b]])
        grown = np.maximum.accumulate(longer, 1)  # gaps cost nothing: a score never falls along b
        best[:, 1:] = np.where((k < lengths[a])[:, None], grown, best[:, 1:])
    found = np.zeros((len(strings), len(strings)))
    found[a, b] = best[np.arange(len(a)), lengths[b]] / (THRESHOLD * np.maximum(np.maximum(lengths[a], lengths[b]), 1))
    return np.maximum(found, found.T)
