"""Base of the baselines: how long their scanpaths are, by one rule for all."""

from typing import Self

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.baselines.other_stimuli import HumanPaths, OtherThan
from gazekit.models.contract import ScanpathModel

DEFAULT_LENGTH = 10  # fixations; the human mean in OSIE is 9.4


def checked_length(default_length: int) -> int:
    """Check the option `default_length`."""
    if default_length < 1:
        raise GazekitError(f"default_length is a number of fixations, at least 1, not {default_length}")
    return int(default_length)


class Baseline(ScanpathModel):
    """Base of the models that need no training to look somewhere, but take their path lengths from people.

    Fitted: the length is that of a random human scanpath of another stimulus, cut at the limit (`max_fixations` of
    `predict`, else of the trial). Not fitted: the limit, or `default_length` where there is none.

    Parameters
    ----------
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.
    """

    leaves_own_out = True

    def __init__(self, *, default_length: int = DEFAULT_LENGTH) -> None:
        self.default_length = checked_length(default_length)
        self.humans: HumanPaths | None = None

    def fit(self, dataset: Dataset) -> Self:
        """Learn from the human scanpaths of a data set, and return self.

        A prediction for a stimulus uses the scanpaths of the other stimuli only, so the data set may be the one that
        the model is then evaluated on.

        Raises
        ------
        DataError
            The data set has no human fixations, or they are in degrees.
        """
        self.humans = HumanPaths.of(dataset)
        self._other_paths = OtherThan(self.humans.stimulus)
        return self

    def length(self, trial: Trial, rng: np.random.Generator, limit: int | None) -> int:
        """Draw the length of one path, fixations."""
        if self.humans is None:
            return self.default_length if limit is None else int(limit)
        drawn = int(self.humans.lengths[self._other_paths.draw(trial.stimulus, rng, 1)[0]])
        return drawn if limit is None else min(drawn, int(limit))

    def fitted_humans(self) -> HumanPaths:
        """Return the human scanpaths that the model was fitted on.

        Raises
        ------
        GazekitError
            The model is not fitted.
        """
        if self.humans is None:
            raise GazekitError(f"model {self.name!r} draws from human scanpaths; call fit(dataset) before predict")
        return self.humans
