"""pymovements' events, as `Events.frame.write_csv` or `.write_parquet` keep them.

Source: pymovements documentation, `Events`: `name` (fixation, saccade, or with the detector behind it: fixation_ivt),
`onset`, `offset` and `duration` in ms, `location` the mean position, a list of two, or `location_x` and `location_y`
after `unnest`. `location` is in the unit of the column that it was computed of; degrees are refused.
"""

from typing import Any

import numpy as np
import pandas as pd

from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import numbers
from gazekit.interchange.recordings.recording import OTHER_EVENT, Column, Format, Notes, Written

_DEGREES = 90.0  # no position on a screen is farther out; px of a screen are


def _prepare(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Fixations only, their location in two columns."""
    if "name" not in rows:
        raise DataError(
            f"{notes.path} has no column 'name', which says which events are fixations; its columns are: "
            f"{', '.join(map(str, rows.columns))}"
        )
    rows = notes.only(rows, rows["name"].astype("str").str.startswith("fixation"), OTHER_EVENT)
    rows = rows.drop(columns="name").reset_index(drop=True)
    if "location" in rows:
        with naming(notes.path):
            pairs = [_pair(value) for value in rows["location"]]
        x, y = ([pair[axis] for pair in pairs] for axis in (0, 1))
        rows = rows.drop(columns="location").assign(location_x=x, location_y=y)
    if "location_x" not in rows:
        raise DataError(
            f"{notes.path} has no positions of fixations: compute them with "
            f"gaze.compute_event_properties(('location', {{'position_column': 'pixel'}}))"
        )
    with naming(notes.path):
        across = numbers(rows["location_x"])
    if len(rows) and (abs(across) < _DEGREES).all():
        raise DataError(
            f"{notes.path} has locations within {_DEGREES:g} of 0, which are degrees, not px of a screen: compute them "
            f"with gaze.compute_event_properties(('location', {{'position_column': 'pixel'}}))"
        )
    return rows


def _pair(value: Any) -> tuple[Any, ...]:
    """X and y of a location, which may be text; without it NaN."""
    if isinstance(value, str):
        value = value.strip("[]() ").split(",") if value else None
    empty = value is None or (np.ndim(value) == 0 and np.isnan(value))
    pair = (np.nan, np.nan) if empty else tuple(np.atleast_1d(value))
    if len(pair) != 2:
        raise DataError(f"column 'location' holds {value!r}, which is not two numbers, x and y")
    return pair


FORMAT = Format(
    name="pymovements",
    title="events of pymovements",
    knows_any=(("name", "onset", "offset", "duration", "location"), ("name", "onset", "offset", "location_x")),
    prepare=_prepare,
    columns=(
        Column("subject", ("subject_id", "subject", "participant", "participant_id")),
        Column("trial", ("trial_id", "trial")),
        Column("x", ("location_x",)),
        Column("y", ("location_y",)),
        Column("duration_ms", ("duration",), "ms"),
        Column("onset_ms", ("onset",), "ms"),
    ),
    written=Written((".csv",), ",", "", "image", {"name": "fixation"}, "offset"),
    details=r"^(offset|amplitude|dispersion|disposition|peak_velocity)",
)
