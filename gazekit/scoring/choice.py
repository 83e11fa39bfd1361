"""Which measures a run computes: resolved from names, each met by the data or said not to apply and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from typing import Any

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.metrics import Metric, SetMetric
from gazekit.metrics.density import DensityMetric
from gazekit.metrics.sets import Trials
from gazekit.scoring.directions import measures
from gazekit.scoring.labels import LabelledMeasure
from gazekit.scoring.sets import score_or_nan

ALL = "all"
MetricChoice = Sequence[str] | Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Ground:
    """What the data and the models offer to measures.

    Parameters
    ----------
    human : Scanpaths
        People's paths, as prepared.
    contents : mapping of trial id to TrialContent
        What the trials showed.
    label_maps : mapping of stimulus to array
        Maps of labels.
    densities : bool
        Whether a model gives a log density.
    """

    human: Scanpaths
    contents: Trials = field(default_factory=dict)
    label_maps: Mapping[str, np.ndarray] = field(default_factory=dict)
    densities: bool = True


@dataclass(frozen=True)
class Choice:
    """The measures of a run with the options that were given, in the order of the tables.

    Parameters
    ----------
    given : mapping of name to options
        All of them.
    not_applicable : mapping of name to reason
        Those left out of "all".
    """

    given: Mapping[str, Mapping[str, Any]]
    not_applicable: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _measures(self) -> dict[str, Any]:
        return {name: entry(name) for name in self.given}

    def _of(self, kind: type) -> dict[str, Mapping[str, Any]]:
        return {name: self.given[name] for name, measure in self._measures.items() if isinstance(measure, kind)}

    @property
    def pairs(self) -> dict[str, Mapping[str, Any]]:
        """Metrics of pairs of paths."""
        return self._of(Metric)

    @property
    def labelled(self) -> dict[str, Mapping[str, Any]]:
        """Metrics of pairs of strings of labels."""
        return self._of(LabelledMeasure)

    @property
    def sets(self) -> dict[str, Mapping[str, Any]]:
        """Measures of sets that need equal sets to be drawn."""
        return {n: o for n, o in self._of(SetMetric).items() if not self._measures[n].leaves_out}

    @property
    def leaving_out(self) -> dict[str, Mapping[str, Any]]:
        """Measures of sets that leave a person's own paths out by themselves."""
        return {n: o for n, o in self._of(SetMetric).items() if self._measures[n].leaves_out}

    @property
    def densities(self) -> list[str]:
        """Measures of densities."""
        return list(self._of(DensityMetric))

    @property
    def needs_clusters(self) -> bool:
        """Whether a measure is of clusters of people's fixations."""
        return any(self._measures[name].labels == "clusters" for name in self.labelled)

    def outputs(self) -> list[str]:
        """Columns of all measures, in order."""
        return [output for measure in self._measures.values() for output in measure.outputs]

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Every option of every measure, for the manifest."""
        return {name: describe_parameters(self._measures[name], options) for name, options in self.given.items()}


def entry(name: str) -> Any:
    """The measure of this name.

    Raises
    ------
    UnknownNameError
        No registry has it.
    """
    if name not in measures():
        raise UnknownNameError("metric", name, measures())
    return measures()[name]


def describe_parameters(measure: Any, given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option of a measure, with its default where none was given.

    Raises
    ------
    UnknownNameError
        An option that it does not have.
    """
    if isinstance(measure, DensityMetric):
        for option in given:
            raise UnknownNameError(f"option of {measure.name}", option, [])
        return {}
    if isinstance(measure, LabelledMeasure):
        return {"labels": measure.labels, "without_target": measure.leave_target, **measure.options(given)}
    return dict(measure.options(given))


