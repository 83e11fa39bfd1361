"""Score a file of predictions: find the trial of each path, then evaluate it as a model among people and chance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gazekit.checks import Findings
from gazekit.core.frames import Frame
from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.stimulus_names import match_names, nearest
from gazekit.core.trials import Dataset, Trial
from gazekit.evaluation.evaluate import NULLS, MetricChoice, evaluate
from gazekit.evaluation.preparation import checked
from gazekit.evaluation.results import Results
from gazekit.foundations.errors import DataError, MismatchError, amount, listed
from gazekit.models.baselines.precomputed import Precomputed

NO_TASK = ("", "none", "freeview", "free-viewing")  # how files of free viewing write that there is no task


@dataclass(frozen=True)
class MatchedPredictions:
    """Predictions whose trials were found in a data set.

    Parameters
    ----------
    paths : Scanpaths
        With the data set's stimulus and trial names.
    unmatched : int
        Paths that belong to no trial; they are left out.
    trials_without : int
        Trials of the data set for which there is no prediction.
    notes : tuple of str
        Which names were not found, with the nearest that are there, why a column `trial` was not used, and which
        sources lack trials that others have.
    """

    paths: Scanpaths
    unmatched: int
    trials_without: int
    notes: tuple[str, ...] = ()


def match_trials(predictions: Scanpaths, dataset: Dataset, *, rescale: bool = False) -> MatchedPredictions:
    """Find each path's trial by its stimulus and, where the data have tasks, its task; or by trial id.

    Names of stimuli match as `gazekit.core.stimulus_names` says. A path that names a task never matches a trial of
    another one. The column `trial` counts only where every trial id of the file is one of the data set's, and none
    contradicts the path's stimulus or task; running numbers do not.

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
        No path belongs to any trial; a stimulus is shown in several trials and neither task nor trial says which; two
        paths of one source have the same subject, trial and sample; a name that could be two.
    MismatchError
        Frames differ and `rescale` was not asked for.
    """
    if len(predictions) == 0:
        reasons = "; ".join(f"{n} x {reason}" for reason, n in predictions.dropped.items()) or "the file is empty"
        raise DataError(f"no prediction is left to score for {dataset.name!r}: {reasons}")
    rows = predictions.table[["stimulus", "task", "trial"]]
    names = match_names(rows["stimulus"], dataset.stimuli)
    by_stimulus: dict[str, list[Trial]] = {}
    for trial in dataset.trials:
        by_stimulus.setdefault(trial.stimulus, []).append(trial)
    possible = [
        [trial for trial in by_stimulus.get(names.get(row.stimulus, ""), ()) if _task_agrees(row.task, trial.task)]
        for row in rows.itertuples(index=False)
    ]
    by_id = _trial_is_a_key(rows, possible)
    found = [
        next((t for t in trials if t.id == trial), None) if by_id else _only(trials, row, rows, dataset)
        for row, (trials, trial) in enumerate(zip(possible, rows["trial"], strict=True))
    ]
    keep = np.array([t is not None for t in found], dtype=bool)
    notes = _unmatched(rows, names, keep, dataset)
    if not keep.any():
        raise DataError(f"no prediction belongs to a trial of {dataset.name!r}: {'; '.join(notes)}")
    trials = [t for t in found if t is not None]
    paths = predictions[np.flatnonzero(keep)]
    paths = paths.replace(table=paths.table.assign(stimulus=[t.stimulus for t in trials], trial=[t.id for t in trials]))
    _refuse_duplicates(paths, rows["stimulus"][keep].to_numpy())
    frames = {t.id: t.frame for t in trials}
    if rescale and all(paths.frame_of(i).size == t.frame.size for i, t in enumerate(trials)):
        notes.append(
            "rescale=True (--rescale) changes nothing: every prediction says, or is taken to be, px of its image; if "
            "it is px of another size, give that size (--size 512x320)"
        )
    of_each = paths.table.groupby("source", sort=False)["trial"].nunique()
    if few := [f"{name!r} {n}" for name, n in of_each.items() if n < len(frames)]:
        notes.append(f"of {len(frames)} trials with a prediction, {listed(few)}: each source is scored on its own")
    paths = _rescale_to_trials(paths, frames) if rescale else _check_frames(paths, frames)
    return MatchedPredictions(paths, int((~keep).sum()), len(dataset.trials) - len(frames), tuple(notes))


def score_predictions(
    matched: MatchedPredictions, dataset: Dataset, metrics: MetricChoice, *, mend: str = "", **options: Any
) -> Results:
    """Score anybody's predictions with the same code, ceiling, chance and intervals as `evaluate`.

    Parameters
    ----------
    matched : MatchedPredictions
        From `match_trials`; one or several sources (models).
    dataset : Dataset
        Trials and human scanpaths.
    metrics
        As in `evaluate`.
    mend : str
        As in `gazekit.checks.check_predictions`.
    **options
        As in `evaluate`: out, seed, workers, resamples, progress, command.
    """
    paths = matched.paths.replace(table=matched.paths.table.assign(subject=""), dropped={})
    return evaluate(dataset, _models(paths, mend), metrics, **options)


def check_predictions(paths: Scanpaths, dataset: Dataset, accept: Iterable[str] = (), mend: str = "") -> list[Findings]:
    """Check people's data and the predictions of a file before they are used; see `preparation.checked`."""
    return checked(dataset, _models(paths, mend), accept)


