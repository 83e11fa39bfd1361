"""The rules of what a model claims to do beyond `predict`, each as one trial of the model."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset
from gazekit.models.capabilities import HasDensity, HasLikelihood, Learns, Searches, SearchResult
from gazekit.models.contract import ScanpathModel
from gazekit.testing.example_trials import with_people
from gazekit.testing.rules import LIMIT, Rules, expect

SHAPE = (6, 8)  # of the densities asked for


class CapabilityRules:
    """The rules of the capabilities that a model has.

    Parameters
    ----------
    rules : Rules
        Those of the contract, with the model and the trials.
    """

    def __init__(self, rules: Rules) -> None:
        self.rules, self.model, self.people = rules, rules.model, with_people(rules.trials)

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield (name, rule) for every capability that the model has."""
        if isinstance(self.model, Learns):
            yield "fit returns the model", self._fit_returns
            yield "predictions depend on what was learned", self._learned
            if self.model.leaves_own_out:
                yield "a stimulus's own scanpaths are left out", self._left_out
        if isinstance(self.model, HasDensity):
            yield "densities add up to 1", self._densities
        if isinstance(self.model, HasLikelihood):
            yield "likelihoods are nats of every fixation and of the end", self._likelihoods
        if isinstance(self.model, Searches):
            yield "searches say where gaze went", self._searches

    def _fitted(self, people: Dataset | None = None) -> ScanpathModel:
        """A copy of the model that has learned from people, if it can learn."""
        model = deepcopy(self.model)
        if isinstance(model, Learns):
            model.fit(self.people if people is None else people)
        return model

    def _predicted(self, model: ScanpathModel) -> Scanpaths:
        return Rules(model, self.rules.trials, self.rules.tolerance).predict(n_samples=4)

    def _fit_returns(self) -> None:
        model = deepcopy(self.model)
        assert isinstance(model, Learns)  # noqa: S101 -- asked before
        found = model.fit(self.people)
        expect(found is model, f"fit returned {type(found).__name__} {found!r:.60}; return self")

    def _learned(self) -> None:
        paths = self.people.scanpaths.truncate(1)
        other = replace(self.people, scanpaths=_mirrored(paths, np.full(len(paths.x), True)))
        before, after = self._predicted(self._fitted()), self._predicted(self._fitted(other))
        same = before.lengths.tolist() == after.lengths.tolist() and np.array_equal(before.x, after.x)
        expect(not same, "it predicts the same after learning from other people; leave out fit, if it learns nothing")

    def _left_out(self) -> None:
        paths, last = self.people.scanpaths, self.rules.trials[-1]
        own = (paths.table["stimulus"] == last.stimulus).to_numpy()[paths.path_of()]
        other = replace(self.people, scanpaths=_mirrored(paths, own))
        before, after = (
            self._predicted(model).filter(trial=last.id) for model in (self._fitted(), self._fitted(other))
        )
        same = np.array_equal(before.x, after.x) and np.array_equal(before.y, after.y)
        expect(
            same, f"people's scanpaths on {last.stimulus!r} change what it predicts there; set leaves_own_out = False"
        )

    def _densities(self) -> None:
        model = self._fitted()
        assert isinstance(model, HasDensity)  # noqa: S101 -- asked before
        for trial in self.rules.trials:
            path = self.people.scanpaths.filter(trial=trial.id)[0]
            whole = (round(trial.frame.height), round(trial.frame.width))
            for shape, history in ((SHAPE, None), (None, None), (SHAPE, path)):
                found = model.log_density(trial, shape, history=history)
                expect(
                    np.shape(found) == (shape or whole), f"shape={shape} gives {np.shape(found)}, trial {trial.id!r}"
                )
                expect(not (np.isnan(found) | np.isposinf(found)).any(), f"NaN or infinite, trial {trial.id!r}")
                total = float(np.exp(found).sum())
                expect(
                    abs(total - 1) < 1e-6, f"probabilities add up to {total:.6g}, trial {trial.id!r}; subtract the log"
                )

    def _likelihoods(self) -> None:
        model = self._fitted()
        assert isinstance(model, HasLikelihood)  # noqa: S101 -- asked before
        scores, lengths = model.log_likelihood(self.people), self.people.scanpaths.lengths
        expect(
            len(scores) == len(lengths), f"{len(lengths)} paths have {len(scores)} likelihoods; give one array per path"
        )
        for nats, n in zip(scores, lengths, strict=True):
            expect(
                np.shape(nats) == (n + 1,),
                f"a path of {n} fixations has {np.shape(nats)} nats, not {n + 1} with the end",
            )
            expect(not (np.isnan(nats) | (np.asarray(nats) > 1e-6)).any(), "a log-likelihood is NaN or above 0")
        last = self.rules.trials[-1].id
        alone = model.log_likelihood(self.people.select(trials=[last]))
        rows = np.flatnonzero((self.people.scanpaths.table["trial"] == last).to_numpy())
        same = all(np.allclose(scores[row], nats, atol=1e-4) for row, nats in zip(rows, alone, strict=True))
        expect(same, f"the likelihoods on trial {last!r} depend on which other trials are given")

    def _searches(self) -> None:
        assert isinstance(self.model, Searches)  # noqa: S101 -- asked before
        for trial in (replace(t, max_fixations=LIMIT) for t in self.rules.trials):
            found, again = self.model.search(trial), self.model.search(trial)
            expect(isinstance(found, SearchResult), f"search returned {type(found).__name__}, not SearchResult")
            good = found.fixations.ndim == 2 and found.fixations.shape[1:] == (2,) and len(found.fixations) > 0
            expect(good, f"fixations have the shape {found.fixations.shape}, not (n, 2) with the start first")
            expect(found.saccades <= LIMIT, f"{found.saccades} saccades, with max_fixations={LIMIT} of the trial")
            expect(np.array_equal(found.fixations, again.fixations), f"a second search of trial {trial.id!r} differs")


def _mirrored(paths: Scanpaths, points: np.ndarray) -> Scanpaths:
    """Turn some points about the vertical middle of their image."""
    width = paths.table["width"].to_numpy(float)[paths.path_of()]
    return paths.replace(x=np.where(points, width - paths.x, paths.x))