def choose(wanted: MetricChoice, ground: Ground) -> Choice:
    """The measures of a run.

    Parameters
    ----------
    wanted : sequence of names, or mapping of name to options
        `["all"]` takes every measure whose needs are met, and says why not the rest.
    ground : Ground
        What data and models offer.

    Raises
    ------
    GazekitError
        No name, or a measure asked for by name that the data do not allow.
    UnknownNameError
        No such measure or option.
    """
    if isinstance(wanted, str) or not wanted:
        raise GazekitError("give at least one metric, as a list of names; see `gazekit metrics`")
    if list(wanted) == [ALL]:
        reasons = {name: not_applicable(measure, {}, ground) for name, measure in measures().items()}
        return Choice({n: {} for n, why in reasons.items() if not why}, {n: why for n, why in reasons.items() if why})
    given = {name: dict(o) for name, o in (wanted if isinstance(wanted, Mapping) else {n: {} for n in wanted}).items()}
    for name, options in given.items():
        describe_parameters(entry(name), options)
        why = not_applicable(entry(name), options, ground)
        if why:
            raise GazekitError(f"metric {name!r} cannot be used on this data set: {why}")
    # In the order asked for, but those of the whole data set last: they stand in a table of their own.
    whole = [n for n in given if isinstance(found := entry(n), SetMetric) and found.by_stimulus is None]
    return Choice({**{n: o for n, o in given.items() if n not in whole}, **{n: given[n] for n in whole}})


def not_applicable(measure: Any, given: Mapping[str, Any], ground: Ground) -> str:
    """Why a measure cannot be computed on these people's paths, one clause; empty if it can."""
    human = ground.human
    options = {} if isinstance(measure, DensityMetric) else measure.options(given)
    if human.facts.unit != "px":
        if isinstance(measure, LabelledMeasure | DensityMetric):
            return "it needs px of the shown image, and the human scanpaths are in degrees"
        if "radius" in options and options["radius"] is None:
            return "its radius has a default in px only, and the human scanpaths are in degrees; give radius"
    if isinstance(measure, SetMetric):
        return _sets_lack(measure, given, ground)
    if isinstance(measure, DensityMetric):
        return _densities_lack(measure.name, ground)
    if isinstance(measure, LabelledMeasure):
        return _labels_lack(measure, ground)
    if measure.needs_duration and human.duration is None:
        return "it needs fixation durations, and the human scanpaths have none"
    if getattr(measure, "needs_objects", False) and human.object_id is None:
        return "it needs the object of every fixation, and the human scanpaths have none"
    return ""


def _sets_lack(measure: SetMetric, given: Mapping[str, Any], ground: Ground) -> str:
    human = ground.human
    if human.table["subject"].nunique() < 2:
        return "it compares people with other people, and there is only one subject"
    why = measure.lacking(human, human, ground.contents)
    if why or measure.by_stimulus is not None:
        return why
    if np.isfinite(score_or_nan(measure, human, human, ground.contents, given)).any():
        return ""
    return "it has no value for people's own paths: what it needs was not recorded, or is dropped before scoring"


def _densities_lack(name: str, ground: Ground) -> str:
    if name == "conditional":
        return "it needs a density of each next fixation after the true ones before it, which no model of gazekit gives"
    if not ground.densities:
        return "no model of this run gives a log density (uniform, centre and empirical do)"
    if ground.human.table["stimulus"].nunique() < 2:
        return "its centre bias is learned from the other images, and there is only one"
    return ""


def _labels_lack(measure: LabelledMeasure, ground: Ground) -> str:
    if measure.timed and ground.human.duration is None:
        return "it needs fixation durations, and the human scanpaths have none"
    if measure.labels == "clusters":
        return "" if find_spec("sklearn") else "it needs scikit-learn; install it with: pip install scikit-learn"
    if measure.labels == "label_maps":
        absent = [s for s in ground.human.table["stimulus"].unique() if s not in ground.label_maps]
        return f"it needs a map of labels of every stimulus, and {absent[0]!r} has none" if absent else ""
    shown = [ground.contents.get(t) for t in ground.human.table["trial"].unique()]
    if ground.human.object_id is None and any(t is None or t.objects is None for t in shown):
        return "it needs the objects of every trial, and there are none"
    if measure.leave_target and any(t is None or t.target_object is None for t in shown):
        return "it needs to know which object is the target of every trial"
    return ""
