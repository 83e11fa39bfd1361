"""Named, seeded and hashed splits of a data set into train and test."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.foundations.randomness import keyed_rng

SPLITS = ("stimulus", "layout", "target", "subject", "random")


@dataclass(frozen=True)
class Split:
    """A train and a test part of a data set.

    Parameters
    ----------
    train, test : Dataset
        The two parts.
    by, folds, fold, seed
        How they were made.
    sha256 : str
        SHA-256 of the names in the test part: two people with one hash have one split.
    """

    train: Dataset
    test: Dataset
    by: str
    folds: int
    fold: int
    seed: int
    sha256: str


def split(dataset: Dataset, by: str = "stimulus", *, folds: int = 5, fold: int = 0, seed: int = 0) -> Split:
    """Split a data set so that no group is in both parts.

    Parameters
    ----------
    dataset : Dataset
        What to split.
    by : {"stimulus", "layout", "target", "subject", "random"}
        The group that is never in both parts. "layout" is the arrangement shown (the stimulus of a shelf or collage).
        "target" groups trials by their task. "random" deals single human scanpaths, so that train and test share
        stimuli: published numbers that did so are inflated, and it happens here only by this name.
    folds : int
        Number of parts that the groups are dealt into, at least 2.
    fold : int
        Which part is the test set, 0 to folds - 1.
    seed : int
        Seed of the dealing.

    Returns
    -------
    Split

    Raises
    ------
    UnknownNameError
        Another `by`.
    GazekitError
        A random split asked for under another name, fewer groups than folds, or a fold that is not there.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Frame, Scanpaths, Trial
    >>> table = pd.DataFrame({"stimulus": list("abcd"), "width": 9, "height": 9})
    >>> data = Dataset("d", [Trial(s, s, Frame(9, 9)) for s in "abcd"], Scanpaths([], [], [0] * 5, table))
    >>> part = split(data, "stimulus", folds=2)
    >>> sorted(part.train.stimuli + part.test.stimuli)
    ['a', 'b', 'c', 'd']
    """
    if by == "trial":
        raise GazekitError(
            "a split by trial lets trials of one stimulus be in train and test; split by stimulus, layout, target or "
            "subject, or ask for by='random' if the leak is what you want to show"
        )
    if by not in SPLITS:
        raise UnknownNameError("split", by, SPLITS)
    if folds < 2 or not 0 <= fold < folds:
        raise GazekitError(f"folds must be at least 2 and fold from 0 to folds - 1, not folds={folds}, fold={fold}")
    groups = _groups(dataset, by)
    names = sorted(set(groups))
    if len(names) < folds:
        raise GazekitError(f"data set {dataset.name!r} has {len(names)} groups by {by}: too few for {folds} folds")
    order = keyed_rng(seed, "split", dataset.name, by).permutation(len(names))
    test_names = {names[k] for k in order[fold::folds]}
    in_test = np.array([g in test_names for g in groups])
    digest = hashlib.sha256("\n".join(sorted(test_names)).encode()).hexdigest()
    parts = [_part(dataset, by, in_test == side) for side in (False, True)]
    return Split(parts[0], parts[1], by, folds, fold, seed, digest)


def _groups(dataset: Dataset, by: str) -> list[str]:
    """Group of each trial, or of each scanpath for subject and random."""
    if by == "subject":
        return list(dataset.scanpaths.table["subject"])
    if by == "random":
        return [f"{i:09d}" for i in range(len(dataset.scanpaths))]
    if by == "target":
        without = [t.id for t in dataset.trials if not t.task]
        if without:
            raise GazekitError(f"trial {without[0]!r} of {dataset.name!r} names no task: it has no target to split by")
        return [str(t.task) for t in dataset.trials]
    return [t.stimulus for t in dataset.trials]


def _part(dataset: Dataset, by: str, keep: np.ndarray) -> Dataset:
    if by in ("subject", "random"):
        paths = dataset.scanpaths.filter(keep)
        shown = set(paths.table["trial"])
        return replace(dataset, scanpaths=paths, trials=tuple(t for t in dataset.trials if t.id in shown))
    return dataset.select(trials={t.id for t, k in zip(dataset.trials, keep, strict=True) if k})
