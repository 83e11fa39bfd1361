"""MultiMatch against its reference implementation, multimatch_gaze, on every two people of a trial."""

import time
import warnings
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError, GazekitError, check_whole
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics import MultiMatch, pairwise
from gazekit.metrics.columns import columns_of
from gazekit.metrics.kinds.pairs import all_pairs
from gazekit.verify.outcome import Outcome

TOLERANCE = 1e-12
SAME_TIES = (1, 16)  # first SciPy whose Dijkstra breaks ties in the order that gazekit follows


def verify_multimatch(
    dataset: Dataset,
    *,
    max_pairs: int | None = None,
    seed: int = 0,
    tolerance: float = TOLERANCE,
    progress: bool = True,
) -> Outcome:
    """Compare MultiMatch with multimatch_gaze (without simplification) on real pairs of people.

    Parameters
    ----------
    dataset : Dataset
        Its human scanpaths are compared, every two subjects of a trial once. Durations, where there are any,
        are given to the reference in seconds.
    max_pairs : int, optional
        Compare a random part of the pairs only; the outcome says so.
    seed : int
        Seed of that choice.
    tolerance : float
        Largest difference that passes.
    progress : bool
        Show a progress bar: the reference takes about a millisecond per pair.

    Returns
    -------
    Outcome
        A row per dimension: the largest difference, the pairs where both are defined, and those where one
        of the two is NaN and the other is not (any fails the check).

    Raises
    ------
    GazekitError
        multimatch_gaze is not installed, or `max_pairs` is not positive.
    DataError
        No two subjects saw the same trial, or no pair is long enough to be compared.
    """
    compare = _reference()
    paths = dataset.scanpaths
    pairs, notes = _chosen(paths, dataset.name, max_pairs, seed)
    pairwise("multimatch", paths, paths, pairs[:1])  # compiles; not part of the time
    start = time.perf_counter()
    ours = pairwise("multimatch", paths, paths, pairs)
    our_time = time.perf_counter() - start
    theirs, their_time = _score_by_reference(compare, paths, pairs, progress)

    unknown, unknown_there = np.isnan(ours), np.isnan(theirs)
    both = ~unknown & ~unknown_there
    if not both.any():
        raise DataError(f"data set {dataset.name!r}: none of {len(pairs)} pairs has three fixations on both sides")
    difference = np.where(both, np.abs(ours - theirs), 0.0)
    disagree = (unknown != unknown_there).sum(axis=0)
    counts = (difference.max(axis=0).tolist(), both.sum(axis=0).tolist(), disagree.tolist())
    rows = list(zip(MultiMatch._fields, *counts, strict=True))
    notes += [
        f"pairs: {len(pairs)}; undefined (under three fixations): {int(unknown[:, 0].sum())}",
        f"time: gazekit {our_time:.3f} s, multimatch_gaze {their_time:.1f} s, ratio {their_time / our_time:.0f}",
    ]
    columns = {"dimension": "", "largest difference": ".1e", "pairs defined": "d", "NaN in one only": "d"}
    return Outcome.of(columns, rows, [row[1] for row in rows], tolerance, also=not disagree.any(), notes=notes)


def _chosen(paths: Scanpaths, name: str, max_pairs: int | None, seed: int) -> tuple[np.ndarray, list[str]]:
    pairs, notes = all_pairs(paths, paths), []
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]  # every two people once
    if not len(pairs):
        raise DataError(f"data set {name!r} has no trial that two subjects saw, so there is no pair to compare")
    finite = columns_of(paths).finite
    usable = finite[pairs].all(axis=1)
    if not usable.all():  # the reference is not defined there
        notes.append(f"left out: {int((~usable).sum())} pairs with a coordinate that is not a number")
        pairs = pairs[usable]
    if max_pairs is not None:
        check_whole("max_pairs", max_pairs, 1)
    if max_pairs is not None and max_pairs < len(pairs):
        notes.append(f"a random part: {max_pairs} of {len(pairs)} pairs, seed {seed}")
        chosen = keyed_rng(seed, "verify multimatch", name).choice(len(pairs), max_pairs, replace=False)
        pairs = pairs[np.sort(chosen)]
    import scipy

    if tuple(int(part) for part in scipy.__version__.split(".")[:2]) < SAME_TIES:
        notes.append(
            f"SciPy {scipy.__version__} breaks ties between alignments in another order than SciPy 1.16 "
            f"and later, which gazekit follows: pairs whose alignment ties may differ"
        )
    return pairs, notes


def _reference() -> Any:
    try:
        from multimatch_gaze import docomparison
    except ImportError:
        raise GazekitError(
            "verify multimatch compares with the reference implementation, which is not installed; "
            "pip install multimatch-gaze"
        ) from None
    return docomparison


def _score_by_reference(compare: Any, paths: Scanpaths, pairs: np.ndarray, progress: bool) -> tuple[np.ndarray, float]:
    """Scores of the reference, and its seconds; the tables it wants are made before the clock starts."""
    used, rows = np.unique(pairs, return_inverse=True)
    tables = [_table_of(paths, int(k)) for k in used]
    sizes = paths.table[["width", "height"]].to_numpy(float)[pairs[:, 0]]
    out = np.empty((len(pairs), 5))
    seconds = 0.0
    with warnings.catch_warnings(), np.errstate(invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # it divides zero by zero where both durations are 0
        bar = tqdm(rows.reshape(-1, 2), desc="multimatch_gaze", unit="pair", disable=not progress)
        for k, (i, j) in enumerate(bar):
            start = time.perf_counter()
            out[k] = compare(tables[i], tables[j], sizes[k])
            seconds += time.perf_counter() - start
    return out, seconds


def _table_of(paths: Scanpaths, row: int) -> np.ndarray:
    part = slice(paths.offsets[row], paths.offsets[row + 1])
    columns = [paths.x[part], paths.y[part], paths.durations()[part] / 1000]
    return np.rec.fromarrays(columns, dtype=[(name, np.float64) for name in ("start_x", "start_y", "duration")])
