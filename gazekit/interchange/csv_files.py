"""Scanpaths as CSV: one row per fixation, plain text that a spreadsheet, pandas or R reads."""

import gzip
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import write_atomically
from gazekit.files.delimited import Delimited, read_delimited, read_pieces
from gazekit.files.formulas import mark_formulas, unmark_formulas
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import KEY, SYNONYMS, describe_path, plain_name
from gazekit.interchange.declared_facts import combine, from_columns, to_columns
from gazekit.interchange.tables import from_table, to_table

TEXT = ("stimulus", "subject", "trial", "source", "task", "caption")
_EMPTY, _STRING = "empty", "text"  # types of columns
_TEXT = {*TEXT, *SYNONYMS["stimulus"], *SYNONYMS["subject"]}


def write_csv(scanpaths: Scanpaths, path: str | Path) -> None:
    """Write scanpaths to a CSV file, `.csv.gz` compressed, in numbers that are read back exactly.

    Declared facts stand in constant columns (`forced_first`, `cut_at_target`, `points`, `unit`), and so does what the
    reader of these paths left out (`dropped`), so that nothing is lost on the way. A name that a spreadsheet would run
    as a formula is written with an apostrophe before it, which `read_csv` takes away again.

    Parameters
    ----------
    scanpaths : Scanpaths
        The paths; no two of the same stimulus, subject, trial, source and sample.
    path : path
        The file.

    Raises
    ------
    DataError
        Two paths that a table could not tell apart, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> one = pd.DataFrame({"stimulus": ["a"], "width": 9, "height": 9})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_csv(Scanpaths([0.1], [0.2], [0, 1], one, facts=Facts(forced_first=True)), f"{folder}/a.csv")
    ...     read_csv(f"{folder}/a.csv").facts.forced_first
    True
    """
    twice = scanpaths.table.duplicated(list(KEY))
    if twice.any():
        row = scanpaths.table[list(KEY)].iloc[int(np.flatnonzero(twice)[0])]
        raise DataError(
            f"{path} was not written: two paths have the same {describe_path(row)}; number them in the column 'sample'"
        )
    with naming(f"{path} was not written"):
        table = to_columns(to_table(scanpaths), scanpaths.facts, scanpaths.dropped)
    content = mark_formulas(table).to_csv(index=False, lineterminator="\n").encode()
    write_atomically(path, gzip.compress(content, mtime=0) if str(path).endswith(".gz") else content)


def read_csv(path: str | Path, *, sep: str | None = None, decimal: str = ".", **options: Any) -> Scanpaths:
    """Read a CSV file, or other delimited text (.tsv, .txt), with one row per fixation.

    Parameters
    ----------
    path : path
        The file, UTF-8; `.gz` is decompressed.
    sep : str, optional
        Separator of columns; default the one of comma, semicolon and tab that the header has most of.
    decimal : str
        Decimal point.
    **options
        See `gazekit.interchange.from_table`. `facts` completes those that `write_csv` wrote.

    Returns
    -------
    Scanpaths

    Raises
    ------
    DataError
        The file is not there, is not such a table (see `gazekit.files.delimited`), or `from_table` refuses it.
    """
    found = read_csv_table(path, sep=sep, decimal=decimal, columns=options.get("columns"))
    with naming(path):
        return paths_of(found.table, found.dropped, **options)


def _is_text(columns: Mapping[str, str | None] | None) -> Callable[[str], bool]:
    """Whether a column, by its name, is text whatever it holds."""
    named = {(columns or {}).get(name) for name in TEXT}
    return lambda name: name in named or plain_name(name) in _TEXT


def read_csv_table(
    path: str | Path,
    *,
    sep: str | None = None,
    decimal: str = ".",
    columns: Mapping[str, str | None] | None = None,
) -> Delimited:
    """Read a CSV file as a table; names of stimuli, subjects, trials and sources stay text ("007", "NA").

    Raises
    ------
    DataError
        The file is not there or is not such a table.
    """
    found = read_delimited(path, sep=sep, decimal=decimal, is_text=_is_text(columns))
    return Delimited(unmark_formulas(found.table), found.dropped)


def read_needed_rows(
    path: str | Path,
    needed: Callable[[pd.DataFrame], np.ndarray],
    *,
    sep: str | None = None,
    decimal: str = ".",
    columns: Mapping[str, str | None] | None = None,
) -> Delimited | None:
    """Some rows of what `read_csv_table` reads, with the same values and types, in a small part of the memory.

    Parameters
    ----------
    path, sep, decimal, columns
        As for `read_csv_table`.
    needed : callable
        Which of these rows, which follow each other, are kept: (n,) bool.

    Returns
    -------
    Delimited or None
        None where only the whole file tells the type of a column (numbers here, text there), or it cannot be read:
        `read_csv_table` says why.
    """
    kept: list[pd.DataFrame] = []
    types: dict[str, str] = {}
    dropped: Counter[str] = Counter()
    try:
        for piece in read_pieces(path, sep=sep, decimal=decimal, is_text=_is_text(columns)):
            dropped.update(piece.dropped)
            for name, column in piece.table.items():
                own = _type(column)
                if own != _EMPTY and types.setdefault(str(name), own) != own:
                    return None
            if kept and list(kept[0]) != list(piece.table):
                return None
            kept.append(piece.table[needed(piece.table)])
    except DataError:
        return None
    texts = [name for name, own in types.items() if own == _STRING]
    table = pd.concat([part.astype(dict.fromkeys(texts, "str")) for part in kept], ignore_index=True)
    return Delimited(unmark_formulas(table), dict(dropped))


def _type(column: pd.Series) -> str:
    """The type of a column, the same for whole and other numbers."""
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        return _STRING
    if column.dtype in ("int64", "float64"):
        return _EMPTY if column.isna().all() else "number"
    return str(column.dtype)


def paths_of(
    table: pd.DataFrame, left_out: Mapping[str, int] | None = None, *, facts: Facts | None = None, **options: Any
) -> Scanpaths:
    """Make scanpaths of a table that may have the columns in which `write_csv` keeps the declared facts.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per fixation.
    left_out : mapping, optional
        What the table's own reader left out, by reason.
    facts, **options
        As for `from_table`.
    """
    table, own, dropped = from_columns(table)
    paths = from_table(table, facts=combine(own, facts), **options)
    dropped = {**dropped, **(left_out or {})}
    return paths.replace(dropped={**dropped, **paths.dropped}) if dropped else paths
