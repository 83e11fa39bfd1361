"""What a metric is given: the flat columns of many scanpaths, or of the one or two that a user typed in."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.options import is_number

AnyPath = Scanpath | ArrayLike  # one scanpath, as people give it: (n, 2) or (n, 3) x px, y px, duration ms
Size = tuple[float, float] | None  # (width, height) of the shown image, px


class Columns(NamedTuple):
    """Fixations of n scanpaths as flat columns.

    Attributes
    ----------
    x, y : (N,) float64
        Positions, in `unit`.
    duration : (N,) float64 or None
        Durations, ms; NaN where one is not known, None where none is.
    offsets : (n + 1,) int64
        Path i is `offsets[i]:offsets[i + 1]`.
    width, height : (n,) float64
        Size of each path's frame, in `unit`.
    unit : {"px", "degrees"}
        Unit of positions and sizes.
    object_id : (N,) int64 or None
        What each fixation is on: object, cluster or label; -1 for none. None where it was not named.
    """

    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray | None
    offsets: np.ndarray
    width: np.ndarray
    height: np.ndarray
    unit: str
    object_id: np.ndarray | None = None

    @property
    def same_frame(self) -> bool:
        """Whether all paths have one frame."""
        return bool(len(self.width) and (self.width == self.width[0]).all() and (self.height == self.height[0]).all())

    @property
    def finite(self) -> np.ndarray:
        """(n,) bool: paths of which every coordinate is a finite number."""
        bad = ~(np.isfinite(self.x) & np.isfinite(self.y))
        if not bad.any():
            return np.ones(len(self.width), dtype=bool)
        return np.diff(np.concatenate([[0], np.cumsum(bad)])[self.offsets]) == 0


def columns_of(paths: Scanpaths) -> Columns:
    """Columns of a set of scanpaths; nothing is copied but the sizes and the offsets."""
    table = paths.table
    return Columns(
        paths.x,
        paths.y,
        paths.duration,
        np.array(paths.offsets),  # a writable copy: numba compiles read-only arrays a second time
        table["width"].to_numpy(np.float64),
        table["height"].to_numpy(np.float64),
        paths.facts.unit,
        paths.object_id,
    )


def columns_of_single(
    paths: Sequence[AnyPath], size: Size, metric: str, *, needs_size: bool = True, of_objects: bool = False
) -> list[Columns]:
    """Columns of single paths that share one frame, each as a set of one.

    Parameters
    ----------
    paths : sequence of Scanpath or (n, 2) or (n, 3) array
        x px, y px and, in a third column, duration ms.
    size : (width, height), optional
        Of the shown image, px. Needed where no path brings its frame.
    metric : str
        The metric's name, for messages.
    needs_size : bool
        Whether the frame matters; without, arrays may come without one.
    of_objects : bool
        Whether paths are strings of labels: a Scanpath with `object_id`, or an array (n,) of whole numbers. No frame is
        asked for.

    Raises
    ------
    GazekitError
        No size; a size that is not positive; an array of another shape; a Scanpath without labels.
    MismatchError
        The paths' frames, or a frame and `size`, disagree.
    """
    if of_objects:
        return [_labels(path, metric) for path in paths]
    sizes = [path.frame.size for path in paths if isinstance(path, Scanpath)]
    if size is not None:
        if len(size) != 2 or not all(is_number(side) and side > 0 for side in size):
            raise GazekitError(f"{metric}: size is the (width, height) of the shown image in px, not {size!r}")
        sizes.append((float(size[0]), float(size[1])))
    if not sizes and needs_size:
        raise GazekitError(f"{metric}: arrays carry no frame; give size=(width, height) of the shown image in px")
    for other in sizes[1:]:
        if other != sizes[0]:
            raise MismatchError(
                f"{metric}: one frame is {sizes[0][0]:g} x {sizes[0][1]:g} "
                f"and another {other[0]:g} x {other[1]:g}; "
                f"map one path onto the other's frame first (Scanpaths.rescale)"
            )
    width, height = (np.array([side]) for side in (sizes or [(1.0, 1.0)])[0])
    single = []
    for path in paths:
        x, y, duration = (path.x, path.y, path.duration) if isinstance(path, Scanpath) else _split(path, metric)
        single.append(Columns(x, y, duration, np.array([0, len(x)]), width, height, "px"))
    return single


def _split(path: ArrayLike, metric: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    try:
        array = np.asarray(path, dtype=np.float64)
    except (TypeError, ValueError):
        raise GazekitError(
            f"{metric}: a path is a Scanpath or an array of numbers, not {type(path).__name__}"
        ) from None
    if array.size == 0 and array.ndim <= 2:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise GazekitError(
            f"{metric}: a path is an array (n, 2) of x, y in px or (n, 3) of x, y in px and duration in ms, "
            f"not of shape {array.shape}"
        )
    return array[:, 0], array[:, 1], array[:, 2] if array.shape[1] == 3 else None


def _labels(path: AnyPath, metric: str) -> Columns:
    """A string of labels, each where it is: positions are not known."""
    if isinstance(path, Scanpath):
        labels, duration = path.object_id, path.duration
        if labels is None:
            raise GazekitError(f"{metric}: symbols='objects' needs a Scanpath with object_id, and this one has none")
    else:
        labels, duration = np.asarray(path), None
        if labels.size == 0:
            labels = np.empty(0, dtype=np.int64)
        if labels.ndim != 1 or labels.dtype.kind not in "iu":
            raise GazekitError(
                f"{metric}: with symbols='objects' a path is a Scanpath with object_id or a column of whole numbers, "
                f"not {labels.dtype} of shape {labels.shape}"
            )
        labels = labels.astype(np.int64)
    nowhere = np.full(len(labels), np.nan)
    frame = np.ones(1)
    return Columns(nowhere, nowhere, duration, np.array([0, len(labels)]), frame, frame, "px", labels)
