"""Cells of CSV files that a spreadsheet would take for formulas and run: written with an apostrophe, read without it.

A name such as `=HYPERLINK(...)` comes from somebody's file into ours, and is run where a third person opens that. An
apostrophe makes it text (OWASP, "CSV Injection"). What is read again is equal to what was written, to the letter.
"""

import re
from typing import Any

import pandas as pd

_FORMULA = re.compile(r"[=+\-@\t\r]")
_MARKED = re.compile(r"'+[=+\-@\t\r]")


def mark_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Put an apostrophe before every text, and name of a column, that a spreadsheet would take for a formula.

    Numbers stay as they are, also those that are text ("-1"); everything else that begins with =, +, -, @, a tab or a
    carriage return is marked, and so is what looks as if it were marked already.

    Examples
    --------
    >>> table = pd.DataFrame({"stimulus": ["a.jpg", "=1+1", "-1", "'@x"], "x": [1, -2, 3, 4]})
    >>> mark_formulas(table)["stimulus"].tolist()
    ['a.jpg', "'=1+1", '-1', "''@x"]
    >>> unmark_formulas(mark_formulas(table)).equals(table)
    True
    """
    return _changed(table, _mark)


def unmark_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Take the apostrophes of `mark_formulas` away."""
    return _changed(table, _unmark)


def _mark(text: str) -> str:
    return f"'{text}" if _MARKED.match(text) or (_FORMULA.match(text) and not _is_number(text)) else text


def _unmark(text: str) -> str:
    return text[1:] if _MARKED.match(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text == text.strip()


def _changed(table: pd.DataFrame, change: Any) -> pd.DataFrame:
    columns = {}
    for name, column in table.items():
        if not (pd.api.types.is_string_dtype(column.dtype) or pd.api.types.is_object_dtype(column.dtype)):
            continue
        texts = {v for v in (column if column.dtype == object else column.unique()) if isinstance(v, str)}
        other = {text: new for text in texts if (new := change(text)) != text}
        if other:
            values = [other.get(v, v) if isinstance(v, str) else v for v in column]
            columns[name] = pd.Series(values, column.index, column.dtype)
    table = table.assign(**columns) if columns else table
    names = {c: new for c in table.columns if isinstance(c, str) and (new := change(c)) != c}
    return table.rename(columns=names) if names else table
