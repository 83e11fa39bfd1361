"""Parquet files that others made: read whole, or refused in a sentence."""

import io
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.files.atomic import read_whole
from gazekit.files.parquet_footer import bytes_needed
from gazekit.files.untrusted import check_room, first_line
from gazekit.foundations.errors import DataError

CUT_SHORT = "it may be cut short or damaged: copy it again, or compute it again"


def read_arrow(path: str | Path) -> Any:
    """Read a whole parquet file as a `pyarrow.Table`.

    Raises
    ------
    DataError
        No such file, or not a whole parquet file.
    """
    return _arrow(path, read_whole(path))


def _arrow(path: str | Path, content: bytes) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(content))
        check_room(path, bytes_needed(content), len(content))
        table = file.read()
        table.validate(full=True)  # lists whose ends lie outside their values, text that is not UTF-8
        return table
    except DataError:
        raise
    except Exception as error:  # pyarrow raises many kinds for one fact
        raise DataError(f"{path} cannot be read as parquet ({first_line(error)}); {CUT_SHORT}") from error


def read_parquet_table(path: str | Path) -> pd.DataFrame:
    """Read a parquet file as pandas does: a table of a run, or one of your own.

    Raises
    ------
    DataError
        No such file, not a whole parquet file, one that unpacks to more than it may, or one with columns that pandas
        does not have.
    """
    content = read_whole(path)
    _arrow(path, content)
    try:
        return pd.read_parquet(io.BytesIO(content))
    except Exception as error:
        raise DataError(f"{path}: its columns cannot be read ({first_line(error)}); {CUT_SHORT}") from error


def to_frame(path: str | Path, table: Any, **options: Any) -> pd.DataFrame:
    """Make a pandas table of a `pyarrow.Table`; `path` is for messages.

    Raises
    ------
    DataError
        Columns that pandas does not have.
    """
    try:
        return table.to_pandas(**options)
    except Exception as error:  # dates beyond pandas' years, names that are there twice
        raise DataError(f"{path}: its columns cannot be read ({first_line(error)}); {CUT_SHORT}") from error
