"""The columns of many scanpaths: their names, their types, and the checks when they are put together."""

from typing import Any

import numpy as np
import pandas as pd

from gazekit.foundations.errors import DataError

ID_COLUMNS = ("stimulus", "subject", "trial", "source", "sample", "task")
FRAME_COLUMNS = ("width", "height", "px_per_degree")
HUMAN = "human"


def frozen_column(values: Any, kind: Any, name: str, length: int | None) -> np.ndarray:
    """A read-only column of one type, of the given length if there is one."""
    column = np.asarray(values, dtype=kind)
    if column.ndim != 1 or (length is not None and len(column) != length):
        want = "one dimension" if length is None else f"length {length}"
        raise DataError(f"{name} must be a column of {want}, not of shape {column.shape}")
    view = column.view()
    view.flags.writeable = False
    return view


def join(columns: list[np.ndarray]) -> np.ndarray:
    """Columns one after another; nothing gives an empty column."""
    return np.concatenate(columns) if columns else np.empty(0)


def complete_table(table: pd.DataFrame) -> pd.DataFrame:
    """The table of scanpaths with every column that it must have, in order and of the right type.

    Raises
    ------
    DataError
        `stimulus`, `width` or `height` is missing.
    """
    missing = [c for c in ("stimulus", "width", "height") if c not in table]
    if missing:
        raise DataError(f"the table of scanpaths lacks the column {missing[0]!r}; it has {', '.join(table.columns)}")
    table = table.reset_index(drop=True)
    fill: dict[str, Any] = {
        "subject": "",
        "trial": table["stimulus"],
        "source": HUMAN,
        "sample": 0,
        "task": "",
        "px_per_degree": np.nan,
    }
    for column, value in fill.items():
        if column not in table:
            table[column] = value
    kinds = dict.fromkeys(("stimulus", "subject", "trial", "source", "task"), "str")
    kinds |= {"sample": "int64", **dict.fromkeys(FRAME_COLUMNS, "float64")}
    wrong = {c: k for c, k in kinds.items() if str(table[c].dtype) != k}
    if "task" in wrong:
        table["task"] = table["task"].fillna("")
    if wrong:
        table = table.astype(wrong)
    rest = [c for c in table.columns if c not in (*ID_COLUMNS, *FRAME_COLUMNS)]
    return table[[*ID_COLUMNS, *FRAME_COLUMNS, *rest]]
