"""Tobii Pro Lab's data export (and Tobii Studio's): a row per sample, in which each fixation is repeated.

Source: Tobii Pro Lab User's Manual, "Data export": positions `(DACSpx)`, `[DACS px]` or without a unit are px of the
display, origin top left; `(MCSnorm)`, `[MCS norm]` are shares of the media, `(MCSpx)` its px. `Presented Media width`,
`height`, `position X` and `Y` say where the media was. A fixation has a number within its recording. Durations are ms
in `Gaze event duration`; in newer versions units stand in brackets, and `Eye movement event duration` without one is in
us or ms, depending on the version.
"""

import numpy as np
import pandas as pd

from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.columns import PLACED, numbers
from gazekit.interchange.recordings.recording import (
    BEFORE_IMAGE,
    DETAILS,
    Column,
    Format,
    Notes,
    Samples,
    their_name,
    unit_of,
)

_TYPE = ("Eye movement type", "GazeEventType")
_INDEX = ("Eye movement type index", "FixationIndex", "Fixation index")
_DURATION = ("Gaze event duration", "Eye movement event duration", "GazeEventDuration")
_TIME = ("Recording timestamp", "RecordingTimestamp")
_RECORDING = ("Recording name", "RecordingName")
_PERSON = ("Participant name", "ParticipantName")
_MEDIA = ("Presented Media name", "Presented Stimulus name", "MediaName")
_SCREEN = (("Recording resolution width",), ("Recording resolution height",))
_DISPLAY = (
    ("Fixation point X [DACS px]", "Fixation point X (DACSpx)", "Fixation point X"),
    ("Fixation point Y [DACS px]", "Fixation point Y (DACSpx)", "Fixation point Y"),
)
_SHARE = (
    ("Fixation point X [MCS norm]", "Fixation point X (MCSnorm)"),
    ("Fixation point Y [MCS norm]", "Fixation point Y (MCSnorm)"),
)
_MEDIA_PX = (("FixationPointX (MCSpx)",), ("FixationPointY (MCSpx)",))
_PLACE = (
    ("Presented Media position X", "MediaPosX (ADCSpx)"),
    ("Presented Media position Y", "MediaPosY (ADCSpx)"),
    ("Presented Media width", "MediaWidth"),
    ("Presented Media height", "MediaHeight"),
)
_SAMPLES = Samples(
    columns=(
        Column("of", ("Sensor",)),
        Column("time", _TIME, "by rate"),
        Column("x", ("Gaze point X [DACS px]", "Gaze point X (DACSpx)", "GazePointX (ADCSpx)", "Gaze point X")),
        Column("y", ("Gaze point Y [DACS px]", "Gaze point Y (DACSpx)", "GazePointY (ADCSpx)", "Gaze point Y")),
        *(
            Column(f"{axis}_{eye}", (f"Gaze point {eye} {axis.upper()} [DACS px]", f"Gaze point {eye} {axis.upper()}"))
            for axis in "xy"
            for eye in ("left", "right")
        ),
        Column("subject", _PERSON),
        Column("stimulus", _MEDIA),
        Column("screen_width", _SCREEN[0]),
        Column("screen_height", _SCREEN[1]),
        *(Column(name, theirs) for name, theirs in zip(PLACED, _PLACE, strict=True)),
    ),
    knows=("Gaze point X", "Participant name"),
    of="Eye Tracker",
)


