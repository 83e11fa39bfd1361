"""Other-image baseline: a human scanpath that was made on another image."""

from dataclasses import replace
from typing import Self

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import check_whole
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.baselines.baseline import DEFAULT_LENGTH, Baseline, OtherThan
from gazekit.models.capabilities import Donor
from gazekit.models.contract import DrawnPath


class OtherImage(Baseline):
    """A random human scanpath of another stimulus: everything about people, nothing about this image.

    It has human amplitudes, directions, durations, lengths and centre bias. It is one of the image-blind nulls, and not
    always the best of them: independent fixations from where people look on other images (`empirical`) do better on
    some measures.

    Which paths: those of other stimuli whose frame has the same size as the trial's, if `same_size` other
    stimuli or more have it; else those of all other stimuli. Positions are scaled to the trial's frame, x and
    y separately, which bends directions where the shapes differ: that is why same-size paths come first. The
    path is cut at the length asked for, or at the limit (`max_fixations` of `predict`, else of the trial).

    Parameters
    ----------
    same_size : int
        Other stimuli of the same frame size that are enough to draw from them alone. 0 is never enough:
        always all.
    default_length : int
        Ignored: the model must be fitted, and has the lengths of the paths that it copies.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Dataset, Frame, Scanpaths, Trial
    >>> table = pd.DataFrame({"stimulus": ["a", "b"], "width": [100, 50], "height": [100, 50]})
    >>> trials = [Trial("a", "a", Frame(100, 100)), Trial("b", "b", Frame(50, 50))]
    >>> dataset = Dataset("two", trials, Scanpaths([10, 20, 5], [1, 2, 3], [0, 2, 3], table))
    >>> paths = OtherImage().fit(dataset).predict(trials, progress=False)
    >>> paths.x.tolist()
    [10.0, 5.0, 10.0]
    """

    name = "other-image"
    role = "image-blind"
    needs_fit = True

    def __init__(self, same_size: int = 10, *, default_length: int = DEFAULT_LENGTH) -> None:
        super().__init__(default_length=default_length)
        check_whole("same_size", same_size, 0)
        self.same_size = same_size

    def fit(self, dataset: Dataset) -> Self:
        """Keep the human scanpaths of a data set, and return self; see `Baseline.fit`."""
        super().fit(dataset)
        humans = self.fitted_humans()
        self.facts = replace(type(self).facts, points=humans.points)
        self._of_size: dict[tuple[float, float], tuple[np.ndarray, OtherThan]] = {}
        sizes, which = np.unique(humans.size, axis=0, return_inverse=True)
        for k, (width, height) in enumerate(sizes):
            rows = np.flatnonzero(which.ravel() == k)
            self._of_size[float(width), float(height)] = (rows, OtherThan(humans.stimulus[rows]))
        return self

    def length(self, trial: Trial, rng: np.random.Generator, limit: int | None) -> int | None:  # type: ignore[override]
        """The limit: a path has the length that it had."""
        return limit

    def row_for(self, trial: Trial, rng: np.random.Generator) -> int:
        """Draw the row of `humans` that a path for this trial comes from."""
        rows, others = self._of_size.get(trial.frame.size, (None, None))
        if rows is None or others is None or not 0 < self.same_size <= others.labels_besides(trial.stimulus):
            return int(self._other_paths.draw(trial.stimulus, rng, 1)[0])
        return int(rows[others.draw(trial.stimulus, rng, 1)[0]])

    def donors(
        self, trial: Trial, sample: int, seed: int, *, length: int | None = None, limit: int | None = None
    ) -> list[Donor]:
        """Whose path this sample of `predict` copies; see `Copies`."""
        return self.people_of(np.array([self.row_for(trial, keyed_rng(seed, self.random_key, trial.id, sample))]))

    def draw(self, trial: Trial, prepared: None, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        humans = self.fitted_humans()
        row = self.row_for(trial, rng)
        start, stop = int(humans.offsets[row]), int(humans.offsets[row + 1])
        part = slice(start, stop if max_fixations is None else min(stop, start + int(max_fixations)))
        duration = None if humans.duration is None else humans.duration[part]
        return DrawnPath(humans.x[part] * trial.frame.width, humans.y[part] * trial.frame.height, duration)
