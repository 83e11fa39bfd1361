"""What is measured of paths over objects, as a sum and a weight per stimulus, so that every mean can be resampled."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.experiments.shelf_search.paths import People
from gazekit.metrics.behaviour import guidance_rank, object_behaviour
from gazekit.metrics.behaviour.object_behaviour import FEATURES
from gazekit.metrics.labels.labelling import without_target
from gazekit.metrics.pairwise import pairwise

PAIRS = ("sequence_score", "ssx", "edit_distance", "multimatch")
STOPPING = ("end_on_target", "end_elsewhere")
LIKELIHOOD = ("nll", "sim")
MEASURES = (*PAIRS, *LIKELIHOOD, *FEATURES, *STOPPING, "guidance_rank")
HIGHER = {"sequence_score": True, "ssx": True, "edit_distance": False, "multimatch": True, "nll": False, "sim": True}


def pair_rows(a: Scanpaths, people: People, *, same: bool = False) -> np.ndarray:
    """(n, 2) int64: every path of `a` with every human path on the same trial; `same`: `a` is the people themselves."""
    where: Mapping[Any, np.ndarray] = people.paths.table.groupby("trial", sort=False).indices
    found = [
        np.column_stack([np.full(len(where[trial]), row), where[trial]])
        for row, trial in enumerate(a.table["trial"])
        if trial in where
    ]
    pairs = np.concatenate([np.empty((0, 2), dtype=np.int64), *found])
    return pairs[pairs[:, 0] != pairs[:, 1]] if same else pairs


def pair_scores(a: Scanpaths, people: People, *, same: bool = False) -> pd.DataFrame:
    """Sequence Score, SSx, edit distance and MultiMatch per stimulus: means over pairs of a path and a human path.

    SSx is Sequence Score without fixations on the target. A path that is nothing else has nothing in common with any
    other, so it counts 0. MultiMatch is the mean of vector, direction, length and position, between centres of objects;
    it is not defined for paths under three fixations, which are left out of its mean.

    Parameters
    ----------
    a : Scanpaths
        Paths over objects, at their centres.
    people : People
        Whom to compare with.
    same : bool
        `a` is the people's own paths: no path is compared with itself.
    """
    pairs = pair_rows(a, people, same=same)
    b = people.paths
    short_a, short_b = (without_target(p, people.targets) for p in (a, b))
    options: dict[str, Any] = {"threads": 1, "check": False}
    scores = {
        "sequence_score": pairwise("sequence_score", a, b, pairs, symbols="objects", **options)[:, 0],
        "ssx": np.nan_to_num(pairwise("sequence_score", short_a, short_b, pairs, symbols="objects", **options)[:, 0]),
        "edit_distance": pairwise("edit_distance", a, b, pairs, symbols="objects", **options)[:, 0],
        "multimatch": pairwise("multimatch", a, b, pairs, **options)[:, :4].mean(1),
    }
    stimulus = b.table["stimulus"].to_numpy()[pairs[:, 1]]
    rows = []
    for name, values in scores.items():
        means = pd.Series(values).groupby(stimulus, sort=True).mean()  # NaN, undefined, is left out
        weight = means.notna().astype(float)
        rows.append(
            pd.DataFrame({"measure": name, "stimulus": means.index, "total": means.fillna(0.0), "weight": weight})
        )
    return pd.concat(rows, ignore_index=True)


def behaviour_scores(a: Scanpaths, people: People, similarity: Mapping[str, np.ndarray] | None = None) -> pd.DataFrame:
    """OAT's five features, stopping on the target and elsewhere, and guidance rank where similarities are given.

    Stopping is the share of fixations on the target (elsewhere) that were the path's last.
    """
    features = object_behaviour(a, people.targets)
    stimulus = a.table["stimulus"].to_numpy()
    ids, of = a.object_ids(), a.path_of()
    target = np.array([people.targets[t] for t in a.table["trial"]])[of]
    last = np.zeros(len(ids), dtype=bool)
    last[a.offsets[1:] - 1] = True
    sums = [(name, stimulus, getattr(features, name)) for name in FEATURES]
    sums += [
        ("end_on_target", stimulus[of][ids == target], last[ids == target].astype(float)),
        ("end_elsewhere", stimulus[of][ids != target], last[ids != target].astype(float)),
    ]
    if similarity:
        rank = guidance_rank(a, people.targets, similarity)
        sums.append(("guidance_rank", stimulus[of][~np.isnan(rank)], rank[~np.isnan(rank)]))
    return summed(sums)


def likelihood_scores(scores: Sequence[np.ndarray], people: People) -> pd.DataFrame:
    """Negative log-likelihood per step, the end included, and SIM: the mean probability of people's next object.

    Parameters
    ----------
    scores : sequence of (n + 1,) float64
        Per human path, in order: nats of every fixation, then of the end.
    people : People
        Whose paths they are.
    """
    steps = np.array([len(s) for s in scores])
    stimulus = people.paths.table["stimulus"].to_numpy()
    fixations = np.concatenate([s[:-1] for s in scores])
    return summed(
        [
            ("nll", np.repeat(stimulus, steps), -np.concatenate(list(scores))),
            ("sim", np.repeat(stimulus, steps - 1), np.exp(fixations)),
        ]
    )


def summed(sums: Sequence[tuple[str, np.ndarray, np.ndarray]]) -> pd.DataFrame:
    """Rows measure, stimulus, total, weight of (measure, stimulus of each value, values)."""
    rows = []
    for name, stimulus, values in sums:
        sums_of = pd.Series(values).groupby(stimulus, sort=True).agg(total="sum", weight="count").astype(float)
        rows.append(sums_of.rename_axis("stimulus").reset_index().assign(measure=name))
    return pd.concat(rows, ignore_index=True)[["measure", "stimulus", "total", "weight"]]


FIRST, BEFORE = 15, 7  # fixations from the beginning, and before the first one on the target


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
    points: list[tuple[str, int, str, float]] = []
    for row, (trial, stimulus) in enumerate(zip(a.table["trial"], a.table["stimulus"], strict=True)):
        layout, path = people.layouts[trial], ids[offsets[row] : offsets[row + 1]]
        distance = np.hypot(*(layout.places[path] - layout.places[layout.target]).T)
        reached = np.flatnonzero(path == layout.target)
        points += [("start", k + 1, stimulus, d) for k, d in enumerate(distance[:FIRST])]
        if len(reached):
            before = distance[: reached[0]][::-1][:BEFORE]
            points += [("target", -k - 1, stimulus, d) for k, d in enumerate(before)]
    keys = ["alignment", "fixation", "stimulus"]
    groups = pd.DataFrame(points, columns=[*keys, "distance"]).groupby(keys, sort=True)
    return groups["distance"].agg(total="sum", weight="count").astype(float).reset_index()


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
