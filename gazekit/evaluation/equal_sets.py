"""Equal sets: as many paths of a model as of people, against the same other people, in a number of keyed draws.

A divergence of few paths is larger than that of many, so a measure of sets compares models with people only if both
have equally many paths, and the same people opposite.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.randomness import keyed_rng

DRAWS = 5


@dataclass(frozen=True)
class PeopleSplit:
    """People in two groups for one draw.

    Parameters
    ----------
    source : (m,) int64
        Rows of the human paths that stand for people: nobody among them has a path in `reference`, on any trial.
    reference : (r,) int64
        Rows of the people that models and people are compared with.
    wanted : mapping of trial id to int
        Paths per trial in `source`, and so of every model.
    """

    source: np.ndarray
    reference: np.ndarray
    wanted: Mapping[str, int]


def split_people(human: Scanpaths, available: Mapping[str, int], *, seed: int, draw: int) -> PeopleSplit:
    """Draw the people who stand for people and those they are compared with.

    Of n people, n x min(1/2, s / p) are drawn, s the models' paths per trial and p the people's (medians over trials):
    as many people as a model has samples, and never more than half.

    Parameters
    ----------
    human : Scanpaths
        All people's paths.
    available : mapping of trial id to int
        Paths that every model has on the trial; trials without are left out.
    seed, draw : int
        The draw depends on these and the people's names only.

    Returns
    -------
    PeopleSplit
        Trials on which one of the groups has nobody are left out of both. Empty with one person.
    """
    subjects, of = np.unique(human.table["subject"].to_numpy(dtype=str), return_inverse=True)
    rows_of = {str(t): rows for t, rows in human.table.groupby("trial", sort=False).indices.items()}
    shared = [t for t in rows_of if available.get(t, 0) > 0]
    if len(subjects) < 2 or not shared:
        return PeopleSplit(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), {})
    samples, people = (float(np.median([n(t) for t in shared])) for n in (available.get, lambda t: len(rows_of[t])))
    drawn = max(1, round(len(subjects) * min(0.5, samples / people)))
    place = np.empty(len(subjects), dtype=np.int64)
    place[keyed_rng(seed, "people of sets", draw).permutation(len(subjects))] = np.arange(len(subjects))
    source, reference, wanted = [], [], {}
    for trial in shared:
        rows = rows_of[trial]
        order = rows[np.argsort(place[of[rows]], kind="stable")]
        chosen = order[place[of[order]] < drawn][: available[trial]]
        opposite = order[place[of[order]] >= drawn]
        if len(chosen) and len(opposite):
            source.append(np.sort(chosen))
            reference.append(np.sort(opposite))
            wanted[trial] = len(chosen)
    joined = [np.concatenate(parts) if parts else np.empty(0, dtype=np.int64) for parts in (source, reference)]
    return PeopleSplit(joined[0], joined[1], wanted)


def draw_samples(predicted: Scanpaths, split: PeopleSplit, *, seed: int, draw: int) -> np.ndarray:
    """(m,) int64: rows of a model's paths, as many per trial as people have in `split.source`."""
    parts = [np.empty(0, dtype=np.int64)]
    for trial, rows in predicted.table.groupby("trial", sort=False).indices.items():
        wanted = split.wanted.get(str(trial), 0)
        if wanted:
            order = keyed_rng(seed, "samples of sets", str(trial), draw).permutation(len(rows))
            parts.append(np.sort(rows[order[:wanted]]))
    return np.concatenate(parts)
