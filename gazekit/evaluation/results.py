"""`Results`: scores per stimulus, and what is said about them with intervals, human ceiling and chance."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.evaluation.chance import CHANCE, MODEL, NULL, best_in, best_nulls, mark_of, reached, roles_of
from gazekit.evaluation.estimates import (
    OVERS,
    Estimates,
    MeansOverStimuli,
    Over,
    ValuesOfTheWhole,
    holm,
    simultaneous,
)
from gazekit.evaluation.set_scoring import SET_COLUMNS
from gazekit.evaluation.shares import shares_of
from gazekit.files.untrusted import reading
from gazekit.metrics.measure import CELL_COLUMNS as CELLS_OF_A_MODEL
from gazekit.metrics.outputs import higher_is_better, measure_of

SCORE_COLUMNS = ["dataset", "model", "metric", "stimulus", "value", "pairs", "undefined"]
CELL_COLUMNS = ["dataset", *CELLS_OF_A_MODEL]
_NUMBERS = ("value", "pairs", "undefined", "number", "stimuli")
_VALUE_COLUMNS = ["dataset", "model", "metric", "value", "low", "high", "stimuli", "undefined"]
SUMMARY_COLUMNS = [*_VALUE_COLUMNS, "role", "mark", "se", "over"]
DIFFERENCE_COLUMNS = ["dataset", "metric", "model_a", "model_b", "difference", "low", "high", "stimuli"]
DIFFERENCE_COLUMNS += ["se", "over", "sim_low", "sim_high", "p", "p_holm"]


@dataclass(frozen=True)
class Results:
    """Scores of one run.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per dataset, model, metric and stimulus: `value` (mean over the defined pairs, NaN if none), `pairs`
        (pairs compared) and `undefined` (pairs for which the metric is not defined). People appear as the model
        `human`: each subject against all others, which is the ceiling. What the others are (models, nulls, controls) is
        in the manifest, or else known by their registered names.
    manifest : mapping
        What the run was: versions, data and split hashes, metric parameters, seed, command.
    seed : int
        Seed of what is drawn for simultaneous intervals.
    resamples : int
        Draws for simultaneous intervals.
    sets : pandas.DataFrame
        Measures of the whole data set, which have no value per stimulus: for each dataset, model and metric the value
        (`part` is "all"), with `stimuli` and `undefined` (draws of equal sets without a value), and its deviations; see
        `gazekit.evaluation.set_scoring`. They follow the others in every table.
    cells : pandas.DataFrame
        The part of each person in each row of `scores`, where there are such parts; see
        `gazekit.metrics.measure.Scored`. An interval without them is over stimuli alone.
    intervals : {"stimuli and people", "stimuli"}
        What intervals allow for.

    Examples
    --------
    >>> values = [("a", "s1", 0.4), ("a", "s2", 0.6), ("human", "s1", 1.0)]
    >>> rows = [("d", model, "scanmatch", stimulus, value, 3, 0) for model, stimulus, value in values]
    >>> results = Results(pd.DataFrame(rows, columns=SCORE_COLUMNS))
    >>> results.summary[["model", "value", "stimuli"]].to_numpy().tolist()
    [['a', 0.5, 2], ['human', 1.0, 1]]
    """

    scores: pd.DataFrame
    manifest: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0
    resamples: int = RESAMPLES
    sets: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=SET_COLUMNS))
    cells: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=CELL_COLUMNS))
    intervals: Over = OVERS[0]

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read the results of a finished run folder.

        Raises
        ------
        DataError
            The folder holds no finished run.
        """
        from gazekit.runs.folder import read_table
        from gazekit.runs.manifest import read_finished

        manifest = read_finished(folder)
        scores = read_table(Path(folder) / "scores.parquet")
        more = {}
        for name, columns in (("sets", SET_COLUMNS), ("cells", CELL_COLUMNS)):
            path = Path(folder) / f"{name}.parquet"
            if path.is_file():
                more[name] = (read_table(path), columns)
        with reading(folder, "run its command again in a new folder"):
            _check_columns(scores, SCORE_COLUMNS)
            for table, columns in more.values():
                _check_columns(table, columns)
            request = manifest["request"]
            tables = {name: table for name, (table, _) in more.items()}
            over = request.get("intervals", OVERS[0])
            return cls(scores, manifest, int(request["seed"]), int(request["resamples"]), intervals=over, **tables)

    @property
    def models(self) -> list[str]:
        """Models in the order of the run; `human` is one of them."""
        return list(dict.fromkeys([*self.scores["model"], *self.sets["model"]]))

    @property
    def metrics(self) -> list[str]:
        """Metrics in the order of the run."""
        return list(dict.fromkeys([*self.scores["metric"], *self.sets["metric"]]))

    @property
    def headline(self) -> str:
        """The metric that a one-sentence summary is about: ScanMatch where it was computed, else the first.

        Descriptions, of which neither more nor less is better, come last.
        """
        directed = [m for m in self.metrics if higher_is_better(m) is not None]
        return "scanmatch" if "scanmatch" in self.metrics else (directed or self.metrics)[0]

    @property
    def sources(self) -> Mapping[str, Any]:
        """What the manifest says of every model: role, stops, told_target, tuned_on."""
        return self.manifest.get("sources", {})

    @cached_property
    def roles(self) -> dict[str, str]:
        """What each row is: "people", "model", "image-blind" or "control"."""
        return roles_of(self.models, self.sources)

    @cached_property
    def chance(self) -> dict[tuple[str, str], str]:
        """The best image-blind null of each (dataset, metric)."""
        return best_nulls(self._values, self.roles)

    @cached_property
    def reached(self) -> pd.DataFrame:
        """Where a control is not clearly worse than people or chance: dataset, metric, control, reaches."""
        return reached(self._values, self.differences, self.roles, self.chance)

    def best(self, dataset: str, metric: str) -> str | None:
        """The best model, the first of several with the same value; None where there is none, or no direction.

        People, nulls and controls are no models here; which lengths are compared says `chance.compared`.
        """
        rows = self._values[(self._values["dataset"] == dataset) & (self._values["metric"] == metric)]
        return next(iter(best_in(rows, metric, self.roles, MODEL, more=higher_is_better(metric))), None)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Value of every model with its 95 % interval: the columns of `SUMMARY_COLUMNS`.

        `role` is "people", "model", "image-blind", "control", or "chance", which is the best null of the measure;
        `mark` says which control reaches people or chance on this measure, the same for all its rows; empty where none
        does. `se` is the standard error, `over` what the interval allows for (stimuli and people, or stimuli alone,
        where a measure does not say what single persons have in it). Intervals end where the measure's range ends, and
        are NaN with one stimulus.
        """
        table = self._values
        keys = list(zip(table["dataset"], table["metric"], strict=True))
        best = [self.chance.get(key) for key in keys]
        roles = [
            CHANCE if self.roles[m] == NULL and m == null else self.roles[m]
            for m, null in zip(table["model"], best, strict=True)
        ]
        marks = {key: mark_of(rows) for key, rows in self.reached.groupby(["dataset", "metric"], sort=False)}
        return table.assign(role=roles, mark=[marks.get(key, "") for key in keys])[SUMMARY_COLUMNS]

    @cached_property
    def _values(self) -> pd.DataFrame:
        rows = []
        for each in self._estimates:
            measure = measure_of(each.metric)
            bounds = (-np.inf, np.inf) if measure is None else measure.bounds
            for model in each.models:
                found = each.combine({model: 1.0}).estimate()
                low, high = (float(np.clip(end, *bounds)) for end in (found.low, found.high))
                undefined = int(each.counts.loc[model, "undefined"])
                ends = (found.value, low, high, found.stimuli, undefined, found.error, found.over)
                rows.append((each.dataset, model, each.metric, *ends))
        return pd.DataFrame(rows, columns=[*_VALUE_COLUMNS, "se", "over"])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences between every two models over the stimuli where both are defined.

        `low` and `high` are the 95 % interval of one difference; `sim_low` and `sim_high` hold for all differences of a
        measure together (max-t); `p` is that of one difference, `p_holm` is adjusted for all of the measure (Holm).
        """
        rows: list[tuple[Any, ...]] = []
        for each in self._estimates:
            pairs = list(combinations(each.models, 2))
            moved = [each.combine({a: 1.0, b: -1.0}) for a, b in pairs]
            level = simultaneous(moved, each.dataset, each.metric, seed=self.seed, draws=self.resamples)
            found = [gap.estimate() for gap in moved]
            for (a, b), gap, adjusted in zip(pairs, found, holm([gap.p for gap in found]), strict=True):
                row = (each.dataset, each.metric, a, b, gap.value, gap.low, gap.high, gap.stimuli)
                rows.append((*row, gap.error, gap.over, *gap.within(level), gap.p, float(adjusted)))
        return pd.DataFrame(rows, columns=DIFFERENCE_COLUMNS)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """How much of the human ceiling each model reaches, or why no share is given; see `shares.shares_of`."""
        return shares_of(self._estimates, self.chance)

    @cached_property
    def _estimates(self) -> list[Estimates]:
        """All that summary, differences and shares are made of, in the order of the run."""
        return [
            *MeansOverStimuli.of_each(self.scores, self.cells, over=self.intervals),
            *ValuesOfTheWhole.of_each(self.sets, over=self.intervals),
        ]


def _check_columns(table: pd.DataFrame, wanted: Sequence[str]) -> None:
    """Refuse a table that lacks a column, or has text in the place of numbers."""
    for name in wanted:
        if name not in table:
            raise KeyError(name)
        if len(table) and name in _NUMBERS and not pd.api.types.is_numeric_dtype(table[name]):
            raise TypeError(f"the column {name!r} holds no numbers")
