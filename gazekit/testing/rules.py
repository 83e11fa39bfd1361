"""The rules of the model contract, and of what a model claims to do beyond `predict`, each as one trial of a model."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.foundations.told_apart import first_untold
from gazekit.models.capabilities import (
    HasDensity,
    HasLikelihood,
    HasNextDensities,
    Learns,
    Searches,
    SearchResult,
    histories,
)
from gazekit.models.contract import ScanpathModel
from gazekit.models.identity import identity
from gazekit.testing.example_trials import with_people

_SOURCES = {"image": "image_source", "target": "target_source"}
OPTIONAL = (*_SOURCES, "caption", "task", "target_box", "objects", "target_object", "max_fixations", "start")
LIMIT = 4  # fixations; what most rules ask for
SAMPLES = 2
SHAPE = (6, 8)  # of the densities asked for


class BrokenRule(Exception):  # noqa: N818 - it is no error of ours, and never leaves this package
    """A model breaks a rule; the message says how, and what to do."""


class Rules:
    """The rules for one model.

    Parameters
    ----------
    model : ScanpathModel
        The model.
    trials : list of Trial
        Trials that it can predict, two or more.
    tolerance : float
        Largest difference between predictions that count as the same, px and ms.
    """

    def __init__(self, model: ScanpathModel, trials: list[Trial], tolerance: float) -> None:
        self.trials, self.tolerance, self.people = trials, tolerance, with_people(trials)
        self.model: Any = model

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield (name, rule): those of every model, then those of the capabilities that this one has.

        A rule's docstring is its name. It raises `BrokenRule`, or whatever the model raises.
        """
        for name in vars(Rules):
            if name.startswith("_rule_"):
                yield named(getattr(self, name))
        learns = isinstance(self.model, Learns)
        if learns:
            yield named(self._fit_returns)
            yield named(self._learned)
        if learns and self.model.leaves_own_out:
            yield named(self._left_out)
        if isinstance(self.model, HasDensity):
            yield named(self._densities)
        if self.model.independent_fixations and isinstance(self.model, HasDensity):
            yield named(self._independent)
        if isinstance(self.model, HasNextDensities):
            yield named(self._next_densities)
        if isinstance(self.model, HasLikelihood):
            yield named(self._likelihoods)
        if isinstance(self.model, Searches):
            yield named(self._searches)

    @cached_property
    def base(self) -> Scanpaths:
        """The prediction that the others are compared with."""
        return self.predict()

    def predict(self, trials: Sequence[Trial] | None = None, **options: Any) -> Scanpaths:
        """Predict with every argument given; the contract says that trials may be any iterable."""
        asked = {"n_samples": SAMPLES, "seed": 0, "max_fixations": LIMIT, "device": "auto", "progress": False}
        return self.model.predict(iter(self.trials if trials is None else trials), **{**asked, **options})

    def _rule_name(self) -> None:
        """Has a name."""
        name = getattr(self.model, "name", None)
        expect(isinstance(name, str) and name != "" and name.strip() == name, f"name must be a word, not {name!r}")
        expect(name != HUMAN, f"{HUMAN!r} stands for people in every table; choose another name")

    def _rule_needs(self) -> None:
        """Needs are fields of Trial."""
        needs = self.model.needs
        expect(isinstance(needs, tuple), f"needs must be a tuple of field names, not {needs!r}")
        for field in needs:
            expect(field in OPTIONAL, f"Trial has no optional field {field!r}; it has {', '.join(OPTIONAL)}")

    def _rule_returns(self) -> None:
        """Predicts, and returns Scanpaths."""
        expect(isinstance(self.base, Scanpaths), f"predict returned {type(self.base).__name__}, not Scanpaths")

    def _rule_rows(self) -> None:
        """One row per trial and sample, in order."""
        table = self.base.table
        wanted = [(t.id, k) for t in self.trials for k in range(SAMPLES)]
        found = [(str(t), int(k)) for t, k in zip(table["trial"], table["sample"], strict=True)]
        wrong = next((i for i, row in enumerate(wanted) if i >= len(found) or found[i] != row), len(wanted))
        expect(
            found == wanted,
            f"{len(self.trials)} trials and n_samples={SAMPLES} make {len(wanted)} rows, samples 0 and 1 "
            f"of each trial in the order given, not {len(found)} rows, row {wrong} being {found[wrong:][:1]}",
        )
        stimuli = [t.stimulus for t in self.trials for _ in range(SAMPLES)]
        expect(list(table["stimulus"]) == stimuli, "the column 'stimulus' is not that of the trials")
        sources = sorted(set(table["source"]))
        expect(sources == [self.model.name], f"the column 'source' must be the model's name, not {sources}")

    def _rule_frames(self) -> None:
        """Frames are those of the trials."""
        for i, trial in enumerate(t for t in self.trials for _ in range(SAMPLES)):
            found = self.base.frame_of(i)
            expect(found == trial.frame, f"trial {trial.id!r} has {trial.frame}, its prediction {found}")

    def _rule_inside(self) -> None:
        """Points are finite and inside the frame."""
        paths, of = self.base, self.base.path_of()
        width, height = paths.table[["width", "height"]].to_numpy(float)[of].T
        outside = ~((paths.x >= 0) & (paths.y >= 0) & (paths.x <= width) & (paths.y <= height))
        if outside.any():
            i = int(outside.argmax())
            raise BrokenRule(
                f"{int(outside.sum())} of {len(outside)} points are not inside their frame; the first is "
                f"x {paths.x[i]:g}, y {paths.y[i]:g} px in {width[i]:g} x {height[i]:g} (trial "
                f"{paths.table['trial'].iloc[of[i]]!r})"
            )
        expect(len(paths.x) > 0, "every predicted path is empty")

    def _rule_durations(self) -> None:
        """Durations are ms."""
        wrong = self.base.durations() < 0
        expect(not wrong.any(), f"{int(wrong.sum())} durations are negative; give ms, or NaN where unknown")

    def _rule_facts(self) -> None:
        """Facts are declared."""
        facts = self.base.facts
        expect(facts.unit == "px", "predictions must be in px, not degrees")
        expect(
            facts.forced_first is not None, "declare Facts(forced_first=False), or True if paths begin with the start"
        )

    def _rule_limits(self) -> None:
        """Max_fixations is kept."""
        for limit in (1, LIMIT):
            longest = self.predict(max_fixations=limit, n_samples=1).lengths.max()
            expect(longest <= limit, f"with max_fixations={limit} a path has {longest} fixations")
        own = [replace(t, max_fixations=3) for t in self.trials]
        longest = self.predict(own, max_fixations=None, n_samples=1).lengths.max()
        expect(longest <= 3, f"for trials of max_fixations=3, and no other limit, a path has {longest} fixations")

    def _rule_counts(self) -> None:
        """Counts below 1 are refused."""
        for name in ("max_fixations", "n_samples"):
            asked: dict[str, Any] = {name: 0}
            try:
                self.predict(**asked)
            except GazekitError:
                continue
            raise BrokenRule(f"{name}=0 must raise GazekitError: write draw or paths, and leave predict as it is")

    def _rule_missing(self) -> None:
        """Missing needs are named."""
        for field in self.model.needs:
            without = strip(self.trials[-1], field)
            try:
                self.predict([*self.trials[:-1], without])
            except MissingNeedError as error:
                named = repr(field) in str(error) and repr(without.id) in str(error)
                expect(named, f"the error must name the field and the trial: {error}")
            else:
                raise BrokenRule(f"a trial without {field!r} must raise MissingNeedError: use self.check_needs(trials)")

    def _rule_only_needs(self) -> None:
        """Nothing else is needed."""
        bare = [strip(t, *(f for f in OPTIONAL if f not in self.model.needs)) for t in self.trials]
        try:
            self.predict(bare)
        except Exception as error:
            raise BrokenRule(
                f"on trials with nothing but needs={self.model.needs} it raises {type(error).__name__} "
                f"({error}); declare what it needs"
            ) from error

    def _rule_repeated(self) -> None:
        """Same when repeated."""
        self.same(self.predict(), "a second call")

    def _rule_reordered(self) -> None:
        """Same in another order."""
        self.same(self.predict(self.trials[::-1]), "giving the trials in reverse order")

    def _rule_alone(self) -> None:
        """Same without the other trials."""
        self.same(self.predict(self.trials[-1:]), "giving the last trial alone")

    def _rule_samples(self) -> None:
        """Same for another n_samples."""
        for n in (1, 3):
            self.same(self.predict(n_samples=n), f"n_samples={n} instead of {SAMPLES}")

    def _rule_random(self) -> None:
        """Other seeds and samples differ."""
        if self.model.deterministic:
            return
        other, advice = self.predict(seed=1), "or declare deterministic = True"
        rows = range(len(self.base))
        alike = all(close(self.base, i, other, i, 0.0) for i in rows)
        expect(not alike, f"seed=1 gives the same paths as seed=0; draw from keyed_rng(seed, ...), {advice}")
        alike = all(close(self.base, i, self.base, i + 1, 0.0) for i in rows[::SAMPLES])
        expect(not alike, f"samples 0 and 1 are the same in every trial; put the sample in the key, {advice}")

    def _rule_untouched(self) -> None:
        """Trials are not changed."""
        trials = [deepcopy(t) for t in self.trials]
        self.predict(trials)
        for before, after in zip(self.trials, trials, strict=True):
            for field in (f.name for f in fields(Trial)):
                same = equal(getattr(before, field), getattr(after, field))
                expect(same, f"predict changed {field!r} of trial {before.id!r}; work on a copy")

    def _rule_pickled(self) -> None:
        """Same after pickling."""
        copy = pickle.loads(pickle.dumps(self.model))  # noqa: S301 - our own bytes
        self.same(Rules(copy, self.trials, self.tolerance).predict(), "pickling the model, as parallel runs do,")

    def _rule_identity(self) -> None:
        """Told apart from others."""
        reason = first_untold(identity(self.model))
        expect(reason is None, str(reason))

    def _fitted(self, people: Dataset | None = None) -> Any:
        """A copy of the model that has learned from people, if it can learn."""
        model = deepcopy(self.model)
        if isinstance(model, Learns):
            model.fit(self.people if people is None else people)
        return model

    def _predicted(self, model: ScanpathModel) -> Scanpaths:
        return Rules(model, self.trials, self.tolerance).predict(n_samples=4)

    def _fit_returns(self) -> None:
        """Fit returns the model."""
        model = deepcopy(self.model)
        found = model.fit(self.people)
        expect(found is model, f"fit returned {type(found).__name__} {found!r:.60}; return self")

    def _learned(self) -> None:
        """Predictions depend on what was learned."""
        paths = self.people.scanpaths.truncate(1)
        other = replace(self.people, scanpaths=mirrored(paths, np.full(len(paths.x), True)))
        before, after = self._predicted(self._fitted()), self._predicted(self._fitted(other))
        same = before.lengths.tolist() == after.lengths.tolist() and np.array_equal(before.x, after.x)
        expect(not same, "it predicts the same after learning from other people; leave out fit, if it learns nothing")

    def _left_out(self) -> None:
        """A stimulus's own scanpaths are left out."""
        paths, last = self.people.scanpaths, self.trials[-1]
        # With its paths, and with quite other ones in their place: elsewhere, and of one fixation. Without any, a model
        # that deals the stimuli into parts by itself would deal them differently.
        own = (paths.table["stimulus"] == last.stimulus).to_numpy()
        paths = mirrored(paths, own[paths.path_of()])
        paths = paths.keep_fixations(~own[paths.path_of()] | (paths.rank_of() == 0))
        other = replace(self.people, scanpaths=paths)
        before, after = (
            self._predicted(model).filter(trial=last.id) for model in (self._fitted(), self._fitted(other))
        )
        same = all(close(before, i, after, i, self.tolerance) for i in range(len(before)))
        expect(
            same, f"people's scanpaths on {last.stimulus!r} change what it predicts there; set leaves_own_out = False"
        )

    def _densities(self) -> None:
        """Densities add up to 1."""
        model = self._fitted()
        for trial in self.trials:
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

    def _independent(self) -> None:
        """Densities are the same whatever came before."""
        model = self._fitted()
        for trial in self.trials:
            path, always = self.people.scanpaths.filter(trial=trial.id)[0], model.log_density(trial, SHAPE)
            for k, history in enumerate(histories(path)):
                expect(
                    np.array_equal(model.log_density(trial, SHAPE, history=history), always),
                    f"log_density with {k} fixations as history is another than without, trial {trial.id!r}; set "
                    f"independent_fixations = False",
                )

    def _next_densities(self) -> None:
        """Densities of a whole path are those of one fixation after another."""
        model = self._fitted()
        for trial in self.trials:
            path = self.people.scanpaths.filter(trial=trial.id)[0]
            at_once = np.asarray(model.conditional_log_densities(trial, path, SHAPE))
            expect(
                at_once.shape == (len(path), *SHAPE),
                f"a path of {len(path)} fixations with shape={SHAPE} gives {at_once.shape}, trial {trial.id!r}",
            )
            for k, (found, history) in enumerate(zip(at_once, histories(path), strict=True)):
                expect(
                    np.allclose(found, model.log_density(trial, SHAPE, history=history), atol=1e-4),
                    f"fixation {k + 1} of a path has another density than log_density with the {k} before it as "
                    f"history, trial {trial.id!r}",
                )

    def _likelihoods(self) -> None:
        """Likelihoods are nats of every fixation and of the end."""
        model = self._fitted()
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
        last = self.trials[-1].id
        alone = model.log_likelihood(self.people.select(trials=[last]))
        rows = np.flatnonzero((self.people.scanpaths.table["trial"] == last).to_numpy())
        same = all(np.allclose(scores[row], nats, atol=1e-4) for row, nats in zip(rows, alone, strict=True))
        expect(same, f"the likelihoods on trial {last!r} depend on which other trials are given")

    def _searches(self) -> None:
        """Searches say where gaze went."""
        for trial in (replace(t, max_fixations=LIMIT) for t in self.trials):
            found, again = self.model.search(trial), self.model.search(trial)
            expect(isinstance(found, SearchResult), f"search returned {type(found).__name__}, not SearchResult")
            good = found.fixations.ndim == 2 and found.fixations.shape[1:] == (2,) and len(found.fixations) > 0
            expect(good, f"fixations have the shape {found.fixations.shape}, not (n, 2) with the start first")
            expect(found.saccades <= LIMIT, f"{found.saccades} saccades, with max_fixations={LIMIT} of the trial")
            expect(np.array_equal(found.fixations, again.fixations), f"a second search of trial {trial.id!r} differs")

    def same(self, other: Scanpaths, what: str) -> None:
        """Compare the rows that both predictions have."""
        rows = {k: i for i, k in enumerate(zip(self.base.table["trial"], self.base.table["sample"], strict=True))}
        for j, key in enumerate(zip(other.table["trial"], other.table["sample"], strict=True)):
            if key in rows and not close(self.base, rows[key], other, j, self.tolerance):
                raise BrokenRule(
                    f"{what} changes sample {key[1]} of trial {key[0]!r}; draw from keyed_rng(seed, name, "
                    f"trial id, sample)"
                )


