"""The rules of the model contract, each as one trial of a model."""

import pickle
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.foundations.told_apart import first_untold
from gazekit.models.contract import ScanpathModel
from gazekit.models.identity import identity

_SOURCES = {"image": "image_source", "target": "target_source"}
OPTIONAL = (*_SOURCES, "caption", "task", "target_box", "objects", "target_object", "max_fixations", "start")
LIMIT = 4  # fixations; what most rules ask for
SAMPLES = 2


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
        self.model, self.trials, self.tolerance = model, trials, tolerance

    def all(self) -> Iterator[tuple[str, Callable[[], None]]]:
        """Yield (name, rule), named by its docstring; a rule raises `BrokenRule`, or whatever the model raises."""
        for capability, prefix in PREFIXES.items():
            if isinstance(self.model, capability):
                rules = [rule for name, rule in vars(Rules).items() if name.startswith(prefix)]
                for rule in rules:
                    yield _written(rule), partial(rule, self)

    @cached_property
    def base(self) -> Scanpaths:
        """The prediction that the others are compared with."""
        return self.predict()

    def predict(self, trials: Sequence[Trial] | None = None, **options: Any) -> Scanpaths:
        """Predict with every argument given; the contract says that trials may be any iterable."""
        asked = {"n_samples": SAMPLES, "seed": 0, "max_fixations": LIMIT, "device": "auto", "progress": False}
        return self.model.predict(iter(self.trials if trials is None else trials), **{**asked, **options})

    def rule_name(self) -> None:
        """Has a name."""
        name = getattr(self.model, "name", None)
        expect(
            isinstance(name, str) and name != "" and name.strip() == name,
            f"name must be a word, not {name!r}",
        )
        expect(name != HUMAN, f"{HUMAN!r} stands for people in every table; choose another name")

    def rule_needs(self) -> None:
        """Needs are fields of Trial."""
        needs = self.model.needs
        expect(isinstance(needs, tuple), f"needs must be a tuple of field names, not {needs!r}")
        for field in needs:
            expect(field in OPTIONAL, f"Trial has no optional field {field!r}; it has {', '.join(OPTIONAL)}")

    def rule_returns(self) -> None:
        """Predicts, and returns Scanpaths."""
        expect(isinstance(self.base, Scanpaths), f"predict returned {type(self.base).__name__}, not Scanpaths")

    def rule_rows(self) -> None:
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

    def rule_frames(self) -> None:
        """Frames are those of the trials."""
        for i, trial in enumerate(t for t in self.trials for _ in range(SAMPLES)):
            found = self.base.frame_of(i)
            expect(found == trial.frame, f"trial {trial.id!r} has {trial.frame}, its prediction {found}")

    def rule_inside(self) -> None:
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

    def rule_durations(self) -> None:
        """Durations are ms."""
        wrong = self.base.durations() < 0
        expect(not wrong.any(), f"{int(wrong.sum())} durations are negative; give ms, or NaN where unknown")

    def rule_facts(self) -> None:
        """Facts are declared."""
        facts = self.base.facts
        expect(facts.unit == "px", "predictions must be in px, not degrees")
        expect(
            facts.forced_first is not None,
            "declare Facts(forced_first=False), or True if paths begin with the start",
        )

    def rule_limits(self) -> None:
        """Max_fixations is kept."""
        for limit in (1, LIMIT):
            longest = self.predict(max_fixations=limit, n_samples=1).lengths.max()
            expect(longest <= limit, f"with max_fixations={limit} a path has {longest} fixations")
        own = [replace(t, max_fixations=3) for t in self.trials]
        longest = self.predict(own, max_fixations=None, n_samples=1).lengths.max()
        expect(longest <= 3, f"for trials of max_fixations=3, and no other limit, a path has {longest} fixations")

    def rule_counts(self) -> None:
        """Counts below 1 are refused."""
        for name in ("max_fixations", "n_samples"):
            asked: dict[str, Any] = {name: 0}
            try:
                self.predict(**asked)
            except GazekitError:
                continue
            raise BrokenRule(f"{name}=0 must raise GazekitError: write draw or paths, and leave predict as it is")

    def rule_missing(self) -> None:
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

    def rule_only_needs(self) -> None:
        """Nothing else is needed."""
        bare = [strip(t, *(f for f in OPTIONAL if f not in self.model.needs)) for t in self.trials]
        try:
            self.predict(bare)
        except Exception as error:
            raise BrokenRule(
                f"on trials with nothing but needs={self.model.needs} it raises {type(error).__name__} "
                f"({error}); declare what it needs"
            ) from error

    def rule_repeated(self) -> None:
        """Same when repeated."""
        self.same(self.predict(), "a second call")

    def rule_reordered(self) -> None:
        """Same in another order."""
        self.same(self.predict(self.trials[::-1]), "giving the trials in reverse order")

    def rule_alone(self) -> None:
        """Same without the other trials."""
        self.same(self.predict(self.trials[-1:]), "giving the last trial alone")

    def rule_samples(self) -> None:
        """Same for another n_samples."""
        for n in (1, 3):
            self.same(self.predict(n_samples=n), f"n_samples={n} instead of {SAMPLES}")

    def rule_random(self) -> None:
        """Other seeds and samples differ."""
        if self.model.deterministic:
            return
        other, advice = self.predict(seed=1), "or declare deterministic = True"
        rows = range(len(self.base))
        alike = all(close(self.base, i, other, i, 0.0) for i in rows)
        expect(not alike, f"seed=1 gives the same paths as seed=0; draw from keyed_rng(seed, ...), {advice}")
        alike = all(close(self.base, i, self.base, i + 1, 0.0) for i in rows[::SAMPLES])
        expect(not alike, f"samples 0 and 1 are the same in every trial; put the sample in the key, {advice}")

    def rule_untouched(self) -> None:
        """Trials are not changed."""
        trials = [deepcopy(t) for t in self.trials]
        self.predict(trials)
        for before, after in zip(self.trials, trials, strict=True):
            for field in (f.name for f in fields(Trial)):
                same = equal(getattr(before, field), getattr(after, field))
                expect(same, f"predict changed {field!r} of trial {before.id!r}; work on a copy")

    def rule_pickled(self) -> None:
        """Same after pickling."""
        copy = pickle.loads(pickle.dumps(self.model))  # noqa: S301 - our own bytes
        self.same(Rules(copy, self.trials, self.tolerance).predict(), "pickling the model, as parallel runs do,")

    def rule_identity(self) -> None:
        """Told apart from others."""
        reason = first_untold(identity(self.model))
        expect(reason is None, str(reason))

    def same(self, other: Scanpaths, what: str) -> None:
        """Compare the rows that both predictions have."""
        rows = {k: i for i, k in enumerate(zip(self.base.table["trial"], self.base.table["sample"], strict=True))}
        for j, key in enumerate(zip(other.table["trial"], other.table["sample"], strict=True)):
            if key in rows and not close(self.base, rows[key], other, j, self.tolerance):
                raise BrokenRule(
                    f"{what} changes sample {key[1]} of trial {key[0]!r}; draw from keyed_rng(seed, name, "
                    f"trial id, sample)"
                )


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
