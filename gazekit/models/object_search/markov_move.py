"""Markov move model: histograms of people's moves over objects, one per distance to the target."""

from typing import Any

import numpy as np

from gazekit.models.object_search.choices import Choices
from gazekit.models.object_search.layout import ObjectLayout
from gazekit.models.object_search.move import TableWalk
from gazekit.models.option_checks import positive

DISTANCES = (0.5, 1.6, 3.2, 5.5)  # cells from gaze to the target, edges of classes
# Moves at the rate over all distances that are added to each distance's own; the best of 3, 10, 30 on the book covers.
SMOOTHING = 3.0


class MarkovMove(TableWalk):
    """Next object by how often people made the same move (rows, columns) at the same distance to the target.

    A move's rate is how often it was made over how often an object was there to make it to. The rates of each class of
    distance are mixed with those of all classes, and those with a single constant, as if some moves more had been
    seen. The first fixation is a move from the start of gaze, with a histogram of its own.

    Parameters
    ----------
    smoothing : float
        How many moves, at the rate of all classes, are added to what was seen in a class.

    Examples
    --------
    >>> from gazekit.testing import example_dataset
    >>> data = example_dataset()
    >>> len(MarkovMove().fit(data).predict(data.trials, progress=False))
    5
    """

    name = "markov-move"
    needs = ("objects", "target_object")
    needs_fit = True

    def __init__(self, smoothing: float = SMOOTHING) -> None:
        super().__init__()
        self.smoothing = positive("smoothing", smoothing)

    @property
    def shape(self) -> tuple[int, int]:
        """Classes of distance (the last is the first fixation), and moves."""
        return len(DISTANCES) + 2, self.n_signed

    @property
    def size(self) -> int:
        """Number of rates."""
        return self.shape[0] * self.shape[1]

    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        here = layout.place(path)
        distance = int(np.digitize(np.hypot(*(here - layout.places[layout.target])), DISTANCES))
        block = distance if len(path) else len(DISTANCES) + 1
        columns = block * self.n_signed + self.signed(layout.places - here)
        return columns[:, None], np.ones((len(layout), 1))

    def learn(self, choices: Choices) -> np.ndarray:
        """Logarithms of the smoothed rates."""
        there = np.asarray(choices.features.sum(0)).reshape(self.shape)
        made = np.asarray(choices.features[choices.chosen].sum(0)).reshape(self.shape)
        overall = made.sum() / there.sum()
        # Added are moves that would be seen at the parent's rate: 1 where the parent expects few, else `smoothing`.
        every = (made.sum(0) + 1) / (there.sum(0) + 1 / overall)
        exposure = self.smoothing / every
        return np.log((made + self.smoothing) / (there + exposure)).ravel()
