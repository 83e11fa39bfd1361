"""`ShelfResults`: what a finished run measured, with intervals by bootstrap over stimuli and paired differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.evaluation.bootstrap import resample
from gazekit.experiments.ratios import Ratio, over
from gazekit.experiments.results import StudyResults
from gazekit.experiments.shelf_search.measures import MEASURES
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.behaviour import delta
from gazekit.metrics.behaviour.object_behaviour import FEATURES
from gazekit.runs.folder import read_table, write_table

HALVES = 1000  # random halves of the stimuli for the floor of Delta


@dataclass(frozen=True)
class ShelfResults(StudyResults):
    """Sums and weights per model, measure and stimulus, with everything that follows from them.

    Parameters
    ----------
    scores : table
        Rows model, measure, stimulus, total, weight. A mean is the sum of totals over the sum of weights.
    distances : table
        Rows model, alignment, fixation, stimulus, total, weight: distance to the target, cells.
    lengths : table
        Rows model, length, paths, share, up_to.
    seed, resamples, manifest, folder
        See `StudyResults`.
    """

    kind = "shelf-search"
    tables = ("summary", "differences", "approach", "lengths")
    paths_file = "predictions.parquet"

    scores: pd.DataFrame
    distances: pd.DataFrame
    lengths: pd.DataFrame

    @classmethod
    def measured(cls, folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
        """See `StudyResults.measured`."""
        return {name: read_table(folder / f"{name}.parquet") for name in ("scores", "distances", "lengths")}

    @property
    def rows(self) -> pd.DataFrame:
        """See `StudyResults.rows`; people come first."""
        return self.scores

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row per model and measure: value, low, high, stimuli (with the measure defined)."""
        rows = [(*of, *ratio.with_interval, ratio.stimuli) for of, ratio in self._ratios.items()]
        return pd.DataFrame(rows, columns=["model", "measure", "value", "low", "high", "stimuli"])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """A row per measure and two models that have it: difference of their values, paired over stimuli."""
        rows = []
        for measure in (*MEASURES, "delta"):
            have = [m for m in self.models if (m, measure) in self._ratios]
            for against, model in combinations(have, 2):
                gap = self._ratios[model, measure].minus(self._ratios[against, measure])
                rows.append((measure, model, against, *gap))
        return pd.DataFrame(rows, columns=["measure", "model", "against", "difference", "low", "high"])

    @cached_property
    def approach(self) -> pd.DataFrame:
        """A row per model, alignment and fixation: distance to the target in cells, low, high, paths."""
        keys = ["model", "alignment", "fixation"]
        rows = []
        for of, part in self.distances.groupby(keys, sort=False):
            total, weight = self._spread(part)
            rows.append((*of, *Ratio.of(total, weight, self._draws).with_interval, int(weight.sum())))
        return pd.DataFrame(rows, columns=[*keys, "distance", "low", "high", "paths"])

    @cached_property
    def delta_floor(self) -> tuple[float, float]:
        """Delta of people on one half of the stimuli from people on the other: mean and 95th percentile.

        Two models whose Deltas are both below the percentile cannot be told apart by it.
        """
        sums = [self._sums(HUMAN, name) for name in FEATURES]
        count, found = len(self._stimuli), []
        if count < 2:
            return float("nan"), float("nan")
        for k in range(HALVES):
            order = keyed_rng(self.seed, "delta floor", k).permutation(count)
            halves = order[: count // 2], order[count // 2 :]
            one, other = ([over(t[half].sum(), w[half].sum()) for t, w in sums] for half in halves)
            found.append(delta(one, other))
        return float(np.nanmean(found)), float(np.nanpercentile(found, 95))

    def value(self, model: str, measure: str) -> float:
        """One value of the summary; NaN where it was not measured."""
        found = self._ratios.get((model, measure))
        return float("nan") if found is None else found.value

    def write_tables(self, folder: Path) -> None:
        """Write every one of `tables` as CSV, and `delta_floor.csv`."""
        super().write_tables(folder)
        mean, high = self.delta_floor
        write_table(pd.DataFrame({"mean": [mean], "percentile_95": [high]}), folder / "delta_floor.csv")

    # ---------------------------------------------------------------- inside

    @cached_property
    def _stimuli(self) -> list[str]:
        return sorted(self.scores["stimulus"].unique())

    @cached_property
    def _draws(self) -> np.ndarray:
        return resample(len(self._stimuli), seed=self.seed, resamples=self.resamples)

    def _spread(self, part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """Totals and weights of all stimuli, (s,) each, 0 where there is none."""
        wide = part.set_index("stimulus")[["total", "weight"]].reindex(self._stimuli, fill_value=0.0)
        return wide["total"].to_numpy(float), wide["weight"].to_numpy(float)

    @cached_property
    def _groups(self) -> dict[Any, pd.DataFrame]:
        return dict(list(self.scores.groupby(["model", "measure"], sort=False)))

    def _sums(self, model: str, measure: str) -> tuple[np.ndarray, np.ndarray]:
        return self._spread(self._groups[model, measure])

    @cached_property
    def _ratios(self) -> dict[tuple[str, str], Ratio]:
        """What every model has of every measure; Delta after the others."""
        found = {
            (model, measure): Ratio.of(*self._sums(model, measure), self._draws)
            for model in self.models
            for measure in MEASURES
            if (model, measure) in self._groups
        }
        for model in self.models:
            if (model, FEATURES[0]) in found:
                one, people = ([found[m, f] for f in FEATURES] for m in (model, HUMAN))
                drawn = np.abs(np.stack([a.resampled - b.resampled for a, b in zip(one, people, strict=True)]))
                each = over(drawn, np.stack([b.resampled for b in people]))
                defined = ~np.isnan(each)
                means = over(np.where(defined, each, 0.0).sum(0), defined.sum(0))
                value = delta([a.value for a in one], [b.value for b in people])
                found[model, "delta"] = Ratio(value, means, one[0].stimuli)
        return found
