"""Which rows of a table are read: conditions on its columns, in pandas' words, without calls."""

import ast
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from gazekit.files.delimited import EMPTY, Delimited
from gazekit.foundations.errors import DataError, refusing

_PARTS = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq, ast.NotEq, ast.Lt,
    ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.Name, ast.Load, ast.Constant, ast.List, ast.Tuple,
)  # fmt: skip
_HOW = "compare columns with values, such as \"practice == 'no' and valid\", with `names of two words` in backquotes"


def where_rows(
    found: Delimited, where: str | None, path: str | Path = "the table", *, may_be_empty: bool = False
) -> Delimited:
    """Keep the rows for which a condition holds, and count the others.

    Parameters
    ----------
    found : Delimited
        The rows, under their own names of columns.
    where : str, optional
        A condition as `pandas.DataFrame.query` takes it: columns and values, `==`, `!=`, `<`, `in` ..., `and`, `or`,
        `not`. Nothing is called. As in pandas, a missing value fulfils `!=` and no other comparison, so that
        `age == age` holds where there is one.
    path : path
        For messages.
    may_be_empty : bool
        Whether no row may remain: of a part of a table.

    Raises
    ------
    DataError
        Something else than comparisons; a column that is not there, or is compared with a value of another kind; a
        condition that is neither true nor false, or that no row fulfils.

    Examples
    --------
    >>> rows = Delimited(pd.DataFrame({"x": [1, 2], "practice": ["yes", "no"]}), {})
    >>> where_rows(rows, "practice != 'yes' and x > 1").table["x"].tolist()
    [2]
    >>> where_rows(rows, "x > 1").dropped
    {'row for which "x > 1" does not hold (left out)': 1}
    """
    if where is None:
        return found
    said: dict[str, str] = {}  # names in backquotes, and what they are called meanwhile
    text = re.sub(r"`([^`]*)`", lambda name: said.setdefault(name[1], f"_column_{len(said)}"), where).strip()
    table = pd.DataFrame({said.get(name, name): _plain(column) for name, column in found.table.items()})
    with refusing((SyntaxError, ValueError), lambda _: DataError(f"where={where!r} cannot be read; {_HOW}")):
        tree = ast.parse(text, mode="eval")
    for part in ast.walk(tree):
        if not isinstance(part, _PARTS):
            raise DataError(f"where={where!r} does more than compare ({type(part).__name__}); {_HOW}")
        if isinstance(part, ast.Name) and part.id not in table:
            name = next((name for name, short in said.items() if short == part.id), part.id)
            raise DataError(
                f"{path} has no column {name!r}, which where= names; its columns are: "
                f"{', '.join(map(str, found.table.columns))}"
            )
    for part in ast.walk(tree):
        if isinstance(part, ast.Compare):
            _check_kinds(part, table, path, {short: name for name, short in said.items()})
    with refusing((TypeError, ValueError), lambda error: DataError(f"where={where!r} cannot be decided: {error}")):
        kept = table.eval(text, engine="python")
    if not isinstance(kept, pd.Series) or not pd.api.types.is_bool_dtype(kept.dtype):
        raise DataError(
            f"where={where!r} is neither true nor false (with empty cells a column is not: write ok == True); {_HOW}"
        )
    if not kept.any() and not may_be_empty:
        raise DataError(f"{path} has no row for which where={where!r} holds, of {len(table)}")
    dropped = dict(found.dropped)
    if not kept.all():
        dropped[f'row for which "{where}" does not hold (left out)'] = int((~kept).sum())
    return Delimited(found.table[kept].reset_index(drop=True), dropped)


def _plain(column: pd.Series) -> pd.Series:
    """As of a file of text: numbers, and true and false with empty cells, are floats, and what is missing is NaN."""
    missing, dtype = column.isna(), column.dtype
    nullable = pd.api.types.is_extension_array_dtype(dtype) and getattr(dtype, "na_value", None) is pd.NA
    if not missing.any() or not (nullable or pd.api.types.is_object_dtype(dtype)):
        return column
    if pd.api.types.is_numeric_dtype(dtype) or column[~missing].map(lambda value: isinstance(value, bool)).all():
        return column.astype("float64")
    return column.astype(object).where(~missing, np.nan)


def _check_kinds(compared: ast.Compare, table: pd.DataFrame, path: str | Path, called: Mapping[str, str]) -> None:
    """Refuse numbers that are compared with text, and words for missing values: no row would fulfil it, or all."""
    sides = [compared.left, *compared.comparators]
    values = [v for s in sides for v in (s.elts if isinstance(s, ast.List | ast.Tuple) else [s])]
    said = [v.value for v in values if isinstance(v, ast.Constant)]
    by_letters = next((v for v in said if isinstance(v, str) and re.fullmatch(r"[-+.\d]*\d", v)), None)
    if by_letters is not None and any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in compared.ops):
        raise DataError(
            f"where= orders by {by_letters!r}, which is text, and text is ordered by its letters ('100' is before "
            f"'50'); write a number without quotes, or list the values: in ['1', '2']"
        )
    for name in (s.id for s in sides if isinstance(s, ast.Name)):
        column = repr(called.get(name, name))
        number = pd.api.types.is_numeric_dtype(table[name].dtype)
        wrong = [v for v in said if isinstance(v, str) == number]
        if wrong:
            held = ", ".join(map(repr, table[name].unique()[:3].tolist()))
            raise DataError(f"{path}: column {column} holds {held}, ..., which cannot be compared with {wrong[0]!r}")
        lost = next((v for v in said if v in EMPTY), None)
        if lost is not None and table[name].isna().any() and not (table[name] == lost).any():
            words = f"`{called[name]}`" if name in called else name
            raise DataError(
                f"{path}: in column {column} cells that are empty or hold {lost!r} are missing values, which equal "
                f"nothing; write {words} == {words} for rows with a value, and {words} != {words} for those without"
            )
