"""Reading one column of somebody's table, with errors that name the column, the row and the value."""

import re
from difflib import get_close_matches
from typing import Any

import numpy as np
import pandas as pd

from gazekit.foundations.errors import DataError

LONGEST = 80  # characters of a cell that a message shows
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")  # line ends, tabs, what moves a terminal's cursor


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
    wrong = ~np.isfinite(values) | (values != np.trunc(values))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(
            f"column {column.name!r}, row {row} (from 0), holds {values[row]:g}, which is not a whole number"
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
