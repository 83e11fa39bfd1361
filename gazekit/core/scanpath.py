"""One scanpath."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpath_columns import frozen_column


@dataclass(frozen=True)
class Scanpath:
    """One scanpath.

    Parameters
    ----------
    x, y : (n,) float64
        Fixation positions, px of the frame.
    duration : (n,) float64, optional
        Fixation durations, ms.
    frame : Frame
        The shown image.
    ids : mapping
        The row of this path: stimulus, subject, trial, source, sample, task and what else the data set knows.
    object_id : (n,) int64, optional
        Index of the fixated object of the trial, -1 for none.

    Examples
    --------
    >>> path = Scanpath([10, 20], [5, 5], None, Frame(100, 50))
    >>> path.xy.shape, len(path)
    ((2, 2), 2)
    """

    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray | None
    frame: Frame
    ids: Mapping[str, Any] = field(default_factory=dict)
    object_id: np.ndarray | None = None

    def __post_init__(self) -> None:
        for name, kind in (("x", np.float64), ("y", np.float64), ("duration", np.float64), ("object_id", np.int64)):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, frozen_column(value, kind, name, None if name == "x" else len(self.x)))

    def __len__(self) -> int:
        return len(self.x)

    @property
    def xy(self) -> np.ndarray:
        """(n, 2) float64, px: columns x, y."""
        return np.column_stack([self.x, self.y])

    @property
    def xyt(self) -> np.ndarray:
        """(n, 3) float64: columns x px, y px, duration ms (NaN where durations are not known)."""
        duration = np.full(len(self), np.nan) if self.duration is None else self.duration
        return np.column_stack([self.x, self.y, duration])
