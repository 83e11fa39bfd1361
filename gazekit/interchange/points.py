"""Fixations without coordinates, and fixations outside the image: refuse, keep, clip or drop, and count."""

from typing import Any, Literal

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import DataError
from gazekit.interchange.row_groups import describe_path

Outside = Literal["keep", "clip", "drop"]
Missing = Literal["error", "drop", "keep"]


def check_choice(name: str, value: str, known: Any) -> None:
    """Refuse a value that an option does not have."""
    if value not in known:
        raise DataError(f"{name} must be one of {', '.join(map(repr, known))}, not {value!r}")


def clean_points(scanpaths: Scanpaths, *, outside: Outside = "keep", missing: Missing = "error") -> Scanpaths:
    """Apply the reader's two policies; what they change is counted in `dropped`.

    Parameters
    ----------
    scanpaths : Scanpaths
        Paths as they were read.
    outside : {"keep", "clip", "drop"}
        What to do with fixations outside the image; its edges count as inside.
    missing : {"error", "drop", "keep"}
        What to do with fixations whose x or y is NaN or infinite.

    Returns
    -------
    Scanpaths
        Paths that lose all their fixations stay, empty.

    Raises
    ------
    DataError
        Coordinates are missing and `missing` is "error".

    Examples
    --------
    >>> import pandas as pd
    >>> paths = Scanpaths([-1, 5], [2, 2], [0, 2], pd.DataFrame({"stimulus": ["a"], "width": [9], "height": [9]}))
    >>> clipped = clean_points(paths, outside="clip")
    >>> clipped.x.tolist(), clipped.dropped
    ([0.0, 5.0], {'x or y outside the image: clipped': 1})
    """
    check_choice("outside", outside, ("keep", "clip", "drop"))
    check_choice("missing", missing, ("error", "drop", "keep"))
    x, y, dropped = scanpaths.x, scanpaths.y, dict(scanpaths.dropped)
    keep = np.ones(len(x), dtype=bool)
    lost = ~(np.isfinite(x) & np.isfinite(y))
    if lost.any() and missing == "error":
        raise DataError(_missing_message(scanpaths, lost))
    if lost.any() and missing == "drop":
        keep &= ~lost
        _count(dropped, "x or y missing: dropped", lost)
    if outside != "keep":
        right, bottom = (scanpaths.table[side].to_numpy(float)[scanpaths.path_of()] for side in ("width", "height"))
        beyond = ~lost & ((x < 0) | (x > right) | (y < 0) | (y > bottom))
        if beyond.any():
            _count(dropped, f"x or y outside the image: {'clipped' if outside == 'clip' else 'dropped'}", beyond)
        if outside == "drop":
            keep &= ~beyond
        else:
            x, y = np.where(beyond, np.clip(x, 0, right), x), np.where(beyond, np.clip(y, 0, bottom), y)
    if keep.all() and x is scanpaths.x:
        return scanpaths
    return Scanpaths(
        x[keep],
        y[keep],
        np.concatenate([[0], np.cumsum(keep)])[scanpaths.offsets],
        scanpaths.table,
        duration=None if scanpaths.duration is None else scanpaths.duration[keep],
        object_id=None if scanpaths.object_id is None else scanpaths.object_id[keep],
        facts=scanpaths.facts,
        dropped=dropped,
    )


def _count(dropped: dict[str, int], reason: str, rows: np.ndarray) -> None:
    dropped[reason] = dropped.get(reason, 0) + int(rows.sum())


def _missing_message(scanpaths: Scanpaths, lost: np.ndarray) -> str:
    first = int(np.flatnonzero(lost)[0])
    row = scanpaths.table.iloc[int(scanpaths.path_of()[first])]
    return (
        f"x or y is missing or infinite in {int(lost.sum())} of {len(lost)} fixations (first: fixation "
        f"{int(scanpaths.rank_of()[first])} of {describe_path(row)}); give "
        f"missing='drop' to leave such fixations out and count them (on the command line: --data-set missing=drop)"
    )
