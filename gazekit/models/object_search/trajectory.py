"""What the way so far says about every object as the next one."""

from collections.abc import Sequence

import numpy as np

from gazekit.models.object_search.layout import Layout

NEIGHBOUR = 1.5  # cells; the eight neighbours and the object itself are nearer, in rows and in columns


class Trajectory:
    """A path over objects so far, seen from every object.

    Parameters
    ----------
    layout : Layout
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
    on_target, target_seen : bool
        Whether gaze is on the target; whether it ever was.
    dwell : int
        Fixations of the present run, 0 before the first.
    """

    def __init__(self, layout: Layout, path: np.ndarray) -> None:
        self.layout, self.path = layout, path
        self.moves = layout.places - layout.place(path)
        self.from_target = layout.places - layout.places[layout.target]
        self.is_target = np.arange(len(layout)) == layout.target
        self.is_present = np.zeros(len(layout), dtype=bool)
        self.dwell = 0
        if len(path):
            self.is_present[path[-1]] = True
            away = np.flatnonzero(path != path[-1])
            self.dwell = len(path) if len(away) == 0 else len(path) - 1 - int(away[-1])
        self.on_target = bool(self.is_present[layout.target])
        self.target_seen = bool((path == layout.target).any())

    def recency(self, edges: Sequence[int]) -> np.ndarray:
        """Class of the fixations since each object was last fixated, (P,) int64; the last class is never.

        `edges` are the largest lags of all classes but the last two (longer ago, and never).

        Examples
        --------
        >>> grid = np.stack(np.mgrid[:1, :4], -1).reshape(-1, 2).astype(float)
        >>> layout = Layout("t", "s", grid, grid, grid[0], 3)
        >>> Trajectory(layout, np.array([2, 0])).recency([1, 2]).tolist()
        [0, 3, 1, 3]
        """
        last = np.zeros(len(self.layout), dtype=np.int64)
        last[self.path] = np.arange(1, len(self.path) + 1)  # of an object fixated twice the later counts
        lag = len(self.path) + 1 - last
        return np.where(last > 0, np.digitize(lag, edges, right=True), len(edges) + 1)

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
