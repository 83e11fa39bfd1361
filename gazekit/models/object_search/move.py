"""Log-linear move model: how people go from object to object in search, learned from about 730 weights."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from gazekit.foundations.errors import GazekitError, check_known
from gazekit.models.object_search.choices import Choices
from gazekit.models.object_search.ending import DISTANCES, dwell
from gazekit.models.object_search.layout import ObjectLayout
from gazekit.models.object_search.walk import FittedWalk

LAGS = (1, 2, 3, 4, 5, 7, 10, 15, 25)  # fixations since an object was last fixated, edges of classes; 1 is a stay
DWELLS, TURNS, VISITED = 5, 8, 10
NEIGHBOUR = 1.5  # cells; the eight neighbours and the object itself are nearer, in rows and in columns
LONG_MOVE = 1.5  # cells; moves to one of the eight neighbours are below

# Inverse variances of the weights' normal priors. Those of signed tables are strong: they only hold what differs
# between left and right, up and down, from the table of sizes. Chosen on folds 0 and 1 of the book covers, by layout.
PENALTY = {"move": 20.0, "from_target": 20.0, "cell": 20.0}
OTHER_PENALTY = 3.0
LEFT_OUT = {  # blocks that a set of features does without
    "full": ("from_target",),
    "short": ("move_size", "from_target_size", "first", "to_target", "turn", "visited"),
}


class TableWalk(FittedWalk):
    """Base of walks with tables over rows and columns, as many as the largest layout has that they learned from."""

    def __init__(self) -> None:
        super().__init__()
        self.rows, self.columns = 1, 1

    def measure(self, layouts: list[ObjectLayout]) -> None:
        """Take the largest layout's rows and columns as the tables' size."""
        self.rows, self.columns = (np.rint([la.places.max(0) for la in layouts]).max(0) + 1).astype(int).tolist()

    @property
    def n_signed(self) -> int:
        """Entries of a table of steps with their sign."""
        return (2 * self.rows - 1) * (2 * self.columns - 1)

    def signed(self, steps: np.ndarray) -> np.ndarray:
        """Class of (P, 2) steps in rows and columns, with their sign; those that are too long count as the longest."""
        row, column = self._whole(steps)
        return (row + self.rows - 1) * (2 * self.columns - 1) + column + self.columns - 1

    def unsigned(self, steps: np.ndarray) -> np.ndarray:
        """Class of (P, 2) steps, without sign; of places, their cell."""
        row, column = self._whole(np.abs(steps))
        return row * self.columns + column

    def _whole(self, steps: np.ndarray) -> np.ndarray:
        most = np.array([self.rows - 1, self.columns - 1])
        return np.clip(np.rint(steps).astype(np.int64), -most, most).T


class Move(TableWalk):
    """Next object by a softmax of table weights; the end by classes of the path so far. Knows where the target is.

    Tables over cells (row and column, signed or as sizes): the move from the present object; the place relative to the
    target; the object's cell; its cell at the first fixation. Classes: fixations since the object was last fixated, and
    whether it is the target; staying, by the length of the run, on and off the target; going to the target by its
    distance, before and after its first visit; the angle with the last move; how many objects about it were visited.

    Parameters
    ----------
    features : {"full", "short"}
        "short": only moves, place relative to the target, cell, recency and stay, which is what a model without memory
        of the path can use.
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
        check_known("set of move features", features, LEFT_OUT)
        if not penalty > 0:
            raise GazekitError(f"penalty must be above 0, not {penalty}")
        self.features, self.penalty = features, float(penalty)

    def blocks(self) -> dict[str, tuple[int, Callable[["Trajectory"], tuple[Any, Any]]]]:
        """Blocks of features in use: number of weights, and from a path to every object's weight and its factor."""
        signed, cells, far = self.n_signed, self.rows * self.columns, len(DISTANCES) + 1
        every: dict[str, tuple[int, Callable[[Trajectory], tuple[Any, Any]]]] = {
            "move": (signed, lambda seen: (self.signed(seen.moves), seen.begun)),
            "move_size": (cells, lambda seen: (self.unsigned(seen.moves), seen.begun)),
            "from_target": (signed, lambda seen: (self.signed(seen.from_target), 1)),
            "from_target_size": (cells, lambda seen: (self.unsigned(seen.from_target), 1)),
            "cell": (cells, lambda seen: (self.unsigned(seen.layout.places), 1)),
            "first": (cells, lambda seen: (self.unsigned(seen.layout.places), not seen.begun)),
            "recency": (2 * (len(LAGS) + 2), lambda seen: (seen.recency(LAGS) + (len(LAGS) + 2) * seen.is_target, 1)),
            "stay": (2 * DWELLS, lambda seen: (DWELLS * seen.on_target + seen.dwell_class(DWELLS), seen.is_present)),
            "to_target": (2 * far, lambda seen: (2 * seen.target_class(DISTANCES) + seen.target_seen, seen.is_target)),
            "turn": (3 * (TURNS + 1), lambda seen: seen.turns(TURNS, LONG_MOVE)),
            "visited": (VISITED, lambda seen: (np.minimum(seen.visited_neighbours(), VISITED - 1), 1)),
        }
        return {name: block for name, block in every.items() if name not in LEFT_OUT[self.features]}

    @property
    def size(self) -> int:
        """Number of weights of the next object."""
        return sum(n for n, _ in self.blocks().values())

    def learn(self, choices: Choices) -> np.ndarray:
        """Weights by penalised maximum likelihood."""
        each = [np.full(n, PENALTY.get(name, OTHER_PENALTY)) for name, (n, _) in self.blocks().items()]
        return choices.fit(self.penalty * np.concatenate(each))

    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        trajectory, blocks, offset = Trajectory(layout, path), self.blocks(), 0
        columns, values = np.empty((len(layout), len(blocks)), np.int64), np.empty((len(layout), len(blocks)))
        for slot, (size, feature) in enumerate(blocks.values()):
            place, values[:, slot] = feature(trajectory)
            columns[:, slot] = offset + place
            offset += size
        return columns, values


