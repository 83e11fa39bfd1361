"""`Results`: scores per stimulus, and what is said about them with intervals, human ceiling and chance."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.set_results import difference_rows, share_rows, summary_rows
from gazekit.files.untrusted import making_sense
from gazekit.foundations.errors import DataError
from gazekit.scoring.bootstrap import RESAMPLES, interval, resample, resampled_means
from gazekit.scoring.directions import has_zero, higher_is_better
from gazekit.scoring.sets import SET_COLUMNS

CHANCE = "other-image"
SCORE_COLUMNS = ["dataset", "model", "metric", "stimulus", "value", "pairs", "undefined"]
_NUMBERS = ("value", "pairs", "undefined", "resample", "stimuli")
SUMMARY_COLUMNS = ["dataset", "model", "metric", "value", "low", "high", "stimuli", "undefined"]


@dataclass(frozen=True)
class Results:
    """Scores of one run.

    Parameters
    ----------
    scores : pandas.DataFrame
        One row per dataset, model, metric and stimulus: `value` (mean over the defined pairs, NaN if none), `pairs`
        (pairs compared) and `undefined` (pairs for which the metric is not defined). People appear as the model
        `human`: each subject against all others, which is the ceiling. The model `other-image` is the chance level.
    manifest : mapping
        What the run was: versions, data and split hashes, metric parameters, seed, command.
    seed : int
        Seed of the bootstrap.
    resamples : int
        Bootstrap resamples.
    sets : pandas.DataFrame
        Measures of the whole data set, which have no value per stimulus: one row per dataset, model, metric and
        resample of the stimuli (-1: all stimuli, once each), with `stimuli` and `undefined` (draws of equal sets
        without a value). They follow the others in every table.

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

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read the results of a finished run folder.

        Raises
        ------
        DataError
            The folder holds no finished run.
        """
        from gazekit.runs.folder import read_manifest, read_table

        manifest = read_manifest(Path(folder))
        if manifest.get("status") != "complete":
            raise DataError(
                f"the run in {folder} is not finished; run its command again to resume it: {manifest.get('command')}"
            )
        scores = read_table(Path(folder) / "scores.parquet")
        pooled = Path(folder) / "sets.parquet"
        more = {"sets": read_table(pooled)} if pooled.is_file() else {}
        with making_sense(folder, "run its command again in a new folder"):
            _check_columns(scores, SCORE_COLUMNS)
            for sets in more.values():
                _check_columns(sets, SET_COLUMNS)
            request = manifest["request"]
            return cls(scores, manifest, int(request["seed"]), int(request["resamples"]), **more)

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

    @cached_property
    def summary(self) -> pd.DataFrame:
        """Mean over stimuli with its 95 % interval: dataset, model, metric, value, low, high, stimuli, undefined."""
        rows = []
        for (dataset, metric), grid in self._grids():
            draws = self._draws[dataset]
            undefined = grid.attrs["undefined"]
            for model in grid.columns:
                values = grid[model].to_numpy()
                rows.append(
                    (
                        dataset,
                        model,
                        metric,
                        _mean(values),
                        *interval(resampled_means(values, draws)),
                        int(np.isfinite(values).sum()),
                        int(undefined[model]),
                    )
                )
        return pd.DataFrame([*rows, *summary_rows(self.sets)], columns=SUMMARY_COLUMNS)

    @cached_property
    def differences(self) -> pd.DataFrame:
        """Paired differences between every two models over the stimuli where both are defined, with 95 % intervals."""
        rows = []
        for (dataset, metric), grid in self._grids():
            draws, columns = self._draws[dataset], list(grid.columns)
            for i, a in enumerate(columns):
                for b in columns[i + 1 :]:
                    gap = grid[a].to_numpy() - grid[b].to_numpy()
                    low, high = interval(resampled_means(gap, draws))
                    rows.append((dataset, metric, a, b, _mean(gap), low, high, int(np.isfinite(gap).sum())))
        names = ["dataset", "metric", "model_a", "model_b", "difference", "low", "high", "stimuli"]
        return pd.DataFrame([*rows, *difference_rows(self.sets)], columns=names)

    @cached_property
    def shares(self) -> pd.DataFrame:
        """How much of the human ceiling each model reaches, over the stimuli where all three are defined.

        `share` is value / ceiling, and ceiling / value for a distance. `share_above_chance` is (value - chance) /
        (ceiling - chance): 0 is a path from another image, 1 is another person; it may be negative. Both with 95 %
        intervals; NaN without people or chance.
        `share_above_chance` is NaN as well where people are not clearly above chance (the interval of their paired
        difference holds 0): dividing by it would only magnify noise. `share` is NaN where 0 does not mean none
        (log-likelihood). Descriptions, of which neither more nor less is better, have no shares.
        """
        rows = []
        for (dataset, metric), grid in self._grids():
            better = higher_is_better(metric)
            if HUMAN not in grid or better is None:
                continue
            draws, ceiling = self._draws[dataset], grid[HUMAN].to_numpy()
            chance = grid[CHANCE].to_numpy() if CHANCE in grid else np.full(len(grid), np.nan)
            low, high = interval(resampled_means(ceiling - chance, draws))
            if not (low > 0 or high < 0):
                chance = np.full(len(grid), np.nan)
            for model in grid.columns.drop(HUMAN):
                value = grid[model].to_numpy()
                over = (value, ceiling) if better else (ceiling, value)
                plain = _ratio(*over, np.full(len(grid), 0.0 if has_zero(metric) else np.nan), draws)
                above = _ratio(value, ceiling, chance, draws)
                rows.append((dataset, model, metric, *plain, *above))
        names = ["share", "share_low", "share_high", "share_above_chance", "above_low", "above_high"]
        rows += share_rows(self.sets, CHANCE)
        return pd.DataFrame(rows, columns=["dataset", "model", "metric", *names])

    @cached_property
    def _draws(self) -> dict[str, np.ndarray]:
        counts = self.scores.groupby("dataset")["stimulus"].nunique()
        return {name: resample(int(n), seed=self.seed, resamples=self.resamples) for name, n in counts.items()}

    def _grids(self) -> list[tuple[tuple[str, str], pd.DataFrame]]:
        """((dataset, metric), stimuli x models values), in the order of the run."""
        grids = []
        for dataset, of_dataset in self.scores.groupby("dataset", sort=False):
            stimuli = list(dict.fromkeys(of_dataset["stimulus"]))
            for metric, part in of_dataset.groupby("metric", sort=False):
                grid = part.pivot_table(index="stimulus", columns="model", values="value", dropna=False)
                grid = grid.reindex(index=stimuli, columns=list(dict.fromkeys(part["model"])))
                grid.attrs["undefined"] = part.groupby("model", sort=False)["undefined"].sum()
                grids.append(((str(dataset), str(metric)), grid))
        return grids

    def manifest_text(self) -> str:
        """The manifest as indented JSON."""
        return json.dumps(self.manifest, indent=2, sort_keys=True)


def _check_columns(table: pd.DataFrame, wanted: Sequence[str]) -> None:
    """Refuse a table that lacks a column, or has text in the place of numbers."""
    for name in wanted:
        if name not in table:
            raise KeyError(name)
        if len(table) and name in _NUMBERS and not pd.api.types.is_numeric_dtype(table[name]):
            raise TypeError(f"the column {name!r} holds no numbers")


def _mean(values: np.ndarray) -> float:
    values = values[np.isfinite(values)]
    return float(values.mean()) if len(values) else float("nan")


def _ratio(value: np.ndarray, ceiling: np.ndarray, floor: np.ndarray, draws: np.ndarray) -> tuple[float, float, float]:
    """(mean value - mean floor) / (mean ceiling - mean floor) over common stimuli, with its interval."""
    defined = np.isfinite(value) & np.isfinite(ceiling) & np.isfinite(floor)
    if not defined.any():
        return (float("nan"),) * 3
    top, bottom = (np.where(defined, a - floor, np.nan) for a in (value, ceiling))
    whole = _mean(bottom)
    means = resampled_means(bottom, draws)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = resampled_means(top, draws) / means
    return (_mean(top) / whole if whole else float("nan"), *interval(ratios))
