"""What every study of search has once it is run: its tables, what intervals are made with, and where it lies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.evaluation.bootstrap import RESAMPLES
from gazekit.foundations.errors import DataError
from gazekit.models.eccnet.known_effects import pop_out_sentence
from gazekit.runs.folder import write_table
from gazekit.runs.manifest import read_finished


@dataclass(frozen=True, kw_only=True)
class StudyResults:
    """Results of a study of search; a kind of study adds what it measured, and the tables that follow.

    Parameters
    ----------
    seed, resamples : int
        Of the bootstrap.
    manifest : mapping
        What the run was, if the results are of one.
    folder : path, optional
        Where it is.
    """

    kind: ClassVar[str]
    tables: ClassVar[tuple[str, ...]]  # attributes that are written as tables
    paths_file: ClassVar[str] = "scanpaths.parquet"

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
        folder = Path(folder)
        manifest = read_finished(folder, cls.kind)
        request = manifest["request"]
        about = {"seed": request["seed"], "resamples": request["resamples"], "manifest": manifest, "folder": folder}
        return cls(**cls.measured(folder, request), **about)

    @classmethod
    def measured(cls, folder: Path, request: Mapping[str, Any]) -> dict[str, Any]:
        """Read what this kind of study measured, as arguments of the class."""
        raise NotImplementedError

    @property
    def rows(self) -> pd.DataFrame:
        """The measured table that has the column `model`."""
        raise NotImplementedError

    @property
    def models(self) -> list[str]:
        """Rows of the tables, in order; of searches the first is the one that the others are controls of."""
        return list(dict.fromkeys(self.rows["model"]))

    @property
    def searcher(self) -> tuple[list[str], list[str]]:
        """Of studies of search, in sentences: which network searched, and what it is known to find at once."""
        about = self.manifest.get("request", {}).get("models", [{}])[0]
        network = about.get("provenance", about.get("network"))  # the latter in manifests of version 1
        pops_out = pop_out_sentence(about)
        return [f"{self.models[0]} is {network}."] if network else [], [pops_out] if pops_out else []

    def scanpaths(self) -> Scanpaths:
        """Paths of the run, `source` is the row's name in the tables. Those of searches have the start first.

        Raises
        ------
        DataError
            The results are in no folder.
        """
        if self.folder is None:
            raise DataError("these results are in no folder, so that no scanpaths are stored with them")
        return Scanpaths.load(self.folder / self.paths_file)

    def write_tables(self, folder: Path) -> None:
        """Write every one of `tables` as CSV."""
        for name in self.tables:
            write_table(getattr(self, name), folder / f"{name}.csv")


def with_interval(row: Mapping[str, Any] | pd.Series, form: str, value: str, low: str, high: str) -> str:
    """Three columns of a row as value [low, high], in a number format.

    Examples
    --------
    >>> with_interval({"index": 0.5, "low": -1.0, "high": 1.0}, "+.2f", "index", "low", "high")
    '+0.50 [-1.00, +1.00]'
    >>> with_interval({"index": 0.5, "low": np.nan, "high": np.nan}, "+.2f", "index", "low", "high")
    '+0.50 (no interval: too few to resample)'
    """
    if not np.isfinite([row[low], row[high]]).all():
        return f"{row[value]:{form}} (no interval: too few to resample)"
    return f"{row[value]:{form}} [{row[low]:{form}}, {row[high]:{form}}]"
