"""Base classes of models that go from object to object: any, those with probabilities, and those that learn them."""

from abc import abstractmethod
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.models.contract import DrawnPath, ScanpathModel
from gazekit.models.object_search.choices import Choices
from gazekit.models.object_search.ending import SIZE, SIZE_WITHOUT_TARGET, ending, ending_by_steps
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import ObjectLayout, layout_of

LONGEST = 100  # fixations; where neither call, trial nor people give a limit
FOLDS = 5
END_PENALTY = 3.0  # inverse variance of the end's weights
UNFITTED_LENGTH = 10  # fixations; mean length of a path of a model that was not fitted


class ObjectModel(ScanpathModel):
    """A model whose fixations are on objects: at the centres of their boxes, with `object_id`, without durations.

    Subclasses write `walk`; `see` computes what all samples of a trial share.
    """

    needs: tuple[str, ...] = ("objects",)

    def see(self, trial: Trial, layout: ObjectLayout) -> Any:
        """Compute what all samples of a trial share; given to `walk` as `seen`."""
        return None

    @abstractmethod
    def walk(self, layout: ObjectLayout, seen: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
        """Draw one path: (n,) int64 objects, 1 to `limit` of them."""

    def prepare(self, trial: Trial) -> tuple[ObjectLayout, Any]:
        """ObjectLayout of a trial, and what is seen there; see `ScanpathModel.prepare`."""
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

    stops = True

    @abstractmethod
    def log_probabilities(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> np.ndarray:
        """What comes after a path.

        Parameters
        ----------
        layout : ObjectLayout
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

    def walk(self, layout: ObjectLayout, seen: Any, rng: np.random.Generator, limit: int | None) -> np.ndarray:
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
        out = []
        for path in paths:
            options = enumerate([*(path.objects + 1), 0])
            steps = [self.log_probabilities(*prepared[path.trial], path.objects[:k])[option] for k, option in options]
            out.append(np.array(steps))
        return out


class Learned(NamedTuple):
    """What one fit gives.

    Parameters
    ----------
    weights, end : (k,), (m,) float64
        Of the next object's features, and of the end's.
    longest : int
        Fixations of the longest path learned from.
    """

    weights: np.ndarray
    end: np.ndarray
    longest: int


class FittedWalk(ObjectWalk):
    """Base of walks with learned weights. Subclasses write `size`, `options`, and what they need.

    The end comes first: P(end) is a logit of classes (`ending`) that is learned for every model alike, so that models
    differ by where they look. Then the next object is drawn from a softmax of weighted features.

    `fit` deals the stimuli into five parts, as `gazekit train` does by layout, and learns six times: without each part,
    and from all. A prediction or likelihood for a stimulus uses the fit without it; a new stimulus uses the one from
    all.

    Attributes
    ----------
    knows_target : bool
        Whether the end may depend on where the target is.
    """

    leaves_own_out = True
    knows_target: ClassVar[bool] = True

    def __init__(self) -> None:
        self._part: dict[str, int] = {}
        self._learned: list[Learned] = []

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of features of an object as the next one."""

    @abstractmethod
    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features of every object as the next one after a path: columns (P, s) int64 and values (P, s) float64."""

    def unfitted(self) -> np.ndarray:
        """(size,) float64: weights before `fit`."""
        raise GazekitError(f"model {self.name!r} learns how people move; call fit(dataset) before predict")

    def learn(self, choices: Choices) -> np.ndarray:
        """(size,) float64: weights from choices that people made; by default with a penalty of 1 on each."""
        return choices.fit(np.ones(self.size))

    def measure(self, layouts: list[ObjectLayout]) -> None:
        """Take what the features need to know of the layouts before `fit`; nothing by default."""

    def fit(self, dataset: Dataset) -> Self:
        """Learn from people's paths, and return self; the data set may be the one that is then evaluated on.

        Parameters
        ----------
        dataset : Dataset
            Trials with what the model needs; human scanpaths.

        Raises
        ------
        DataError
            No human path on an object, or fewer than two stimuli.
        MissingNeedError
            A trial lacks something.
        """
        paths = human_paths(dataset)
        used = {path.trial for path in paths}
        trials = {t.id: t for t in dataset.trials if t.id in used}
        self.check_needs(trials.values())
        names = list(dict.fromkeys(t.stimulus for t in trials.values()))
        if len(names) < 2:
            raise DataError(
                f"the human paths of {dataset.name!r} are all on the stimulus {names[0]!r}; model {self.name!r} "
                f"predicts from other stimuli, so fit on a data set with two or more"
            )
        layouts = {name: layout_of(trial) for name, trial in trials.items()}
        self.measure(list(layouts.values()))
        seen = {name: self.see(trials[name], layout) for name, layout in layouts.items()}
        folds = min(FOLDS, len(names))
        kept = dataset.select(stimuli=names)
        part = {
            stimulus: k for k in range(folds) for stimulus in kept.split("layout", folds=folds, fold=k).test.stimuli
        }
        lengths = np.array([len(path.objects) for path in paths])
        of_path = np.array([part[layouts[path.trial].stimulus] for path in paths])
        of = np.repeat(of_path, lengths)  # part of every step
        steps = [(path, k) for path in paths for k in range(len(path.objects))]
        moves = [self.options(layouts[path.trial], seen[path.trial], path.objects[:k]) for path, k in steps]
        next_objects = Choices.stack(moves, [int(path.objects[k]) for path, k in steps], self.size)
        # option 0 is the end, with features; option 1 goes on, with none
        classes = [self._end_columns(layouts[path.trial], path.objects[: k + 1]) for path, k in steps]
        ends = [(np.stack([own, own]), np.repeat([[1.0], [0.0]], len(own), 1)) for own in classes]
        stops = Choices.stack(ends, [int(k + 1 < len(path.objects)) for path, k in steps], self._end_size)
        del moves, ends  # the stacked choices hold it all
        self._learned = [
            Learned(
                self.learn(next_objects.take(of != k)),
                stops.take(of != k).fit(np.full(self._end_size, END_PENALTY)),
                int(lengths[of_path != k].max()),
            )
            for k in range(folds + 1)  # the last leaves nothing out
        ]
        self._part = part
        return self

    def longest(self, stimulus: str) -> int:
        """Fixations of the longest path learned from; see `ObjectWalk.longest`."""
        return self.learned_without(stimulus).longest if self._learned else LONGEST

    def learned_without(self, stimulus: str) -> Learned:
        """The fit that has not learned from a stimulus."""
        return self._learned[self._part.get(stimulus, -1)]

    def log_probabilities(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> np.ndarray:
        """See `ObjectWalk.log_probabilities`."""
        columns, values = self.options(layout, seen, path)
        learned = self.learned_without(layout.stimulus) if self._learned else None
        weights = self.unfitted() if learned is None else learned.weights
        scores = (weights[columns] * values).sum(1)
        scores = scores - scores.max()
        scores -= np.log(np.exp(scores).sum())
        if not len(path):
            return np.concatenate([[-np.inf], scores])
        logit = self.end_logit(layout, path, learned)
        return np.concatenate([[-np.logaddexp(0, -logit)], scores - np.logaddexp(0, logit)])

    def end_logit(self, layout: ObjectLayout, path: np.ndarray, learned: Learned | None) -> float:
        """Log-odds of the end after a path of at least one fixation; the same after all where nothing was learned."""
        if learned is None:
            return -float(np.log(UNFITTED_LENGTH - 1))
        return float(learned.end[self._end_columns(layout, path)].sum())

    @property
    def _end_size(self) -> int:
        return SIZE if self.knows_target else SIZE_WITHOUT_TARGET

    def _end_columns(self, layout: ObjectLayout, path: np.ndarray) -> np.ndarray:
        return ending(layout, path) if self.knows_target else ending_by_steps(path)
