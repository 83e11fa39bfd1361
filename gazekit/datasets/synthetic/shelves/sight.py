"""What an agent sees of a shelf at each step, and the priorities that follow: shared by search and likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gazekit.core.trials import Trial
from gazekit.datasets.synthetic.shelves.agent import Agent
from gazekit.datasets.synthetic.shelves.covers import similarities
from gazekit.datasets.synthetic.shelves.scene import shelf_of
from gazekit.foundations.errors import MissingNeedError


@dataclass(frozen=True, eq=False)
class Sight:
    """One shelf with its target, in the units of the agent.

    Parameters
    ----------
    places : (P, 2) float64
        (row, column) of the centres in cells, rows times the agent's row weight.
    start : (2,) float64
        The same of where gaze starts.
    similarity : (P,) float64
        To the target, -1 to 1.
    salience : (P,) float64
        Of the covers.
    target : int
        Which object is the target.
    """

    places: np.ndarray
    start: np.ndarray
    similarity: np.ndarray
    salience: np.ndarray
    target: int

    @classmethod
    def of(cls, trial: Trial, row_weight: float = Agent.row_weight) -> "Sight":
        """Look at a trial of the data set `shelves`.

        Raises
        ------
        MissingNeedError
            It is another trial, or lacks its target or start.
        """
        shelf = shelf_of(trial)
        if trial.target_object is None or trial.start is None:
            raise MissingNeedError(f"the search agents need target_object and start, and trial {trial.id!r} lacks one")
        unit = np.array([row_weight / shelf.cell[0], 1 / shelf.cell[1]])
        middle = (shelf.boxes[:, :2] + shelf.boxes[:, 2:]) / 2
        books, covers = shelf.library, shelf.covers
        return cls(
            middle[:, ::-1] * unit,  # (x, y) px to (row, column)
            np.array(trial.start)[::-1] * unit,
            similarities(books, covers, int(covers[trial.target_object])),
            books.salience[covers],
            trial.target_object,
        )


@dataclass(frozen=True, eq=False)
class Crowd:
    """Many paths at once: row n is an agent at a shelf. Shelves with fewer objects are padded.

    Parameters
    ----------
    places : (N, P, 2) float64
        As in `Sight`.
    start : (N, 2) float64
        As in `Sight`.
    there : (N, P) bool
        Whether it is an object.
    similarity, salience : (N, P) float64
        As in `Sight`.
    target : (N,) int64
        As in `Sight`.
    agents : tuple of N Agent
        Who searches.
    """

    places: np.ndarray
    start: np.ndarray
    there: np.ndarray
    similarity: np.ndarray
    salience: np.ndarray
    target: np.ndarray
    agents: tuple[Agent, ...]

    @classmethod
    def of(cls, sights: Sequence[Sight], agents: Sequence[Agent]) -> "Crowd":
        """Put shelves and agents in rows, one of each per row."""
        count, most = len(sights), max(len(s.places) for s in sights)
        places, there = np.zeros((count, most, 2)), np.zeros((count, most), dtype=bool)
        similarity, salience = np.zeros((count, most)), np.zeros((count, most))
        for n, sight in enumerate(sights):
            size = len(sight.places)
            places[n, :size], there[n, :size] = sight.places, True
            similarity[n, :size], salience[n, :size] = sight.similarity, sight.salience
        start, target = np.array([s.start for s in sights]), np.array([s.target for s in sights], dtype=np.int64)
        return cls(places, start, there, similarity, salience, target, tuple(agents))

    def __len__(self) -> int:
        return len(self.target)

    def each(self, parameter: str, rows: np.ndarray | slice = slice(None)) -> np.ndarray:
        """(n, 1) float64: one parameter of the agents of these rows."""
        return np.array([getattr(a, parameter) for a in self.agents], dtype=np.float64)[rows, None]

    def first_priorities(self) -> np.ndarray:
        """(N, P) float64: priorities for the first fixation but for the Gumbel noise; -inf where there is no object."""
        distance = np.linalg.norm(self.places - self.start[:, None], axis=2)
        pull = self.each("centre") * np.exp(-distance / self.each("reach"))
        return np.where(self.there, pull + self.each("first_similarity") * self.similarity, -np.inf)

    def priorities(
        self, rows: np.ndarray, now: np.ndarray, step: np.ndarray, last: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Priorities of the objects to go to.

        Parameters
        ----------
        rows : (n,) int64
            Of which rows of the crowd; a row may come several times.
        now : (n,) int64
            Object fixated.
        step : (n,) int64
            Number of the fixation on it, from 1.
        last : (n, P) int64
            Number of the latest fixation on each object, 0 for none.

        Returns
        -------
        mean : (n, P) float64
            Without Gumbel noise, at eta = 0; -inf for the object fixated and where there is none.
        spread : (n, P) float64
            What a standard normal number is multiplied by to give eta's part.
        """
        here = self.places[rows, now]
        distance = np.linalg.norm(self.places[rows] - here[:, None], axis=2)
        pull = self.each("similarity", rows) * np.exp(-distance / self.each("reach", rows))
        ago = np.exp(-(step[:, None] - last) / self.each("decay", rows))
        mean = (
            pull * self.similarity[rows]
            - self.each("distance", rows) * distance
            - self.each("memory", rows) * np.where(last > 0, ago, 0.0)
            + self.each("salience", rows) * self.salience[rows]
        )
        mean[~self.there[rows]] = -np.inf
        mean[np.arange(len(rows)), now] = -np.inf
        return mean, pull * (self.each("blur", rows) + self.each("blur_slope", rows) * distance)
