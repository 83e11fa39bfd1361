"""The contract that every scanpath model keeps, and the base class for models that draw one path at a time."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng


class ScanpathModel(ABC):
    """A model that predicts scanpaths.

    A prediction depends on (seed, trial id, sample) only: never on batch size, order or which other trials are there.
    `gazekit.testing.check_model` checks that. A model may also have `fit(dataset)` and `log_likelihood`.

    Attributes
    ----------
    name : str
        Its name in tables.
    needs : tuple of str
        Fields of `Trial` without which it cannot predict, for instance ("image", "target").
    """

    name: str
    needs: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def predict(
        self,
        trials: Iterable[Trial],
        *,
        n_samples: int = 1,
        seed: int = 0,
        max_fixations: int | None = None,
        device: str = "auto",
        progress: bool = True,
    ) -> Scanpaths:
        """Predict scanpaths.

        Parameters
        ----------
        trials : iterable of Trial
            What is shown and asked.
        n_samples : int
            Scanpaths per trial; sample k is the same whatever `n_samples` is.
        seed : int
            Seed of the run.
        max_fixations : int, optional
            Longest path; default is each trial's own `max_fixations`, then the model's.
        device : str
            "auto", "cpu" or "cuda"; models without a network ignore it.
        progress : bool
            Show a progress bar.

        Returns
        -------
        Scanpaths
            Sorted by trial (in the order given), then sample; `source` is the model's name.

        Raises
        ------
        MissingNeedError
            A trial lacks a field of `needs`; the message names both.
        """

    def check_needs(self, trials: Iterable[Trial]) -> None:
        """Raise `MissingNeedError` for the first trial that lacks something this model needs."""
        for trial in trials:
            for field in self.needs:
                if not trial.has(field):
                    raise MissingNeedError(
                        f"model {self.name!r} needs {field!r}, which trial {trial.id!r} (stimulus {trial.stimulus!r}) "
                        f"does not have; choose another model or add it to the data"
                    )


class PathByPathModel(ScanpathModel):
    """Base of models that draw one path of one trial at a time; they only write `draw`.

    `prepare` may compute once per trial what all its samples share (a saliency map).
    """

    facts: Facts = Facts(forced_first=False, points="fixations")

    def prepare(self, trial: Trial) -> Any:
        """Compute what all samples of a trial share; given to `draw` as `prepared`."""
        return None

    @abstractmethod
    def draw(
        self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
        """Draw one path: x (n,) px, y (n,) px, and duration (n,) ms or None. At most `max_fixations` points."""

    def predict(
        self,
        trials: Iterable[Trial],
        *,
        n_samples: int = 1,
        seed: int = 0,
        max_fixations: int | None = None,
        device: str = "auto",
        progress: bool = True,
    ) -> Scanpaths:
        """Predict scanpaths; see `ScanpathModel.predict`."""
        trials = list(trials)
        if n_samples < 1:
            raise GazekitError(f"n_samples must be at least 1, not {n_samples}")
        self.check_needs(trials)
        paths = []
        for trial in tqdm(trials, desc=self.name, unit="trial", disable=not progress):
            limit = trial.max_fixations if max_fixations is None else max_fixations
            prepared = self.prepare(trial)
            for sample in range(n_samples):
                paths.append(self.draw(trial, prepared, keyed_rng(seed, self.name, trial.id, sample), limit))
        return assemble(self.name, trials, n_samples, paths, self.facts)


def assemble(
    name: str,
    trials: Sequence[Trial],
    n_samples: int,
    paths: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]],
    facts: Facts,
) -> Scanpaths:
    """Make `Scanpaths` from one (x, y, duration) per trial and sample, trial-major."""
    frames = [t.frame for t in trials for _ in range(n_samples)]
    table = pd.DataFrame(
        {
            "stimulus": [t.stimulus for t in trials for _ in range(n_samples)],
            "subject": "",
            "trial": [t.id for t in trials for _ in range(n_samples)],
            "source": name,
            "sample": np.tile(np.arange(n_samples), len(trials)),
            "task": [t.task or "" for t in trials for _ in range(n_samples)],
            "width": [f.width for f in frames],
            "height": [f.height for f in frames],
            "px_per_degree": [np.nan if f.px_per_degree is None else f.px_per_degree for f in frames],
        }
    )
    timed = any(d is not None for _, _, d in paths)
    return Scanpaths(
        np.concatenate([p[0] for p in paths]) if paths else [],
        np.concatenate([p[1] for p in paths]) if paths else [],
        np.concatenate([[0], np.cumsum([len(p[0]) for p in paths], dtype=np.int64)]),
        table,
        duration=np.concatenate([np.full(len(x), np.nan) if d is None else d for x, _, d in paths]) if timed else None,
        facts=facts,
    )


class TrainableModel(ScanpathModel):
    """A model that learns from human scanpaths."""

    @abstractmethod
    def fit(self, dataset: Dataset) -> "ScanpathModel":
        """Learn from a data set's human scanpaths and return self.

        Baselines keep the stimuli apart by themselves: a prediction for a stimulus never uses scanpaths of that
        stimulus, so they may be fitted on the whole data set that they are evaluated on.
        """
