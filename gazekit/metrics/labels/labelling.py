"""Labels of fixations: what a map of the image says at each, for SemSS, SemFED and region ScanMatch; SSx."""

from collections.abc import Mapping
from typing import Literal, get_args

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError, check_choice

Pixel = Literal["truncate", "round"]


def label_fixations(paths: Scanpaths, maps: Mapping[str, np.ndarray], *, pixel: Pixel = "truncate") -> Scanpaths:
    """Label every fixation with the value of its stimulus's map; fills `object_id`, positions stay.

    Scores over labels then are `pairwise("sequence_score", ..., symbols="objects")` and so on.

    Parameters
    ----------
    paths : Scanpaths
        Positions in px.
    maps : mapping of stimulus to (height, width) array of whole numbers
        The class, object or region of each px. Row is y, column is x. A map must have the size of the frame.
    pixel : {"truncate", "round"}
        Which px a position is on. "truncate": int(x), px counted from 0, as the COCO-Search18 line reads its maps.
        "round": round half up, px counted from 1, as the ScanMatch toolbox reads its region masks. Positions outside
        are on the nearest px of the edge.

    Returns
    -------
    Scanpaths
        With `object_id` the label; fixations whose position is not finite get -1.

    Raises
    ------
    GazekitError
        A stimulus without a map, or a map that is not a table of whole numbers.
    MismatchError
        A map whose size is not the frame's, or positions in degrees.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s"], "width": 4, "height": 2})
    >>> paths = Scanpaths([0.5, 3.9, 9], [0.2, 1.0, 1.5], [0, 3], table)
    >>> label_fixations(paths, {"s": np.array([[1, 1, 2, 2], [1, 1, 7, 8]])}).object_id.tolist()
    [1, 8, 8]
    """
    check_choice("pixel", pixel, get_args(Pixel))
    if paths.facts.unit != "px":
        raise MismatchError("label_fixations reads maps by px, and these scanpaths are in degrees; label them before")
    labels = np.full(len(paths.x), -1, dtype=np.int64)
    for stimulus, rows in paths.table.groupby("stimulus", sort=False).indices.items():
        table = _map_of(maps, str(stimulus), paths.table.iloc[rows][["width", "height"]].to_numpy(float))
        points = points_of(paths, rows)
        column = _pixel(paths.x[points], table.shape[1], pixel)
        labels[points] = table[_pixel(paths.y[points], table.shape[0], pixel), column]
    return paths.replace(object_id=labels)


def without_target(paths: Scanpaths, targets: Mapping[str, int]) -> Scanpaths:
    """Remove fixations on the target, for SSx: the Sequence Score of what was looked at on the way.

    Sequence Score over objects rewards dwelling on the target: on the book covers a straight line to the target with
    two more fixations there scores above people with each other. SSx is `sequence_score(symbols="objects")` between
    paths that both went through here. A path that never left the target has nothing left, and its scores are NaN.

    Parameters
    ----------
    paths : Scanpaths
        With `object_id`; see `Scanpaths.to_objects`.
    targets : mapping of trial id to int
        Object index of each trial's target.

    Returns
    -------
    Scanpaths
        As many paths as were given, each without its fixations on the target.

    Raises
    ------
    GazekitError
        Paths without `object_id`, or a trial without a target.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "s"], "width": 100, "height": 100})
    >>> paths = Scanpaths([1] * 6, [1] * 6, [0, 4, 6], table, object_id=[0, 5, 2, 2, 3, 2])
    >>> without_target(paths, {"s": 2}).object_id.tolist()
    [0, 5, 3]
    """
    if paths.object_id is None:
        raise GazekitError("without_target needs the object of each fixation; name them with Scanpaths.to_objects")
    trials = paths.table["trial"].to_numpy()
    for trial in dict.fromkeys(trials):
        if trial not in targets:
            raise GazekitError(f"trial {trial!r} has no target; give its object index as targets[{trial!r}]")
    target = np.array([targets[trial] for trial in trials], dtype=np.int64)
    keep = paths.object_id != target[paths.path_of()]
    return paths.replace(
        x=paths.x[keep],
        y=paths.y[keep],
        offsets=np.concatenate([[0], np.cumsum(keep)])[paths.offsets],
        duration=None if paths.duration is None else paths.duration[keep],
        object_id=paths.object_id[keep],
    )


def points_of(paths: Scanpaths, rows: np.ndarray, *, from_rank: int = 0) -> np.ndarray:
    """(k,) int64: where in the flat columns the fixations of some paths are, of those with a finite position.

    Parameters
    ----------
    paths : Scanpaths
        The paths.
    rows : (n,) int64
        Rows of the wanted ones.
    from_rank : int
        First fixation of each path that counts.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"stimulus": ["s", "t"], "width": 4, "height": 2})
    >>> points_of(Scanpaths([1, 1, 1], [1, 1, 1], [0, 1, 3], table), np.array([1])).tolist()
    [1, 2]
    """
    lengths = paths.lengths[rows]
    rank = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    points = (np.repeat(paths.offsets[rows], lengths) + rank)[rank >= from_rank]
    return points[np.isfinite(paths.x[points]) & np.isfinite(paths.y[points])]


def _pixel(position: np.ndarray, count: int, pixel: Pixel) -> np.ndarray:
    # From 1 and half up is floor(p + 0.5) - 1 from 0.
    nearest = np.floor(position) if pixel == "truncate" else np.floor(position + 0.5) - 1.0
    return np.clip(nearest, 0, count - 1).astype(np.int64)


def _map_of(maps: Mapping[str, np.ndarray], stimulus: str, sizes: np.ndarray) -> np.ndarray:
    if stimulus not in maps:
        raise GazekitError(f"stimulus {stimulus!r} has no map; give it as maps[{stimulus!r}]")
    table = np.asarray(maps[stimulus])
    if table.ndim != 2 or table.dtype.kind not in "iub":
        raise GazekitError(
            f"the map of stimulus {stimulus!r} must be an array (height, width) of whole numbers, "
            f"not {table.dtype} of shape {table.shape}"
        )
    wrong = np.flatnonzero((np.floor(sizes + 0.5) != table.shape[::-1]).any(axis=1))
    if len(wrong):
        width, height = sizes[wrong[0]]
        raise MismatchError(
            f"the map of stimulus {stimulus!r} is {table.shape[1]} x {table.shape[0]} px and a frame {width:g} x "
            f"{height:g}; resize the map (nearest neighbour) or rescale the paths first"
        )
    return table
