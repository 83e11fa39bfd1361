"""COCO-Search18's JSON: a list of records, one per scanpath. Many models' predictions are shared in it."""

import json
from collections.abc import Mapping, Sequence
from itertools import chain
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import FRAME_COLUMNS, HUMAN, Scanpaths
from gazekit.files.atomic import write_atomically
from gazekit.files.untrusted import MAX_COLUMNS, check_count, read_json
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import number_repeats, row_per_fixation
from gazekit.interchange.declared_facts import from_columns, to_columns
from gazekit.interchange.tables import from_table

SIZE = (1680, 1050)  # px: the display on which people saw the images (Chen et al. 2021); the records' unit
FACTS = Facts(forced_first=True, points="fixations")
LONGER = "duration beyond the last position of its path (cut)"
_BOX = ("bbox_x", "bbox_y", "bbox_w", "bbox_h")
_ORDER = ("name", "subject", "task", "condition", "bbox", "X", "Y", "T", "length", "correct", "RT")
_OURS = ("stimulus", "subject", "trial", "source", "sample", "task")


def read_coco_search18(path: str | Path, *, size: tuple[float, float] | None = None, **options: Any) -> Scanpaths:
    """Read a JSON file in the form of COCO-Search18.

    Parameters
    ----------
    path : path
        A list of records with the keys `name, X, Y` (px) and, where there, `subject` (a number from 1), `task,
        condition, bbox` ([x, y, width, height], px)`, T` (ms)`, length, correct, RT, fixOnTarget, split, width`,
        `height`.
        Durations beyond the last position, as the official files have them, are cut and counted.
    size : (width, height), optional
        Size of the display that X and Y are px of: default the records' own `width` and `height`, or `frames=` if
        given, or else 1680 x 1050. Some repositories share predictions on 512 x 320.
    **options
        `facts` (default: the first fixation, at the centre, is still there), `source` for a model's predictions, and
        others of `from_table`.

    Returns
    -------
    Scanpaths
        `trial` is "task/name", since one image may be searched for several targets; records that nothing tells apart
        are numbered in `sample`; `bbox` becomes `bbox_x, bbox_y, bbox_w, bbox_h`; other keys are columns of the table.

    Raises
    ------
    DataError
        The file is not such a list; the message names the record.
    """
    return records_to_scanpaths(read_records(path), size, str(path), **options)


def read_records(path: str | Path, needed: Sequence[str] = ("name", "X", "Y")) -> list[dict[str, Any]]:
    """Read the records of a JSON file in the form of COCO-Search18.

    Parameters
    ----------
    path : path
        The file.
    needed : sequence of str
        Keys that every record must have.

    Raises
    ------
    DataError
        The file is not such a list; the message names the record.
    """
    records = read_json(path)
    if not isinstance(records, list):
        raise DataError(f"{path} is not a list of records, as COCO-Search18's files are")
    for k, record in enumerate(records):
        _length(record, f"{path}, record {k} (from 0)", needed)
    keys = {key for record in records for key in record}
    check_count(f"{path} has records with different keys", len(keys), MAX_COLUMNS, "give all records the same keys")
    return records


def records_to_scanpaths(
    records: Sequence[Mapping[str, Any]],
    size: tuple[float, float] | None = None,
    where: str = "records",
    **options: Any,
) -> Scanpaths:
    """Make scanpaths of records in the form of COCO-Search18; see `read_coco_search18`.

    Parameters
    ----------
    records : sequence of mappings
        As `json.load` gives them.
    size : (width, height), optional
        Size of the display, px; default 1680 x 1050, or `frames=` if given.
    where : str
        What to call the records in messages.

    Examples
    --------
    >>> record = {"name": "1.jpg", "subject": 2, "task": "cup"}
    >>> record |= {"X": [840, 9.5], "Y": [525, 3], "T": [200, 90]}
    >>> paths = records_to_scanpaths([record])
    >>> paths.table.loc[0, ["stimulus", "subject", "trial"]].tolist(), paths.duration.tolist()
    (['1.jpg', '2', 'cup/1.jpg'], [200.0, 90.0])
    """
    table, declared, dropped = records_to_table(records, where)
    sized = {"width", "height"} <= set(table.columns)
    told = any(options.get(name) is not None for name in ("frames", "width", "height"))
    if size is not None or not (told or sized):
        options["frames"] = None
        options["width"], options["height"] = size or SIZE
    own = FACTS if declared == Facts() else declared
    with naming(where):
        read = from_table(table, **{**options, "facts": options.get("facts") or own})
    return read.replace(dropped={**dropped, **read.dropped}) if dropped else read


