"""Estimates: what a measure says of every model on one data set, on all stimuli and on resampled ones.

A model is a column of numbers: one per stimulus, or, for a measure of the whole data set, one per resample of the
stimuli. Columns are subtracted from each other before anything is estimated, so that a difference is paired. The two
differ only in how a column becomes a value with its resamples, and in how these become an interval.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.evaluation.bootstrap import centred_interval, interval, resample, resampled_means
from gazekit.evaluation.set_scoring import WHOLE


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, and the number of stimuli that it rests on."""

    value: float
    low: float
    high: float
    stimuli: int


@dataclass(frozen=True)
class Estimates(ABC):
    """One measure of one data set.

    Parameters
    ----------
    dataset, metric : str
        Which.
    columns : mapping of model to (n,) float64
        In the order of the run; NaN where a value is undefined.
    counts : pandas.DataFrame
        A row per model: `undefined`, comparisons without a value.
    """

    dataset: str
    metric: str
    columns: Mapping[str, np.ndarray]
    counts: pd.DataFrame

    def estimate(self, column: np.ndarray, *models: str) -> Estimate:
        """The estimate of a column that was made of these models' columns."""
        value, resampled = self._resampled(column)
        return Estimate(value, *self._ends(value, resampled), self._stimuli(column, models))

    def ratio(self, value: np.ndarray, ceiling: np.ndarray, floor: np.ndarray) -> tuple[float, float, float]:
        """(value - floor) / (ceiling - floor) over what the three columns have in common, with its interval."""
        common = np.isfinite(value) & np.isfinite(ceiling) & np.isfinite(floor)
        (top, tops), (whole, wholes) = (
            self._resampled(np.where(common, column - floor, np.nan)) for column in (value, ceiling)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            share, shares = float(np.float64(top) / whole), tops / wholes
        share = share if np.isfinite(share) else float("nan")
        return (share, *self._ends(share, shares))

    @abstractmethod
    def _resampled(self, column: np.ndarray) -> tuple[float, np.ndarray]:
        """The value on all stimuli, and those on resampled ones."""

    @abstractmethod
    def _ends(self, value: float, resampled: np.ndarray) -> tuple[float, float]:
        """The ends of the interval."""

    @abstractmethod
    def _stimuli(self, column: np.ndarray, models: tuple[str, ...]) -> int:
        """How many stimuli a value rests on."""


@dataclass(frozen=True)
class MeansOverStimuli(Estimates):
    """A column holds a value per stimulus; its mean counts, and its means over resampled stimuli (`draws`)."""

    draws: np.ndarray

    @classmethod
    def of_each(cls, scores: pd.DataFrame, *, seed: int, resamples: int) -> Iterator[Self]:
        """One per data set and measure of `Results.scores`, in the order of the run."""
        for dataset, of_dataset in scores.groupby("dataset", sort=False):
            stimuli = list(dict.fromkeys(of_dataset["stimulus"]))
            draws = resample(len(stimuli), seed=seed, resamples=resamples)
            for metric, part in of_dataset.groupby("metric", sort=False):
                counts = part.groupby("model", sort=False)[["undefined"]].sum()
                yield cls(str(dataset), str(metric), _columns(part, "stimulus", stimuli), counts, draws)

    def _resampled(self, column: np.ndarray) -> tuple[float, np.ndarray]:
        defined = column[np.isfinite(column)]
        return float(defined.mean()) if len(defined) else float("nan"), resampled_means(column, self.draws)

    def _ends(self, value: float, resampled: np.ndarray) -> tuple[float, float]:
        return interval(resampled)

    def _stimuli(self, column: np.ndarray, models: tuple[str, ...]) -> int:
        return int(np.isfinite(column).sum())


@dataclass(frozen=True)
class ValuesOfTheWhole(Estimates):
    """A column holds the value on all stimuli, then those on resampled ones; `counts` has `stimuli` as well."""

    @classmethod
    def of_each(cls, sets: pd.DataFrame) -> Iterator[Self]:
        """One per data set and measure of `Results.sets`, in the order of the run."""
        for (dataset, metric), part in sets.groupby(["dataset", "metric"], sort=False):
            counts = part[part["resample"] == WHOLE].set_index("model")[["undefined", "stimuli"]]
            columns = _columns(part, "resample", sorted({WHOLE, *part["resample"]}))
            yield cls(str(dataset), str(metric), columns, counts)

    def _resampled(self, column: np.ndarray) -> tuple[float, np.ndarray]:
        return float(column[0]), column[1:]

    def _ends(self, value: float, resampled: np.ndarray) -> tuple[float, float]:
        return centred_interval(value, resampled)

    def _stimuli(self, column: np.ndarray, models: tuple[str, ...]) -> int:
        return int(self.counts.loc[list(models), "stimuli"].min()) if np.isfinite(column[0]) else 0


def _columns(part: pd.DataFrame, index: str, order: Sequence[Any]) -> dict[str, np.ndarray]:
    """A column per model, in the order in which they come; `index` names the place of a row in it."""
    grid = part.pivot_table(index=index, columns="model", values="value", dropna=False).reindex(index=list(order))
    return {model: grid[model].to_numpy() for model in dict.fromkeys(part["model"])}