def named(rule: Callable[[], None]) -> tuple[str, Callable[[], None]]:
    """A rule with its name: its docstring, as a clause."""
    text = str(rule.__doc__).rstrip(".")
    return text[0].lower() + text[1:], rule


def expect(kept: bool, message: str) -> None:
    """Raise `BrokenRule` unless the rule is kept."""
    if not kept:
        raise BrokenRule(message)


def strip(trial: Trial, *names: str) -> Trial:
    """Take fields from a trial."""
    changes: dict[str, Any] = {_SOURCES.get(name, name): None for name in names}
    return replace(trial, **changes)


def close(a: Scanpaths, i: int, b: Scanpaths, j: int, tolerance: float) -> bool:
    """Whether path i of a and path j of b are the same, durations included."""
    left, right = a[i].xyt, b[j].xyt
    return left.shape == right.shape and np.allclose(left, right, rtol=0, atol=tolerance, equal_nan=True)


def equal(a: Any, b: Any) -> bool:
    """Whether two values of a trial's field are the same; image-reading functions count as unchanged."""
    if isinstance(a, np.ndarray):
        return np.array_equal(a, b)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(equal(v, w) for v, w in zip(a, b, strict=True))
    if hasattr(a, "__dataclass_fields__"):
        return all(equal(getattr(a, f), getattr(b, f)) for f in a.__dataclass_fields__)
    return callable(a) or bool(a == b)


def mirrored(paths: Scanpaths, points: np.ndarray) -> Scanpaths:
    """Turn some points about the vertical middle of their image."""
    width = paths.table["width"].to_numpy(float)[paths.path_of()]
    return paths.replace(x=np.where(points, width - paths.x, paths.x))
