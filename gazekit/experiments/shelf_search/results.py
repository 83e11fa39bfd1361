"""`ShelfResults`: what a finished run measured, with intervals by bootstrap over stimuli and paired differences."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.experiments.shelf_search.measures import MEASURES
from gazekit.foundations.errors import DataError
from gazekit.foundations.randomness import keyed_rng
from gazekit.metrics.behaviour import delta
from gazekit.metrics.behaviour.object_behaviour import FEATURES
from gazekit.runs.folder import read_table, write_table
from gazekit.runs.manifest import read_finished
from gazekit.scoring.bootstrap import RESAMPLES, interval, resample

KIND = "shelf-search"
HALVES = 1000  # random halves of the stimuli for the floor of Delta


@dataclass(frozen=True)
class ShelfResults:
    """Sums and weights per model, measure and stimulus, with everything that follows from them.

    Parameters
    ----------
    scores : table
        Rows model, measure, stimulus, total, weight. A mean is the sum of totals over the sum of weights.
    distances : table
        Rows model, alignment, fixation, stimulus, total, weight: distance to the target, cells.
    lengths : table
        Rows model, length, paths, share, up_to.
    seed, resamples : int
        Of the bootstrap.
    manifest : mapping
        What the run was.
    folder : path, optional
        Where it is.
    """

    scores: pd.DataFrame
    distances: pd.DataFrame
    lengths: pd.DataFrame
    seed: int = 0
    resamples: int = RESAMPLES
    manifest: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a finished run.

        Raises
        ------
        RunFolderError, DataError
            No run folder, a run of another kind, or one that is not finished.
        """
        manifest = read_finished(folder, KIND)
        request = manifest["request"]
        scores, distances, lengths = (
            read_table(Path(folder) / f"{name}.parquet") for name in ("scores", "distances", "lengths")
        )
        return cls(scores, distances, lengths, request["seed"], request["resamples"], manifest, Path(folder))

    def paths(self) -> Scanpaths:
        """Every model's paths over objects, at their centres."""
        if self.folder is None:
            raise DataError("these results are in no folder, so that no scanpaths are stored with them")
        return Scanpaths.load(self.folder / "predictions.parquet")

    @property
    def models(self) -> list[str]:
        """Rows of the tables, people first."""
        return list(dict.fromkeys(self.scores["model"]))

    @cached_property
    def summary(self) -> pd.DataFrame:
        """A row per model and measure: value, low, high, stimuli (with the measure defined)."""
        rows = []
        for (model, measure), (value, means, count) in self._estimates.items():
            low, high = interval(means)
            rows.append((model, measure, value, low, high, count))
        return pd.DataFrame(rows, columns=["model", "measure", "value", "low", "high", "stimuli"])

    @cached_property
    def differences(self) -> pd.DataFrame:
        """A row per measure and two models that have it: difference of their values, paired over stimuli."""
        rows = []
        for measure in (*MEASURES, "delta"):
            have = [m for m in self.models if (m, measure) in self._estimates]
            for k, against in enumerate(have):
                for model in have[k + 1 :]:
                    one, other = self._estimates[model, measure], self._estimates[against, measure]
                    rows.append((measure, model, against, one[0] - other[0], *interval(one[1] - other[1])))
        return pd.DataFrame(rows, columns=["measure", "model", "against", "difference", "low", "high"])

    @cached_property
    def approach(self) -> pd.DataFrame:
        """A row per model, alignment and fixation: distance to the target in cells, low, high, paths."""
        rows = []
        groups = self.distances.groupby(["model", "alignment", "fixation"], sort=False)
        for (model, alignment, fixation), part in groups:
            total, weight = self._spread(part)
            low, high = interval(self._ratio(total, weight))
            rows.append((model, alignment, fixation, total.sum() / weight.sum(), low, high, int(weight.sum())))
        return pd.DataFrame(rows, columns=["model", "alignment", "fixation", "distance", "low", "high", "paths"])

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
            one, other = ([_over(t[half].sum(), w[half].sum()) for t, w in sums] for half in halves)
            found.append(delta(one, other))
        return float(np.nanmean(found)), float(np.nanpercentile(found, 95))

    def value(self, model: str, measure: str) -> float:
        """One value of the summary; NaN where it was not measured."""
        return self._estimates.get((model, measure), (float("nan"), None, 0))[0]

    def write_tables(self, folder: Path) -> None:
        """Write `summary.csv`, `differences.csv`, `approach.csv`, `lengths.csv` and `delta_floor.csv`."""
        for name in ("summary", "differences", "approach", "lengths"):
            write_table(getattr(self, name), folder / f"{name}.csv")
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

    def _ratio(self, total: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """(resamples,) float64: ratio of sums in every resample, NaN where nothing was drawn."""
        return _over(total[self._draws].sum(1), weight[self._draws].sum(1))

    @cached_property
    def _estimates(self) -> dict[tuple[str, str], tuple[float, np.ndarray, int]]:
        """Value, resampled values and number of stimuli of every model and measure; Delta after the others."""
        found = {}
        for model in self.models:
            for measure in MEASURES:
                if (model, measure) in self._groups:
                    total, weight = self._sums(model, measure)
                    value = float(_over(total.sum(), weight.sum()))
                    found[model, measure] = value, self._ratio(total, weight), int((weight > 0).sum())
        for model in self.models:
            if (model, FEATURES[0]) in found:
                one, people = ([found[m, f] for f in FEATURES] for m in (model, HUMAN))
                drawn = np.abs(np.stack([a[1] - b[1] for a, b in zip(one, people, strict=True)]))
                each = _over(drawn, np.stack([b[1] for b in people]))
                defined = ~np.isnan(each)
                means = _over(np.where(defined, each, 0.0).sum(0), defined.sum(0).astype(float))
                value = delta([a[0] for a in one], [b[0] for b in people])
                found[model, "delta"] = value, means, one[0][2]
        return found


def _over(total: Any, weight: Any) -> np.ndarray:
    """Total over weight, NaN where the weight is 0."""
    total, weight = np.asarray(total, dtype=float), np.asarray(weight, dtype=float)
    return np.divide(total, weight, out=np.full(total.shape, np.nan), where=weight != 0)
