"""Tables with one row per fixation, the form in which people share scanpaths."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import FRAME_COLUMNS, HUMAN, Scanpaths
from gazekit.core.stimulus_names import match_names, nearest
from gazekit.foundations.errors import DataError
from gazekit.foundations.option_kinds import check_kinds
from gazekit.interchange.columns import (
    EMPTY_PATH,
    KEY,
    MS,
    PLACED,
    POINT_COLUMNS,
    RowGroups,
    numbers,
    our_columns,
    require,
    row_per_fixation,
    whole_numbers,
)
from gazekit.interchange.points import Missing, Outside, check_choice, clean_points
from gazekit.interchange.space import Space

UNKNOWN = "path of an unknown stimulus (left out)"


def from_table(
    table: pd.DataFrame,
    *,
    columns: Mapping[str, str | None] | None = None,
    width: float | None = None,
    height: float | None = None,
    px_per_degree: float | None = None,
    frames: Mapping[str, Frame] | None = None,
    time_unit: Literal["ms", "s", "us", "ns"] = "ms",
    space: Space | None = None,
    outside: Outside = "keep",
    missing: Missing = "error",
    unknown_stimuli: Literal["error", "drop"] = "error",
    source: str | None = None,
    facts: Facts | None = None,
) -> Scanpaths:
    """Read a table with one row per fixation.

    Columns: `stimulus, x, y` are needed; `subject, trial, source, sample, fixation, duration_ms, onset_ms, object_id,
    task, width, height, px_per_degree` are read where present. A path is one value of (stimulus, subject, trial,
    source, sample). Any other column that is constant within every path is kept as a column of `Scanpaths.table`; one
    that is not is left out and counted.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per fixation; x and y px of the shown image, origin top left, y down. Paths appear in the order of their
        first rows. `fixation` orders the fixations of a path (gaps allowed); without it the rows' order counts. A path
        without fixations is one row with fixation -1 and empty x and y.
    columns : mapping, optional
        Names that differ, as {gazekit's name: the table's name}: {"x": "FIX_X", "duration_ms": "FIX_DUR"}. Names that
        differ in case only are taken. None says that the table has no such column, whatever its names look like.
    width, height : float, optional
        Size of the shown image, px, where it is the same for all and not in the table.
    px_per_degree : float, optional
        Pixels per degree of visual angle, where known and not in the table.
    frames : mapping of stimulus to Frame, optional
        Size of each shown image, instead of `width` and `height`; a size that the table has itself comes first.
    time_unit : {"ms", "s", "us", "ns"}
        Unit of the columns `duration_ms` and `onset_ms`, whatever the names say; stored as ms. A column `duration_ms`
        of time differences (timedelta) has its own unit, and this one is not used.
    space : Space, optional
        What positions are, where they are not px of the shown image from its top left corner.
    outside : {"keep", "clip", "drop"}
        What to do with fixations outside the image. Clipped and dropped ones are counted in `dropped`.
    missing : {"error", "drop", "keep"}
        What to do with fixations whose x or y is empty or infinite. Dropped ones are counted; a path that loses all its
        fixations stays, empty.
    unknown_stimuli : {"error", "drop"}
        What to do with rows of stimuli that `frames` does not have. Dropped ones are counted.
    source : str, optional
        Who made the paths, where the table has no such column; default "human".
    facts : Facts, optional
        What is known of the points; default nothing is declared.

    Returns
    -------
    Scanpaths

    Raises
    ------
    DataError
        A column is absent, a cell is not a number, a frame is not known or changes within a path, a fixation number is
        there twice, or coordinates are missing; a column of another name (`participant`, `model`, `scanpath_id`, ...)
        tells people, models or paths apart, or has durations: the message names the option that says so.

    Examples
    --------
    >>> rows = pd.DataFrame({"stimulus": ["a", "a", "b"], "FIX_X": [10, 500, 7], "y": [1, 2, 3]})
    >>> paths = from_table(rows, columns={"x": "FIX_X"}, width=100, height=50, outside="clip")
    >>> paths.x.tolist(), paths.lengths.tolist(), paths.dropped
    ([10.0, 100.0, 7.0], [2, 1], {'points outside the image (moved to its edge)': 1})
    """
    check_choice("time_unit", time_unit, MS)
    check_choice("unknown_stimuli", unknown_stimuli, ("error", "drop"))
    table = our_columns(table, columns)
    groups = RowGroups(table, source or HUMAN)
    x, y = numbers(require(table, "x", "x")), numbers(require(table, "y", "y"))
    order, point = groups.order(x, y)
    paths, dropped = groups.path_table()
    size = frame_sizes(
        paths, width=width, height=height, px_per_degree=px_per_degree, frames=frames, unknown=unknown_stimuli
    )
    kept = order[point[order]]
    duration = _durations(table, point, MS[time_unit])
    objects = whole_numbers(table["object_id"], -1) if "object_id" in table else None
    onset = numbers(table["onset_ms"])[kept] * MS[time_unit] if "onset_ms" in table else np.empty(0)
    read = Scanpaths(
        x[kept],
        y[kept],
        np.concatenate([[0], np.cumsum(np.bincount(groups.path[kept], minlength=groups.n_paths))]),
        paths.assign(**size),
        duration=None if duration is None else duration[kept],
        object_id=None if objects is None or (objects[kept] == -1).all() else objects[kept],
        onset=None if np.isnan(onset).all() else onset,
        facts=facts,
        dropped=dropped,
    )
    sized = _of_known_size(read, frames)
    if space is None and (told := [name for name in PLACED if name in sized.table]):
        raise DataError(
            f"the table has a column {told[0]!r}, so its positions are of a screen: give the size of the screen, "
            f"space=Space(screen_width=..., screen_height=...) (on the command line: --screen 1920x1080)"
        )
    return clean_points(sized if space is None else space.of(sized), outside=outside, missing=missing)


def to_table(scanpaths: Scanpaths) -> pd.DataFrame:
    """Return a table with one row per fixation; `from_table` reads it back.

    Parameters
    ----------
    scanpaths : Scanpaths
        The paths.

    Returns
    -------
    pandas.DataFrame
        `stimulus, subject, trial, source, sample, fixation` (from 0), `x, y` (px), `duration_ms` (NaN where not known),
        `object_id` (-1 for none), `onset_ms` where it is known, `task, width, height, px_per_degree` and the other
        columns of `scanpaths.table`. A path without fixations is one row with fixation -1 and x and y NaN.

    Raises
    ------
    DataError
        A column of `scanpaths.table` has the name of a column of fixations.

    Examples
    --------
    >>> two = pd.DataFrame({"stimulus": ["a", "b"], "width": 9, "height": 9})
    >>> paths = Scanpaths([1, 2], [3, 4], [0, 2, 2], two)
    >>> to_table(paths)[["stimulus", "fixation", "x"]].values.tolist()
    [['a', 0, 1.0], ['a', 1, 2.0], ['b', -1, nan]]
    """
    check_path_columns(scanpaths)
    table = row_per_fixation(scanpaths.table, scanpaths.lengths)
    real = table["fixation"].to_numpy() != EMPTY_PATH
    points = {
        "x": scanpaths.x,
        "y": scanpaths.y,
        "duration_ms": scanpaths.durations(),
        "object_id": scanpaths.object_ids(),
        **({} if scanpaths.onset is None else {"onset_ms": scanpaths.onset}),
    }
    for name, values in points.items():
        column = np.full(len(table), -1 if name == "object_id" else np.nan, dtype=values.dtype)
        column[real] = values
        table[name] = column
    return table[[*KEY, "fixation", *points, *(c for c in scanpaths.table if c not in KEY)]]


def check_path_columns(scanpaths: Scanpaths) -> None:
    """Refuse path columns whose names are taken by columns of fixations."""
    taken = [c for c in POINT_COLUMNS if c in scanpaths.table]
    if taken:
        raise DataError(
            f"the table of paths has a column {taken[0]!r}, a name that the fixations need; rename it first"
        )


def frame_sizes(
    paths: pd.DataFrame,
    *,
    width: float | None = None,
    height: float | None = None,
    px_per_degree: float | None = None,
    frames: Mapping[str, Frame] | None = None,
    unknown: Literal["error", "drop"] = "error",
) -> dict[str, np.ndarray]:
    """Return the frame of each path, as columns.

    Parameters
    ----------
    paths : pandas.DataFrame
        One row per path; `stimulus`, and `width`, `height`, `px_per_degree` where they are known there.
    width, height : float, optional
        Size of the shown image, px, the same for all.
    px_per_degree : float, optional
        Pixels per degree, the same for all.
    frames : mapping of stimulus to Frame, optional
        Size of each shown image, for those whose size `paths` does not say.
    unknown : {"error", "drop"}
        Whether a size that is not known is refused or left NaN, for the caller to drop.

    Returns
    -------
    dict of str to (n_paths,) float64
        `width`, `height` in px; `px_per_degree`, NaN where not known.

    Raises
    ------
    DataError
        A size is not known, or was given twice and differently.
    GazekitError
        A size that is not a positive number.

    Examples
    --------
    >>> paths = pd.DataFrame({"stimulus": ["a", "b"]})
    >>> frame_sizes(paths, frames={"a": Frame(9, 8), "b": Frame(7, 6)})["width"].tolist()
    [9.0, 7.0]
    """
    if frames is not None and (width is not None or height is not None):
        raise DataError("give the image sizes either as frames= or as width= and height=, not both")
    known = (
        {}
        if frames is None
        else {stimulus: frames[of] for stimulus, of in match_names(paths["stimulus"], frames).items()}
    )
    size: dict[str, np.ndarray] = {}
    same = np.ones(len(paths), dtype=bool)
    sizes = dict(zip(FRAME_COLUMNS, (width, height, px_per_degree), strict=True))
    check_kinds(dict.fromkeys(sizes, float | None), sizes)
    for name, value in sizes.items():
        column = numbers(paths[name]) if name in paths else np.full(len(paths), np.nan)
        if value is not None and ((column != value) & ~np.isnan(column)).any():
            raise DataError(
                f"{name}={value:g} was given, but the table's own column {name!r} differs; keep one of them"
            )
        if value is None and frames is not None:
            own = np.array([getattr(known.get(s), name, None) for s in paths["stimulus"]], dtype=float)
            column = np.where(np.isnan(column) & same, own, column)
            if name != "px_per_degree":  # a scale belongs to its size: another size of the same image has another
                same &= column == own
        elif value is not None:
            column = np.full(len(paths), float(value))
        size[name] = column
    for name in ("width", "height"):
        if unknown == "error" and np.isnan(size[name]).any():
            raise DataError(_unknown_message(paths, name, size[name], frames))
    kinds = pd.DataFrame(size).dropna(subset=["width", "height"]).drop_duplicates()
    for kind in kinds.itertuples(index=False):
        Frame(kind.width, kind.height, kind.px_per_degree)
    return size


def _unknown_message(paths: pd.DataFrame, name: str, column: np.ndarray, frames: Mapping[str, Frame] | None) -> str:
    stimuli = paths["stimulus"][np.isnan(column)].unique()
    if frames is not None:
        return (
            f"frames= has no entry for {len(stimuli)} of {paths['stimulus'].nunique()} stimuli (first: "
            f"{nearest(stimuli[:1], frames)}); add them, or give unknown_stimuli='drop' to leave their rows out and "
            f"count them"
        )
    if name in paths:
        return f"column {name!r} is empty for stimulus {stimuli[0]!r}; fill it in, or give frames="
    return (
        f"the size of the shown image is not known: the table has no column {name!r}; say where the images are "
        f"(--root FOLDER; in Python Dataset.from_table(..., images=FOLDER)), or give width= and height= in px "
        f"(--data-set width=800), or frames="
    )


def _durations(table: pd.DataFrame, point: np.ndarray, ms: float) -> np.ndarray | None:
    if "duration_ms" not in table:
        return None
    column = table["duration_ms"]
    if column.dtype == object and column.map(lambda value: isinstance(value, timedelta)).any():
        column = pd.to_timedelta(column, errors="coerce")
    if pd.api.types.is_timedelta64_dtype(column.dtype):
        duration = (column / pd.Timedelta(milliseconds=1)).to_numpy(dtype=float, na_value=np.nan)
    else:
        duration = numbers(column) * ms
    wrong = point & ((duration < 0) | np.isinf(duration))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise DataError(f"row {row} (from 0) has a duration of {duration[row]:g} ms; leave it empty if it is not known")
    return None if np.isnan(duration[point]).all() else duration


def _of_known_size(scanpaths: Scanpaths, frames: Mapping[str, Frame] | None) -> Scanpaths:
    known = scanpaths.table[["width", "height"]].notna().all(axis=1).to_numpy()
    if known.all():
        return scanpaths
    kept = scanpaths[np.flatnonzero(known)]
    reason = f"{UNKNOWN}: {nearest(scanpaths.table['stimulus'][~known], frames or ())}"
    return kept.replace(dropped={**scanpaths.dropped, reason: int((~known).sum())})