def _prepare(rows: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """One row per fixation."""
    kind, index = their_name(rows, _TYPE), their_name(rows, _INDEX)
    if kind is None or index is None:
        raise DataError(
            f"{notes.path} has no columns {_TYPE[0]!r} and {_INDEX[0]!r}: export them, too; its columns are: "
            f"{', '.join(map(str, rows.columns))}"
        )
    sensor = their_name(rows, ("Sensor",))
    types, called = pd.factorize(rows[kind])
    fixation = np.isin(types, [k for k, name in enumerate(called) if str(name).strip() == "Fixation"])
    # The mouse has rows of its own.
    mine = (
        np.ones(len(rows), bool) if sensor is None else (rows[sensor].isin(["Eye Tracker"]).to_numpy() | (types >= 0))
    )
    person, recording, media = (their_name(rows, names) for names in (_PERSON, _RECORDING, _MEDIA))
    by = [name for name in (person, recording) if name is not None]
    whose = rows.groupby(by, sort=False, dropna=False).ngroup().to_numpy() if by else np.zeros(len(rows), int)
    image = pd.factorize(rows[media])[0] if media is not None else np.zeros(len(rows), int)
    trial = np.zeros(len(rows), int)
    trial[mine] = 1 + np.cumsum((np.diff(whose[mine], prepend=-1) != 0) | (np.diff(image[mine], prepend=-2) != 0))
    each = pd.DataFrame({"whose": whose, "index": rows[index].to_numpy(), "trial": trial})[fixation]
    again = each.duplicated(["whose", "index"]).to_numpy()
    first = rows.iloc[np.flatnonzero(fixation)[~again]].assign(_trial=each["trial"].to_numpy()[~again])
    moved = len(each.drop_duplicates()) - len(first)  # there when the image changed: it is of the image before
    notes.leave_out(moved, BEFORE_IMAGE)
    found = _positions(first, notes)
    duration, time = their_name(first, _DURATION), their_name(first, _TIME)
    if duration is not None:
        found[duration] = first[duration]
    if time is not None and unit_of(time, "") != "":
        found[time] = first[time]
    for name in (person, media):
        if name is not None:
            found[name] = first[name]
    size = [their_name(first, names) for names in _SCREEN]
    if size[0] is not None and size[1] is not None:
        for width, height in first[size].dropna().drop_duplicates().itertuples(index=False):
            notes.screen(width, height)
    others = [c for c in rows.columns if c not in (*found, kind, index, recording, sensor, *size)]
    notes.leave_out(len(others), DETAILS)
    return found.assign(trial=first["_trial"], fixation=first[index]).reset_index(drop=True)


def _needed(rows: pd.DataFrame) -> np.ndarray:
    """(n,) bool: rows of the eye tracker that differ from the one before in what `_prepare` goes by.

    Empty cells differ from each other here, so that a row is left out only after one of the eye tracker.
    """
    sensor, kind = their_name(rows, ("Sensor",)), their_name(rows, _TYPE)
    if sensor is None or kind is None:
        return np.ones(len(rows), bool)
    types = rows[kind].mask(rows[kind].isin(Format.missing))
    mine = (rows[sensor] == "Eye Tracker").to_numpy(bool) | types.notna().to_numpy()
    named = [name for names in (_INDEX, _RECORDING, _PERSON, _MEDIA) if (name := their_name(rows, names))]
    new = [(values != values.shift()).to_numpy(bool, na_value=True) for values in (types, *(rows[n] for n in named))]
    return mine & np.logical_or.reduce(new, axis=0)


def _positions(first: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """x, y and the place of the media: px of the display if the file says that place, else of the media, if it can."""
    place = [their_name(first, names) for names in _PLACE]
    display, share, media = ([their_name(first, n) for n in pair] for pair in (_DISPLAY, _SHARE, _MEDIA_PX))
    placed = None not in (*display, *place)
    if not placed and None not in share:
        notes.positions, notes.space["position_unit"] = "image", "share"
        return pd.DataFrame({"x": first[share[0]], "y": first[share[1]]})
    if not placed and None not in media:
        notes.positions = "image"
        return pd.DataFrame({"x": first[media[0]], "y": first[media[1]]})
    if None in display:
        absent = f"Fixation point {'XY'[display.index(None)]}"
        raise DataError(
            f"{notes.path} has no column {absent!r}: export the positions of fixations, too; its columns are: "
            f"{', '.join(map(str, first.columns[:40]))}"
        )
    found = pd.DataFrame({"x": first[display[0]], "y": first[display[1]]})
    if not placed:
        return found
    with naming(notes.path):
        return found.assign(**{ours: numbers(first[theirs]) for ours, theirs in zip(PLACED, place, strict=True)})


FORMAT = Format(
    name="tobii",
    title="an export of Tobii Pro Lab",
    knows_any=(("Eye movement type", "Participant name"), ("GazeEventType", "ParticipantName")),
    prepare=_prepare,
    needed=_needed,
    samples=_SAMPLES,
    columns=(
        Column("subject", _PERSON),
        Column("stimulus", _MEDIA),
        Column("trial", ("trial",)),
        Column("fixation", ("fixation",)),
        Column("x", ("x",)),
        Column("y", ("y",)),
        Column("duration_ms", _DURATION, "by size"),
        Column("onset_ms", _TIME, "ms"),
        *(Column(name, (name,)) for name in PLACED),
    ),
)
