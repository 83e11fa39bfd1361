"""Data whose targets are wrong: what a network learns, or still does, when the target tells it nothing."""

from dataclasses import replace

import numpy as np

from gazekit.core.trials import Box, Dataset, Trial
from gazekit.foundations.errors import DataError
from gazekit.foundations.randomness import keyed_rng


def with_shuffled_targets(dataset: Dataset, seed: int = 0) -> Dataset:
    """Tell every trial that another of its objects, drawn at random, is the target; people's paths stay as they are.

    Parameters
    ----------
    dataset : Dataset
        Trials with `objects` and `target_object`.
    seed : int
        Of the draw, which depends on nothing else but the trial's id.

    Returns
    -------
    Dataset
        With a name that says so. The picture of the target becomes that of the object.

    Raises
    ------
    DataError
        A trial has one object only, or no target.
    """
    trials = tuple(_shuffled(trial, seed) for trial in dataset.trials)
    return replace(dataset, name=f"{dataset.name}, shuffled targets", trials=trials)


def _shuffled(trial: Trial, seed: int) -> Trial:
    if trial.objects is None or trial.target_object is None or len(trial.objects) < 2:
        raise DataError(f"trial {trial.id!r} needs a target and another object, for its target to be shuffled")
    others = np.delete(np.arange(len(trial.objects)), trial.target_object)
    new = int(others[keyed_rng(seed, "shuffled target", trial.id).integers(len(others))])
    picture = None
    if trial.target_source is not None:
        crops = trial.objects.crops
        x0, y0, x1, y1 = trial.objects.boxes[new].round().astype(int)
        picture = np.asarray(crops[new]) if crops is not None else trial.image[y0:y1, x0:x1]
    box = Box(*(float(v) for v in trial.objects.boxes[new]))
    return replace(trial, target_object=new, target_box=box, target_source=picture)
