"""`AsymmetryResults`: from trials to cells, slopes, indices, tests, agreement with people, and sentences.

Intervals are a bootstrap over displays: within every cell (condition and set size) they are drawn with replacement.

Trials are a table with a row per search: model, experiment, condition, set_size, display, saccades, found, limit;
`cell` (the place of the target) and level weights `w_1`, `w_2`, ... where a model has them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.evaluation.bootstrap import RESAMPLES, interval, resampled_means
from gazekit.experiments.asymmetry.published import MODELS, human_index, human_slope, human_times
from gazekit.experiments.asymmetry.reaction_times import MS_PER_SACCADE, Line, censored, reaction_time
from gazekit.experiments.asymmetry.significance import NOT_INSTALLED, mixed_model, nested_f
from gazekit.experiments.results import StudyResults, with_interval
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.foundations.randomness import keyed_rng
from gazekit.runs.folder import read_table

MEAN = "mean"
ECCNET = MODELS["eccNET"]
NO_TEST = (np.nan, "", None, None, np.nan)  # statistic, reference, df, residual_df, p


@dataclass(frozen=True)
class AsymmetryResults(StudyResults):
    """Trials of one or several models with everything that follows from them: `cells`, `slopes`, `indices`, ...

    Parameters
    ----------
    trials : pandas.DataFrame
        See the module. The first condition of an experiment to appear is its easy (first) one.
    rule : str
        What an unsolved trial counts; see `reaction_times.censored`.
    seed, resamples, manifest, folder
        See `StudyResults`.

    Raises
    ------
    GazekitError
        An experiment that has not exactly two conditions.
    """

    kind = "asymmetry"
    tables = ("cells", "slopes", "indices", "tests", "agreement")

    trials: pd.DataFrame
    rule: str = "set-size"

    def __post_init__(self) -> None:
        t = self.trials
        made, found, size, limit = (t[name].to_numpy() for name in ("saccades", "found", "set_size", "limit"))
        saccades = censored(made, found, size, limit, self.rule)
        object.__setattr__(self, "trials", t.assign(counted=saccades, rt=reaction_time(saccades)))
        for experiment, conditions in self.conditions.items():
            if len(conditions) != 2:
                raise GazekitError(
                    f"the experiment {experiment!r} has {len(conditions)} conditions ({', '.join(conditions)}); an "
                    f"asymmetry is between two"
                )

    @classmethod
    def measured(cls, folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
        """See `StudyResults.measured`."""
        return {"trials": read_table(folder / "trials.parquet"), "rule": request["censoring"]}

    @property
    def rows(self) -> pd.DataFrame:
        """See `StudyResults.rows`."""
        return self.trials

    @cached_property
    def conditions(self) -> Mapping[str, tuple[str, ...]]:
        """Conditions of every experiment, the easy (first) one first."""
        pairs = self.trials.drop_duplicates(["experiment", "condition"])
        return {str(name): tuple(part["condition"]) for name, part in pairs.groupby("experiment", sort=False)}

    @cached_property
    def cells(self) -> pd.DataFrame:
        """A row per model, condition and set size.

        displays, unfound, saccades (mean, unsolved trials counted by the rule), rt and its standard error sem (ms), and
        people's rt where known (human).
        """
        rows = []
        keys = ["model", "experiment", "condition", "set_size"]
        for (model, experiment, condition, size), part in self.trials.groupby(keys, sort=False):
            counted = part["counted"].dropna().to_numpy()
            mean = counted.mean() if len(counted) else np.nan
            sem = MS_PER_SACCADE * counted.std() / np.sqrt(len(counted)) if len(counted) else np.nan
            human = human_times(experiment, condition).get(size, np.nan)
            unfound = int((~part["found"]).sum())
            rows.append((model, experiment, condition, size, len(part), unfound, mean, reaction_time(mean), sem, human))
        return pd.DataFrame(rows, columns=[*keys, "displays", "unfound", "saccades", "rt", "sem", "human"])

    @cached_property
    def slopes(self) -> pd.DataFrame:
        """A row per model and condition: slope with interval, intercept, people's slope, and the difference to it."""
        rows = []
        for model in self.models:
            for experiment, condition in ((e, c) for e, conditions in self.conditions.items() for c in conditions):
                line, human = self._lines[model, experiment, condition], human_slope(experiment, condition)
                found = (line.slope, *interval(line.slopes), line.intercept, human, line.slope - human)
                rows.append((model, experiment, condition, *found))
        names = ["slope", "low", "high", "intercept", "human", "minus_human"]
        return pd.DataFrame(rows, columns=["model", "experiment", "condition", *names])

    @cached_property
    def indices(self) -> pd.DataFrame:
        """A row per model and experiment, and their mean: the index with its interval, beside people and published.

        `same_sign` says whether the index has the sign of people's (missing where either has none). `minus_first` is
        the index less that of the run's first model on the same displays, with its paired interval; `w_1`, ... are the
        mean level weights that acted.
        """
        rows, first = [], self._indices(self.models[0])
        human = _with_mean({e: human_index(e) for e in self.conditions})
        published = _with_mean({e: ECCNET.indices.get(e, np.nan) for e in self.conditions})
        for model in self.models:
            for name, (point, draws) in self._indices(model).items():
                base, base_draws = first[name]
                change = (point - base, *interval(draws - base_draws)) if model != self.models[0] else (np.nan,) * 3
                about = (human[name], published[name], _same_sign(point, human[name]))
                rows.append((model, name, point, *interval(draws), *about, *change))
        names = ["index", "low", "high", "human", "published_eccnet", "same_sign"]
        names += ["minus_first", "minus_first_low", "minus_first_high"]
        table = pd.DataFrame(rows, columns=["model", "experiment", *names])
        table["same_sign"] = table["same_sign"].astype("boolean")
        return table.merge(self._weights(), on=["model", "experiment"], how="left")

    @cached_property
    def tests(self) -> pd.DataFrame:
        """A row per model, experiment and test: nested F (published), and the mixed model where cells are known.

        `reference` says what p is of: F, z (Wald) or t (least squares, with `residual_df`). Where there is no test,
        statistic and p are missing, and `note` says why.
        """
        rows: list[tuple[Any, ...]] = []
        for (model, experiment), part in self.trials.groupby(["model", "experiment"], sort=False):
            second = (part["condition"] == self.conditions[experiment][1]).to_numpy()
            size, times = part["set_size"].to_numpy(), part["rt"].to_numpy()
            if np.isfinite(times).sum() < 5:
                continue
            f = nested_f(size, second, times)
            tested = (f.f, "F" if np.isfinite(f.f) else "", f.df, f.residual_df, f.p)
            rows.append((model, experiment, "nested F", *tested, np.nan, np.nan, np.nan, f.note))
            if "cell" not in part or part["cell"].isna().any():
                continue
            try:
                m = mixed_model(size, second, times, part["cell"].to_numpy())
            except MissingNeedError:
                rows.append((model, experiment, "mixed model", *NO_TEST, *[np.nan] * 3, NOT_INSTALLED))
                continue
            of_slopes = (m.statistic, m.reference, None, m.residual_df, m.p)
            estimates = (m.slope_difference, m.error, m.group_deviation)
            rows.append((model, experiment, "mixed model", *of_slopes, *estimates, m.note))
        names = ["statistic", "reference", "df", "residual_df", "p"]
        names += ["slope_difference", "error", "cell_deviation", "note"]
        table = pd.DataFrame(rows, columns=["model", "experiment", "test", *names])
        return table.astype({"df": "Int64", "residual_df": "Int64"})

    @cached_property
    def agreement(self) -> pd.DataFrame:
        """A row per model, over the conditions that people did: correlations with their slopes and reaction times.

        slope_correlation and rt_correlation (Pearson), rt_error (root mean square, ms), same_sign of experiments.
        """
        rows = []
        for model in self.models:
            slopes = self.slopes[(self.slopes["model"] == model) & self.slopes["human"].notna()]
            cells = self.cells[(self.cells["model"] == model) & self.cells["human"].notna()]
            if slopes.empty:
                continue
            error = float(np.sqrt(((cells["rt"] - cells["human"]) ** 2).mean()))
            indices = self.indices[(self.indices["model"] == model) & self.indices["human"].notna()]
            indices = indices[indices["experiment"] != MEAN]
            slope_r, time_r = (
                correlation(t[of].to_numpy(), t["human"].to_numpy()) for t, of in ((slopes, "slope"), (cells, "rt"))
            )
            rows.append((model, slope_r, time_r, error, int(indices["same_sign"].sum()), len(indices)))
        names = ["slope_correlation", "rt_correlation", "rt_error", "same_sign", "experiments"]
        return pd.DataFrame(rows, columns=["model", *names])

    def row(self, model: str, experiment: str = MEAN) -> pd.Series:
        """The row of `indices` for a model and an experiment."""
        table = self.indices
        return table[(table["model"] == model) & (table["experiment"] == experiment)].iloc[0]

    @property
    def sentences(self) -> list[str]:
        """What was found, in plain sentences: polarity, mean index, and what the controls change."""
        first = self.models[0]
        mean, of = self.row(first), len(self.conditions)
        text = f"{first}: mean asymmetry index {with_interval(mean, '+.2f', 'index', 'low', 'high')} over {_count(of)}"
        people = self.agreement[self.agreement["model"] == first]
        if len(people):
            alike = people.iloc[0]
            text += f", with the sign of people's in {alike['same_sign']} of {alike['experiments']}"
            if np.isfinite(mean["human"]):
                text += f" (people {mean['human']:+.2f}, published eccNET {mean['published_eccnet']:+.2f})"
        found = [text + "."]
        who, pops_out = self.searcher
        found = [*who, *found, *pops_out]
        for control in self.models[1:]:
            row = self.row(control)
            change = with_interval(row, "+.2f", "minus_first", "minus_first_low", "minus_first_high")
            found.append(
                f"{control}: mean index {with_interval(row, '+.2f', 'index', 'low', 'high')}, a change of {change}."
            )
        unfound = int((~self.trials["found"]).sum())
        if unfound:
            found.append(f"{unfound} of {len(self.trials)} searches did not find the target ({self.rule}).")
        return found

    # ---------------------------------------------------------------- inside

    @cached_property
    def _lines(self) -> dict[tuple[str, str, str], Line]:
        lines = {}
        keys = ["model", "experiment", "condition"]
        for (model, experiment, condition), part in self.trials.groupby(keys, sort=False):
            sizes, means, draws = [], [], []
            for size, cell in part.groupby("set_size"):
                times = cell.sort_values("display")["rt"].to_numpy()
                sizes.append(size)
                means.append(times[np.isfinite(times)].mean() if np.isfinite(times).any() else np.nan)
                draws.append(cell_means(times, experiment, condition, size, seed=self.seed, resamples=self.resamples))
            lines[model, experiment, condition] = Line.through(sizes, means, draws)
        return lines

    def _indices(self, model: str) -> dict[str, tuple[float, np.ndarray]]:
        """Index of every experiment, and their mean, as they are and in every resample."""
        found = {}
        for experiment, conditions in self.conditions.items():
            easy, hard = (self._lines[model, experiment, condition] for condition in conditions)
            found[experiment] = easy.index_with(hard)
        points, draws = zip(*found.values(), strict=True)
        return {**found, MEAN: (float(np.mean(points)), np.mean(draws, axis=0))}

    def _weights(self) -> pd.DataFrame:
        """Mean level weights per model and experiment, and over all trials."""
        names = [c for c in self.trials if c.startswith("w_")]
        each = self.trials.groupby(["model", "experiment"], sort=False)[names].mean().reset_index()
        whole = self.trials.groupby("model", sort=False)[names].mean().reset_index().assign(experiment=MEAN)
        return pd.concat([each, whole], ignore_index=True)[["model", "experiment", *names]]


