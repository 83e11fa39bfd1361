"""Pupil Core's fixations on a surface (Pupil Player): a row per fixation and frame of the scene camera.

Source: Pupil Core documentation, "Pupil Player: Raw Data Exporter, Fixation Export, Surface Tracker":
`surfaces/fixations_on_surface_NAME.csv` with `norm_pos_x`, `norm_pos_y` as shares of the surface, origin bottom left, y
upward; `start_timestamp` in s, `duration` in ms; `on_surf` (`on_srf` in old versions). `fixations.csv` beside it has
positions in the scene camera's picture, which moves with the head, and is refused. The surface's name is the image's.
"""

import pandas as pd

from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import numbers
from gazekit.interchange.recordings.recording import DETAILS, Column, Format, Notes, their_name, yes

OFF = "fixation that is not on the surface (left out)"
_BEGINS = "fixations_on_surface_"


def _prepare(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """One row per fixation that is on the surface: the mean of its frames."""
    on, number = their_name(rows, ("on_surf", "on_srf")), their_name(rows, ("fixation_id", "id"))
    if on is None:
        raise DataError(
            f"{notes.path} has positions in the picture of the scene camera, which moves with the head: export the "
            f"fixations on a surface that is the image (Surface Tracker, surfaces/{_BEGINS}NAME.csv)"
        )
    if number is None:
        raise DataError(
            f"{notes.path} has no column 'fixation_id', which says which rows are one fixation: export it, too; its "
            f"columns are: {', '.join(map(str, rows.columns))}"
        )
    inside = yes(rows[on])
    off = rows[number].nunique() - rows.loc[inside, number].nunique()
    notes.leave_out(off, OFF)
    kept = {"norm_pos_x": "mean", "norm_pos_y": "mean", "start_timestamp": "first", "duration": "first"}
    others = [name for name in rows.columns if name not in (on, number, *kept)]
    notes.leave_out(len(others), DETAILS)
    rows = rows[inside]
    with naming(notes.path):
        rows = rows.assign(
            **{name: numbers(rows[name]) for name, how in kept.items() if how == "mean" and name in rows}
        )
    found = rows.groupby(number, sort=False).agg({n: how for n, how in kept.items() if n in rows}).reset_index()
    if notes.path.name.startswith(_BEGINS):
        found["surface"] = notes.path.stem[len(_BEGINS) :]
    return found


FORMAT = Format(
    name="pupil",
    title="fixations of Pupil Core",
    knows_any=(("norm_pos_x", "norm_pos_y", "start_timestamp", "duration"),),
    positions="image",
    space={"position_unit": "share", "origin": "bottom-left"},
    people="folder",
    prepare=_prepare,
    columns=(
        Column("stimulus", ("surface",)),
        Column("x", ("norm_pos_x",)),
        Column("y", ("norm_pos_y",)),
        Column("duration_ms", ("duration",), "by size"),
        Column("onset_ms", ("start_timestamp",), "s"),
    ),
    details=r"^(fixation_)?id$",
)
