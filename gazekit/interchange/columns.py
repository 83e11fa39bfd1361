"""Reading somebody's table: its columns, with errors that name the column, the row and the value, and its paths."""

import re
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import FRAME_COLUMNS
from gazekit.foundations.errors import DataError

EXACT = 2.0**53  # from here on not every whole number is a float64: different names would become one
LONGEST = 80  # characters of a cell that a message shows
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # what a terminal obeys, half characters
KEY = ("stimulus", "subject", "trial", "source", "sample")
POINT_COLUMNS = ("fixation", "x", "y", "duration_ms", "object_id")
EMPTY_PATH = -1  # in the column `fixation`: this row stands for a path without fixations


def require(table: pd.DataFrame, column: str, stands_for: str) -> pd.Series:
    """Return a column of the table.

    Raises
    ------
    DataError
        No such column; the message says which, the closest name and the columns there are.
    """
    if column in table:
        return table[column]
    found = [str(c) for c in table.columns]
    lower = {c.lower(): c for c in found}
    close = get_close_matches(column.lower(), lower, n=1, cutoff=0.6)
    hint = f" (did you mean columns={{{stands_for!r}: {lower[close[0]]!r}}}?)" if close else ""
    raise DataError(
        f"the table has no column {column!r}{hint}; its columns are: {', '.join(found) or 'none'}. Rename it in the "
        f"table, or, in Python, give columns={{{stands_for!r}: its name}}"
    )


def numbers(column: pd.Series) -> np.ndarray:
    """Return (n,) float64; empty cells become NaN.

    Raises
    ------
    DataError
        A cell that is not a number; the message names column, row (from 0) and value.

    Examples
    --------
    >>> numbers(pd.Series(["1.5", "", None], name="x")).tolist()
    [1.5, nan, nan]
    >>> numbers(pd.Series(["1.5", "left"], name="x"))
    Traceback (most recent call last):
    gazekit.DataError: column 'x', row 1 (from 0), holds 'left', which is not a number
    """
    if pd.api.types.is_bool_dtype(column.dtype):
        raise DataError(f"column {column.name!r} holds true and false, not numbers")
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=float, na_value=np.nan)
    values = pd.to_numeric(column, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    blank = column.isna().to_numpy() | (column.astype("str").str.strip().isin(["", "nan", "NaN", "NA"])).to_numpy()
    wrong = np.isnan(values) & ~blank
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        held = repr(column.iloc[row])
        held = held if len(held) <= LONGEST else f"{held[:LONGEST]}..."
        raise DataError(f"column {column.name!r}, row {row} (from 0), holds {held}, which is not a number")
    return values


def whole_numbers(column: pd.Series, empty: int) -> np.ndarray:
    """Return (n,) int64; empty cells become `empty`.

    Raises
    ------
    DataError
        A cell that is not a whole number.
    """
    values = numbers(column)
    values = np.where(np.isnan(values), empty, values)
    wrong = ~np.isfinite(values) | (values != np.trunc(values)) | (np.abs(values) >= EXACT)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"column {column.name!r}, row {row} (from 0), holds {values[row]:g}, which is not a whole number, or too "
            f"large a one"
        )
    return values.astype(np.int64)


def names(column: pd.Series, empty: Any = None) -> pd.Series:
    """Return the column as text; whole numbers lose their ".0"; empty cells become `empty` (value or column).

    Raises
    ------
    DataError
        An empty cell where `empty` is None, or a name with a control character.

    Examples
    --------
    >>> names(pd.Series([1.0, None], name="subject"), "").tolist()
    ['1', '']
    """
    blank = column.isna()
    if pd.api.types.is_float_dtype(column.dtype):
        known = column[~blank]
        if len(known) and np.isfinite(known).all() and (known == np.trunc(known)).all():
            if (large := np.abs(known) >= EXACT).any():
                raise DataError(
                    f"column {column.name!r} holds {known[large].iloc[0]:g}, a number too large to be told from its "
                    f"neighbours; save such names as text"
                )
            column = column.astype("Int64")
    text = column.astype("str")
    check_characters(text)
    blank |= text == ""
    if not blank.any():
        return text
    if empty is None:
        row = int(np.flatnonzero(blank)[0])
        raise DataError(f"column {column.name!r}, row {row} (from 0), is empty; every row needs one")
    return text.mask(blank, empty)


def check_characters(column: pd.Series) -> None:
    """Refuse names with a control character: they would break lines of messages, tables and terminals.

    Raises
    ------
    DataError
        The message names column and value.
    """
    for name in column.unique():
        if isinstance(name, str) and _CONTROL.search(name):
            raise DataError(
                f"column {column.name!r} holds the name {name[:LONGEST]!r}, which has a control character (a line end, "
                f"a tab); take it out"
            )


def codes(column: pd.Series) -> np.ndarray:
    """Return (n,) int64: equal cells have equal codes, in order of first appearance; empty cells are -1."""
    try:
        return np.asarray(pd.factorize(column)[0], dtype=np.int64)
    except TypeError:  # cells that cannot be hashed, such as lists
        return np.asarray(pd.factorize(column.map(repr))[0], dtype=np.int64)


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
