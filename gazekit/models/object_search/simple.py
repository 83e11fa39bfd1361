"""Simple walks over objects: any object, central ones, and the nearest that was not visited."""

from typing import Any

import numpy as np

from gazekit.foundations.errors import check_known
from gazekit.models.object_search.layout import ObjectLayout
from gazekit.models.object_search.walk import FittedWalk, Learned
from gazekit.models.option_checks import finite_nats

ENDS = ("people", "choice")


class UniformObject(FittedWalk):
    """Every object alike.

    Parameters
    ----------
    end : {"people", "choice"}
        When a path ends: as often as people's paths of that many fixations do (a tenth of the time before `fit`), or
        "choice": the end is one more option, as likely as each object. The latter is the plain uniform choice, of
        log(P + 1) nats after the first fixation; its paths are about P fixations long.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> UniformObject(end="choice").predict(example_trials(), progress=False).object_id.max() <= 3
    np.True_
    """

    name = "uniform-object"
    role = "image-blind"
    size = 1  # a weight that changes nothing
    needs = ("objects",)
    knows_target = False

    def __init__(self, end: str = "people") -> None:
        super().__init__()
        check_known("rule for the end", end, ENDS)
        self.end = end

    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        return np.zeros((len(layout), 1), dtype=np.int64), np.zeros((len(layout), 1))

    def unfitted(self) -> np.ndarray:
        """See `FittedWalk.unfitted`."""
        return np.zeros(1)

    def end_logit(self, layout: ObjectLayout, path: np.ndarray, learned: Learned | None) -> float:
        """See `FittedWalk.end_logit`."""
        return -float(np.log(len(layout))) if self.end == "choice" else super().end_logit(layout, path, learned)


class CentreObject(FittedWalk):
    """A Gaussian about the layout's middle, whose width is learned from people.

    Parameters
    ----------
    weight : float
        Before `fit`: how many nats less a corner of the layout has than its middle.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> len(CentreObject().predict(example_trials(), progress=False))
    5
    """

    name = "centre-object"
    role = "image-blind"
    size = 1
    needs = ("objects",)
    knows_target = False

    def __init__(self, weight: float = 2.0) -> None:
        super().__init__()
        self.weight = finite_nats("weight", weight)

    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        middle = layout.places.max(0) / 2
        away = (layout.places - middle) / np.maximum(middle, 0.5)
        return np.zeros((len(layout), 1), dtype=np.int64), -(away**2).sum(1, keepdims=True) / 2

    def unfitted(self) -> np.ndarray:
        """See `FittedWalk.unfitted`."""
        return np.array([self.weight])


class NearestObject(FittedWalk):
    """The nearest object that was not visited; how strictly is learned from people. Stops as people do at the target.

    A softmax of the distance in cells and of whether an object was visited. People stay on objects and go back, which
    a fit respects. Where it was not fitted it is strict, and stops on the target.

    Parameters
    ----------
    distance, visited : float
        Before `fit`: nats lost per cell, and by an object that was visited.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> paths = NearestObject().predict(example_trials(), progress=False)
    >>> [len(set(p.object_id)) == len(p.object_id) for p in paths]
    [True, True, True, True, True]
    """

    name = "nearest-object"
    size = 2
    needs = ("objects", "target_object")

    def __init__(self, distance: float = 5.0, visited: float = 1000.0) -> None:
        super().__init__()
        self.distance, self.visited = finite_nats("distance", distance), finite_nats("visited", visited)

    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        visited = np.zeros(len(layout))
        visited[path] = -1.0
        distance = np.hypot(*(layout.places - layout.place(path)).T)
        return np.tile(np.arange(2), (len(layout), 1)), np.column_stack([-distance, visited])

    def unfitted(self) -> np.ndarray:
        """See `FittedWalk.unfitted`."""
        return np.array([self.distance, self.visited])

    def end_logit(self, layout: ObjectLayout, path: np.ndarray, learned: Learned | None) -> float:
        """See `FittedWalk.end_logit`; where it was not fitted it ends on the target, or when all were visited."""
        if learned is not None:
            return super().end_logit(layout, path, learned)
        return np.inf if path[-1] == layout.target or len(np.unique(path)) == len(layout) else -np.inf
