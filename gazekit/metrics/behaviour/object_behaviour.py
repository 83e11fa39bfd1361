"""OAT's five behavioural features of paths over objects, Delta between two sets (Fang et al. 2024), and guidance."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.context import Trials, object_boxes, target_objects
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import column_means, mean_defined

FEATURES = ("correct", "length", "search", "refix", "revisit")


class ObjectBehaviour(NamedTuple):
    """Features of each path over objects, or their means.

    A run is a stretch of fixations on one object, one after another. Search, refix and revisit add up to 1.

    Attributes
    ----------
    correct : (n,) float64
        1 if the last fixation is on the target, else 0; NaN where the target is not known.
    length : (n,) float64
        Fixations on objects.
    search : (n,) float64
        Share of fixations that begin a run on an object not fixated before.
    refix : (n,) float64
        Share that go on with a run.
    revisit : (n,) float64
        Share that begin a run on an object fixated in an earlier run.
    """

    correct: np.ndarray
    length: np.ndarray
    search: np.ndarray
    refix: np.ndarray
    revisit: np.ndarray


def object_behaviour(paths: Scanpaths, target_object: Mapping[str, int]) -> ObjectBehaviour:
    """Behavioural features of each path.

    Parameters
    ----------
    paths : Scanpaths
        With object ids (`Scanpaths.to_objects`). Fixations on no object (-1) end a run and are not counted.
    target_object : mapping of trial id to int
        Which object is the target.

    Returns
    -------
    ObjectBehaviour
        (n,) each; NaN for a path without a fixation on an object.

    Raises
    ------
    GazekitError
        The paths have no object ids.

    References
    ----------
    Fang et al. (2024), OAT: Object-Level Attention Transformer for Gaze Scanpath Prediction, ECCV.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9})
    >>> paths = Scanpaths([1] * 5, [1] * 5, [0, 5], table, object_id=[3, 3, 0, 3, 2])
    >>> [feature.tolist() for feature in object_behaviour(paths, {"s": 2})]
    [[1.0], [5.0], [0.6], [0.2], [0.2]]
    """
    if paths.object_id is None:
        raise GazekitError("these scanpaths have no object ids; name the objects first: paths.to_objects(boxes)")
    ids, of, n = paths.object_id, paths.path_of(), len(paths)
    on = ids >= 0
    same = np.zeros(len(ids), dtype=bool)
    same[1:] = (ids[1:] == ids[:-1]) & (of[1:] == of[:-1])
    new = np.zeros(len(ids), dtype=bool)
    if len(ids):
        _, first = np.unique(of * (int(ids.max(initial=0)) + 2) + ids + 1, return_index=True)
        new[first] = True
    count = np.bincount(of[on], minlength=n).astype(np.float64)
    rates = [
        np.divide(np.bincount(of[on & kind], minlength=n), count, out=np.full(n, np.nan), where=count > 0)
        for kind in (new, same, ~new & ~same)
    ]
    length = np.where(count > 0, count, np.nan)
    target = np.array([target_object.get(t, -1) for t in paths.table["trial"]], dtype=np.int64)
    last = np.full(n, -1)
    filled = paths.lengths > 0
    last[filled] = ids[paths.offsets[1:][filled] - 1]
    correct = np.where((target < 0) | (count == 0), np.nan, (last == target).astype(np.float64))
    return ObjectBehaviour(correct, length, *rates)


def mean_behaviour(paths: Scanpaths, target_object: Mapping[str, int], *, by: str | None = None) -> np.ndarray:
    """Means of the five features over paths.

    Parameters
    ----------
    paths, target_object
        As in `object_behaviour`.
    by : str or None
        Average within each value of this column first ("trial": as OAT does with samples); None weighs paths equally.

    Returns
    -------
    (5,) float64
        correct, length, search, refix, revisit; NaN where no path has the feature.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9})
    >>> mean_behaviour(Scanpaths([1] * 2, [1] * 2, [0, 2], table, object_id=[3, 2]), {"s": 2}).tolist()
    [1.0, 2.0, 1.0, 0.0, 0.0]
    """
    table = np.column_stack(object_behaviour(paths, target_object))
    if by is not None:
        groups = paths.table.groupby(by, sort=True).indices.values()
        table = np.array([column_means(table[rows]) for rows in groups]).reshape(-1, len(FEATURES))
    return column_means(table)


def delta(model: ArrayLike, human: ArrayLike) -> float:
    """OAT's Delta: mean relative gap of the five mean features.

    Delta compares two populations. It never compares a prediction with its own trial, so a model that knows
    nothing about what was shown can score well on it: never report it alone. Two halves of the same people's
    collages differ by .054 on average (95th percentile .098): do not rank values below .10.

    Parameters
    ----------
    model, human : (5,) array
        As from `mean_behaviour`.

    Returns
    -------
    float
        0 or more; lower is more alike; not symmetric. Features that are 0 in people are left out and the
        mean is over those kept. NaN if a feature is not known, or none is kept.

    Examples
    --------
    >>> round(delta([0.8, 12, 0.8, 0.15, 0.05], [0.8, 10, 0.8, 0.15, 0.05]), 2)
    0.04
    """
    m, h = np.asarray(model, dtype=np.float64), np.asarray(human, dtype=np.float64)
    if m.shape != h.shape or m.ndim != 1:
        raise GazekitError(f"Delta compares two vectors of mean features, not shapes {m.shape} and {h.shape}")
    kept = h != 0
    return float(np.mean(np.abs(m[kept] - h[kept]) / h[kept])) if kept.any() else np.nan


def guidance_rank(
    paths: Scanpaths, target_object: Mapping[str, int], target_similarity: Mapping[str, ArrayLike]
) -> np.ndarray:
    """Percentile, by similarity to the target, of each fixated object that is not the target.

    Parameters
    ----------
    paths : Scanpaths
        With object ids.
    target_object : mapping of trial id to int
        Which object is the target.
    target_similarity : mapping of trial id to (k,) array
        How alike each object and the target are; only the order counts.

    Returns
    -------
    (N,) float64
        Per fixation: share of the other non-targets that are less like the target (ties count half), 0 to 1. Chance
        is exactly 0.5, higher is more guided. NaN for fixations on the target, on no object, of trials without
        similarities, and where there is no other non-target.

    Raises
    ------
    GazekitError
        The paths have no object ids, or an id is not an index of the trial's similarities.

    Notes
    -----
    Objects near the target may also be more alike, and gaze that goes to the target passes them; exchange the target
    for a random object (the swap test) before calling a value above 0.5 guidance.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9})
    >>> paths = Scanpaths([1] * 3, [1] * 3, [0, 3], table, object_id=[0, 2, 3])
    >>> guidance_rank(paths, {"s": 3}, {"s": [0.1, 0.2, 0.9, 1.0]}).tolist()
    [0.0, 1.0, nan]
    """
    if paths.object_id is None:
        raise GazekitError("these scanpaths have no object ids; name the objects first: paths.to_objects(boxes)")
    tables: list[np.ndarray] = [np.empty(0)]  # one percentile table per trial, one after another
    start, size = np.zeros(len(paths), dtype=np.int64), np.zeros(len(paths), dtype=np.int64)
    filled = 0
    for trial, rows in paths.table.groupby("trial", sort=False).indices.items():
        name = str(trial)
        if name in target_object and name in target_similarity:
            tables.append(percentiles(target_similarity[name], target_object[name]))
            start[rows], size[rows] = filled, len(tables[-1])
            filled += len(tables[-1])
    of, ids = paths.path_of(), paths.object_id
    wrong = np.flatnonzero((ids >= size[of]) & (size[of] > 0))
    if len(wrong):
        row = of[wrong[0]]
        raise GazekitError(
            f"trial {paths.table['trial'].iloc[row]!r} has {size[row]} similarities, but a fixation on object "
            f"{ids[wrong[0]]}; give one similarity for each object, in the order of the boxes"
        )
    out = np.full(len(paths.x), np.nan)
    points = np.flatnonzero((ids >= 0) & (size[of] > 0))
    out[points] = np.concatenate(tables)[start[of[points]] + ids[points]]
    return out


def percentiles(similarity: ArrayLike, target: int) -> np.ndarray:
    """(k,) float64: share of the other non-targets that each object surpasses, ties half; NaN for the target.

    Examples
    --------
    >>> percentiles([0.5, 0.5, 0.9, 1.0], 3).tolist()
    [0.25, 0.25, 1.0, nan]
    """
    values = np.asarray(similarity, dtype=np.float64).copy()
    if not 0 <= target < len(values):
        raise GazekitError(f"the target is object {target}, but there are {len(values)} similarities")
    others = np.sort(np.delete(values, target))
    out = np.full(len(values), np.nan)
    if len(others) > 1:
        below = np.searchsorted(others, values, side="left")
        equal = np.searchsorted(others, values, side="right") - below
        out = (below + (equal - 1) / 2) / (len(others) - 1)
        out[target] = np.nan
    return out


def on_objects(paths: Scanpaths, trials: Trials) -> Scanpaths:
    """The paths with object ids: their own, or those of the nearest of the trial's boxes (OAT's rule)."""
    if paths.object_id is not None:
        return paths
    return paths.to_objects(object_boxes(trials))


def _features(a: Scanpaths, b: Scanpaths, trials: Trials, *, by: str | None = None) -> np.ndarray:
    return mean_behaviour(on_objects(a, trials), target_objects(trials), by=by)


def _delta(a: Scanpaths, b: Scanpaths, trials: Trials, *, by: str | None = None) -> list[float]:
    return [delta(*(mean_behaviour(on_objects(p, trials), target_objects(trials), by=by) for p in (a, b)))]


def _guidance(a: Scanpaths, b: Scanpaths, trials: Trials) -> list[float]:
    similarity = {n: t.target_similarity for n, t in trials.items() if t.target_similarity is not None}
    return [mean_defined(guidance_rank(on_objects(a, trials), target_objects(trials), similarity))]


_SOURCE = "Fang et al. 2024, OAT, ECCV"
set_measure(
    _features,
    "object_behaviour",
    outputs=FEATURES,
    bounds=(0.0, np.inf),
    needs=("objects", "target_object"),
    summary="Ends on the target, fixations, and shares that search, refixate and revisit objects",
    source=_SOURCE,
)
set_measure(
    _delta,
    "delta",
    higher_is_better=False,
    bounds=(0.0, np.inf),
    needs=("objects", "target_object"),
    summary="Mean relative gap of the five features; a model that knows nothing of the trial can win on it",
    source=_SOURCE,
    caution="Delta never compares a prediction with its own trial: a model that knows nothing of it can win.",
)
set_measure(
    _guidance,
    "guidance_rank",
    bounds=(0.0, 1.0),
    needs=("objects", "target_object", "target_similarity"),
    summary="Mean percentile, by similarity to the target, of the fixated non-targets; chance 0.5",
    source="gazekit; after the classical analysis of guidance in search (Wolfe 1994)",
)
