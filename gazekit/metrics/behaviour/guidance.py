"""Guidance rank: whether gaze prefers objects that look like the target."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.behaviour.object_behaviour import on_objects
from gazekit.metrics.context import Trials, target_objects
from gazekit.metrics.kinds.sets import set_measure
from gazekit.metrics.means import mean_defined


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


def _guidance(a: Scanpaths, b: Scanpaths, trials: Trials) -> list[float]:
    similarity = {n: t.target_similarity for n, t in trials.items() if t.target_similarity is not None}
    return [mean_defined(guidance_rank(on_objects(a, trials), target_objects(trials), similarity))]


set_measure(
    _guidance,
    "guidance_rank",
    bounds=(0.0, 1.0),
    needs=("objects", "target_object", "target_similarity"),
    summary="Mean percentile, by similarity to the target, of the fixated non-targets; chance 0.5",
    source="gazekit; after the classical analysis of guidance in search (Wolfe 1994)",
)
