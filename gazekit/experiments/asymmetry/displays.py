"""The displays of a run: which are searched, what condition and set size each is of, and how they are cut in pieces."""

import hashlib
from collections.abc import Sequence

import numpy as np

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.foundations.errors import DataError, MissingNeedError, check_known

PIECE_DISPLAYS = 10  # of one condition and set size; little is lost by a stop, and files stay few


def choose_displays(
    experiments: Sequence[str] | None, displays: Dataset | None, per_size: int | None, seed: int
) -> list[Trial]:
    """Displays of the experiments asked for: of the data set given, else the published ones; see `asymmetry`.

    Raises
    ------
    UnknownNameError
        No such experiment.
    DataError
        Displays that do not say their condition or their items.
    """
    if displays is None:
        from gazekit.datasets.synthetic.search_arrays import load

        return list(load(experiments=experiments, seed=seed, per_size=per_size).trials)
    if per_size is not None:
        raise DataError("per_size is for the published experiments; your own displays have their number already")
    trials = list(displays.trials)
    known = list(dict.fromkeys(experiment_of(t) for t in trials))
    for name in experiments or ():
        check_known("experiment of these displays", name, known)
    trials = [t for t in trials if experiment_of(t) in (experiments or known)]
    if not trials:
        raise DataError("there is no display to search")
    for trial in trials:
        if not set_size(trial):
            raise DataError(f"trial {trial.id!r} has no objects, so that its set size is not known")
        limit(trial)
    return trials


def condition_of(trial: Trial) -> tuple[str, str]:
    """Experiment and condition of a trial.

    Raises
    ------
    DataError
        The trial's condition is not of the form experiment/condition.
    """
    experiment, slash, condition = (trial.condition or "").partition("/")
    if not (experiment and slash and condition):
        raise DataError(
            f"trial {trial.id!r} has the condition {trial.condition!r}; it must be of the form experiment/condition"
        )
    return experiment, condition


def experiment_of(trial: Trial) -> str:
    """Experiment of a trial."""
    return condition_of(trial)[0]


def set_size(trial: Trial) -> int:
    """Items shown."""
    return 0 if trial.objects is None else len(trial.objects)


def limit(trial: Trial) -> int:
    """Most saccades that a search of this trial may take.

    Raises
    ------
    MissingNeedError
        The trial does not say.
    """
    if trial.max_fixations is None:
        raise MissingNeedError(f"trial {trial.id!r} has no max_fixations, so that a search in it may never end")
    return int(trial.max_fixations)


def cut(trials: Sequence[Trial]) -> list[list[tuple[int, Trial]]]:
    """Pieces of displays of one condition and set size, with a target or without, each with its number in that cell."""
    cells: dict[tuple[str, str, int, bool], list[tuple[int, Trial]]] = {}
    for trial in trials:
        cell = cells.setdefault((*condition_of(trial), set_size(trial), trial.target_box is None), [])
        cell.append((len(cell), trial))
    return [
        cell[start : start + PIECE_DISPLAYS] for cell in cells.values() for start in range(0, len(cell), PIECE_DISPLAYS)
    ]


def target_cell(trial: Trial) -> int:
    """The cell that holds the centre of the target (of its item where the trial has one), -1 if none does."""
    if trial.cells is None or trial.target_box is None:
        return -1
    box = trial.target_box
    if trial.objects is not None and trial.target_object is not None:
        box = Box(*trial.objects.boxes[trial.target_object])  # the published lighting target_box is not its cell
    (x, y), cells = box.centre, np.asarray(trial.cells, dtype=float)
    inside = (cells[:, 0] <= x) & (x < cells[:, 2]) & (cells[:, 1] <= y) & (y < cells[:, 3])
    return int(np.flatnonzero(inside)[0]) if inside.any() else -1


def fingerprint(trials: Sequence[Trial]) -> str:
    """SHA-256 (hex) of what was shown and asked: ids, places, and every pixel of displays and targets there are."""
    digest = hashlib.sha256()
    for t in trials:
        digest.update(repr((t.id, t.condition, t.frame, t.target_box, t.start, t.max_fixations)).encode())
        boxes = None if t.objects is None else t.objects.boxes
        for places in (boxes, t.cells):
            digest.update(b"" if places is None else np.asarray(places, dtype="<f8").tobytes())
        for name in ("image", "target"):
            if t.has(name):
                pixels = getattr(t, name)
                digest.update(repr(pixels.shape).encode() + pixels.tobytes())
    return digest.hexdigest()
