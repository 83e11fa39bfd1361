"""EyeLink's .asc text (edf2asc): events of the tracker's own parser, read line by line.

Source: EyeLink 1000 Plus User Manual, "ASC File Format" (`EFIX eye start end duration x y pupil`, px of the display
where EVENTS says GAZE, ms, a missing value is a full stop) and "Data Viewer integration messages" (`TRIALID`,
`DISPLAY_COORDS left top right bottom`, `!V IMGLOAD FILL|TOP_LEFT|CENTER image [x y [width height]]`,
`!V TRIAL_VAR name value`, `SYNCTIME` at the onset of the display). Samples are passed over, so the memory needed is
that of the events.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pandas as pd

from gazekit.files.delimited import Delimited
from gazekit.foundations.errors import DataError
from gazekit.interchange.columns import PLACED, SYNONYMS, plain_name
from gazekit.interchange.recordings.recording import BEFORE_IMAGE, Column, Format, Notes

_EVENT = re.compile(r"^(MSG|EFIX|EVENTS|START|END)\b")
_EYES = {"L": "left", "R": "right"}


def _rows(path: Path, notes: Notes) -> Delimited:
    """A row per fixation, with the trial's number, image, place and variables."""
    trials = [_Trial(0)]
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if not _EVENT.match(line):
                    continue
                words = line.split()
                if words[0] == "MSG" and len(words) > 2:
                    if words[2].startswith("TRIALID"):
                        trials.append(_Trial(len(trials)))
                    _message(line.split(None, 2)[2].strip(), _time(words[1], path, number), trials[-1], notes)
                elif words[0] == "EVENTS" and "GAZE" not in words:
                    raise DataError(
                        f"{path}, line {number}: events are not in px of the display ({' '.join(words[1:3])}); convert "
                        f"the .edf again with positions of gaze (edf2asc -p GAZE)"
                    )
                elif words[0] == "EFIX":
                    trials[-1].fixations.append(_fixation(words, path, number))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    rows = [row for trial in trials for row in trial.rows(notes)]
    return Delimited(pd.DataFrame(rows), {})


class _Trial:
    """One recording block: what was shown, where and since when, its variables and its fixations."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.images: list[tuple[str, float, dict[str, float]]] = []
        self.synctime = float("-inf")
        self.variables: dict[str, str] = {}
        self.fixations: list[dict[str, Any]] = []

    def rows(self, notes: Notes) -> Iterator[dict[str, Any]]:
        """Fixations that began while the image was there."""
        named = [value for name, value in self.variables.items() if plain_name(name) in SYNONYMS["stimulus"]]
        shown = self.images or [(value, float("-inf"), {}) for value in named[:1]]
        names = [name for name, _ in groupby(name for name, _, _ in shown)]
        if len(names) > 1:
            raise DataError(
                f"{notes.path}: trial {self.index} loads {len(names)} images ({', '.join(names[:3])}); a scanpath is "
                f"of one image: convert each as a trial of its own"
            )
        name, since, place = shown[-1] if shown else (None, float("-inf"), {})
        since = max(shown[0][1] if shown else since, self.synctime)
        for fixation in self.fixations:
            if fixation["start"] < since:
                notes.dropped[BEFORE_IMAGE] += 1
            else:
                yield {"trial": self.index, "image": name, **place, **self.variables, **fixation}


def _message(text: str, time: float, trial: _Trial, notes: Notes) -> None:
    words = text.split()
    if words[0] in ("DISPLAY_COORDS", "GAZE_COORDS"):
        left, top, right, bottom = (float(word) for word in words[-4:])
        if (left, top) != (0, 0):
            raise DataError(f"{notes.path}: the display begins at ({left:g}, {top:g}), not at (0, 0): {text}")
        notes.screen(right + 1, bottom + 1)
    elif words[0] == "SYNCTIME" or words[-1] == "SYNCTIME":
        trial.synctime = time
    elif words[:2] == ["!V", "TRIAL_VAR"] and len(words) > 3:
        trial.variables[words[2]] = " ".join(words[3:])
    elif words[:2] == ["!V", "IMGLOAD"] and len(words) > 3:
        trial.images.append((words[3], time, _place(words[2], words[4:], notes)))


def _place(how: str, words: list[str], notes: Notes) -> dict[str, float]:
    """Where the image is on the display, as far as the message says."""
    at = [float(word) for word in words]
    if how == "FILL" and "screen_width" in notes.space:
        at = [0.0, 0.0, notes.space["screen_width"], notes.space["screen_height"]]
    elif how == "CENTER" and len(at) >= 4:
        at = [at[0] - at[2] / 2, at[1] - at[3] / 2, *at[2:4]]
    elif how != "TOP_LEFT":
        return {}
    return dict(zip(PLACED, at, strict=False)) if len(at) in (2, 4) else {}


def _fixation(words: list[str], path: Path, number: int) -> dict[str, Any]:
    if len(words) < 8 or words[1] not in _EYES:
        raise DataError(f"{path}, line {number}: {' '.join(words)!r} is not 'EFIX eye start end duration x y pupil'")
    x, y = (None if word == "." else float(word) for word in words[5:7])
    start, _, duration = (_time(word, path, number) for word in words[2:5])
    return {"eye": _EYES[words[1]], "start": start, "duration": duration, "x": x, "y": y}


def _time(word: str, path: Path, number: int) -> float:
    try:
        return float(word)
    except ValueError:
        raise DataError(f"{path}, line {number}: {word!r} is no time; convert the .edf again") from None


FORMAT = Format(
    name="eyelink-asc",
    title="an EyeLink recording (.asc)",
    begins=lambda path, start: path.suffix.lower() == ".asc" and (b"EYELINK" in start or b"CONVERTED FROM" in start),
    rows=_rows,
    columns=(
        Column("trial", ("trial",)),
        Column("stimulus", ("image",)),
        Column("x", ("x",)),
        Column("y", ("y",)),
        Column("duration_ms", ("duration",), "ms"),
        Column("onset_ms", ("start",), "ms"),
        Column("eye", ("eye",)),
        *(Column(name, (name,)) for name in PLACED),
    ),
)