def records_to_table(
    records: Sequence[Mapping[str, Any]], where: str = "records"
) -> tuple[pd.DataFrame, Facts, dict[str, int]]:
    """Make of such records a table with one row per fixation, for `from_table`.

    Parameters
    ----------
    records, where
        As for `records_to_scanpaths`.

    Returns
    -------
    table : pandas.DataFrame
        With `width` and `height` where the records have them.
    facts : Facts
        What the records declare.
    dropped : dict of str to int
        How many durations were cut.

    Raises
    ------
    DataError
        Not such records.
    """
    if not isinstance(records, Sequence) or isinstance(records, str):
        raise DataError(f"{where} is not a list of records, as COCO-Search18's files are")
    lengths = np.array([_length(r, f"{where}, record {i} (from 0)") for i, r in enumerate(records)], dtype=int)
    paths, declared, _ = from_columns(_paths(records))
    table = row_per_fixation(paths, lengths)
    for key, column in (("X", "x"), ("Y", "y"), ("T", "duration_ms")):
        values = ((r.get(key) or [None] * max(n, 1))[: max(n, 1)] for r, n in zip(records, lengths, strict=True))
        table[column] = list(chain.from_iterable(values))
    beyond = sum(len(r.get("T") or ()) - int(n) for r, n in zip(records, lengths, strict=True) if r.get("T"))
    return table, declared, {LONGER: beyond} if beyond else {}


def write_coco_search18(scanpaths: Scanpaths, path: str | Path) -> None:
    """Write scanpaths as JSON in the form of COCO-Search18, one record per line.

    Sizes stand in records (`width`, `height`, keys of our own) where they are not 1680 x 1050.
    `trial`, `source` and `sample` are written only where reading would not give them
    by itself, and so are declared facts, as keys of their own: the form's paths begin with the forced first fixation,
    and a model's do not.

    Parameters
    ----------
    scanpaths : Scanpaths
        The paths. Objects of fixations and px per degree have no place in this form.
    path : path
        The file.

    Raises
    ------
    DataError
        The file cannot be written.
    """
    records = scanpaths_to_records(scanpaths)
    lines = [json.dumps(record, ensure_ascii=False, allow_nan=False) for record in records]
    write_atomically(path, ("[\n" + ",\n".join(lines) + "\n]\n").encode())


def scanpaths_to_records(scanpaths: Scanpaths) -> list[dict[str, Any]]:
    """Return a record in the form of COCO-Search18 for each path; the opposite of `records_to_scanpaths`."""
    table = scanpaths.table
    if scanpaths.facts != FACTS:
        table = to_columns(table, scanpaths.facts, {})
    derived = pd.DataFrame({"trial": _trials(table), "source": HUMAN}).astype("str")
    derived["sample"] = number_repeats(table)
    expected = derived.to_dict("list")
    extra = [c for c in table.columns if c not in (*_OURS, *FRAME_COLUMNS, *_BOX)]
    columns = (scanpaths.x, scanpaths.y, scanpaths.durations())
    sized = bool((table[["width", "height"]].to_numpy() != SIZE).any())  # else it is what the reader takes
    records = []
    for i, row in enumerate(table.to_dict("records")):
        part = slice(scanpaths.offsets[i], scanpaths.offsets[i + 1])
        x, y, duration = (_plain(a[part]) for a in columns)
        record: dict[str, Any] = {"name": row["stimulus"], "X": x, "Y": y, "length": len(x)}
        if any(t is not None for t in duration) or (scanpaths.duration is not None and not x):
            record["T"] = [int(t) if t is not None and t == int(t) else t for t in duration]
        if row["subject"]:
            record["subject"] = int(row["subject"]) if _is_number(row["subject"]) else row["subject"]
        if row["task"]:
            record["task"] = row["task"]
        if all(c in row and not pd.isna(row[c]) for c in _BOX):
            record["bbox"] = _plain(np.array([row[c] for c in _BOX]))
        record |= {k: row[k] for k in ("trial", "source", "sample") if row[k] != expected[k][i]}
        if sized:
            record |= {"width": row["width"], "height": row["height"]}
        record |= {c: _plain_value(row[c]) for c in extra if not _absent(row[c])}
        records.append({k: record[k] for k in (*_ORDER, *record) if k in record})
    return records


