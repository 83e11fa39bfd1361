"""Equal sets: as many paths of a model as of people, against the same other people, in a number of keyed draws.

A divergence of few paths is larger than that of many, so a measure of sets compares models with people only if both
have equally many paths, and the same people opposite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.randomness import keyed_rng

DRAWS = 5
GROUPS = 20  # more people than this are left out in as many groups, so that work does not grow with their number


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


def groups_of_people(human: Scanpaths, *, seed: int) -> np.ndarray:
    """(paths,) int64: the group of each path's person; one person each up to `GROUPS` people, else keyed groups."""
    of, subjects = pd.factorize(human.table["subject"].astype(str), sort=True)
    if len(subjects) <= GROUPS:
        return of
    return (keyed_rng(seed, "groups of people").permutation(len(subjects)) % GROUPS)[of]


def names_of_groups(human: Scanpaths, groups: np.ndarray) -> dict[int, str]:
    """What each of `groups_of_people` is called: the person, or "group 3" where there are several in one."""
    subjects = human.table["subject"].astype(str).groupby(groups).unique()
    return {int(k): str(of[0]) if len(of) == 1 else f"group {k}" for k, of in subjects.items()}


def in_source(groups: np.ndarray, *, seed: int, draw: int) -> np.ndarray:
    """(groups,) bool: which groups of people stand for people in a draw: half of them, rounded down."""
    count = int(groups.max(initial=-1)) + 1
    chosen = np.zeros(count, dtype=bool)
    chosen[keyed_rng(seed, "people of sets", draw).permutation(count)[: count // 2]] = True
    return chosen


class PeopleSplits:
    """Those who stand for people and those they are compared with, half of them each, in any draw.

    On a trial, as many of the first half count as a model has paths there; which, is drawn for each trial, so that all
    of them count on some.

    Parameters
    ----------
    human : Scanpaths
        All people's paths.
    available : mapping of trial id to int
        Paths that every model has on the trial; trials without are left out.
    seed : int
        A draw depends on it, on its number and on the people's names only.
    """

    def __init__(self, human: Scanpaths, available: Mapping[str, int], *, seed: int) -> None:
        self.seed = seed
        self.trials, self.trial_of = np.unique(human.table["trial"].to_numpy(dtype=str), return_inverse=True)
        self.count = np.array([available.get(str(trial), 0) for trial in self.trials], dtype=np.int64)
        self.groups = groups_of_people(human, seed=seed)
        self.subjects, self.person = np.unique(human.table["subject"].to_numpy(dtype=str), return_inverse=True)
        self._drawn: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def of(self, draw: int, without: Sequence[int] = ()) -> PeopleSplit:
        """Split people.

        Parameters
        ----------
        draw : int
            Its number.
        without : sequence of int
            Groups of `groups_of_people` to be left out; the others stay where they are.

        Returns
        -------
        PeopleSplit
            Trials on which one of the halves has nobody are left out of both. Empty with one person.
        """
        trials, trial_of = self.trials, self.trial_of
        first, rank = self._draw(draw)
        there = ~np.isin(self.groups, list(without)) & (self.count[trial_of] > 0)
        rows = np.flatnonzero(there & first)
        rows = rows[np.lexsort((rows, rank[rows], trial_of[rows]))]
        nth = np.arange(len(rows)) - np.searchsorted(trial_of[rows], trial_of[rows])
        source, reference = np.sort(rows[nth < self.count[trial_of[rows]]]), np.flatnonzero(there & ~first)
        both = np.isin(np.arange(len(trials)), trial_of[source]) & np.isin(np.arange(len(trials)), trial_of[reference])
        source, reference = source[both[trial_of[source]]], reference[both[trial_of[reference]]]
        paths = np.bincount(trial_of[source], minlength=len(trials))
        return PeopleSplit(source, reference, {str(t): int(n) for t, n in zip(trials, paths, strict=True) if n})

    def _draw(self, draw: int) -> tuple[np.ndarray, np.ndarray]:
        """(paths,) each: whether a path's person is in the first half, and their rank on the trial."""
        if draw not in self._drawn:
            groups = self.groups
            first = in_source(groups, seed=self.seed, draw=draw)[groups] if len(groups) else np.empty(0, dtype=bool)
            # People stand in a circle; each trial counts from a place of its own.
            circle = keyed_rng(self.seed, "people of trials", draw).permutation(len(self.subjects))
            starts = np.array([_start(str(trial), self.seed, draw) for trial in self.trials], dtype=np.int64)
            rank = (circle[self.person] - starts[self.trial_of]) % max(len(self.subjects), 1)
            self._drawn[draw] = first, rank
        return self._drawn[draw]


def _start(trial: str, seed: int, draw: int) -> int:
    """A large number that depends on trial, seed and draw only."""
    return int.from_bytes(blake2b(f"{int(seed)}|{draw}|{trial}".encode(), digest_size=6).digest(), "little")


def draw_samples(predicted: Scanpaths, split: PeopleSplit, *, seed: int, draw: int) -> np.ndarray:
    """(m,) int64: rows of a model's paths, as many per trial as people have in `split.source`."""
    parts = [np.empty(0, dtype=np.int64)]
    for trial, rows in predicted.table.groupby("trial", sort=False).indices.items():
        wanted = split.wanted.get(str(trial), 0)
        if wanted >= len(rows):
            parts.append(rows)
        elif wanted:
            order = keyed_rng(seed, "samples of sets", str(trial), draw).permutation(len(rows))
            parts.append(np.sort(rows[order[:wanted]]))
    return np.concatenate(parts)
