"""Score scanpaths against the human paths of the same trial, and average within each stimulus."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.metrics import metrics as metric_registry
from gazekit.metrics import pairwise

CHUNK_PAIRS = 50_000


def trial_pairs(predicted: Scanpaths, human: Scanpaths) -> Iterator[np.ndarray]:
    """Yield, trial by trial, every (row of predicted, row of human) to be compared.

    A path is never compared with one of the same person: human paths meet those of other subjects only, which is what
    makes the same code give the leave-one-subject-out ceiling.

    Yields
    ------
    (n, 2) int64
        The pairs of one trial.
    """
    rows_of = human.table.groupby("trial", sort=False).indices
    subjects, sources = human.table["subject"].to_numpy(), human.table["source"].to_numpy()
    own_subject, own_source = predicted.table["subject"].to_numpy(), predicted.table["source"].to_numpy()
    for trial, mine in predicted.table.groupby("trial", sort=False).indices.items():
        theirs = rows_of.get(trial)
        if theirs is None:
            continue
        left, right = np.repeat(mine, len(theirs)), np.tile(theirs, len(mine))
        same = (own_subject[left] == subjects[right]) & (own_source[left] == sources[right])
        yield np.column_stack([left, right])[~same]


def score_by_stimulus(
    predicted: Scanpaths, human: Scanpaths, metrics: Mapping[str, Mapping[str, Any]], *, threads: int | None = 1
) -> pd.DataFrame:
    """Mean score of each source on each stimulus.

    Parameters
    ----------
    predicted : Scanpaths
        Paths to score; one model or several (`source`), or people.
    human : Scanpaths
        Human paths to score against.
    metrics : mapping of metric name to its parameters
        What to compute.
    threads : int, optional
        Threads of the metric kernels; the result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        Columns model, metric, stimulus, value, pairs, undefined. A stimulus whose paths meet no human path has the
        value NaN and 0 pairs.

    Raises
    ------
    MismatchError
        Frames or declared facts disagree.
    """
    sources = predicted.table["source"].to_numpy()
    stimuli = predicted.table["stimulus"].to_numpy()
    groups = pd.MultiIndex.from_arrays([sources, stimuli]).unique()
    codes = pd.MultiIndex.from_arrays([sources, stimuli]).map({g: k for k, g in enumerate(groups)}).to_numpy()
    parts = []
    for name, parameters in metrics.items():
        outputs: Sequence[str] = metric_registry[name].outputs
        total, defined = (np.zeros((len(groups), len(outputs))) for _ in range(2))
        pairs_seen = np.zeros(len(groups), dtype=np.int64)
        left = _with_durations(predicted) if metric_registry[name].needs_duration else predicted
        for pairs in _chunks(trial_pairs(predicted, human)):
            values = pairwise(name, left, human, pairs, threads=threads, **parameters)
            of = codes[pairs[:, 0]]
            fine = np.isfinite(values)
            np.add.at(total, of, np.where(fine, values, 0.0))
            np.add.at(defined, of, fine)
            np.add.at(pairs_seen, of, 1)
        means = np.divide(total, defined, out=np.full_like(total, np.nan), where=defined > 0)
        for k, output in enumerate(outputs):
            undefined = pairs_seen - defined[:, k].astype(np.int64)
            parts.append(
                pd.DataFrame(
                    {
                        "model": groups.get_level_values(0),
                        "metric": output,
                        "stimulus": groups.get_level_values(1),
                        "value": means[:, k],
                        "pairs": pairs_seen,
                        "undefined": undefined,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def score_people(
    human: Scanpaths, metrics: Mapping[str, Mapping[str, Any]], *, threads: int | None = 1
) -> pd.DataFrame:
    """The leave-one-subject-out human ceiling: every subject's path against all other subjects' on the same trial."""
    return score_by_stimulus(human, human, metrics, threads=threads).assign(model=HUMAN)


def _with_durations(paths: Scanpaths) -> Scanpaths:
    """A model without durations is undefined (NaN, counted) on a metric that needs them, not an error."""
    return paths if paths.duration is not None else paths.replace(duration=paths.durations())


def _chunks(parts: Iterator[np.ndarray]) -> Iterator[np.ndarray]:
    """Join the pairs of small trials, so that memory is flat and kernels are kept busy."""
    held: list[np.ndarray] = []
    for part in parts:
        for start in range(0, len(part), CHUNK_PAIRS):
            held.append(part[start : start + CHUNK_PAIRS])
            if sum(map(len, held)) >= CHUNK_PAIRS:
                yield np.concatenate(held)
                held = []
    if held:
        yield np.concatenate(held)