# ---------------------------------------------------------------- inside


def _length(record: Any, where: str, needed: Sequence[str] = ("name", "X", "Y")) -> int:
    """Return the number of fixations of a record, once it is known to be one."""
    if not isinstance(record, Mapping):
        raise DataError(f"{where}: not a record but {type(record).__name__}")
    absent = [k for k in needed if k not in record]
    if absent:
        raise DataError(f"{where} has no key {absent[0]!r}; its keys are: {', '.join(map(str, record)) or 'none'}")
    n = {k: len(record[k]) for k in ("X", "Y", "T") if isinstance(record.get(k), list)}
    if len(n) < 2 + (record.get("T") is not None):
        raise DataError(f"{where}: X, Y and T must be lists of numbers")
    if isinstance(record.get("length"), int):
        n["length"] = record["length"]
    # The official files have records whose positions were cut at the target, and whose durations were not.
    whole = n.get("T", 0) > n["X"]
    if len({count for key, count in n.items() if not (whole and key in ("T", "length"))} | {n["X"]}) > 1 or (
        whole and n.get("length", n["X"]) not in (n["X"], n["T"])
    ):
        said = ", ".join(f"{k} {v}" for k, v in n.items())
        raise DataError(f"{where} does not agree on the number of fixations ({said})")
    box = record.get("bbox")
    if box not in (None, []) and not (isinstance(box, list) and len(box) == 4):
        raise DataError(f"{where}: bbox must be [x, y, width, height], not {box!r}")
    return n["X"]


def _paths(records: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """One row per record, without its fixations, under gazekit's names."""
    rows = []
    for record in records:
        row = {k: v for k, v in record.items() if k not in ("name", "X", "Y", "T", "length", "bbox")}
        row["stimulus"] = record["name"]
        if record.get("bbox"):
            row |= dict(zip(_BOX, record["bbox"], strict=True))
        rows.append(row)
    table = pd.DataFrame(rows, columns=None if rows else ["stimulus"])
    for column, empty in (("subject", ""), ("task", ""), ("source", None), ("trial", None)):
        if column in table:
            table[column] = table[column].map(_name).astype("str")
        elif empty is not None:
            table[column] = pd.Series(empty, table.index, dtype="str")
    trials = _trials(table)
    table["trial"] = table["trial"].where(table["trial"] != "", trials) if "trial" in table else trials
    if "sample" in table:
        table["sample"] = table["sample"].where(table["sample"].notna(), number_repeats(table)).astype("int64")
    else:
        table["sample"] = number_repeats(table)
    return table


def _name(value: Any) -> str:
    """A name as text: empty where there is none, whole numbers without ".0"."""
    if value is None or value != value:
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _trials(table: pd.DataFrame) -> pd.Series:
    stimulus = table["stimulus"].astype("str")
    return stimulus.where(table["task"] == "", table["task"].astype("str") + "/" + stimulus)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and str(int(text)) == text


def _plain(values: np.ndarray) -> list[Any]:
    return [v if isfinite(v) else None for v in values.tolist()]


def _absent(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _plain_value(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
