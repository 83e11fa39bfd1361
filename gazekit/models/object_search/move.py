"""Log-linear move model: how people go from object to object in search, learned from about 730 weights."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.object_search.choices import Choices
from gazekit.models.object_search.ending import DISTANCES
from gazekit.models.object_search.fitted_walk import FittedWalk
from gazekit.models.object_search.layout import Layout
from gazekit.models.object_search.trajectory import Trajectory

LAGS = (1, 2, 3, 4, 5, 7, 10, 15, 25)  # fixations since an object was last fixated, edges of classes; 1 is a stay
DWELLS, TURNS, VISITED = 5, 8, 10
LONG_MOVE = 1.5  # cells; moves to one of the eight neighbours are below

BLOCKS = (
    "move",
    "move_size",
    "from_target",
    "from_target_size",
    "cell",
    "first",
    "recency",
    "stay",
    "to_target",
    "turn",
    "visited",
)
# Inverse variances of the weights' normal priors. Those of signed tables are strong: they only hold what differs
# between left and right, up and down, from the table of sizes. Chosen on folds 0 and 1 of the book covers, by layout.
PENALTY = {"move": 20.0, "from_target": 20.0, "cell": 20.0}
OTHER_PENALTY = 3.0
SETS = {
    "full": tuple(b for b in BLOCKS if b != "from_target"),
    "short": ("move", "from_target", "cell", "recency", "stay"),
}


class Move(FittedWalk):
    """Next object by a softmax of table weights; the end by classes of the path so far. Knows where the target is.

    Tables over cells (row and column, signed or as sizes): the move from the present object; the place relative to the
    target; the object's cell; its cell at the first fixation. Classes: fixations since the object was last fixated, and
    whether it is the target; staying, by the length of the run, on and off the target; going to the target by its
    distance, before and after its first visit; the angle with the last move; how many objects about it were visited.

    Parameters
    ----------
    features : {"full", "short"}
        "short": only moves, place relative to the target, cell, recency and stay, which is what a model without memory
        of the way can use.
    penalty : float
        Multiplies the inverse variance of every weight's normal prior; larger is smoother.

    Examples
    --------
    >>> from gazekit.testing import example_dataset
    >>> data = example_dataset()
    >>> paths = Move().fit(data).predict(data.trials, progress=False)
    >>> len(paths), paths.object_id is None
    (5, False)
    """

    name = "move"
    needs = ("objects", "target_object")
    needs_fit = True

    def __init__(self, features: str = "full", penalty: float = 1.0) -> None:
        super().__init__()
        if features not in SETS:
            raise UnknownNameError("set of move features", str(features), SETS)
        if not penalty > 0:
            raise GazekitError(f"penalty must be above 0, not {penalty}")
        self.features, self.penalty = features, float(penalty)
        self._rows, self._columns = 1, 1

    def measure(self, layouts: list[Layout]) -> None:
        """Take the largest layout's rows and columns as the tables' size."""
        self._rows, self._columns = (np.rint([la.places.max(0) for la in layouts]).max(0) + 1).astype(int).tolist()

    @property
    def sizes(self) -> dict[str, int]:
        """Number of weights of each block of features in use."""
        signed, cells = (2 * self._rows - 1) * (2 * self._columns - 1), self._rows * self._columns
        far = len(DISTANCES) + 1
        tables = (signed, cells, signed, cells, cells, cells)
        found = (*tables, 2 * (len(LAGS) + 2), 2 * DWELLS, 2 * far, 3 * (TURNS + 1), VISITED)
        return {name: n for name, n in zip(BLOCKS, found, strict=True) if name in SETS[self.features]}

    @property
    def size(self) -> int:
        """Number of weights of the next object."""
        return sum(self.sizes.values())

    def learn(self, choices: Choices) -> np.ndarray:
        """Weights by penalised maximum likelihood."""
        each = [np.full(n, PENALTY.get(name, OTHER_PENALTY)) for name, n in self.sizes.items()]
        return choices.fit(self.penalty * np.concatenate(each))

    def options(self, layout: Layout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        seen = Trajectory(layout, path)
        features: dict[str, Callable[[], tuple[Any, Any]]] = {
            "move": lambda: (self._signed(seen.moves), float(len(path) > 0)),
            "move_size": lambda: (self._unsigned(seen.moves), float(len(path) > 0)),
            "from_target": lambda: (self._signed(seen.from_target), 1.0),
            "from_target_size": lambda: (self._unsigned(seen.from_target), 1.0),
            "cell": lambda: (self._unsigned(layout.places), 1.0),
            "first": lambda: (self._unsigned(layout.places), float(len(path) == 0)),
            "recency": lambda: (seen.recency(LAGS) + (len(LAGS) + 2) * seen.is_target, 1.0),
            "stay": lambda: (
                DWELLS * seen.on_target + max(min(seen.dwell, DWELLS), 1) - 1,
                seen.is_present.astype(float),
            ),
            "to_target": lambda: (2 * seen.target_class(DISTANCES) + seen.target_seen, seen.is_target.astype(float)),
            "turn": lambda: seen.turns(TURNS, LONG_MOVE),
            "visited": lambda: (np.minimum(seen.visited_neighbours(), VISITED - 1), 1.0),
        }
        columns, values = np.empty((len(layout), len(self.sizes)), np.int64), np.empty((len(layout), len(self.sizes)))
        offset = 0
        for slot, (name, size) in enumerate(self.sizes.items()):
            place, value = features[name]()
            columns[:, slot], values[:, slot] = offset + place, value
            offset += size
        return columns, values

    def _signed(self, steps: np.ndarray) -> np.ndarray:
        """Class of (P, 2) steps in rows and columns, with their sign; those that are too long count as the longest."""
        row, column = self._whole(steps)
        return (row + self._rows - 1) * (2 * self._columns - 1) + column + self._columns - 1

    def _unsigned(self, steps: np.ndarray) -> np.ndarray:
        """Class of (P, 2) steps, without sign; of places, their cell."""
        row, column = self._whole(np.abs(steps))
        return row * self._columns + column

    def _whole(self, steps: np.ndarray) -> np.ndarray:
        most = np.array([self._rows - 1, self._columns - 1])
        return np.clip(np.rint(steps).astype(np.int64), -most, most).T