def cell_means(
    times: np.ndarray, experiment: str, condition: str, set_size: int, *, seed: int = 0, resamples: int = RESAMPLES
) -> np.ndarray:
    """Mean reaction time of a cell in every bootstrap resample.

    The draws depend on seed, experiment, condition, set size and number of displays only: all models that searched the
    same displays share them, so that differences between models are paired.

    Parameters
    ----------
    times : (n,) float64
        One reaction time per display, in the order of the displays; NaN for displays left out.
    experiment, condition, set_size
        Which cell it is.
    seed : int
        Seed of the run.
    resamples : int
        How many resamples.

    Returns
    -------
    (resamples,) float64
        NaN for a resample in which nothing is defined.

    Examples
    --------
    >>> cell_means(np.array([1.0, 1.0]), "lighting", "top_down", 6, resamples=3).tolist()
    [1.0, 1.0, 1.0]
    """
    n = len(times)
    draws = keyed_rng(seed, "asymmetry", experiment, condition, int(set_size), n).integers(0, n, (resamples, n))
    return resampled_means(np.asarray(times, dtype=float), draws)


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson's r; NaN for fewer than two values, or where one side does not vary."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def _with_mean(values: dict[str, float]) -> dict[str, float]:
    return {**values, MEAN: float(np.mean(list(values.values())))}


def _same_sign(value: float, human: float) -> bool | None:
    if np.isnan(value) or np.isnan(human) or value == 0 or human == 0:
        return None
    return bool(np.sign(value) == np.sign(human))


def _count(experiments: int) -> str:
    return "1 experiment" if experiments == 1 else f"{experiments} experiments"
