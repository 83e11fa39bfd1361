"""`CaptionResults`: everything that a finished run of the caption experiment says."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.evaluation.results import Results
from gazekit.experiments.captions.conditions import NONE, OTHER_IMAGE, RIGHT, SAME_IMAGE, SCHEDULED, gamma_row
from gazekit.experiments.captions.further_scores import OTHERS, WRITER, swapped
from gazekit.foundations.errors import DataError
from gazekit.runs.folder import read_table, write_table
from gazekit.runs.manifest import read_finished

KIND = "captions"
LENGTHS, WRITERS = "lengths.parquet", "writers.parquet"


@dataclass(frozen=True)
class CaptionResults:
    """Conditions beside people, chance and controls.

    Parameters
    ----------
    main : Results
        Every path against everybody who looked at the image: scores, summary, paired differences, shares.
    lengths, writers : pandas.DataFrame
        Scores of `Results` by window length, and against the writer and the others.
    folder : Path
        The run.
    """

    main: Results
    lengths: pd.DataFrame
    writers: pd.DataFrame
    folder: Path

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a finished run.

        Raises
        ------
        DataError, RunFolderError
            No run of this kind, or one that is not finished.
        """
        folder = Path(folder)
        read_finished(folder, KIND)
        for name in (LENGTHS, WRITERS):
            if not (folder / name).is_file():
                raise DataError(f"{folder} lacks {name}; run its command again to finish it")
        return cls(Results.load(folder), read_table(folder / LENGTHS), read_table(folder / WRITERS), folder)

    @property
    def about(self) -> Mapping[str, Any]:
        """What the manifest says of captions: counts, gamma, sentences."""
        return self.main.manifest["captions"]

    def paths(self) -> Scanpaths:
        """Every predicted path; the columns `observation` and `caption` say what it followed."""
        return Scanpaths.load(self.folder / "predictions.parquet")

    @cached_property
    def curves(self) -> pd.DataFrame:
        """Plausibility by window length: model, length, value, low, high, stimuli."""
        table = self._of(self.lengths).summary
        table = table.assign(length=table["metric"].astype(int))
        return table[["model", "length", "value", "low", "high", "stimuli"]]

    @cached_property
    def writer_summary(self) -> pd.DataFrame:
        """Each source against the writer and against the others, and the paired difference, with 95 % intervals.

        Columns model, metric, writer, writer_low, writer_high, others, others_low, others_high, difference, low, high,
        stimuli. Empty where people's paths are not the writers'.
        """
        names = ["value", "low", "high"]
        if not len(self.writers):
            return pd.DataFrame(columns=["model", "metric", "writer", "others", "difference", *names[1:], "stimuli"])
        turned = self._of(swapped(self.writers))
        key = {"dataset": "model"}
        summary = turned.summary.rename(columns={"model": "judge", **key}).set_index(["model", "metric", "judge"])
        gaps = turned.differences.rename(columns=key).set_index(["model", "metric"])
        rows = []
        for (model, metric), gap in gaps.iterrows():
            writer, others = (summary.loc[(model, metric, judge), names].tolist() for judge in (WRITER, OTHERS))
            rows.append((model, metric, *writer, *others, gap["difference"], gap["low"], gap["high"], gap["stimuli"]))
        judged = [f"{who}{end}" for who in ("writer", "others") for end in ("", "_low", "_high")]
        return pd.DataFrame(rows, columns=["model", "metric", *judged, "difference", "low", "high", "stimuli"])

    @cached_property
    def writer_differences(self) -> pd.DataFrame:
        """Paired differences between sources against the writer: metric, model_a, model_b, difference, low, high."""
        names = ["metric", "model_a", "model_b", "difference", "low", "high", "stimuli"]
        if not len(self.writers):
            return pd.DataFrame(columns=names)
        return self._of(self.writers[self.writers["dataset"] == WRITER]).differences[names]

    @cached_property
    def gammas(self) -> pd.DataFrame:
        """The right caption by gamma, a row each: gamma, metric, value, low, high, stimuli."""
        rows = {gamma_row(g): g for g in self.about["gammas"]} | {RIGHT: self.about["gamma"]}
        table = self.main.summary[self.main.summary["model"].isin(rows)]
        table = table.assign(gamma=table["model"].map(rows)).sort_values("gamma", kind="stable")
        order = {metric: k for k, metric in enumerate(self.main.metrics)}
        table = table.sort_values("metric", key=lambda column: column.map(order), kind="stable")
        return table[["gamma", "metric", "value", "low", "high", "stimuli"]].reset_index(drop=True)

    def difference(self, one: str, other: str, metric: str) -> pd.Series | None:
        """Paired difference between two rows against everybody; None if one of them is not there."""
        table = self.main.differences
        rows = table[(table["metric"] == metric) & (table["model_a"] == one) & (table["model_b"] == other)]
        return rows.iloc[0] if len(rows) else None

    def write_tables(self) -> None:
        """Write `lengths.csv`, `gammas.csv`, and where there are writers `writers.csv` and `writer_differences.csv`."""
        tables = {"lengths": self.curves, "gammas": self.gammas}
        if len(self.writers):
            tables |= {"writers": self.writer_summary, "writer_differences": self.writer_differences}
        for name, table in tables.items():
            write_table(table, self.folder / f"{name}.csv")

    def _of(self, scores: pd.DataFrame) -> Results:
        return Results(scores, seed=self.main.seed, resamples=self.main.resamples)


ORDER = (RIGHT, SAME_IMAGE, OTHER_IMAGE, NONE, SCHEDULED)


@dataclass(frozen=True)
class Example:
    """Paths of one observation.

    Parameters
    ----------
    stimulus, observation : str
        Which.
    paths : dict of str to Scanpath
        One per condition, the first sample.
    """

    stimulus: str
    observation: str
    paths: dict[str, Scanpath]


def typical_example(results: CaptionResults) -> Example:
    """Choose an observation by rule, so that no page shows good cases only.

    Of the images with another caption of the same image (all, if there is none), the one whose difference between right
    and other-image caption in the headline metric is the median; of it the first observation.
    """
    main, predictions = results.main, results.paths()
    scores = main.scores[main.scores["metric"] == main.headline]
    grid = scores.pivot_table(index="stimulus", columns="model", values="value", sort=False)
    table = predictions.table
    first = SAME_IMAGE if (table["source"] == SAME_IMAGE).any() else RIGHT
    candidates = list(dict.fromkeys(table.loc[table["source"] == first, "stimulus"]))
    if {RIGHT, OTHER_IMAGE} <= set(grid):
        gap = (grid[RIGHT] - grid[OTHER_IMAGE]).dropna()
        ranked = gap[gap.index.isin(candidates)].sort_values(kind="stable")
        candidates = list(ranked.index) or candidates  # nothing is defined: any image
    stimulus = str(candidates[(len(candidates) - 1) // 2])
    rows = np.flatnonzero((table["source"] == first) & (table["stimulus"] == stimulus))
    observation = str(table["observation"].iloc[rows[0]])
    return Example(stimulus, observation, _paths(predictions, stimulus, observation))


def _paths(predictions: Scanpaths, stimulus: str, observation: str) -> dict[str, Scanpath]:
    table = predictions.table
    found = {}
    for name in ORDER:
        own = (table["source"] == name) & (table["stimulus"] == stimulus)
        own &= table["observation"].isin([observation, stimulus])  # without a caption it is of the image
        rows = np.flatnonzero(own)
        if len(rows):
            found[name] = predictions[int(rows[0])]
    return found
