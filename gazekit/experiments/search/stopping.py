"""When a search is given up: rules by name, and the answers that follow.

Every rule is applied to the whole searches of a run, so that the same searches are reported with and without it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd

from gazekit.experiments.asymmetry.reaction_times import MS_BASE, MS_PER_SACCADE
from gazekit.foundations.errors import GazekitError, check_known
from gazekit.foundations.named_values import named
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.capabilities import Searches
from gazekit.models.contract import ScanpathModel

ALL = "all-items"
WITH_THRESHOLD = ("activation", "quitting-unit")
NO_ACTIVATIONS = (
    "model {!r} has no activations, which the stopping rule 'activation' needs; take 'quitting-unit', or a model such "
    "as eccnet"
)
NOISE, COLLAPSE = 0.5, 0.02  # of the quitting unit: deviation of a step, share of the threshold lost per saccade
PATIENCE = np.arange(1, 81) * 0.05


@dataclass(frozen=True)
class Stopping:
    """A rule and its parameters.

    Parameters
    ----------
    name : str
        Of `RULES`.
    misses : float
        Share of displays with the target in which it may be given up too early. The parameter of "activation" and
        "quitting-unit" is the strictest that keeps to it, in every condition, as people are told to make few errors.
    value : float, optional
        The parameter itself instead: the least activation, or the patience.
    guesses : float
        Share of given-up searches that are answered "present", by chance.
    """

    name: str = ALL
    misses: float = 0.05
    value: float | None = None
    guesses: float = 0.0

    def __post_init__(self) -> None:
        check_known("stopping rule", self.name, RULES)
        for name in ("misses", "guesses"):
            if not 0 <= getattr(self, name) < 1:
                raise GazekitError(
                    f"{name} of a stopping rule must be a share from 0 to below 1, not {getattr(self, name)}"
                )
        if self.value is not None and not isfinite(self.value):
            raise GazekitError(f"value of a stopping rule must be a number, not {self.value}")
        unused = [name for name in self._given() if name != "guesses"]
        if unused and self.name not in WITH_THRESHOLD:
            raise GazekitError(
                f"{unused[0]} says nothing to the stopping rule {self.name!r}, which has no threshold; leave it out"
            )
        if len(unused) > 1:
            raise GazekitError("misses chooses the threshold of a stopping rule and value gives it; give one of them")

    @classmethod
    def from_text(cls, text: str) -> "Stopping":
        """Read `name` or `name:option=value:option=value`.

        Raises
        ------
        UnknownNameError, GazekitError
            No such rule or option, or no number.

        Examples
        --------
        >>> Stopping.from_text("activation:misses=0.1")
        Stopping(name='activation', misses=0.1, value=None, guesses=0.0)
        """
        name, *parts = (part.strip() for part in text.split(":"))
        given: dict[str, float] = {}
        refused = "has an option {!r} that is not of the form misses=0.05"
        for option, value in named(parts, f"the stopping rule {text!r}:", refused, may_be_empty=True).items():
            check_known("option of a stopping rule", option, ("misses", "value", "guesses"))
            try:
                given[option] = float(value)
            except ValueError:
                raise GazekitError(f"{option} of a stopping rule must be a number, as misses=0.05") from None
        return cls(name, **given)

    @property
    def text(self) -> str:
        """As it is written on the command line."""
        return ":".join([self.name, *(f"{k}={v!r}".removesuffix(".0") for k, v in self._given().items())])

    def _given(self) -> dict[str, float]:
        default = {"misses": 0.05, "value": None, "guesses": 0.0}
        return {k: getattr(self, k) for k in default if getattr(self, k) != default[k]}


def answered(trials: pd.DataFrame, rule: Stopping, people: Mapping[tuple[str, int], float], seed: int) -> pd.DataFrame:
    """Answer every trial: when its search ends, and whether "present" is said.

    Parameters
    ----------
    trials : pandas.DataFrame
        Searches: model, condition, present, set_size, trial, saccades, found, and activations a_1, a_2, ...
    rule : Stopping
        When a search is given up.
    people : mapping of (condition, set size) to ms
        People's mean reaction time where the target was absent; for the rule "people".
    seed : int
        Of what is drawn.

    Returns
    -------
    pandas.DataFrame
        The trials with `saccades` as they are then, `correct`, and the rule's `parameter`. A target that was found
        before the search is given up is answered "present"; a search that is given up, or ends without the target, is
        answered "absent" (or is a guess).

    Raises
    ------
    GazekitError
        The rule needs what is not there: activations, or people's times.
    """
    done = []
    for _, part in trials.groupby(["model", "condition"], sort=False):
        limits, parameter = RULES[rule.name][0](part, rule, people, seed)
        made, found = part["saccades"].to_numpy(float), part["found"].to_numpy(bool)
        finds = found & (made <= limits)
        luck = np.array([keyed_rng(seed, "guess", name).random() for name in part["trial"]])
        says = finds | (~finds & (luck < rule.guesses))
        done.append(
            part.assign(
                saccades=np.minimum(made, limits), correct=says == part["present"].to_numpy(bool), parameter=parameter
            )
        )
    return pd.concat(done).sort_index()


def check_rule(
    rule: Stopping, cells: Iterable[tuple[str, int]], people: Mapping[tuple[str, int], float], model: ScanpathModel
) -> None:
    """Refuse a rule before anything is searched that could not be applied afterwards.

    Parameters
    ----------
    rule : Stopping
        The rule.
    cells : iterable of (condition, set size)
        Of the displays.
    people : mapping
        As in `answered`.
    model : ScanpathModel
        Who searches.

    Raises
    ------
    GazekitError
        People's times of a cell are not there; a model without a search of its own has no activations.
    """
    if rule.name == "people":
        for cell in cells:
            _limit_of_people(cell, people)
    if rule.name == "activation" and not isinstance(model, Searches):
        raise GazekitError(NO_ACTIVATIONS.format(model.name))


# ---------------------------------------------------------------- inside: saccades after which each search is given up

Limits = tuple[np.ndarray, Any]


def _never(part: pd.DataFrame, rule: Stopping, people: Mapping[tuple[str, int], float], seed: int) -> Limits:
    return np.full(len(part), np.inf), np.nan


def _activation(part: pd.DataFrame, rule: Stopping, people: Mapping[tuple[str, int], float], seed: int) -> Limits:
    names = sorted((c for c in part if c.startswith("a_")), key=lambda c: int(c[2:]))
    calls = part[names].to_numpy(float)
    if not names or np.isnan(calls[part["saccades"].to_numpy() > 0, :1]).any():
        raise GazekitError(NO_ACTIVATIONS.format(part["model"].iloc[0]))
    threshold = rule.value
    if threshold is None:
        # The least activation on the way to each target: a threshold above it misses that target.
        targets = part["found"].to_numpy(bool)
        least = np.sort(np.nanmin(calls[targets], axis=1)) if targets.any() else np.array([0.0])
        threshold = float(least[min(int(rule.misses * len(least)), len(least) - 1)])
    below = calls < threshold
    return np.where(below.any(axis=1), below.argmax(axis=1), np.inf), threshold


def _quitting_unit(part: pd.DataFrame, rule: Stopping, people: Mapping[tuple[str, int], float], seed: int) -> Limits:
    steps = int(part["saccades"].max())
    noise = np.stack([keyed_rng(seed, "quitting", name).standard_normal(steps) for name in part["trial"]])
    signal = np.cumsum(1 + NOISE * noise, axis=1)
    collapsed = (1 - COLLAPSE) ** np.arange(1, steps + 1)
    size = part["set_size"].to_numpy(float)[:, None]

    def limits(patience: float) -> np.ndarray:
        over = signal >= patience * size * collapsed
        return np.where(over.any(axis=1), over.argmax(axis=1) + 1.0, np.inf)

    if rule.value is not None:
        return limits(rule.value), rule.value
    targets = part["found"].to_numpy(bool)
    made = part["saccades"].to_numpy(float)
    for patience in (*PATIENCE, np.inf):  # with the last one nothing is given up
        given_up = limits(patience)
        if not targets.any() or (made > given_up)[targets].mean() <= rule.misses:
            break
    return given_up, float(patience)


def _as_people(part: pd.DataFrame, rule: Stopping, people: Mapping[tuple[str, int], float], seed: int) -> Limits:
    limits = []
    for name, condition, size in zip(part["trial"], part["condition"], part["set_size"], strict=True):
        saccades = _limit_of_people((condition, size), people)
        limits.append(np.floor(saccades) + (keyed_rng(seed, "people's limit", name).random() < saccades % 1))
    return np.array(limits), np.nan


def _limit_of_people(cell: tuple[str, int], people: Mapping[tuple[str, int], float]) -> float:
    """Saccades for which people's mean time in displays without the target is enough, one or more."""
    time = people.get(cell, np.nan)
    if not np.isfinite(time):
        raise GazekitError(
            f"the stopping rule 'people' needs people's reaction times of displays without the target; there are "
            f"none of condition {cell[0]!r} with {cell[1]} items (--people)"
        )
    return max((time - MS_BASE) / MS_PER_SACCADE, 1.0)


# name: (saccades after which each search is given up and the parameter, what it does)
Rule = Callable[[pd.DataFrame, Stopping, Mapping[tuple[str, int], float], int], Limits]
RULES: Mapping[str, tuple[Rule, str]] = {
    ALL: (_never, "a search ends with the target, or when nothing is left (or at the limit of saccades)"),
    "activation": (
        _activation,
        "a search is given up when no place left calls as strongly as a threshold (Guided Search; Wolfe 1994)",
    ),
    "quitting-unit": (
        _quitting_unit,
        "a noisy signal grows with every saccade; the search is given up when it passes a threshold, which is in "
        "proportion to the set size and collapses as time goes on (after Moran et al. 2013 and Wolfe 2021)",
    ),
    "people": (
        _as_people,
        "a search is given up after as many saccades as people's mean time in displays without the target allows, by "
        "condition and set size",
    ),
}
