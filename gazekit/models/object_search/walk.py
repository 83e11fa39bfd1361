"""Base classes of models that go from object to object."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar

import numpy as np

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.progress import tqdm
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.contract import ScanpathModel, assemble
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import Layout, layout_of

LONGEST = 100  # fixations; where neither call, trial nor people give a limit


class ObjectModel(ScanpathModel):
    """A model whose fixations are on objects: at the centres of their boxes, with `object_id`, without durations.

    Subclasses write `draw`; `prepare` computes what all samples of a trial share.
    """

    needs: ClassVar[tuple[str, ...]] = ("objects",)
    facts: ClassVar[Facts] = Facts(forced_first=False, points="fixations")

    def prepare(self, trial: Trial, layout: Layout) -> Any:
        """Compute what all samples of a trial share; given to `draw` as `prepared`."""
        return None

    @abstractmethod
    def draw(self, layout: Layout, prepared: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw one path: (n,) int64 objects, 1 to `limit` of them."""

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
        """Predict scanpaths; see `ScanpathModel.predict`. `object_id` is the object of every fixation."""
        trials = list(trials)
        if n_samples < 1:
            raise GazekitError(f"n_samples must be at least 1, not {n_samples}")
        self.check_needs(trials)
        paths, ids = [], [np.empty(0, dtype=np.int64)]
        for trial in tqdm(trials, desc=self.name, unit="trial", disable=not progress):
            limit = trial.max_fixations if max_fixations is None else max_fixations
            if limit is not None and limit < 1:
                raise GazekitError(f"max_fixations must be at least 1, not {limit} (trial {trial.id!r})")
            layout = layout_of(trial)
            prepared = self.prepare(trial, layout)
            for sample in range(n_samples):
                objects = self.draw(layout, prepared, keyed_rng(seed, self.name, trial.id, sample), limit)
                paths.append((*layout.centres[objects].T, None))
                ids.append(objects)
        return assemble(self.name, trials, n_samples, paths, self.facts).replace(object_id=np.concatenate(ids))


class ObjectWalk(ObjectModel):
    """A model that gives, after every fixation, the probability of the end and of every object as the next one.

    Subclasses write `log_probabilities`. Paths are drawn from it, and people's paths have a likelihood under it.
    """

    @abstractmethod
    def log_probabilities(self, layout: Layout, prepared: Any, path: np.ndarray) -> np.ndarray:
        """What comes after a path.

        Parameters
        ----------
        layout : Layout
            The trial's.
        prepared
            From `prepare`.
        path : (n,) int64
            Objects fixated so far; none before the first fixation.

        Returns
        -------
        (P + 1,) float64
            Log-probability of the end, then of every object; they sum to 1. The end of an empty path is impossible.
        """

    def longest(self, stimulus: str) -> int:
        """Most fixations of a drawn path where neither the call nor the trial gives a limit."""
        return LONGEST

    def draw(self, layout: Layout, prepared: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw one path; see `ObjectModel.draw`."""
        path = np.empty(self.longest(layout.stimulus) if limit is None else limit, dtype=np.int64)
        for k in range(len(path)):
            chance = np.cumsum(np.exp(self.log_probabilities(layout, prepared, path[:k])))
            # Divided by the last sum, which rounding leaves beside 1; zero-width options are never hit from the right.
            picked = int(np.searchsorted(chance / chance[-1], rng.random(), side="right"))
            if picked == 0:
                return path[:k].copy()
            path[k] = picked - 1
        return path

    def log_likelihood(self, dataset: Dataset, *, rule: str = "nearest") -> list[np.ndarray]:
        """Log-likelihood of people's paths.

        Parameters
        ----------
        dataset : Dataset
            Trials with objects (and a target, where the model uses it); human scanpaths.
        rule : {"nearest", "containing"}
            What a fixation between objects counts as; see `Scanpaths.to_objects`.

        Returns
        -------
        list of (n + 1,) float64
            One array per path with a fixation on an object, in order: nats of every fixation, then of the end.
        """
        paths = human_paths(dataset, rule)
        used = {path.trial for path in paths}
        trials = {t.id: t for t in dataset.trials if t.id in used}
        self.check_needs(trials.values())
        scenes: dict[str, tuple[Layout, Any]] = {}
        for name, trial in trials.items():
            layout = layout_of(trial)
            scenes[name] = layout, self.prepare(trial, layout)
        found = []
        for path in paths:
            options = [*(path.objects + 1), 0]
            found.append(
                np.array(
                    [
                        self.log_probabilities(*scenes[path.trial], path.objects[:k])[option]
                        for k, option in enumerate(options)
                    ]
                )
            )
        return found
