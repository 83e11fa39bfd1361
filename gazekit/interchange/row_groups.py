"""Which path each row of a table belongs to, which rows are fixations, and what is known of each path."""

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import FRAME_COLUMNS
from gazekit.foundations.errors import DataError
from gazekit.interchange.columns import codes, names, require, whole_numbers

KEY = ("stimulus", "subject", "trial", "source", "sample")
POINT_COLUMNS = ("fixation", "x", "y", "duration_ms", "object_id")
EMPTY_PATH = -1  # in the column `fixation`: this row stands for a path without fixations


class RowGroups:
    """The paths that the rows of a table make up.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per fixation, under gazekit's column names, index 0 ... n - 1.
    source : str
        Who made the paths, where the table does not say.

    Attributes
    ----------
    keys : pandas.DataFrame
        (n rows) stimulus, subject, trial, source and sample of each row.
    path : (n,) int64
        Path of each row, numbered by first appearance.
    n_paths : int
        How many paths there are.
    """

    def __init__(self, table: pd.DataFrame, source: str) -> None:
        self.table = table
        self.keys = _keys(table, source)
        self.path = self.keys.groupby(list(KEY), sort=False).ngroup().to_numpy(dtype=np.int64)
        self.first = np.unique(self.path, return_index=True)[1]
        self.n_paths = len(self.first)

    def describe(self, row: int) -> str:
        """Name the path of a row, for messages."""
        return describe_path(self.keys.iloc[row])

    def order(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the rows' order, path by path and fixation by fixation, and which rows are fixations at all.

        Parameters
        ----------
        x, y : (n,) float64
            Positions; rows that stand for an empty path have none.

        Returns
        -------
        order : (n,) int64
            Positions of rows.
        point : (n,) bool
            In the table's own order: False for rows that stand for an empty path.

        Raises
        ------
        DataError
            A fixation number is there twice or is negative, or an empty path has other rows.
        """
        if "fixation" not in self.table:
            return np.argsort(self.path, kind="stable"), np.ones(len(self.path), dtype=bool)
        rank = whole_numbers(self.table["fixation"], EMPTY_PATH)
        order = np.lexsort((rank, self.path))
        same = np.flatnonzero((np.diff(self.path[order]) == 0) & (np.diff(rank[order]) == 0))
        if len(same):
            row = int(order[same[0] + 1])
            raise DataError(
                f"the path of {self.describe(row)} has two rows of fixation {rank[row]}; number "
                f"the fixations of a path, or give each of several paths its own trial or sample"
            )
        point = rank >= 0
        wrong = ~point & ~(np.isnan(x) & np.isnan(y) & (rank == EMPTY_PATH))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            raise DataError(
                f"row {row} (from 0) has no fixation number or a negative one; fixations are numbered from "
                f"0, and -1 with empty x and y marks a path without fixations"
            )
        crowded = ~point & (np.bincount(self.path, minlength=self.n_paths)[self.path] > 1)
        if crowded.any():
            row = int(np.flatnonzero(crowded)[0])
            raise DataError(f"the path of {self.describe(row)} is marked as empty (fixation -1) but has other rows")
        return order, point

    def path_table(self) -> tuple[pd.DataFrame, dict[str, int]]:
        """Return what is known of each path, and the columns left out because they change within a path.

        Returns
        -------
        paths : pandas.DataFrame
            (n_paths rows) the key and every column that is constant within all paths.
        dropped : dict of str to int
            Reason and number of rows, one for each column left out.

        Raises
        ------
        DataError
            The task or the image size changes within a path.
        """
        paths = self.keys.iloc[self.first].reset_index(drop=True)
        dropped: dict[str, int] = {}
        for name in self.table.columns:
            if name in KEY or name in POINT_COLUMNS:
                continue
            code = codes(self.table[name])
            changes = code != code[self.first][self.path]
            if not changes.any():
                paths[name] = self.table[name].iloc[self.first].reset_index(drop=True)
            elif name in (*FRAME_COLUMNS, "task"):
                row = int(np.flatnonzero(changes)[0])
                raise DataError(
                    f"column {name!r} changes within one path ({self.describe(row)}); "
                    f"it must be the same in all its rows"
                )
            else:
                dropped[f"column {name!r} changes within a path: left out"] = len(self.table)
        if "task" in paths:
            paths["task"] = names(paths["task"], "")
        return paths, dropped


def describe_path(row: pd.Series) -> str:
    """Name the path of a row of a table that has the key, for messages."""
    return ", ".join(f"{name} {row[name]!r}" for name in KEY[:-1]) + f", sample {row['sample']}"


def row_per_fixation(paths: pd.DataFrame, lengths: np.ndarray) -> pd.DataFrame:
    """Repeat the row of each path for its fixations, numbered from 0 in a column `fixation`.

    A path without fixations has one row, with fixation -1.

    Examples
    --------
    >>> row_per_fixation(pd.DataFrame({"stimulus": ["a", "b"]}), np.array([2, 0])).values.tolist()
    [['a', 0], ['a', 1], ['b', -1]]
    """
    each = np.maximum(lengths, 1)
    rank = np.arange(each.sum()) - np.repeat(np.cumsum(each) - each, each)
    table = paths.iloc[np.repeat(np.arange(len(paths)), each)].reset_index(drop=True)
    table["fixation"] = np.where(np.repeat(lengths, each) == 0, EMPTY_PATH, rank)
    return table


def number_repeats(paths: pd.DataFrame) -> np.ndarray:
    """Return (n,) int64: how many earlier rows have the same stimulus, subject, trial and source.

    Examples
    --------
    >>> number_repeats(pd.DataFrame({"stimulus": ["a", "b", "a"]})).tolist()
    [0, 0, 1]
    """
    by = [name for name in KEY[:-1] if name in paths]
    return paths.groupby(by, sort=False, dropna=False).cumcount().to_numpy(dtype=np.int64)


def _keys(table: pd.DataFrame, source: str) -> pd.DataFrame:
    stimulus = names(require(table, "stimulus", "stimulus"))
    columns = {"stimulus": stimulus}
    for name, empty in (("subject", ""), ("trial", stimulus), ("source", source)):
        given = name in table
        columns[name] = names(table[name], empty) if given else pd.Series(empty, stimulus.index, dtype="str")
    keys = pd.DataFrame(columns)
    keys["sample"] = whole_numbers(table["sample"], 0) if "sample" in table else 0
    return keys
