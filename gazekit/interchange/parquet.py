"""Scanpaths as parquet: a row per scanpath, list columns for its fixations, metadata that say what it is."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import write_atomically
from gazekit.files.parquet import CUT_SHORT, read_arrow, to_frame
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import KEY, check_characters
from gazekit.interchange.tables import check_path_columns

TYPE, VERSION = "scanpaths", 1
_KEY = b"gazekit"
# What columns are called in Scanpaths.
_LISTS = {"x": "x", "y": "y", "duration_ms": "duration", "object_id": "object_id", "onset_ms": "onset"}


def write_parquet(scanpaths: Scanpaths, path: str | Path) -> None:
    """Write scanpaths to a parquet file; equal scanpaths give equal bytes.

    The file has a row per scanpath: the columns of `Scanpaths.table`, then the list columns `x`, `y` (px)
    and, where they are known, `duration_ms`, `object_id` and `onset_ms`. Its metadata entry `gazekit` is JSON: type,
    version, declared facts, and what the reader of these paths left out. It appears whole or not at all.

    Parameters
    ----------
    scanpaths : Scanpaths
        The paths.
    path : path
        The file, usually named `.parquet`.

    Raises
    ------
    DataError
        The file cannot be written, or a column of the table holds what parquet cannot.

    Examples
    --------
    >>> import tempfile
    >>> import pandas as pd
    >>> paths = Scanpaths([1, 2], [3, 4], [0, 2], pd.DataFrame({"stimulus": ["a"], "width": 9, "height": 9}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_parquet(paths, f"{folder}/paths.parquet")
    ...     read_parquet(f"{folder}/paths.parquet")[0].y.tolist()
    [3.0, 4.0]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_path_columns(scanpaths)
    try:
        table = pa.Table.from_pandas(scanpaths.table, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError) as error:
        raise DataError(
            f"{path} was not written: a column of the table of paths is of no parquet type ({error})"
        ) from error
    offsets = pa.array(scanpaths.offsets)
    for name, attribute in _LISTS.items():
        values = getattr(scanpaths, attribute)
        if values is not None:
            table = table.append_column(name, pa.LargeListArray.from_arrays(offsets, pa.array(values)))
    about = {"type": TYPE, "version": VERSION, "facts": asdict(scanpaths.facts), "dropped": scanpaths.dropped}
    table = table.replace_schema_metadata({_KEY: json.dumps(about, ensure_ascii=False).encode()}).combine_chunks()
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer, compression="zstd")
    write_atomically(path, buffer.getvalue().to_pybytes())


def read_parquet(path: str | Path) -> Scanpaths:
    """Read a parquet file that `write_parquet` wrote.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Scanpaths
        Equal to what was written, to the last bit.

    Raises
    ------
    DataError
        No such file; not a whole parquet file; or one that holds something else than scanpaths of a version that this
        gazekit reads. For a parquet table of your own (a row per fixation) use `read_scanpaths`.
    """
    table = read_arrow(path)
    facts, dropped = _about(path, table)
    lists = [name for name in _LISTS if name in table.column_names]
    if not {"x", "y"} <= set(lists):
        raise DataError(f"{path} calls itself a file of scanpaths but has no columns x and y; {CUT_SHORT}")
    points, offsets = {}, None
    for name in lists:
        points[name], own = _flat(path, table, name)
        if offsets is not None and not np.array_equal(own, offsets):
            raise DataError(f"{path}: {name!r} has other numbers of fixations than 'x'; {CUT_SHORT}")
        offsets = own
    rows = to_frame(path, table.drop_columns(lists), ignore_metadata=True)
    with naming(path):
        for name in (*KEY[:-1], "task"):
            if name in rows:
                check_characters(rows[name])
        _check_values(points, rows)
    columns = {attribute: points.get(name) for name, attribute in _LISTS.items()}
    return Scanpaths(**columns, offsets=offsets, table=rows, facts=facts, dropped=dropped)


def is_gazekit(table: Any) -> bool:
    """Whether a `pyarrow.Table` carries gazekit's metadata."""
    return _KEY in (table.schema.metadata or {})


def _about(path: str | Path, table: Any) -> tuple[Facts, dict[str, int]]:
    if not is_gazekit(table):
        raise DataError(
            f"{path} is a parquet file that gazekit did not write; if it has a row per fixation, read it "
            f"with gazekit.interchange.read_scanpaths (columns found: {', '.join(table.column_names)})"
        )
    try:
        about = parse_json(table.schema.metadata[_KEY])
        kind, version = about["type"], about["version"]
        if kind == TYPE and version == VERSION:
            return Facts(**about["facts"]), dict(about["dropped"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: its gazekit metadata cannot be read; {CUT_SHORT}") from error
    if kind != TYPE:
        raise DataError(f"{path} holds {kind!r}, not scanpaths; give the file of predictions or of human paths")
    raise DataError(
        f"{path} has format version {version!r}, and this gazekit reads version {VERSION}; "
        f"install the gazekit that wrote it"
    )


def _check_values(points: dict[str, np.ndarray], rows: Any) -> None:
    """Refuse what CSV refuses too: infinite positions, durations below 0 or infinite, frames without a size."""
    for name in ("x", "y"):
        if np.isinf(points[name]).any():
            raise DataError(f"column {name!r} holds an infinite position; leave out what is not known")
    duration = points.get("duration_ms")
    if duration is not None and (wrong := (duration < 0) | np.isinf(duration)).any():
        raise DataError(f"there is a duration of {duration[wrong][0]:g} ms; leave it empty if it is not known")
    for size in {tuple(row) for row in rows[["width", "height"]].itertuples(index=False)}:
        Frame(*size)


def _flat(path: str | Path, table: Any, name: str) -> tuple[np.ndarray, np.ndarray]:
    """All fixations' values, (N,), and the offsets of the paths in them, (n + 1,) int64."""
    import pyarrow as pa

    column = table.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):  # of a table without rows
        column = pa.array([], column.type)
    if not (pa.types.is_large_list(column.type) or pa.types.is_list(column.type)) or column.null_count:
        raise DataError(f"{path}: column {name!r} is not a list of numbers in every row; {CUT_SHORT}")
    values = column.flatten()
    if values.null_count or not (pa.types.is_floating(values.type) or pa.types.is_integer(values.type)):
        raise DataError(f"{path}: column {name!r} holds lists of something else than numbers; {CUT_SHORT}")
    offsets = column.offsets.to_numpy().astype(np.int64)
    return values.to_numpy(zero_copy_only=False), offsets - offsets[0]
