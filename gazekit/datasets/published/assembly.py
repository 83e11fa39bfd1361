"""From single paths to `Scanpaths`: the options that all loaders share, with every point left out counted."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError

Outside = Literal["keep", "clip", "drop"]
OUTSIDE = ("keep", "clip", "drop")


class PathList:
    """Collects the paths of a data set: positions and durations of each, and its row of the table.

    Examples
    --------
    >>> paths = PathList()
    >>> paths.add([10, 900], [20, 20], [200, 210], stimulus="a", subject="1", width=800, height=600)
    >>> found, counts = paths.finish(Facts(points="fixations"), outside="drop")
    >>> found.x.tolist(), counts
    ([10.0], {'points outside the image (dropped)': 1})
    """

    def __init__(self) -> None:
        self._x: list[np.ndarray] = []
        self._y: list[np.ndarray] = []
        self._duration: list[np.ndarray] = []
        self._rows: list[dict[str, Any]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, x: Any, y: Any, duration: Any | None, **row: Any) -> None:
        """Add a path: x, y (n,) px; duration (n,) ms or None; columns of its row, `width` and `height` among them."""
        columns = [np.atleast_1d(np.asarray(c, dtype=float)) for c in (x, y, duration) if c is not None]
        if len({c.shape for c in columns}) != 1 or columns[0].ndim != 1:
            raise ValueError(f"a path's columns have the shapes {', '.join(str(c.shape) for c in columns)}")
        self._x.append(columns[0])
        self._y.append(columns[1])
        self._duration += columns[2:]
        self._rows.append(row)

    def finish(
        self, facts: Facts, *, outside: Outside = "keep", px_per_degree: float | None = None
    ) -> tuple[Scanpaths, dict[str, int]]:
        """Join the paths, apply the policy for points outside the image, and count.

        Parameters
        ----------
        facts : Facts
            What the paths declare.
        outside : {"keep", "clip", "drop"}
            What to do with points outside [0, width] x [0, height]: keep them as they are, move them to the
            image's edge, or leave them out. Paths that lose all their points are left out too.
        px_per_degree : float, optional
            Pixels per degree of visual angle, where known.

        Returns
        -------
        scanpaths : Scanpaths
            The joined paths.
        counts : dict of str to int
            Points outside, and what was done with them; empty if there were none.

        Raises
        ------
        GazekitError
            An unknown policy.
        """
        if outside not in OUTSIDE:
            raise GazekitError(f"outside must be one of {', '.join(OUTSIDE)}, not {outside!r}")
        table = pd.DataFrame(self._rows)
        table["px_per_degree"] = np.nan if px_per_degree is None else float(px_per_degree)
        lengths = np.array([len(x) for x in self._x], dtype=np.int64)
        x, y = _flat(self._x), _flat(self._y)
        duration = _flat(self._duration) if self._duration else None
        paths = Scanpaths(x, y, np.concatenate([[0], np.cumsum(lengths)]), table, duration=duration, facts=facts)
        return settle_outside(paths, outside)


def settle_outside(paths: Scanpaths, outside: Outside) -> tuple[Scanpaths, dict[str, int]]:
    """Apply the policy for points outside the image; see `PathList.finish`."""
    of = paths.path_of()
    width, height = (paths.table[c].to_numpy(float)[of] for c in ("width", "height"))
    beyond = (paths.x < 0) | (paths.x > width) | (paths.y < 0) | (paths.y > height)
    if not beyond.any():
        return paths, {}
    done = {"keep": "kept", "clip": "moved to its edge", "drop": "dropped"}[outside]
    counts = {f"points outside the image ({done})": int(beyond.sum())}
    x, y, offsets, table, duration = paths.x, paths.y, paths.offsets, paths.table, paths.duration
    if outside == "clip":
        x, y = np.clip(x, 0, width), np.clip(y, 0, height)
    elif outside == "drop":
        left = np.bincount(of[~beyond], minlength=len(paths))
        lost = (left == 0) & (paths.lengths > 0)
        if lost.any():
            counts["scanpaths without a point inside the image (dropped)"] = int(lost.sum())
        x, y = x[~beyond], y[~beyond]
        duration = None if duration is None else duration[~beyond]
        offsets, table = np.concatenate([[0], np.cumsum(left[~lost])]), table[~lost]
    return Scanpaths(x, y, offsets, table, duration=duration, facts=paths.facts), counts


def _flat(columns: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate(columns) if columns else np.empty(0)
