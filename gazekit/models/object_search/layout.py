"""The layout of a trial as models of object search see it: places in cells, the start of gaze, the target."""

from dataclasses import dataclass

import numpy as np

from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, MissingNeedError


@dataclass(frozen=True)
class ObjectLayout:
    """Where the objects of a trial are.

    Parameters
    ----------
    trial, stimulus : str
        Their names.
    centres : (P, 2) float64
        x and y of every object's centre, px.
    places : (P, 2) float64
        Row and column of every object's centre, cells from the top left object; real numbers for irregular layouts.
    start : (2,) float64
        Row and column of gaze when the scene appears; the layout's middle where it is not known.
    target : int
        Which object is the target; -1 where the trial does not say.
    """

    trial: str
    stimulus: str
    centres: np.ndarray
    places: np.ndarray
    start: np.ndarray
    target: int

    def __len__(self) -> int:
        return len(self.places)

    def place(self, path: np.ndarray) -> np.ndarray:
        """(2,) float64: row and column of gaze after a path of objects; the start of gaze if it is empty."""
        return self.places[path[-1]] if len(path) else self.start


def layout_of(trial: Trial) -> ObjectLayout:
    """Read a trial.

    Parameters
    ----------
    trial : Trial
        With `objects`.

    Returns
    -------
    ObjectLayout

    Raises
    ------
    MissingNeedError
        The trial has no objects.
    DataError
        A box that is empty or whose centre is outside the frame, or a target that is no object.
    """
    where = f"trial {trial.id!r}"
    if trial.objects is None:
        raise MissingNeedError(f"models of object search need 'objects' (their boxes), and {where} has none")
    boxes, count = trial.objects.boxes, len(trial.objects)
    if count < 1:
        raise DataError(f"{where} has no object; give at least one box")
    bad = ~np.isfinite(boxes).all(1) | (boxes[:, 2] <= boxes[:, 0]) | (boxes[:, 3] <= boxes[:, 1])
    if bad.any():
        k = int(bad.argmax())
        raise DataError(f"{where}: box {k} is empty ({boxes[k].tolist()}); a box is left, top, right, bottom in px")
    centres = np.column_stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]]) / 2
    outside = (centres < 0).any(1) | (centres > trial.frame.size).any(1)
    if outside.any():
        k = int(outside.argmax())
        raise DataError(
            f"{where}: box {k} ({boxes[k].tolist()}) has its centre outside the frame of {trial.frame.width:g} x "
            f"{trial.frame.height:g} px; are the boxes in px of the shown image?"
        )
    target = -1 if trial.target_object is None else int(trial.target_object)
    if trial.target_object is not None and not 0 <= target < count:
        raise DataError(f"{where}: the target is object {target}, and there are objects 0 to {count - 1}")
    turned = centres[:, ::-1]  # (x, y) px to (row, column): everything in cells is (row, column)
    pitch = cell_size(turned, np.column_stack([boxes[:, 3] - boxes[:, 1], boxes[:, 2] - boxes[:, 0]]))
    places = (turned - turned.min(0)) / pitch
    start = places.max(0) / 2 if trial.start is None else (np.array(trial.start)[::-1] - turned.min(0)) / pitch
    return ObjectLayout(trial.id, trial.stimulus, centres, places, start, target)


def cell_size(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Height and width of a cell: the usual distance between neighbouring rows, and between neighbouring columns.

    Parameters
    ----------
    centres : (P, 2) float64
        Row and column of every object's centre, px.
    sizes : (P, 2) float64
        Height and width of every object, px.

    Returns
    -------
    (2,) float64
        Median over objects of the distance to the nearest object that is not in the same row (column): one whose
        centre is more than half the object's height (width) away. The objects' median size where all are in one row
        (column).

    Examples
    --------
    >>> grid = np.array([[5.0, 10.0], [5.0, 40.0], [25.0, 10.0], [25.0, 40.0]])
    >>> cell_size(grid, np.full((4, 2), 10.0)).tolist()
    [20.0, 30.0]
    """
    out = np.median(sizes, 0)
    for axis in range(2):
        distance = np.abs(centres[:, None, axis] - centres[None, :, axis])
        nearest = np.where(distance > sizes[:, axis, None] / 2, distance, np.inf).min(1)
        if np.isfinite(nearest).any():
            out[axis] = np.median(nearest[np.isfinite(nearest)])
    return out
