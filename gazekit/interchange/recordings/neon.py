"""Pupil Labs Neon and Invisible: fixations mapped to a reference image by Pupil Cloud.

Source: Pupil Labs Neon documentation, "Data format" and "Reference Image Mapper: fixations.csv": `fixation x [px]`,
`fixation y [px]` are px of the reference image, `duration [ms]`, `start timestamp [ns]`; `fixation detected in
reference image` is true or false; a section is one viewing. Without that column positions are those of the scene
camera, which moves with the head; those are refused. `sections.csv` beside it names the wearers.
"""

import pandas as pd

from gazekit.files.delimited import read_delimited
from gazekit.foundations.errors import DataError
from gazekit.interchange.recordings.recording import Column, Format, Notes, their_name, yes

OFF = "fixation that is not in the reference image (left out)"


def _prepare(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Those in the reference image, with the names of the people who wore the glasses."""
    on = their_name(rows, ("fixation detected in reference image",))
    if on is None:
        raise DataError(
            f"{notes.path} has positions in the picture of the scene camera, which moves with the head: export the "
            f"fixations of an enrichment that maps them to the image (Reference Image Mapper)"
        )
    rows = notes.only(rows, yes(rows[on]), OFF).drop(columns=on)
    sections = notes.path.with_name("sections.csv")
    if sections.is_file() and "section id" in rows:
        table = read_delimited(sections, is_text=lambda _: True).table
        if {"section id", "wearer name"} <= set(table.columns):
            wearer = rows["section id"].map(table.drop_duplicates("section id").set_index("section id")["wearer name"])
            nameless = wearer.isna() | (wearer == "")  # a section that the file does not name
            if nameless.any() and "recording id" in rows:
                wearer = wearer.mask(nameless, rows["recording id"])
            rows = rows.assign(wearer=wearer)
    return rows


FORMAT = Format(
    name="neon",
    title="fixations of Pupil Labs Neon",
    knows_any=(("fixation x [px]", "fixation y [px]", "start timestamp [ns]"),),
    positions="image",
    prepare=_prepare,
    columns=(
        Column("subject", ("wearer", "recording id")),
        Column("trial", ("section id",)),
        Column("x", ("fixation x [px]",)),
        Column("y", ("fixation y [px]",)),
        Column("duration_ms", ("duration [ms]",), "ms"),
        Column("onset_ms", ("start timestamp [ns]",), "ns"),
    ),
    details=r"^(fixation id|end timestamp|azimuth|elevation|recording id)",
)
