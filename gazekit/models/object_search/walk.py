"""Base classes of models that go from object to object."""

from abc import abstractmethod
from typing import Any

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.models.contract import DrawnPath, ScanpathModel
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import Layout, layout_of

LONGEST = 100  # fixations; where neither call, trial nor people give a limit


class ObjectModel(ScanpathModel):
    """A model whose fixations are on objects: at the centres of their boxes, with `object_id`, without durations.

    Subclasses write `walk`; `see` computes what all samples of a trial share.
    """

    needs: tuple[str, ...] = ("objects",)

    def see(self, trial: Trial, layout: Layout) -> Any:
        """Compute what all samples of a trial share; given to `walk` as `seen`."""
        return None

    @abstractmethod
    def walk(self, layout: Layout, seen: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw one path: (n,) int64 objects, 1 to `limit` of them."""

    def prepare(self, trial: Trial) -> tuple[Layout, Any]:
        """Layout of a trial, and what is seen there; see `ScanpathModel.prepare`."""
        layout = layout_of(trial)
        return layout, self.see(trial, layout)

    def draw(self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        layout, seen = prepared
        objects = self.walk(layout, seen, rng, max_fixations)
        x, y = layout.centres[objects].T
        return DrawnPath(x, y, object_id=objects)


class ObjectWalk(ObjectModel):
    """A model that gives, after every fixation, the probability of the end and of every object as the next one.

    Subclasses write `log_probabilities`. Paths are drawn from it, and people's paths have a likelihood under it.
    """

    @abstractmethod
    def log_probabilities(self, layout: Layout, seen: Any, path: np.ndarray) -> np.ndarray:
        """What comes after a path.

        Parameters
        ----------
        layout : Layout
            The trial's.
        seen
            From `see`.
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

    def walk(self, layout: Layout, seen: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw one path; see `ObjectModel.walk`."""
        path = np.empty(self.longest(layout.stimulus) if limit is None else limit, dtype=np.int64)
        for k in range(len(path)):
            chance = np.cumsum(np.exp(self.log_probabilities(layout, seen, path[:k])))
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
        prepared = {name: self.prepare(trial) for name, trial in trials.items()}
        return [
            np.array(
                [
                    self.log_probabilities(*prepared[path.trial], path.objects[:k])[option]
                    for k, option in enumerate([*(path.objects + 1), 0])
                ]
            )
            for path in paths
        ]
