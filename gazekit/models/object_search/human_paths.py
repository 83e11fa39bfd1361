"""People's scanpaths as sequences of objects, as models of object search learn from and are scored on them."""

from typing import NamedTuple

import numpy as np

from gazekit.core.trials import Dataset
from gazekit.foundations.errors import DataError


class HumanPath(NamedTuple):
    """One person's path on one trial.

    Parameters
    ----------
    row : int
        Row of the path in the data set's scanpaths.
    trial : str
        Trial id.
    objects : (n,) int64
        Objects fixated, at least one.
    """

    row: int
    trial: str
    objects: np.ndarray


def human_paths(dataset: Dataset, rule: str = "nearest") -> list[HumanPath]:
    """Read a data set. A forced first fixation is removed first: models do not emit one.

    Parameters
    ----------
    dataset : Dataset
        Trials with objects; human scanpaths, px.
    rule : {"nearest", "containing"}
        What a fixation between objects counts as: the nearest object, or nothing (it is left out). See
        `Scanpaths.to_objects`.

    Returns
    -------
    list of HumanPath
        In the order of the scanpaths; paths without a fixation on an object are left out.

    Raises
    ------
    DataError
        Scanpaths in degrees, a trial with scanpaths but without objects, or no path at all.
    """
    paths = dataset.scanpaths
    if paths.facts.unit != "px":
        raise DataError(f"the scanpaths of {dataset.name!r} are in degrees; name objects before to_degrees(), in px")
    if paths.facts.forced_first:
        paths = paths.drop_first()
    boxes = dataset.object_boxes()
    without = next((t for t in paths.table["trial"] if t not in boxes), None)
    if without is not None:
        raise DataError(
            f"trial {without!r} of {dataset.name!r} has no objects; object search needs the boxes of every trial"
        )
    named = paths.to_objects(boxes, rule)
    ids, offsets = named.object_ids(), named.offsets
    found = []
    for row, trial in enumerate(named.table["trial"]):
        objects = ids[offsets[row] : offsets[row + 1]]
        objects = objects[objects >= 0]
        if len(objects):
            found.append(HumanPath(row, str(trial), objects))
    if not found:
        raise DataError(f"data set {dataset.name!r} has no human path with a fixation on an object")
    return found
