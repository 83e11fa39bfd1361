"""From people's paths to what the network is given: what gaze did before each fixation, and what it did then."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import torch

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import DataError
from gazekit.models.priority.grid import Grid
from gazekit.models.priority.network import MEAN_LOG, NUMBERS, REMEMBERED, SD_LOG, Events

LONGEST = 10_000.0  # ms; a longer fixation is an artefact, and its duration is not known
SHORTEST = 10.0


def path_events(
    x: np.ndarray,
    y: np.ndarray,
    duration: np.ndarray | None,
    grid: Grid,
    *,
    start: tuple[float, float] | None = None,
    limit: int | None = None,
) -> Events:
    """Events of one path: one before each of its n fixations, and one after the last.

    Parameters
    ----------
    x, y : (n,) array
        Fixations, px. What is not finite is no fixation that happened: it has no place in the history, and no label.
    duration : (n,) array, optional
        ms; NaN, and what is not between 10 ms and 10 s, where not known.
    grid : Grid
        Cells of the image.
    start : (x, y), optional
        Where gaze was before, px; default the image's centre.
    limit : int, optional
        Most fixations that could be made: of a path of so many nobody knows that viewing ended.

    Returns
    -------
    Events
        (1, n + 1) each.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    length = np.full(len(x), np.nan) if duration is None else np.asarray(duration, dtype=np.float64)
    known = (length >= SHORTEST) & (length <= LONGEST)
    logs = np.log(np.where(known, length, 1.0))
    n = len(x)
    first = (grid.width / 2, grid.height / 2) if start is None or not np.isfinite(start).all() else start
    real = np.isfinite(x) & np.isfinite(y)
    places = np.zeros((n + 1, REMEMBERED, 2))
    count, here, before, target = (np.zeros(n + 1, dtype=np.int64) for _ in range(4))
    numbers, reach = np.zeros((n + 1, NUMBERS)), np.zeros(n + 1)
    log_duration, ended = np.full(n + 1, np.nan), np.zeros(n + 1)
    trace = [grid.places(np.array([first[0]]), np.array([first[1]]))[0]]
    at = grid.places(np.where(real, x, 0), np.where(real, y, 0))
    cells = grid.cells(np.where(real, x, -1.0), np.where(real, y, -1.0))
    nearest = grid.cells(*_inside(np.where(real, x, 0), np.where(real, y, 0), grid))
    last = [int(grid.cells(*_inside(np.array([first[0]]), np.array([first[1]]), grid))[0])] * 2
    elapsed, complete, previous = 0.0, True, -1
    for i in range(n + 1):
        made = len(trace) - 1
        recent = np.array(trace[::-1][:REMEMBERED])
        places[i, : len(recent)] = recent
        count[i], here[i], before[i] = made, last[0], last[1]
        step = float(np.linalg.norm(trace[-1] - trace[-2])) if made else 0.0
        has = previous >= 0 and bool(known[previous])
        numbers[i] = (
            np.log1p(made),
            float(made == 0),
            step,
            (logs[previous] - MEAN_LOG) / SD_LOG if has else 0.0,
            float(has),
            elapsed / 1000 if complete else 0.0,
        )
        target[i] = cells[i] if i < n else -1
        if made == 0:  # the end is not known before the first fixation
            ended[i] = np.nan
        if i < n and real[i]:
            reach[i] = np.linalg.norm(at[i] - trace[-1])
            log_duration[i] = logs[i] if known[i] else np.nan
            trace.append(at[i])
            last = [int(nearest[i]), last[0]]
            previous = i
            complete, elapsed = complete and bool(known[i]), elapsed + (length[i] if known[i] else 0.0)
    if n:
        ended[n] = np.nan if (limit is not None and n >= limit) or ended[n] != 0 else 1.0
    floats = (torch.from_numpy(part.astype(np.float32)) for part in (places, numbers, reach, log_duration, ended))
    whole = (torch.from_numpy(part) for part in (count, here, before, target))
    (p, m, r, d, e), (c, h, b, t) = floats, whole
    return Events(*(part[None] for part in (p, c, h, b, m, t, r, d, e)))


def events_of(trial: Trial, path: Scanpath, grid: Grid) -> Events:
    """Events of a path on a trial, (1, n + 1).

    A path may say more than its trial: where gaze was made to be (`start_x`, `start_y`, px), and how many saccades it
    was allowed (`saccades_allowed`). Then the end is known where the target was found (`target_found`), and else not.
    Where it says neither (a table may say it of some paths only), the trial's count.
    """
    ids, start, limit = path.ids, trial.start, trial.max_fixations
    said = {name for name, value in ids.items() if pd.notna(value) and value != ""}
    if {"start_x", "start_y"} <= said:
        start = float(ids["start_x"]), float(ids["start_y"])
    if "saccades_allowed" in said:
        limit = None if ids.get("target_found") == True else 0  # noqa: E712 -- numpy's and 1; nothing and text are not
    return path_events(path.x, path.y, path.duration, grid, start=start, limit=limit)


def chosen_in_px(dataset: Dataset) -> Scanpaths:
    """People's paths, without fixations that were forced.

    Raises
    ------
    DataError
        They are in degrees.
    """
    paths = dataset.scanpaths
    if paths.facts.unit != "px":
        raise DataError(f"priority knows fixations in px, and those of {dataset.name!r} are in degrees")
    return paths.drop_first() if paths.facts.forced_first else paths


def trial_events(trial: Trial, paths: Sequence[Scanpath], grid: Grid) -> Events:
    """Events of all paths of a trial, one path after another, (1, N)."""
    each = [events_of(trial, path, grid) for path in paths]
    return Events(*(torch.cat(part, 1) for part in zip(*each, strict=True)))


def mirrored(events: Events, rows: int, columns: int) -> Events:
    """The same with left and right exchanged."""
    flip = lambda cell: torch.where(cell < 0, cell, cell + columns - 1 - 2 * (cell % columns))  # noqa: E731
    sides = events.places * events.places.new_tensor([-1.0, 1.0])
    return events._replace(places=sides, here=flip(events.here), before=flip(events.before), target=flip(events.target))


def _inside(x: np.ndarray, y: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    return np.clip(x, 0, grid.width), np.clip(y, 0, grid.height)
