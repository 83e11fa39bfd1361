"""When people stop: features of a path so far that tell the probability of the end of search."""

import numpy as np

from gazekit.models.object_search.layout import ObjectLayout

STEPS = (2, 3, 4, 6, 8, 11, 15, 20, 30, 40)  # fixations so far, edges of classes
DISTANCES = (0.5, 1.2, 1.9, 2.7, 3.7, 5.2, 7.2)  # cells, edges of classes
DWELL_ON, DWELL_OFF, VISITS, SINCE = 6, 3, 5, 8
# Offsets of the blocks of features: where gaze is with dwell, steps, visits, fixations since the target, distance.
_PLACE, _STEPS = 0, DWELL_ON + DWELL_OFF
_VISITS = _STEPS + 2 * (len(STEPS) + 1)
_SINCE = _VISITS + 2 * VISITS
_DISTANCE = _SINCE + SINCE + 1
SIZE = _DISTANCE + len(DISTANCES) + 1
SIZE_WITHOUT_TARGET = len(STEPS) + 1


def ending(layout: ObjectLayout, path: np.ndarray) -> np.ndarray:
    """Classes that a path falls in, as columns of 0 to `SIZE` - 1.

    Whether gaze is on the target, with the length of the present run; fixations so far; earlier visits of the target;
    fixations since it was last fixated; distance to it in cells.

    Parameters
    ----------
    layout : ObjectLayout
        With a target.
    path : (n,) int64
        Objects fixated so far, at least one.

    Returns
    -------
    (5,) int64
    """
    on = path == layout.target
    here = bool(on[-1])
    run = dwell(path)
    runs = int((on & ~np.concatenate([[False], on[:-1]])).sum())
    since = len(path) - 1 - int(np.flatnonzero(on)[-1]) if runs else -1
    distance = np.hypot(*(layout.place(path) - layout.places[layout.target]))
    return np.array(
        [
            _PLACE + (min(run, DWELL_ON) - 1 if here else DWELL_ON + min(run, DWELL_OFF) - 1),
            _STEPS + here * (len(STEPS) + 1) + int(np.digitize(len(path), STEPS)),
            _VISITS + here * VISITS + min(runs, VISITS - 1),
            _SINCE + min(since + 1, SINCE),
            _DISTANCE + int(np.digitize(distance, DISTANCES)),
        ]
    )


def dwell(path: np.ndarray) -> int:
    """Fixations of the present run of a path (n,), those on the object that was fixated last; 0 before the first.

    Examples
    --------
    >>> dwell(np.array([4, 7, 7]))
    2
    """
    elsewhere = np.flatnonzero(path != path[-1:])
    return len(path) - 1 - int(elsewhere[-1]) if len(elsewhere) else len(path)


def ending_by_steps(path: np.ndarray) -> np.ndarray:
    """The same for models that do not know the target: the class of the number of fixations so far, (1,) int64.

    Examples
    --------
    >>> ending_by_steps(np.array([4, 4, 7])).tolist()
    [2]
    """
    return np.array([int(np.digitize(len(path), STEPS))])
