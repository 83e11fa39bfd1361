"""Score a file of predictions: find the trial of each path, then evaluate it as a model among people and chance."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.evaluate import MetricChoice, evaluate
from gazekit.evaluation.results import Results
from gazekit.foundations.errors import DataError
from gazekit.models.baselines.precomputed import Precomputed


@dataclass(frozen=True)
class MatchedPredictions:
    """Predictions whose trials were found in a data set.

    Parameters
    ----------
    paths : Scanpaths
        With the data set's stimulus and trial names.
    unmatched : int
        Paths of stimuli that the data set does not have; they are left out.
    trials_without : int
        Trials of the data set for which there is no prediction.
    """

    paths: Scanpaths
    unmatched: int
    trials_without: int


def match_trials(predictions: Scanpaths, dataset: Dataset, *, rescale: bool = False) -> MatchedPredictions:
    """Find each path's trial: by trial id, else by stimulus and task, else by stimulus.

    Names of stimuli match without their folder, suffix and case.

    Parameters
    ----------
    predictions : Scanpaths
        From any repository.
    dataset : Dataset
        What they predict.
    rescale : bool
        Map paths whose frame differs from the trial's onto the trial's frame.

    Raises
    ------
    DataError
        No path belongs to any trial, or a stimulus is shown in several trials and the path names no task.
    """
    if len(predictions) == 0:
        reasons = "; ".join(f"{n} x {reason}" for reason, n in predictions.dropped.items()) or "the file is empty"
        raise DataError(
            f"no prediction is left to score ({reasons}); {dataset.name!r} has stimuli such as "
            f"{', '.join(map(repr, dataset.stimuli[:3]))}"
        )
    index = _index(dataset)
    found: list[Trial | None] = []
    for row in predictions.table[["trial", "stimulus", "task"]].itertuples(index=False):
        keys = (("trial", row.trial), ("task", _stem(row.stimulus), row.task), ("stimulus", _stem(row.stimulus)))
        candidates = next((index[key] for key in keys if key in index), [])
        if len(candidates) > 1:
            raise DataError(
                f"stimulus {row.stimulus!r} belongs to {len(candidates)} trials of {dataset.name!r}; give a column "
                f"`trial` with one of {', '.join(t.id for t in candidates[:3])} or a column `task`"
            )
        found.append(candidates[0] if candidates else None)
    keep = np.array([t is not None for t in found], dtype=bool)
    if not keep.any():
        names = predictions.table["stimulus"].unique()[:3]
        raise DataError(
            f"no prediction belongs to a trial of {dataset.name!r}: the file names stimuli such as "
            f"{', '.join(map(repr, names))}, the data set {', '.join(map(repr, dataset.stimuli[:3]))}"
        )
    trials = [t for t in found if t is not None]
    paths = predictions[np.flatnonzero(keep)]
    table = paths.table.assign(stimulus=[t.stimulus for t in trials], trial=[t.id for t in trials])
    paths = paths.replace(table=table)
    if rescale:
        paths = _rescale_to_trials(paths, {t.id: t for t in trials})
    return MatchedPredictions(paths, int((~keep).sum()), len(dataset.trials) - len({t.id for t in trials}))


def score_predictions(matched: MatchedPredictions, dataset: Dataset, metrics: MetricChoice, **options: Any) -> Results:
    """Score anybody's predictions with the same code, ceiling, chance and intervals as `evaluate`.

    Parameters
    ----------
    matched : MatchedPredictions
        From `match_trials`; one or several sources (models).
    dataset : Dataset
        Trials and human scanpaths.
    metrics
        As in `evaluate`.
    **options
        As in `evaluate`: out, seed, workers, resamples, progress, command.
    """
    paths = matched.paths
    named = paths.table["source"].replace({"": "predictions", HUMAN: "predictions"}).to_numpy()
    models = []
    for source in dict.fromkeys(named):
        part = paths[np.flatnonzero(named == source)]
        part = part.replace(table=part.table.assign(source=source, subject=""), dropped={})
        models.append(Precomputed(part, str(source)))
    return evaluate(dataset, models, metrics, **options)


def _stem(name: str) -> str:
    """Name of a stimulus without folder, suffix and case: people write `1001.jpg`, `1001` and `stimuli/1001.JPG`."""
    return PurePath(name).stem.lower()


def _index(dataset: Dataset) -> dict[tuple[str, ...], list[Trial]]:
    """Trials by id, by stimulus and task, and by stimulus."""
    index: dict[tuple[str, ...], list[Trial]] = {}
    for trial in dataset.trials:
        stem = _stem(trial.stimulus)
        for key in (("trial", trial.id), ("task", stem, trial.task or ""), ("stimulus", stem)):
            index.setdefault(key, []).append(trial)
    return index


def _rescale_to_trials(paths: Scanpaths, trials: Mapping[str, Trial]) -> Scanpaths:
    rows: dict[Frame, list[int]] = {}
    for row, trial in enumerate(paths.table["trial"]):
        rows.setdefault(trials[trial].frame, []).append(row)
    rescaled = Scanpaths.concat([paths[of_frame].rescale(frame) for frame, of_frame in rows.items()])
    return rescaled[np.argsort(np.concatenate([*rows.values()]), kind="stable")]
