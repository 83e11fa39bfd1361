"""Path lengths: the same for every source by default, those of people on other stimuli.

A measure of pairs of paths depends on how long both are, whatever they look at. So every source is asked for the same
number of fixations: for each trial and sample, that of the person's path which `other-image` copies there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import DataError, UnknownNameError
from gazekit.models.baselines.other_image import OtherImage
from gazekit.models.capabilities import Copies, Donor

Lengths = Literal["matched", "own"]
CHOICES = ("matched", "own")
OWN = " (own lengths)"  # after the name of a model, in the row of its whole paths
TABLE = "path_lengths.csv"
COLUMNS = ["dataset", "model", "paths", "mean", "sd", "cut", "shorter"]


def check_lengths(lengths: str) -> None:
    """Raise an error for a choice that is none of "matched" and "own"."""
    if lengths not in CHOICES:
        raise UnknownNameError("choice of lengths", str(lengths), CHOICES)


def matched_lengths(
    people: Dataset, n_samples: int, *, seed: int, max_fixations: int | None = None
) -> dict[str, np.ndarray]:
    """Length of every path that a source is asked for, by trial.

    Parameters
    ----------
    people : Dataset
        Trials and prepared human paths.
    n_samples, seed, max_fixations
        As given to `evaluate`; a length is at most the call's limit, else the trial's.

    Returns
    -------
    dict of trial id to (n_samples,) int64
        Fixations; sample k is the same whatever `n_samples` is.

    Raises
    ------
    DataError
        There are people on one stimulus only.

    Examples
    --------
    >>> from gazekit.testing import example_dataset
    >>> people = example_dataset()
    >>> found = matched_lengths(people, 3, seed=0)
    >>> set(found) == {trial.id for trial in people.trials}, len(found[people.trials[0].id])
    (True, 3)
    """
    if people.scanpaths.table["stimulus"].nunique() < 2:
        raise DataError(
            f"lengths are matched to people's on other stimuli, and {people.name!r} has people on one only; give "
            f"lengths='own' (--lengths own), and nulls=False (--no-nulls), as these need other stimuli too"
        )
    copied = (
        OtherImage()
        .fit(people)
        .predict(people.trials, n_samples=n_samples, seed=seed, max_fixations=max_fixations, progress=False)
    )
    return dict(zip((t.id for t in people.trials), copied.lengths.reshape(-1, n_samples), strict=True))


def length_donors(people: Dataset, n_samples: int, *, seed: int) -> dict[str, list[Donor]]:
    """Whose path has each of `matched_lengths`, by trial: a score moves with them.

    Examples
    --------
    >>> from gazekit.testing import example_dataset
    >>> people = example_dataset()
    >>> trial = people.trials[0]
    >>> any(donor.stimulus == trial.stimulus for donor in length_donors(people, 9, seed=0)[trial.id])
    False
    """
    copies = OtherImage().fit(people)
    return {trial.id: [copies.donors(trial, k, seed)[0] for k in range(n_samples)] for trial in people.trials}


def donors_of(
    model: Any,
    paths: Scanpaths,
    trials: Sequence[Trial],
    *,
    seed: int,
    asked: np.ndarray | None = None,
    max_fixations: int | None = None,
    of_lengths: Mapping[str, Sequence[Donor]] | None = None,
) -> pd.DataFrame | None:
    """Whose paths on other stimuli predicted paths have something of, so that their scores move with these.

    Parameters
    ----------
    model : ScanpathModel
        It says itself whom it draws from, if it is one of `Copies`.
    paths : Scanpaths
        Its prepared predictions of the trials.
    trials : sequence of Trial
        What they are of.
    seed, max_fixations
        As given to `predict`.
    asked : (trials, samples) int64, optional
        As given to `predict` as `lengths`.
    of_lengths : mapping, optional
        From `length_donors`, where the paths have these lengths.

    Returns
    -------
    pandas.DataFrame or None
        See `Source.donors`; a path that is cut has nothing of those behind the cut.
    """
    number = {trial.id: k for k, trial in enumerate(trials)}
    copies, rows = isinstance(model, Copies), []
    if not copies and of_lengths is None:
        return None
    nth = paths.table.groupby("trial", sort=False).cumcount()  # as in `cut_to_lengths`, whatever samples are called
    of = zip(paths.table["trial"], paths.table["sample"], nth, paths.lengths.tolist(), strict=True)
    for path, (trial, sample, place, length) in enumerate(of):
        k, found = number[trial], []
        if copies:
            limit = trials[k].max_fixations if max_fixations is None else max_fixations
            want = None if asked is None else int(asked[k, sample])
            found = model.donors(trials[k], int(sample), seed, length=want, limit=limit)
            found = [each for each in found if each.fixation < length]
        if of_lengths is not None:
            mine = of_lengths[trial][place % len(of_lengths[trial])]
            found = found if found == [mine] else [mine, *found]
        rows += [(path, *each) for each in found]
    table = pd.DataFrame(rows, columns=["path", "stimulus", "subject", "fixation"])
    path, fixation = table.pop("path").to_numpy(int), table.pop("fixation").to_numpy(int)
    single = np.flatnonzero(fixation >= 0)  # others are of whole paths, which can be empty
    at, xy = paths.offsets[path[single]] + fixation[single], {}
    for name, side, values in (("x", "width", paths.x), ("y", "height", paths.y)):
        xy[name] = np.full(len(path), np.nan)
        xy[name][single] = values[at] / paths.table[side].to_numpy(float)[path[single]]
    return table.assign(path=path, **xy)


def search_limits(trials: Sequence[Trial], max_fixations: int | None = None) -> dict[str, int] | None:
    """Fixations allowed in each trial of a search, by trial id; None where a trial has no limit or no target box.

    In a search people go on until they find the target or reach the limit. How long they were says when they found it,
    so that measures of finding need paths up to the limit: matched lengths would cut them where others were done.
    """
    limits = {t.id: t.max_fixations if max_fixations is None else max_fixations for t in trials}
    if any(t.target_box is None or limits[t.id] is None for t in trials):
        return None
    return {name: int(limit) for name, limit in limits.items() if limit is not None}


@dataclass(frozen=True)
class Asked:
    """What sources are asked for.

    Parameters
    ----------
    lengths : mapping of trial id to (n_samples,) int64
        From `matched_lengths`.
    limits : mapping of trial id to int, optional
        From `search_limits`, where there are measures of finding: every model then has a second row, up to the limit
        or its own end.
    donors : mapping of trial id to a Donor per sample
        From `length_donors`.
    """

    lengths: Mapping[str, np.ndarray]
    limits: Mapping[str, int] | None = None
    donors: Mapping[str, Sequence[Donor]] = field(default_factory=dict)

    def of(self, trials: Sequence[Trial]) -> tuple[np.ndarray, np.ndarray | None, dict[str, Sequence[Donor]]]:
        """(trials, n_samples) lengths, (trials,) limits and the donors of some trials."""
        limits = None if self.limits is None else np.array([self.limits[trial.id] for trial in trials])
        donors = {trial.id: self.donors[trial.id] for trial in trials if trial.id in self.donors}
        return np.stack([self.lengths[trial.id] for trial in trials]), limits, donors


def length_table(
    human: Scanpaths, predicted: Scanpaths, asked: Mapping[str, np.ndarray] | None, dataset: str
) -> pd.DataFrame:
    """How long the paths of every source are.

    Parameters
    ----------
    human, predicted : Scanpaths
        As scored.
    asked : dict of trial id to (n_samples,) int64, optional
        From `matched_lengths`; None where every model had its own lengths.
    dataset : str
        Its name.

    Returns
    -------
    pandas.DataFrame
        dataset, model, paths; mean and sd (standard deviation), fixations; cut, share of a model's own paths that were
        longer than asked for; shorter, share of paths with fewer fixations than asked for, because the model stopped
        or the path was cut at the target. NaN where no length was asked for.
    """
    rows = [(HUMAN, human.lengths, np.nan, np.nan)]
    sources = predicted.table["source"].to_numpy()
    names = list(dict.fromkeys(sources))
    longer: dict[str, float] = {}
    for name in names:
        paths = predicted[np.flatnonzero(sources == name)]
        share = shorter = np.nan
        if asked is not None:
            trial = paths.table["trial"].to_numpy()
            sample = paths.table.groupby("trial", sort=False).cumcount().to_numpy()
            wanted = np.array([asked[t][k % len(asked[t])] for t, k in zip(trial, sample, strict=True)])
            share, shorter = float((paths.lengths > wanted).mean()), float((paths.lengths < wanted).mean())
        longer[name] = share
        rows.append((name, paths.lengths, share, np.nan if name.endswith(OWN) else shorter))
    found = [
        (dataset, name, len(n), n.mean(), n.std(), np.nan if name.endswith(OWN) else longer.get(name + OWN, cut), short)
        for name, n, cut, short in rows
    ]
    return pd.DataFrame(found, columns=COLUMNS)
