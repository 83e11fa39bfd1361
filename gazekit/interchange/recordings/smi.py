"""SMI BeGaze: "Event Statistics - Single" (a row per event), or the text of the IDF Event Detector.

Source: BeGaze Manual 2.3 to 3.7, "Export": event statistics have units in their names, "-" for a missing value, and a
`Category` that is `Fixation` (`Visual Intake` in 3.6 and later); the event text has `## Calibration Area: w h`,
`## Head Distance [mm]`, `## Stimulus Dimension [mm]`, a `Table Header for Fixations:`, px of the calibration area (the
display, origin top left) and microseconds, with messages (`# Message: kitchen.jpg`) that name the image of a trial.
"""

import re
from pathlib import Path

import pandas as pd

from gazekit.files.delimited import Delimited, read_delimited
from gazekit.files.untrusted import read_csv_text
from gazekit.foundations.errors import DataError
from gazekit.interchange.recordings.recording import OTHER_EVENT, Column, Format, Notes, their_name

_CATEGORIES = ("Fixation", "Visual Intake")
_IMAGE = re.compile(r"# Message: (.+\.(?:jpe?g|png|bmp|gif|tiff?|avi))\s*$", re.IGNORECASE)
_HEADER = "Table Header for Fixations:"
_FIXATIONS = ("Fixation L", "Fixation R", "Fixation B")


def _rows(path: Path, notes: Notes) -> Delimited:
    """The fixations of a text of events, with the person, and the image of each trial."""
    text = read_csv_text(path)
    said = dict(re.findall(r"^(?:## ?)?([A-Z][\w ]*(?:\[mm\])?):[ \t]+(\S.*)$", text, re.MULTILINE))
    sizes = {name: [float(word) for word in said.get(name, "").split()] for name in _SIZES}
    if len(sizes["Calibration Area"]) == 2:
        notes.screen(*sizes["Calibration Area"])
        if len(sizes["Stimulus Dimension [mm]"]) == 2 and len(sizes["Head Distance [mm]"]) == 1:
            notes.space |= dict(
                zip(("screen_width_mm", "screen_height_mm"), sizes["Stimulus Dimension [mm]"], strict=True)
            )
            notes.space["distance_mm"] = sizes["Head Distance [mm]"][0]
    lines = text.splitlines()
    below = next((number for number, line in enumerate(lines, 1) if line.strip() == _HEADER), len(lines))
    if below == len(lines):
        raise DataError(f"{path} has no line {_HEADER!r}: it holds samples; export events (IDF Event Detector)")
    names = [name.strip() for name in lines[below].split("\t")]
    image: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if line.startswith("UserEvent") and (shown := _IMAGE.search(line)):
            trial, named = line.split("\t")[1].strip(), shown[1].strip()
            if image.setdefault(trial, named) != named:
                raise DataError(
                    f"{path}, line {number}: trial {trial!r} shows 2 images ({image[trial]}, {named}); a scanpath is "
                    f"of one image: export each as a trial of its own"
                )
    found = read_delimited(
        path,
        sep="\t",
        header=names,
        text="\n".join([line if line.startswith(_FIXATIONS) else "" for line in lines]),  # the number of a line stays
        is_text=lambda name: name == "Trial",
    )
    trial, events = found.table["Trial"].str.strip(), sum(line.startswith(("Saccade", "Blink")) for line in lines)
    table = found.table.assign(
        Trial=trial,
        Eye=found.table[names[0]].astype("str").str.strip().str[-1],
        Image=trial.map(image),
        Subject=said.get("Subject", "").strip() or None,
    )
    dropped = {**found.dropped, **({OTHER_EVENT: events} if events else {})}
    return Delimited(table.dropna(axis=1, how="all"), dropped)


def _prepare(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Fixations only."""
    category = their_name(rows, ("Category",))
    if category is None:
        return rows
    rows = notes.only(rows, rows[category].astype("str").str.strip().isin(_CATEGORIES), OTHER_EVENT)
    return rows.drop(columns=category).reset_index(drop=True)


def _of_smi(start: bytes) -> bool:
    return start.lstrip(b"# ").startswith((b"[BeGaze]", b"[iView]"))


def _has_our_columns(start: bytes) -> bool:
    """Whether the first line that is no comment is the header of a plain table, below BeGaze's own lines."""
    lines = (line.strip().lower() for line in start.splitlines())
    header = next((line for line in lines if line and not line.startswith(b"#")), b"")
    return {b"stimulus", b"x", b"y"} <= {name.strip(b' "') for name in re.split(rb"[,;\t]", header)}


_SIZES = ("Calibration Area", "Stimulus Dimension [mm]", "Head Distance [mm]")
FORMAT = Format(
    name="smi",
    title="an export of SMI BeGaze",
    knows_any=(("Fixation Position X [px]", "Fixation Position Y [px]", "Event Duration [ms]"),),
    begins=lambda path, start: _HEADER.encode() in start or (_of_smi(start) and not _has_our_columns(start)),
    rows=_rows,
    prepare=_prepare,
    columns=(
        Column("subject", ("Participant", "Subject")),
        Column("trial", ("Trial",)),
        Column("stimulus", ("Stimulus", "Image")),
        Column("fixation", ("Index", "Number")),
        Column("x", ("Fixation Position X [px]", "Location X")),
        Column("y", ("Fixation Position Y [px]", "Location Y")),
        Column("duration_ms", ("Event Duration [ms]", "Duration"), "us"),
        Column("onset_ms", ("Event Start Trial Time [ms]", "Start"), "us"),
        Column("eye", ("Eye L/R", "Eye")),
    ),
    details=r"^(Event|Fixation|Saccade|Blink|AOI|Mouse|Scroll|Annotation|Export|Trial Start|Dispersion|Avg|End|Plane)"
    r"|^(Pupil|Port Status|Content|Color|Category Group|Tracking Ratio)",
)
