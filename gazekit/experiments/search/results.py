"""`SearchExperiment`: from searches to reaction times, errors, slopes, ratios and asymmetries, beside people's.

Intervals are 95 % percentile intervals of a bootstrap: displays are drawn with replacement within every cell
(condition, target present or absent, set size), people as wholes. Thresholds of stopping rules are taken as given.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.evaluation.bootstrap import interval
from gazekit.experiments.asymmetry.reaction_times import MS_PER_SACCADE, Line, reaction_time
from gazekit.experiments.asymmetry.results import cell_means, correlation
from gazekit.experiments.results import StudyResults, with_interval
from gazekit.experiments.search.people import Cell, People, mean_and_draws, resampled_people
from gazekit.experiments.search.stopping import ALL, Stopping, answered
from gazekit.runs.folder import read_table

PRESENT, ABSENT = "present", "absent"
# Items looked at in random order, each once: the target is the (n + 1) / 2-th, and without one all n are looked at.
RANDOM_ORDER: Mapping[str, float] = {PRESENT: MS_PER_SACCADE / 2, ABSENT: MS_PER_SACCADE}
NONE = np.empty(0)
NO_LINE = Line(np.nan, np.nan, NONE, NONE)


@dataclass(frozen=True)
class SearchExperiment(StudyResults):
    """Searches of one or several models, and everything that follows from them.

    Parameters
    ----------
    trials : pandas.DataFrame
        A row per search: model, experiment, condition, present, set_size, display, trial, saccades, found, limit.
    people : People, optional
        Whose reaction times stand beside.
    stopping : Stopping
        When a search is given up. Everything is reported for the searches as they are too ("all-items").
    asymmetries : sequence of (easy, hard)
        Pairs of conditions.
    seed, resamples, manifest, folder
        See `StudyResults`.
    """

    kind = "search"
    tables = ("cells", "slopes", "ratios", "indices", "agreement")

    trials: pd.DataFrame
    people: People | None = None
    stopping: Stopping = field(default_factory=Stopping)
    asymmetries: tuple[tuple[str, str], ...] = ()

    @classmethod
    def measured(cls, folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
        """See `StudyResults.measured`."""
        people = None
        if request["people"]:
            people = People(read_table(folder / "people.parquet"), request["people"]["dropped"])
        return {
            "trials": read_table(folder / "trials.parquet"),
            "people": people,
            "stopping": Stopping.from_text(request["stopping"]),
            "asymmetries": tuple((easy, hard) for easy, hard in request["asymmetries"]),
        }

    @property
    def rows(self) -> pd.DataFrame:
        """See `StudyResults.rows`."""
        return self.trials

    @property
    def conditions(self) -> list[str]:
        """Conditions, in the order of the design."""
        return list(dict.fromkeys(self.trials["condition"]))

    @property
    def rules(self) -> list[Stopping]:
        """Without a stopping rule, and with the one asked for."""
        return [Stopping(guesses=self.stopping.guesses), *([] if self.stopping.name == ALL else [self.stopping])]

    @cached_property
    def answers(self) -> Mapping[str, pd.DataFrame]:
        """Trials as they were answered under each rule, by its name; see `stopping.answered`."""
        times = self.people.times_without_target if self.people else {}
        return {rule.text: answered(self.trials, rule, times, self.seed) for rule in self.rules}

    @cached_property
    def cells(self) -> pd.DataFrame:
        """A row per stopping rule, model, condition, present or absent, and set size.

        Displays; mean reaction time of correct answers (rt, ms, with interval low, high) and share of errors, the same
        of people (human, ...), and the model's less people's (minus_human, with interval).
        """
        rows = []
        for key, cell in self._model.items():
            human = self._people.get(key[2:])
            parts = [cell, human or Cell(np.nan, NONE, np.nan, NONE)]
            found: list[Any] = [self._counts[key]]
            for part in parts:
                found += [part.rt, *interval(part.rts), part.errors, *interval(part.errors_drawn)]
            less = cell.rts - human.rts if human else NONE
            rows.append((*key, *found, cell.rt - parts[1].rt, *interval(less)))
        names = ["displays", "rt", "low", "high", "errors", "errors_low", "errors_high"]
        names += ["human", "human_low", "human_high", "human_errors", "human_errors_low", "human_errors_high"]
        names += ["minus_human", "minus_human_low", "minus_human_high"]
        return pd.DataFrame(rows, columns=["stopping", "model", "condition", "target", "set_size", *names])

    @cached_property
    def slopes(self) -> pd.DataFrame:
        """A row per stopping rule, model, condition and present or absent: slope and intercept, beside people's.

        Unweighted least squares through the means of the set sizes, ms per item and ms. People's line is of those who
        have a correct answer at every set size, `people` of them: others would tilt it. `random_order` is the slope of
        a search that looks at each item once in random order.
        """
        rows = []
        for key, line in self._lines.items():
            human = self._human_lines.get(key[2:])
            other = human or NO_LINE
            less = (line.slope - other.slope, *interval(line.slopes - other.slopes if human else NONE))
            about = (RANDOM_ORDER[key[3]], other.people)
            rows.append((*key, self._name, *line.estimates, *other.estimates[:4], *less, *about))
        names = ["experiment", "slope", "low", "high", "intercept", "intercept_low", "intercept_high"]
        names += ["human", "human_low", "human_high", "human_intercept"]
        names += ["minus_human", "minus_human_low", "minus_human_high", "random_order", "people"]
        return pd.DataFrame(rows, columns=["stopping", "model", "condition", "target", *names])

    @cached_property
    def ratios(self) -> pd.DataFrame:
        """A row per stopping rule, model and condition: slope without the target over slope with it, beside people's.

        Missing where the slope with the target is not above 0; resamples in which it is not are left out, and their
        share is `undefined`.
        """
        rows = []
        for (rule, model, condition, target), line in self._lines.items():
            key = (rule, model, condition, ABSENT)
            if target == PRESENT and key in self._lines:
                there, not_there = (self._human_lines.get((condition, t)) for t in (PRESENT, ABSENT))
                theirs = _ratio(there, not_there) if there and not_there else (np.nan,) * 4
                rows.append((rule, model, condition, *_ratio(line, self._lines[key]), *theirs[:3]))
        names = ["ratio", "low", "high", "undefined", "human", "human_low", "human_high"]
        return pd.DataFrame(rows, columns=["stopping", "model", "condition", *names])

    @cached_property
    def indices(self) -> pd.DataFrame:
        """A row per stopping rule, model and pair of conditions: asymmetry index of slopes with the target."""
        rows = []
        for rule, model in dict.fromkeys(key[:2] for key in self._lines):
            for pair in self.asymmetries:
                easy, hard = (self._lines[rule, model, name, PRESENT] for name in pair)
                human = [self._human_lines.get((name, PRESENT)) for name in pair]
                found = [
                    easy.index_with(hard),
                    human[0].index_with(human[1]) if human[0] and human[1] else (np.nan, NONE),
                ]
                estimates = [number for point, draws in found for number in (point, *interval(draws))]
                rows.append((rule, model, f"{pair[0]} / {pair[1]}", *estimates))
        names = ["index", "low", "high", "human", "human_low", "human_high"]
        return pd.DataFrame(rows, columns=["stopping", "model", "experiment", *names])

    @cached_property
    def agreement(self) -> pd.DataFrame:
        """A row per stopping rule and model: how its mean reaction times agree with people's, over all cells.

        Pearson's correlation, root mean square and mean of the differences (ms), with intervals over displays and
        people; the number of cells whose interval of the difference holds 0.
        """
        rows = []
        for rule, model in dict.fromkeys(key[:2] for key in self._model):
            both = [
                (cell, self._people[key[2:]])
                for key, cell in self._model.items()
                if key[:2] == (rule, model) and key[2:] in self._people
            ]
            both = [(a, b) for a, b in both if np.isfinite(a.rt) and np.isfinite(b.rt)]
            if len(both) < 3:
                continue
            points = np.array([(a.rt, b.rt) for a, b in both])
            draws = np.stack([np.stack([a.rts, b.rts]) for a, b in both])  # (cells, 2, resamples)
            found: list[float] = []
            for measure in (_correlated, _root_mean_square, _mean_difference):
                drawn = np.array([measure(draws[:, :, k]) for k in range(draws.shape[2])])
                found += [measure(points), *interval(drawn)]
            less = [interval(a.rts - b.rts) for a, b in both]
            rows.append((rule, model, len(both), *found, sum(low <= 0 <= high for low, high in less)))
        names = ["cells", "correlation", "correlation_low", "correlation_high", "error", "error_low", "error_high"]
        names += ["difference", "difference_low", "difference_high", "cells_alike"]
        return pd.DataFrame(rows, columns=["stopping", "model", *names])

    @property
    def sentences(self) -> list[str]:
        """What was found, in plain sentences."""
        first, rule = self.models[0], self.rules[-1].text
        who, pops_out = self.searcher
        found = [*who, *pops_out]
        table = self.slopes[(self.slopes["model"] == first) & (self.slopes["stopping"] == rule)]
        for row in table.to_dict("records"):
            text = f"{row['condition']}, target {row['target']}: "
            if np.isfinite(row["slope"]):
                text += f"{with_interval(row, '.1f', 'slope', 'low', 'high')} ms per item"
            else:
                text += "no slope, since a set size has no correct answer"
            if np.isfinite(row["human"]):
                text += f", people {row['human']:.1f}"
                all_people = len(self.people.subjects) if self.people else 0
                if row["people"] < all_people:
                    text += f" ({row['people']} of {all_people} have a correct answer at every set size)"
            found.append(f"{text}.")
        for row in self.agreement[(self.agreement["model"] == first) & (self.agreement["stopping"] == rule)].to_dict(
            "records"
        ):
            r = with_interval(row, "+.2f", "correlation", "correlation_low", "correlation_high")
            found.append(
                f"Mean reaction times correlate with people's by {r} over {row['cells']} cells; "
                f"in {row['cells_alike']} "
                f"of them the interval of the difference holds 0."
            )
        cells = self.cells[(self.cells["model"] == first) & (self.cells["stopping"] == rule)]
        wrong = (cells["errors"] * cells["displays"]).groupby(cells["target"]).sum()
        displays = cells.groupby("target")["displays"].sum()
        words = {PRESENT: "misses", ABSENT: "false alarms"}
        counted = [
            f"{round(wrong[t])} {words[t]} in {displays[t]} displays" for t in (PRESENT, ABSENT) if t in displays
        ]
        found.append(f"Stopping rule {rule}: {', '.join(counted)}.")
        return found

    # ---------------------------------------------------------------- inside

    @property
    def _name(self) -> str:
        return str(self.trials["experiment"].iloc[0])

    def _each(self) -> Iterator[tuple[tuple[str, str, str, str, int], pd.DataFrame]]:
        for rule, table in self.answers.items():
            for (model, condition, present, size), part in table.groupby(
                ["model", "condition", "present", "set_size"], sort=False
            ):
                yield (rule, model, condition, PRESENT if present else ABSENT, int(size)), part.sort_values("display")

    @cached_property
    def _counts(self) -> dict[tuple[str, str, str, str, int], int]:
        return {key: len(part) for key, part in self._each()}

    @cached_property
    def _model(self) -> dict[tuple[str, str, str, str, int], Cell]:
        found = {}
        for key, part in self._each():
            right = part["correct"].to_numpy(bool)
            times = np.where(right, reaction_time(part["saccades"].to_numpy(float)), np.nan)
            where = (self._name, f"{key[2]}/{key[3]}", key[4])
            rt, errors = (
                cell_means(each, *where, seed=self.seed, resamples=self.resamples) for each in (times, 1.0 - right)
            )
            found[key] = Cell(
                float(times[right].mean()) if right.any() else np.nan, rt, float(1 - right.mean()), errors
            )
        return found

    @cached_property
    def _draws(self) -> np.ndarray:
        return resampled_people(self.people, seed=self.seed, resamples=self.resamples) if self.people else NONE

    @cached_property
    def _people(self) -> dict[tuple[str, str, int], Cell]:
        if self.people is None:
            return {}
        t = self.people.trials
        keys = t[["condition", "present", "set_size"]].drop_duplicates().itertuples(index=False)
        return {
            (c, PRESENT if present else ABSENT, int(n)): self.people.cell(c, present, n, self._draws)
            for c, present, n in keys
        }

    @cached_property
    def _lines(self) -> dict[tuple[str, str, str, str], Line]:
        keys = dict.fromkeys(key[:4] for key in self._model)
        return {key: _line({k[4]: cell for k, cell in self._model.items() if k[:4] == key}) for key in keys}

    @cached_property
    def _human_lines(self) -> dict[tuple[str, str], Line]:
        found = {}
        for key in dict.fromkeys(key[:2] for key in self._people):
            cells = {k[2]: cell for k, cell in self._people.items() if k[:2] == key}
            whole = np.isfinite([cell.times for cell in cells.values()]).all(axis=0)
            if set(cells) == set(self.trials["set_size"]) and whole.any():  # over other set sizes it is another slope
                means = {n: np.where(whole, cell.times, np.nan) for n, cell in cells.items()}
                of = {n: Cell(*mean_and_draws(times, self._draws), np.nan, NONE) for n, times in means.items()}
                found[key] = _line(of)._replace(people=int(whole.sum()))
        return found


def _line(cells: Mapping[int, Cell]) -> Line:
    sizes = sorted(cells)
    return Line.through(sizes, [cells[n].rt for n in sizes], [cells[n].rts for n in sizes])


def _ratio(present: Line, absent: Line) -> tuple[float, float, float, float]:
    good = present.slopes > 0
    point = absent.slope / present.slope if present.slope > 0 else np.nan
    return (
        point,
        *interval(absent.slopes[good] / present.slopes[good]),
        float(1 - good.mean()) if len(good) else np.nan,
    )


def _correlated(points: np.ndarray) -> float:
    return correlation(points[:, 0], points[:, 1])


def _root_mean_square(points: np.ndarray) -> float:
    return float(np.sqrt(((points[:, 0] - points[:, 1]) ** 2).mean()))


def _mean_difference(points: np.ndarray) -> float:
    return float((points[:, 0] - points[:, 1]).mean())
