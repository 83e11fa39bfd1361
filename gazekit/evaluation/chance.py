"""Nulls, controls and chance: what a row of a table is, what a model has to beat, and where a control does well.

An image-blind null knows people, or not even them, but not the image. Chance on a measure is the best of a run's nulls:
what is not above it can be had without looking. A control should fail (it never moves, or is told the answer); where it
reaches chance or people, the measure does not measure what it is taken for, and everything that shows it says so. What
a model is, is a fact of its class (`ScanpathModel.role`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.lengths import OWN
from gazekit.foundations.errors import GazekitError
from gazekit.metrics.outputs import higher_is_better, measure_of
from gazekit.models.registry import model_class

FINDING = "target_box"  # what measures of finding a target need
PEOPLE, MODEL, NULL, CHANCE, CONTROL = "people", "model", "image-blind", "chance", "control"
WORDS = {PEOPLE: "ceiling", MODEL: "", NULL: "null", CHANCE: "chance: best null", CONTROL: "control"}
TOLD = "told where the target is, or when it is found"
AS_GIVEN = "intervals take what it learned from these people as given"


def roles_of(models: Iterable[str], sources: Mapping[str, Any]) -> dict[str, str]:
    """What each row is: "people", "model", "image-blind" or "control".

    Parameters
    ----------
    models : iterable of str
        Names of rows.
    sources : mapping of name to facts
        `sources` of the manifest. A name that is not there is that of a registered model, or else of a model.
    """
    return {name: PEOPLE if name == HUMAN else _role(name.removesuffix(OWN), sources) for name in models}


def _role(name: str, sources: Mapping[str, Any]) -> str:
    if name in sources:
        return str(sources[name].get("role", MODEL))
    try:
        return model_class(name.partition(":")[0]).role
    except (GazekitError, ImportError):  # a name that nobody registered, or whose libraries are not here
        return MODEL


def models_of(roles: Mapping[str, str]) -> list[str]:
    """The models of a run, each once: a second row with own lengths is no other model.

    Examples
    --------
    >>> models_of({"oat": "model", "oat (own lengths)": "model", "uniform": "null"})
    ['oat']
    """
    return [name for name, role in roles.items() if role == MODEL and not name.endswith(OWN)]


def compared(models: Sequence[str], metric: str) -> list[str]:
    """Those rows that are compared on a measure.

    Rows with own lengths are not compared with matched ones. Where finding a target is measured it is the other way
    round: matched lengths would stop a search where others were done.

    Examples
    --------
    >>> rows = ["human", "uniform", "uniform (own lengths)"]
    >>> compared(rows, "scanmatch"), compared(rows, "target_found"), compared(rows[:2], "target_found")
    (['human', 'uniform'], ['human', 'uniform (own lengths)'], ['human', 'uniform'])
    """
    measure = measure_of(metric)
    if measure is None or FINDING not in measure.needs:
        return [name for name in models if not name.endswith(OWN)]
    return [name for name in models if name.endswith(OWN) or name + OWN not in models]


def best_of(values: pd.Series, *, more: bool) -> list[str]:
    """The best of some models: several where they have the same value.

    Parameters
    ----------
    values : pandas.Series
        Values by model; NaN where a model has none.
    more : bool
        Whether more is better.

    Returns
    -------
    list of str
        In the order of `values`; equal is what differs by less than 1 part in 10^12, as sums do in another order.

    Examples
    --------
    >>> best_of(pd.Series({"a": 0.5, "b": 0.25, "c": 0.5}), more=True)
    ['a', 'c']
    """
    values = values.dropna()
    if values.empty:
        return []
    best = values.max() if more else values.min()
    return [str(name) for name in values.index[np.isclose(values, best, rtol=1e-12, atol=0)]]


def best_in(rows: pd.DataFrame, metric: str, roles: Mapping[str, str], role: str, *, more: bool | None) -> list[str]:
    """The best of a measure's rows that have a role: none where there is none, or `more` is None.

    Examples
    --------
    >>> rows = pd.DataFrame({"model": ["human", "a", "b"], "value": [0.5, 0.25, 0.125]})
    >>> best_in(rows, "scanmatch", {"human": PEOPLE, "a": MODEL, "b": MODEL}, MODEL, more=True)
    ['a']
    """
    names = rows["model"]
    there = rows[(names.map(roles) == role) & names.isin(compared(list(names), metric))]
    return [] if more is None else best_of(there.set_index("model")["value"], more=more)


def best_nulls(values: pd.DataFrame, roles: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """The best null of each data set and measure: chance.

    Parameters
    ----------
    values : pandas.DataFrame
        dataset, model, metric, value.
    roles : mapping of model to role
        From `roles_of`.

    Returns
    -------
    dict of (dataset, metric) to model
        The first of several that are equal (`best_of`); without measures of which neither more nor less is better, and
        those that no null has.
    """
    found = {}
    for (dataset, metric), rows in values.groupby(["dataset", "metric"], sort=False):
        if best := best_in(rows, str(metric), roles, NULL, more=higher_is_better(str(metric))):
            found[str(dataset), str(metric)] = best[0]
    return found


def reached(
    values: pd.DataFrame,
    differences: pd.DataFrame,
    roles: Mapping[str, str],
    nulls: Mapping[tuple[str, str], str],
) -> pd.DataFrame:
    """Where a control is not clearly worse than people, or than chance.

    Parameters
    ----------
    values : pandas.DataFrame
        dataset, model, metric, value.
    differences : pandas.DataFrame
        `Results.differences`.
    roles, nulls
        From `roles_of` and `best_nulls`.

    Returns
    -------
    pandas.DataFrame
        dataset, metric, control, reaches ("people" or the name of the best null), in the order of the table. A control
        reaches them where the interval of the paired difference, one that holds for all of the measure together, does
        not leave it clearly on the worse side.
    """
    gaps = {}
    for row in differences.itertuples():
        gaps[row.dataset, row.metric, row.model_a, row.model_b] = (row.sim_low, row.sim_high)
        gaps[row.dataset, row.metric, row.model_b, row.model_a] = (-row.sim_high, -row.sim_low)
    found = []
    for (dataset, metric), rows in values.groupby(["dataset", "metric"], sort=False):
        more = higher_is_better(str(metric))
        value = rows.set_index("model")["value"]
        controls = [m for m in compared(list(value.index), str(metric)) if roles.get(m) == CONTROL]
        controls = [m for m in controls if np.isfinite(value[m])]
        for control in controls if more is not None else ():
            for what, other in ((PEOPLE, HUMAN), *((n, n) for n in [nulls.get((dataset, metric))] if n)):
                low, high = gaps.get((dataset, metric, control, other), (np.nan, np.nan))
                if not np.isfinite([low, high]).all():  # one stimulus: by the values alone
                    low = high = value[control] - value.get(other, np.nan)
                if high >= 0 if more else low <= 0:
                    found.append((dataset, metric, control, what))
    return pd.DataFrame(found, columns=["dataset", "metric", "control", "reaches"])


def mark_of(rows: pd.DataFrame) -> str:
    """What a measure's rows of `reached` say, in a sentence; empty where there are none.

    Examples
    --------
    >>> rows = [("d", "m", "centre-point", "people"), ("d", "m", "centre-point", "empirical")]
    >>> mark_of(pd.DataFrame(rows, columns=["dataset", "metric", "control", "reaches"]))
    'the control centre-point reaches people and chance (empirical)'
    """
    parts = []
    for control, of in rows.groupby("control", sort=False)["reaches"]:
        what = [PEOPLE if name == PEOPLE else f"{CHANCE} ({name})" for name in of]
        parts.append(f"the control {control} reaches {' and '.join(what)}")
    return "; ".join(parts)


def notes_of(sources: Mapping[str, Any]) -> dict[str, str]:
    """What must be said beside a model wherever it is shown, by name: told the target, tuned on these stimuli, its fit.

    Examples
    --------
    >>> notes_of({"a": {"role": "model"}, "b": {"told_target": True, "tuned_on": "half of the images"}})
    {'b': 'told where the target is, or when it is found; tuned on half of the images'}
    """
    found = {}
    for name, facts in sources.items():
        tuned = facts.get("tuned_on")
        said = [TOLD] * bool(facts.get("told_target")) + ([f"tuned on {tuned}"] if tuned else [])
        said += [AS_GIVEN] * bool(facts.get("fit_as_given"))
        if said:
            found[name] = "; ".join(said)
    return found
