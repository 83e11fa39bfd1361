"""`AsymmetryResults`: the tables of a finished search-asymmetry run, and what they say in a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.experiments.asymmetry.tables import MEAN, Analysis
from gazekit.foundations.errors import DataError
from gazekit.runs.folder import read_table, write_table
from gazekit.runs.manifest import read_finished

KIND = "asymmetry"
TABLES = ("cells", "slopes", "indices", "tests", "agreement")


@dataclass(frozen=True)
class AsymmetryResults(Analysis):
    """Trials of one run with everything that follows from them: `cells`, `slopes`, `indices`, `tests`, `agreement`.

    Parameters
    ----------
    trials, rule, seed, resamples
        See `Analysis`.
    manifest : mapping
        What the run was.
    folder : path, optional
        Where it is.
    """

    manifest: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Read a finished run.

        Raises
        ------
        RunFolderError, DataError
            No run folder, a run of another experiment, or one that is not finished.
        """
        manifest = read_finished(folder, KIND)
        request = manifest["request"]
        trials = read_table(Path(folder) / "trials.parquet")
        rule, seed, resamples = request["censoring"], request["seed"], request["resamples"]
        return cls(trials, rule, seed, resamples, manifest, Path(folder))

    def scanpaths(self) -> Scanpaths:
        """Every search of the run as a scanpath, the start first; `source` is the row's name in the tables."""
        if self.folder is None:
            raise DataError("these results are in no folder, so that no scanpaths are stored with them")
        return Scanpaths.load(self.folder / "scanpaths.parquet")

    def write_tables(self, folder: Path) -> None:
        """Write `cells.csv`, `slopes.csv`, `indices.csv`, `tests.csv` and `agreement.csv`."""
        for name in TABLES:
            write_table(getattr(self, name), folder / f"{name}.csv")

    def row(self, model: str, experiment: str = MEAN) -> pd.Series:
        """The row of `indices` for a model and an experiment."""
        table = self.indices
        return table[(table["model"] == model) & (table["experiment"] == experiment)].iloc[0]

    @property
    def sentences(self) -> list[str]:
        """What was found, in plain sentences: polarity, mean index, and what the controls change."""
        first = self.models[0]
        mean, of = self.row(first), len(self.conditions)
        text = f"{first}: mean asymmetry index {_with_interval(mean, 'index', 'low', 'high')} over {_count(of)}"
        people = self.agreement[self.agreement["model"] == first]
        if len(people):
            alike = people.iloc[0]
            text += f", with the sign of people's in {alike['same_sign']} of {alike['experiments']}"
            if np.isfinite(mean["human"]):
                text += f" (people {mean['human']:+.2f}, published eccNET {mean['published_eccnet']:+.2f})"
        found = [text + "."]
        about = self.manifest.get("request", {}).get("models", [{}])[0]
        network = about.get("provenance", about.get("network"))  # the latter in manifests of version 1
        if network:
            found.insert(0, f"{first} is {network}.")
        for control in self.models[1:]:
            row = self.row(control)
            change = _with_interval(row, "minus_first", "minus_first_low", "minus_first_high")
            found.append(f"{control}: mean index {_with_interval(row, 'index', 'low', 'high')}, a change of {change}.")
        unfound = int((~self.trials["found"]).sum())
        if unfound:
            found.append(f"{unfound} of {len(self.trials)} searches did not find the target ({self.rule}).")
        return found


def _with_interval(row: pd.Series, value: str, low: str, high: str) -> str:
    return f"{row[value]:+.2f} [{row[low]:+.2f}, {row[high]:+.2f}]"


def _count(experiments: int) -> str:
    return "1 experiment" if experiments == 1 else f"{experiments} experiments"