def _models(paths: Scanpaths, mend: str) -> list[Precomputed]:
    """A model for each source."""
    models = [
        Precomputed(part.replace(table=part.table.assign(source=name)), name) for name, part in named_sources(paths)
    ]
    for model in models:
        model.mend = mend
    return models


def named_sources(paths: Scanpaths, taken: Sequence[str] = (HUMAN, *NULLS)) -> list[tuple[str, Scanpaths]]:
    """The paths of each source of a file, under a name that is not taken: of people or of a null."""
    sources = paths.table["source"].to_numpy()
    present = list(dict.fromkeys(sources))
    reserved = [s for s in ("", *taken) if s in present]
    names = {s: "predictions" if len(reserved) == 1 else f"predictions ({s or 'no source'})" for s in reserved}
    return [(str(names.get(s, s)), paths[np.flatnonzero(sources == s)]) for s in present]


def _task_agrees(said: str, asked: str | None) -> bool:
    """Whether a path that names a task (or none) can be one of a trial's."""
    if not asked or said.strip().lower() in NO_TASK:
        return True
    return _plain_task(said) == _plain_task(asked)


def _plain_task(task: str) -> str:
    return " ".join(task.casefold().replace("_", " ").replace("-", " ").split())


def _trial_is_a_key(rows: pd.DataFrame, possible: list[list[Trial]]) -> bool:
    """Whether every trial that the file names is one that its stimulus and task allow."""
    known = [(trials, said) for trials, said in zip(possible, rows["trial"], strict=True) if trials]
    return bool(known) and all(said in {t.id for t in trials} for trials, said in known)


def _only(trials: list[Trial], row: int, rows: pd.DataFrame, dataset: Dataset) -> Trial | None:
    if len(trials) < 2:
        return trials[0] if trials else None
    stimulus, task, said = rows.iloc[row]
    few = ", ".join(repr(t.id) for t in trials[:3])
    same = len({t.task for t in trials}) == 1
    told = "" if said == stimulus else f"; its trial {said!r} is none of them, or other rows' trials contradict"
    then = (
        f"a column 'trial' with one of {few} in every row" if same or task else f"a column 'task', or 'trial' ({few})"
    )
    raise DataError(
        f"stimulus {stimulus!r} belongs to {len(trials)} trials of {dataset.name!r} ({few}, ...){told}; give {then}"
    )


def _unmatched(rows: pd.DataFrame, names: Mapping[str, str], keep: np.ndarray, dataset: Dataset) -> list[str]:
    unknown = ~rows["stimulus"].isin(list(names)).to_numpy()
    notes = []
    if unknown.any():
        few = nearest(rows["stimulus"][unknown], dataset.stimuli)
        notes.append(f"{amount(int(unknown.sum()), 'path')} of stimuli that the data set does not have: {few}")
    other = ~keep & ~unknown
    if other.any():
        shown = rows[other].drop_duplicates(["stimulus", "task"])
        pairs = ", ".join(f"{r.task!r} on {r.stimulus!r}" for r in shown.head(3).itertuples())
        stimuli = {names[stimulus] for stimulus in shown["stimulus"]}
        asked = sorted({t.task for t in dataset.trials if t.stimulus in stimuli and t.task})
        notes.append(
            f"{amount(int(other.sum()), 'path')} of tasks that the data set does not have on their stimulus ({pairs}); "
            f"it has {', '.join(map(repr, asked[:5]))} there"
        )
    return notes


def _refuse_duplicates(paths: Scanpaths, said: np.ndarray) -> None:
    """Refuse two paths of one source with the same subject, trial and sample."""
    key = ["source", "subject", "trial", "sample"]
    twice = paths.table.duplicated(key)
    if not twice.any():
        return
    again = int(np.flatnonzero(twice)[0])
    row = paths.table.iloc[again]
    first = int(np.flatnonzero((paths.table[key] == row[key]).all(axis=1))[0])
    raise DataError(
        f"two predictions of {row['source']!r} have the same trial {row['trial']!r}, subject {row['subject']!r} and "
        f"sample {row['sample']} (their stimuli are called {said[first]!r} and {said[again]!r}): number them in a "
        f"column 'sample', or take one of them out"
    )


def _check_frames(paths: Scanpaths, frames: Mapping[str, Frame]) -> Scanpaths:
    for i, trial in enumerate(paths.table["trial"]):
        own, of_trial = paths.frame_of(i), frames[trial]
        if own.size != of_trial.size:
            raise MismatchError(
                f"the prediction of trial {trial!r} is px of {own.width:g} x {own.height:g}, and people saw "
                f"{of_trial.width:g} x {of_trial.height:g}; if it is the same picture in another size, give "
                f"rescale=True (on the command line: --rescale)"
            )
    return paths


def _rescale_to_trials(paths: Scanpaths, frames: Mapping[str, Frame]) -> Scanpaths:
    rows: dict[Frame, list[int]] = {}
    for row, trial in enumerate(paths.table["trial"]):
        rows.setdefault(frames[trial], []).append(row)
    rescaled = Scanpaths.concat([paths[of_frame].rescale(frame) for frame, of_frame in rows.items()])
    return rescaled[np.argsort(np.concatenate([*rows.values()]), kind="stable")]
