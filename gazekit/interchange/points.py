"""Fixations without coordinates, and fixations outside the image: refuse, keep, move or drop, and count."""

from typing import Any, Literal

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import DataError
from gazekit.interchange.columns import describe_path

Outside = Literal["keep", "clip", "drop"]
Missing = Literal["error", "drop", "keep"]
OUTSIDE = {
    "keep": "points outside the image (kept)",
    "clip": "points outside the image (moved to its edge)",
    "drop": "points outside the image (dropped)",
}
EMPTIED = "scanpaths left without a point (kept, empty)"
IMPOSED = "imposed first fixations without a position (kept: evaluations drop them)"


def check_choice(name: str, value: str, known: Any) -> None:
    """Refuse a value that an option does not have."""
    if value not in known:
        raise DataError(f"{name} must be one of {', '.join(map(repr, known))}, not {value!r}")


def clean_points(scanpaths: Scanpaths, *, outside: Outside = "keep", missing: Missing = "error") -> Scanpaths:
    """Apply the two policies that every reader of scanpaths has; what they find is counted in `dropped`.

    Points outside the image are counted whatever is done with them. Points that are kept are counted once, however
    often the paths are written and read again. The first fixation of paths that declare `forced_first` is never left
    out: the next one, which somebody chose, would pass for it, and be dropped before scoring.

    Parameters
    ----------
    scanpaths : Scanpaths
        Paths as they were read.
    outside : {"keep", "clip", "drop"}
        What to do with fixations outside the image: keep them as they are, move them to its edge, or leave them out.
        The image's edges count as inside.
    missing : {"error", "drop", "keep"}
        What to do with fixations whose x or y is NaN or infinite.

    Returns
    -------
    Scanpaths
        Paths that lose all their fixations stay, empty, and are counted.

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
    ([0.0, 5.0], {'points outside the image (moved to its edge)': 1})
    """
    check_choice("outside", outside, OUTSIDE)
    check_choice("missing", missing, ("error", "drop", "keep"))
    x, y, dropped = scanpaths.x, scanpaths.y, dict(scanpaths.dropped)
    for kept in (OUTSIDE["keep"], IMPOSED):  # counted anew
        dropped.pop(kept, None)
    lost = ~(np.isfinite(x) & np.isfinite(y))
    if lost.any() and missing == "error":
        raise DataError(_missing_message(scanpaths, lost))
    right, bottom = (scanpaths.table[side].to_numpy(float)[scanpaths.path_of()] for side in ("width", "height"))
    beyond = ~lost & ((x < 0) | (x > right) | (y < 0) | (y > bottom))
    imposed = (scanpaths.rank_of() == 0) & (scanpaths.facts.forced_first is True)
    without, out = lost & (missing == "drop"), beyond & (outside == "drop")
    keep = ~(without | out) | imposed
    emptied = (scanpaths.lengths > 0) & (np.bincount(scanpaths.path_of()[keep], minlength=len(scanpaths)) == 0)
    reasons = {
        "x or y missing: dropped": without & ~imposed,
        IMPOSED: without & imposed,
        OUTSIDE[outside]: beyond & ~(out & imposed),
        EMPTIED: emptied,
    }
    if (out & imposed).any():
        reasons[OUTSIDE["keep"]] = out & imposed
    for reason, rows in reasons.items():
        if rows.any():
            dropped[reason] = dropped.get(reason, 0) + int(rows.sum())
    if dropped == scanpaths.dropped:
        return scanpaths
    if outside == "clip":
        x, y = np.where(beyond, np.clip(x, 0, right), x), np.where(beyond, np.clip(y, 0, bottom), y)
    return scanpaths.replace(x=x, y=y).keep_fixations(keep, dropped=dropped)


def _missing_message(scanpaths: Scanpaths, lost: np.ndarray) -> str:
    first = int(np.flatnonzero(lost)[0])
    row = scanpaths.table.iloc[int(scanpaths.path_of()[first])]
    return (
        f"x or y is missing or infinite in {int(lost.sum())} of {len(lost)} fixations (first: fixation "
        f"{int(scanpaths.rank_of()[first])} of {describe_path(row)}); give "
        f"missing='drop' to leave such fixations out and count them (on the command line: --missing drop)"
    )
