"""Conversions between what scanpaths may declare: frame, forced first fixation, length, degrees, objects.

They are the methods of `Scanpaths`; each is here as a function of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from gazekit.core.frames import Facts, Frame
from gazekit.foundations.errors import GazekitError, MismatchError

if TYPE_CHECKING:
    from gazekit.core.scanpaths import Scanpaths


def rescale(paths: "Scanpaths", frame: Frame) -> "Scanpaths":
    """Map every path from its own frame to `frame` (x and y scaled separately), px."""
    if paths.facts.unit != "px":
        raise MismatchError("rescale works on px; these scanpaths are in degrees")
    of = paths.path_of()
    new_x = paths.x * (frame.width / paths.table["width"].to_numpy(float))[of]
    new_y = paths.y * (frame.height / paths.table["height"].to_numpy(float))[of]
    scale = np.nan if frame.px_per_degree is None else frame.px_per_degree
    table = paths.table.assign(width=float(frame.width), height=float(frame.height), px_per_degree=scale)
    return paths.replace(x=new_x, y=new_y, table=table)


def drop_first(paths: "Scanpaths") -> "Scanpaths":
    """Remove the forced first fixation of every path and declare it removed.

    Raises
    ------
    MismatchError
        These paths do not declare a forced first fixation.
    """
    if paths.facts.forced_first is not True:
        raise MismatchError(
            f"drop_first removes a forced first fixation, but these scanpaths declare "
            f"forced_first={paths.facts.forced_first}; nothing was removed"
        )
    return _keep_points(paths, paths.rank_of() > 0, replace(paths.facts, forced_first=False))


def truncate(paths: "Scanpaths", n: int | None = None, *, at_target: Mapping[str, Any] | None = None) -> "Scanpaths":
    """Cut paths after `n` fixations, or after the first fixation on the target.

    Parameters
    ----------
    n : int, optional
        Fixations to keep of each path.
    at_target : mapping of trial id to box, optional
        Target box (x0, y0, x1, y1) of each trial, px, edges inside; paths of trials without a box stay whole.
        The result declares `cut_at_target=True`.
    """
    if n is None and at_target is None:
        raise GazekitError("truncate needs n, a number of fixations, or at_target, the target box of each trial")
    if n is not None and n < 0:
        raise GazekitError(f"truncate keeps a number of fixations, so n cannot be {n}")
    rank, keep, facts = paths.rank_of(), np.ones(len(paths.x), dtype=bool), paths.facts
    if n is not None:
        keep &= rank < n
    if at_target is not None:
        nowhere = (np.nan,) * 4
        boxes = np.array([tuple(at_target.get(t) or nowhere) for t in paths.table["trial"]], dtype=float)
        x0, y0, x1, y1 = boxes.reshape(-1, 4)[paths.path_of()].T
        hit = (paths.x >= x0) & (paths.x <= x1) & (paths.y >= y0) & (paths.y <= y1)
        first = np.full(len(paths), np.iinfo(np.int64).max)
        np.minimum.at(first, paths.path_of()[hit], rank[hit])
        keep &= rank <= first[paths.path_of()]
        facts = replace(facts, cut_at_target=True)
    return _keep_points(paths, keep, facts)


def to_degrees(paths: "Scanpaths") -> "Scanpaths":
    """Express positions in degrees of visual angle: px divided by the frame's px per degree.

    This is the small-angle form that a single px-per-degree figure allows; the exact arctangent needs screen
    size and distance, which published data sets rarely give.

    Raises
    ------
    MismatchError
        A path whose frame has no px_per_degree; gazekit does not guess it.
    """
    if paths.facts.unit == "degrees":
        return paths
    scale = paths.table["px_per_degree"].to_numpy(float)
    if np.isnan(scale).any():
        first = paths.table["stimulus"].to_numpy()[np.flatnonzero(np.isnan(scale))[0]]
        raise MismatchError(
            f"to_degrees needs px per degree, and {int(np.isnan(scale).sum())} of {len(paths)} paths have none (first: "
            f"stimulus {first!r}); give Frame(width, height, px_per_degree=...) or the loader's px_per_degree"
        )
    of = paths.path_of()
    table = paths.table.assign(
        width=paths.table["width"] / scale, height=paths.table["height"] / scale, px_per_degree=1.0
    )
    return paths.replace(
        x=paths.x / scale[of], y=paths.y / scale[of], table=table, facts=replace(paths.facts, unit="degrees")
    )


def to_objects(paths: "Scanpaths", objects: Mapping[str, Any], rule: str = "nearest") -> "Scanpaths":
    """Name the object of every fixation: fills `object_id`, positions stay.

    Parameters
    ----------
    objects : mapping of trial id to (k, 4) boxes
        Boxes (x0, y0, x1, y1) of each trial's objects, px.
    rule : {"nearest", "containing"}
        "containing": the box that holds the fixation (the nearest centre among several), else -1.
        "nearest": the same, but a fixation in no box goes to the box with the nearest centre (OAT's rule).

    Raises
    ------
    GazekitError
        An unknown rule, or a trial without objects.
    """
    if rule not in ("nearest", "containing"):
        raise GazekitError(f"rule must be 'nearest' or 'containing', not {rule!r}")
    ids = np.full(len(paths.x), -1, dtype=np.int64)
    trials = paths.table["trial"].to_numpy()
    for trial in dict.fromkeys(trials):
        if trial not in objects:
            raise GazekitError(f"trial {trial!r} has no objects; give its boxes as objects[{trial!r}]")
        points = np.flatnonzero((trials == trial)[paths.path_of()])
        ids[points] = _objects_at(paths.x[points], paths.y[points], np.asarray(objects[trial], float), rule)
    return paths.replace(object_id=ids)


def _keep_points(paths: "Scanpaths", keep: np.ndarray, facts: Facts) -> "Scanpaths":
    kept = np.concatenate([[0], np.cumsum(keep)])[paths.offsets]
    pick: Callable[[np.ndarray | None], np.ndarray | None] = lambda a: None if a is None else a[keep]  # noqa: E731
    return paths.replace(
        x=paths.x[keep],
        y=paths.y[keep],
        offsets=kept,
        duration=pick(paths.duration),
        object_id=pick(paths.object_id),
        facts=facts,
    )


def _objects_at(x: np.ndarray, y: np.ndarray, boxes: np.ndarray, rule: str) -> np.ndarray:
    x0, y0, x1, y1 = boxes.T
    distance = np.hypot(x[:, None] - (x0 + x1) / 2, y[:, None] - (y0 + y1) / 2)
    inside = (x[:, None] >= x0) & (x[:, None] <= x1) & (y[:, None] >= y0) & (y[:, None] <= y1)
    best_inside = np.where(inside, distance, np.inf).argmin(axis=1)
    outside = distance.argmin(axis=1) if rule == "nearest" else np.full(len(x), -1)
    return np.where(inside.any(axis=1), best_inside, outside)
