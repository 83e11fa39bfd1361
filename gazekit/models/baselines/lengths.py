"""How long a baseline's scanpaths are: one rule for all, and the base class that applies it."""

import inspect
from typing import Any, ClassVar, Self

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.baselines.others import HumanPaths, OtherThan
from gazekit.models.contract import PathByPathModel, TrainableModel

DEFAULT_LENGTH = 10  # fixations; the human mean in OSIE is 9.4


class PathLengths:
    """Lengths of human scanpaths, to be drawn for a stimulus from those of the other stimuli.

    Parameters
    ----------
    humans : HumanPaths
        The human scanpaths.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Dataset, Frame, Scanpaths, Trial
    >>> table = pd.DataFrame({"stimulus": ["a", "b"], "width": 10, "height": 10})
    >>> trials = [Trial(s, s, Frame(10, 10)) for s in "ab"]
    >>> dataset = Dataset("two", trials, Scanpaths([1, 2, 3], [1, 2, 3], [0, 2, 3], table))
    >>> PathLengths(HumanPaths.of(dataset)).draw("a", np.random.default_rng(0))
    1
    """

    def __init__(self, humans: HumanPaths) -> None:
        self._lengths = humans.lengths
        self._others = OtherThan(humans.stimulus, "scanpaths")

    def draw(self, stimulus: str, rng: np.random.Generator) -> int:
        """Length of a random human scanpath of another stimulus, fixations, at least 1."""
        return int(self._lengths[self._others.draw(stimulus, rng, 1)[0]])


class Baseline(PathByPathModel, TrainableModel):
    """Base of the models that need no training to look somewhere, but take their path lengths from people.

    Fitted: the length is that of a random human scanpath of another stimulus, cut at the limit
    (`max_fixations` of `predict`, else of the trial). Not fitted: the limit, or `default_length` where there
    is none.

    Parameters
    ----------
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    Attributes
    ----------
    needs_fit : bool
        Whether it cannot predict before `fit`.
    """

    needs_fit: ClassVar[bool] = False

    def __init__(self, *, default_length: int = DEFAULT_LENGTH) -> None:
        if default_length < 1:
            raise GazekitError(f"default_length is a number of fixations, at least 1, not {default_length}")
        self.default_length = int(default_length)
        self.humans: HumanPaths | None = None
        self._lengths: PathLengths | None = None

    def __repr__(self) -> str:
        names = [k for k in inspect.signature(type(self).__init__).parameters if k != "self"]
        values = {k: getattr(self, k) for k in names}
        shown = ", ".join(f"{k}={getattr(v, '__name__', None) or repr(v)}" for k, v in values.items())
        return f"{type(self).__name__}({shown})" + ("" if self.humans is None else " fitted")

    def fit(self, dataset: Dataset) -> Self:
        """Learn from the human scanpaths of a data set, and return self.

        A prediction for a stimulus uses the scanpaths of the other stimuli only, so the data set may be the
        one that the model is then evaluated on.

        Raises
        ------
        DataError
            The data set has no human fixations, or they are in degrees.
        """
        self.humans = HumanPaths.of(dataset)
        self._lengths = PathLengths(self.humans)
        return self

    def length(self, trial: Trial, rng: np.random.Generator, limit: int | None) -> int:
        """Draw the length of one path, fixations."""
        if limit is not None and limit < 1:
            raise GazekitError(f"max_fixations must be at least 1, not {limit} (trial {trial.id!r})")
        if self._lengths is None:
            return self.default_length if limit is None else int(limit)
        drawn = self._lengths.draw(trial.stimulus, rng)
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


def positive(name: str, value: Any, *, zero: bool = False) -> float:
    """Check an option that must be a positive finite number (or zero, where that means something)."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = float("nan")
    if not (np.isfinite(number) and (number > 0 or (zero and number == 0))):
        raise GazekitError(f"{name} must be a {'number of at least 0' if zero else 'positive number'}, not {value!r}")
    return number
