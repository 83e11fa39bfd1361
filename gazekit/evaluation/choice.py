"""Which measures a run computes: found by name, each met by the data or said not to apply and why."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gazekit.foundations.errors import GazekitError
from gazekit.foundations.named_values import check_once
from gazekit.metrics.context import Context
from gazekit.metrics.kinds.densities import DENSITIES
from gazekit.metrics.measure import Measure, all_measures, find

ALL = "all"
MetricChoice = Sequence[str] | Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Choice:
    """The measures of a run with their options, in the order of the tables.

    Parameters
    ----------
    measures : tuple of Measure
        All of them.
    not_applicable : mapping of name to reason
        Those left out of "all".
    """

    measures: tuple[Measure, ...]
    not_applicable: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_piece(self) -> list[Measure]:
        """Those that need one source on some stimuli only."""
        return [m for m in self.measures if not m.equal_sets]

    @property
    def of_sets(self) -> list[Measure]:
        """Those that need all predictions, so that equally large sets can be drawn."""
        return [m for m in self.measures if m.equal_sets]

    @property
    def densities(self) -> list[Measure]:
        """Measures of densities."""
        return [m for m in self.measures if m.kind == DENSITIES]

    @property
    def needs_clusters(self) -> bool:
        """Whether a measure is of clusters of people's fixations."""
        return any("clusters" in m.needs for m in self.measures)

    def outputs(self) -> list[str]:
        """Columns of all measures, in order."""
        return [output for m in self.measures for output in m.outputs]

    def parameters(self) -> dict[str, dict[str, Any]]:
        """Every option of every measure, for the manifest."""
        return {m.name: m.parameters for m in self.measures}


def choose(wanted: MetricChoice, context: Context, also: Callable[[Measure], str] = lambda measure: "") -> Choice:
    """The measures of a run.

    Parameters
    ----------
    wanted : sequence of names, or mapping of name to options
        `["all"]` takes every measure whose needs are met, and says why not the rest.
    context : Context
        What data and models offer.
    also : callable
        Another reason not to use a measure; empty for none.

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
        reasons = {measure.name: measure.lacking(context) or also(measure) for measure in all_measures()}
        met = [measure for measure in all_measures() if not reasons[measure.name]]
        return Choice(tuple(met), {name: why for name, why in reasons.items() if why})
    check_once(list(wanted), "metrics")
    options: Mapping[str, Any] = wanted if isinstance(wanted, Mapping) else {name: {} for name in wanted}
    chosen = [find(name).with_options(**given) for name, given in options.items()]
    for measure in chosen:
        why = measure.lacking(context) or also(measure)
        if why:
            raise GazekitError(f"metric {measure.name!r} cannot be used on this data set: {why}")
    # In the order asked for, but those of the whole data set last: they stand in a table of their own.
    return Choice(tuple(sorted(chosen, key=lambda measure: measure.unit == "data set")))
