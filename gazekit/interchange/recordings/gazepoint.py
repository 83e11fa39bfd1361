"""Gazepoint Analysis: `User N_fixations.csv`, a row per fixation, or `User N_all_gaze.csv`, in which each is repeated.

Source: Gazepoint Open Gaze API manual, records of `FPOG`: `FPOGX`, `FPOGY` are shares of the screen, origin top left;
`FPOGS` (start) and `FPOGD` (duration so far) in s; `FPOGID` numbers fixations; `FPOGV` is 1 where valid. `MEDIA_NAME`
is the image. The file's name says who looked.
"""

import re

import pandas as pd

from gazekit.interchange.recordings.recording import DETAILS, Column, Format, Notes, Samples, their_name, yes

INVALID = "fixation that the tracker calls invalid (left out)"
_KEPT = ("MEDIA_ID", "MEDIA_NAME", "USER", "FPOGX", "FPOGY", "FPOGS", "FPOGD", "FPOGID")


def _prepare(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """The last row of each fixation, whose position and duration are those of all its samples."""
    if "FPOGV" in rows:
        rows = notes.only(rows, yes(rows["FPOGV"]), INVALID)
    name = their_name(rows, ("MEDIA_NAME", "MEDIA_ID"))
    by = [column for column in (name, "MEDIA_ID", "USER", "FPOGID", "FPOGS") if column is not None and column in rows]
    if "FPOGID" in rows:
        rows = rows.drop_duplicates(list(dict.fromkeys(by)), keep="last")
    if "USER" not in rows:
        rows = rows.assign(USER=re.sub(r"_(fixations|all_gaze)$", "", notes.path.stem))
    others = [column for column in rows.columns if column not in (*_KEPT, "FPOGV")]
    notes.leave_out(len(others), DETAILS)
    return rows[[column for column in _KEPT if column in rows]].reset_index(drop=True)


FORMAT = Format(
    name="gazepoint",
    title="fixations of Gazepoint Analysis",
    knows_any=(("FPOGX", "FPOGY", "FPOGD"),),
    space={"position_unit": "share"},
    prepare=_prepare,
    samples=Samples(
        columns=(
            Column("time", ("TIME",), "s"),
            Column("x", ("BPOGX",)),
            Column("y", ("BPOGY",)),
            Column("valid", ("BPOGV",)),
            Column("subject", ("USER",)),
            Column("stimulus", ("MEDIA_NAME", "MEDIA_ID")),
            Column("trial", ("MEDIA_ID",)),
        ),
        knows=("BPOGX", "BPOGY"),
    ),
    columns=(
        Column("subject", ("USER",)),
        Column("stimulus", ("MEDIA_NAME", "MEDIA_ID")),
        Column("trial", ("MEDIA_ID",)),
        Column("x", ("FPOGX",)),
        Column("y", ("FPOGY",)),
        Column("duration_ms", ("FPOGD",), "s"),
        Column("onset_ms", ("FPOGS",), "s"),
    ),
    details=r"^(FPOGID|MEDIA_ID)$",
)