class Trajectory:
    """A path over objects so far, seen from every object.

    Parameters
    ----------
    layout : ObjectLayout
        With a target.
    path : (n,) int64
        Objects fixated so far.

    Attributes
    ----------
    moves : (P, 2) float64
        Rows and columns from gaze to every object.
    from_target : (P, 2) float64
        Rows and columns from the target to every object.
    is_target, is_present : (P,) bool
        Whether an object is the target; whether gaze is on it.
    begun, on_target, target_seen : bool
        Whether there is a fixation; whether gaze is on the target; whether it ever was.
    dwell : int
        Fixations of the present run, 0 before the first.
    """

    def __init__(self, layout: ObjectLayout, path: np.ndarray) -> None:
        self.layout, self.path = layout, path
        self.moves = layout.places - layout.place(path)
        self.from_target = layout.places - layout.places[layout.target]
        self.is_target = np.arange(len(layout)) == layout.target
        self.is_present = np.isin(np.arange(len(layout)), path[-1:])
        self.begun, self.dwell = len(path) > 0, dwell(path)
        self.on_target = bool(self.is_present[layout.target])
        self.target_seen = bool((path == layout.target).any())

    def recency(self, edges: Sequence[int]) -> np.ndarray:
        """Class of the fixations since each object was last fixated, (P,) int64; the last class is never.

        `edges` are the largest lags of all classes but the last two (longer ago, and never).

        Examples
        --------
        >>> grid = np.stack(np.mgrid[:1, :4], -1).reshape(-1, 2).astype(float)
        >>> layout = ObjectLayout("t", "s", grid, grid, grid[0], 3)
        >>> Trajectory(layout, np.array([2, 0])).recency([1, 2]).tolist()
        [0, 3, 1, 3]
        """
        last = np.zeros(len(self.layout), dtype=np.int64)
        last[self.path] = np.arange(1, len(self.path) + 1)  # of an object fixated twice the later counts
        lag = len(self.path) + 1 - last
        return np.where(last > 0, np.digitize(lag, edges, right=True), len(edges) + 1)

    def dwell_class(self, classes: int) -> int:
        """Class of the length of the present run, 0 to `classes` - 1; the last is as long or longer."""
        return max(min(self.dwell, classes), 1) - 1

    def target_class(self, edges: Sequence[float]) -> int:
        """Class of the distance from gaze to the target, cells."""
        return int(np.digitize(np.hypot(*self.moves[self.layout.target]), edges))

    def turns(self, classes: int, long: float) -> tuple[np.ndarray, np.ndarray]:
        """Class of the angle between the last move and the move to each object, (P,) int64, and whether it counts.

        Classes 0 (straight on) to `classes` - 1 (back), and `classes` for staying; one block of them after a stay
        (in which only staying counts), one after a move up to `long` cells, and one after a longer move. Nothing counts
        before there are two fixations.
        """
        jump = np.hypot(*self.moves.T)
        nothing = np.zeros(len(self.layout))
        if len(self.path) < 2:
            return np.zeros(len(self.layout), dtype=np.int64), nothing
        last = self.layout.places[self.path[-1]] - self.layout.places[self.path[-2]]
        length = np.hypot(*last)
        if length == 0:
            return np.full(len(self.layout), classes), (jump == 0).astype(float)
        cross = last[0] * self.moves[:, 1] - last[1] * self.moves[:, 0]
        angle = np.abs(np.arctan2(cross, self.moves @ last))
        turn = np.minimum((angle / np.pi * classes).astype(np.int64), classes - 1)
        return np.where(jump > 0, turn, classes) + (classes + 1) * (1 + (length > long)), nothing + 1

    def visited_neighbours(self) -> np.ndarray:
        """How many different objects among each object and its neighbours were visited, (P,) int64."""
        seen = self.layout.places[np.unique(self.path)]
        return (np.abs(self.layout.places[:, None] - seen[None]).max(-1) < NEIGHBOUR).sum(1)
