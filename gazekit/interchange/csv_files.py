"""Scanpaths as CSV: one row per fixation, plain text that a spreadsheet, pandas or R reads."""

import gzip
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import write_atomically
from gazekit.files.formulas import mark_formulas, unmark_formulas
from gazekit.files.untrusted import decoding, read_csv_text
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import KEY, describe_path
from gazekit.interchange.declared_facts import combine, from_columns, to_columns
from gazekit.interchange.tables import from_table, to_table

_TEXT = ("stimulus", "subject", "trial", "source", "task")
# Since pandas 3.1 numbers are read exactly by default, and the option that asks for it is deprecated.
_EXACT: dict[str, Any] = {} if pd.__version__ >= "3.1" else {"float_precision": "round_trip"}
_EMPTY = ["", "NA", "NaN", "nan", "."]  # "." is how EyeLink reports write a missing value
_SEPARATORS = (",", ";", "\t")


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
    """Read a CSV file with one row per fixation.

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
        The file is not there, is not such a table, or `from_table` refuses it.
    """
    table = read_csv_table(path, sep=sep, decimal=decimal, columns=options.get("columns"))
    with naming(path):
        return paths_of(table, **options)


def read_csv_table(
    path: str | Path, *, sep: str | None = None, decimal: str = ".", columns: dict[str, str] | None = None
) -> pd.DataFrame:
    """Read a CSV file as a table; names of stimuli, subjects, trials and sources stay text ("007", "NA").

    Raises
    ------
    DataError
        The file is not there or is not a CSV table.
    """
    text = read_csv_text(path)
    header = text.partition("\n")[0]
    sep = sep or max(_SEPARATORS, key=header.count)
    names = [(columns or {}).get(name, name) for name in _TEXT]
    with decoding(f"{path} cannot be read as a table", "check its separators"):
        found = pd.read_csv(io.StringIO(text), sep=sep, nrows=0).columns
        table = pd.read_csv(
            io.StringIO(text),
            sep=sep,
            decimal=decimal,
            dtype=dict.fromkeys((n for n in names if n in found), "str"),
            keep_default_na=False,
            na_values={c: _EMPTY for c in found if c not in names},
            **_EXACT,
            low_memory=False,
        )
    return unmark_formulas(table)


def paths_of(table: pd.DataFrame, *, facts: Facts | None = None, **options: Any) -> Scanpaths:
    """Make scanpaths of a table that may have the columns in which `write_csv` keeps the declared facts."""
    table, own, dropped = from_columns(table)
    paths = from_table(table, facts=combine(own, facts), **options)
    return paths.replace(dropped={**dropped, **paths.dropped}) if dropped else paths
