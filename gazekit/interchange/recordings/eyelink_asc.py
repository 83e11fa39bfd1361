"""EyeLink's .asc text (edf2asc): events of the tracker's own parser, read line by line.

Source: EyeLink 1000 Plus User Manual, "ASC File Format" (`EFIX eye start end duration x y pupil`, px of the display
where EVENTS says GAZE, ms, a missing value is a full stop) and "Data Viewer integration messages" (`TRIALID`,
`DISPLAY_COORDS left top right bottom`, `!V IMGLOAD FILL|TOP_LEFT|CENTER image [x y [width height]]`,
`!V TRIAL_VAR name value`, `SYNCTIME` at the onset of the display). Where a script wrote messages of its own, the user
says which ones begin a trial, name the image or hold another value (`MSG image_onset *`). Samples (`time x y pupil`, of
both eyes `time x y pupil x y pupil`) are passed over, or read trial by trial where fixations are to be found in them.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from gazekit.files.delimited import Delimited
from gazekit.foundations.errors import DataError, listed
from gazekit.interchange.columns import PLACED, SYNONYMS, plain_name
from gazekit.interchange.recordings.recording import BEFORE_IMAGE, Column, Format, Notes, Samples

SAMPLES_BEFORE = "sample before the image, or of a trial without one (left out)"
_OWN, _TRIALID = "MSG ", re.compile("TRIALID")  # messages that the user names; that with which a trial begins
_SAID, _LONGEST = 6, 80  # messages of a trial that an error shows, and characters of each
_EVENTS = ("MSG", "EFIX", "EVENTS", "SAMPLES")
_EYES = {"L": "left", "R": "right"}
_SAMPLE = ("time", "x_left", "y_left", "x_right", "y_right")


def _rows(path: Path, notes: Notes) -> Delimited:
    """A row per fixation, with the trial's number, image, place and variables."""
    found: list[_Fixation] = []
    trials, sizes = [], []
    for trial in _trials(path, notes):
        name, since, about = trial.shown(notes)
        if name is None and trial.fixations and trial.messages:
            notes.hint = (
                f"; say which message names the image, columns={{'stimulus': 'MSG image_onset *'}} (--columns "
                f"'stimulus=MSG image_onset *', with * for the name); {trial.heard()}"
            )
        kept = [fixation for fixation in trial.fixations if fixation.start >= since]
        notes.leave_out(len(trial.fixations) - len(kept), BEFORE_IMAGE)
        if kept:
            shown = {} if since == float("-inf") else {"shown": since}
            trials.append({"trial": trial.index, "image": name, **shown, **about})
            sizes.append(len(kept))
            found += kept
            last = trial
    for theirs, _ in _patterns(notes.columns, path).values():
        if trials and not any(theirs in each for each in trials):
            raise DataError(f"{path}: no trial that has fixations has a message as {theirs!r}; {last.heard()}")
    each = pd.DataFrame(trials).drop(columns=list(_Fixation._fields), errors="ignore")
    rows = each.iloc[np.repeat(np.arange(len(each)), sizes)].reset_index(drop=True)
    return Delimited(rows.join(pd.DataFrame(found, columns=_Fixation._fields)), {})


def _samples(path: Path, notes: Notes) -> Iterator[pd.DataFrame]:
    """The samples of each trial since its image was there."""
    for trial in _trials(path, notes, samples=True):
        name, since, about = trial.shown(notes)
        if not trial.samples or name is None:
            notes.leave_out(len(trial.samples), SAMPLES_BEFORE)
            continue
        table = pd.DataFrame([[_number(word) for word in words] for words in trial.samples], columns=_SAMPLE)
        table = table.drop(
            columns=[f"{axis}_{eye}" for eye in _EYES.values() if eye not in trial.eyes for axis in "xy"]
        )
        before = table["time"] < since
        notes.leave_out(int(before.sum()), SAMPLES_BEFORE)
        yield table[~before].assign(trial=trial.index, stimulus=name, **about)


def _trials(path: Path, notes: Notes, *, samples: bool = False) -> Iterator["_Trial"]:
    """Recording blocks, one after the other, with their events, and with their samples if these are asked for."""
    trial, eyes, said = _Trial(0), ["right"], _patterns(notes.columns, path)
    begins = said.pop("trial", ("", _TRIALID))
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if samples and line[:1].isdigit():
                    words = line.split()
                    both = (*words[1:3], *words[4:6]) if len(eyes) > 1 else (*words[1:3], ".", ".")
                    if len(both) < 4:
                        raise DataError(f"{path}, line {number}: {line.strip()!r} is no sample of {len(eyes)} eyes")
                    trial.samples.append((words[0], *both) if eyes[0] == "left" else (words[0], *both[2:], *both[:2]))
                    trial.eyes.update(eyes)
                    continue
                if not line.startswith(_EVENTS):
                    continue
                words = line.split()
                if words[0] == "MSG" and len(words) > 2:
                    text, time = line.split(None, 2)[2].strip(), _time(words[1], path, number)
                    if found := begins[1].match(text):
                        yield trial
                        trial = _Trial(trial.index + 1)
                        if begins[0]:
                            trial.variables[begins[0]] = found[1] if found.groups() else str(trial.index)
                    _message(text, time, trial, notes, said)
                elif words[0] == "EVENTS" and "GAZE" not in words:
                    raise DataError(
                        f"{path}, line {number}: events are not in px of the display ({' '.join(words[1:3])}); convert "
                        f"the .edf again with positions of gaze (edf2asc -p GAZE)"
                    )
                elif words[0] == "SAMPLES":
                    eyes = [eye for eye in _EYES.values() if eye.upper() in words] or eyes
                    if samples and "GAZE" not in words:
                        raise DataError(
                            f"{path}, line {number}: samples are not in px of the display ({' '.join(words[1:3])}); "
                            f"convert the .edf again with positions of gaze (edf2asc -p GAZE)"
                        )
                elif words[0] == "EFIX":
                    trial.fixations.append(_fixation(words, path, number))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    yield trial


class _Fixation(NamedTuple):
    eye: str
    start: float
    duration: float
    x: float
    y: float


class _Trial:
    """One recording block: what was shown, where and since when, its variables and its fixations."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.images: list[tuple[str, float, dict[str, float]]] = []
        self.synctime = float("-inf")
        self.variables: dict[str, str] = {}
        self.fixations: list[_Fixation] = []
        self.samples: list[tuple[str, ...]] = []
        self.eyes: set[str] = set()  # of the samples
        self.messages: list[str] = []  # the first few

    def heard(self) -> str:
        """Its first messages, for an error."""
        return f"messages of trial {self.index}: {listed(list(map(repr, self.messages)), _SAID)}"

    def shown(self, notes: Notes) -> tuple[str | None, float, dict[str, Any]]:
        """The image, since when it was there, and its place with the variables of the trial."""
        named = [value for name, value in self.variables.items() if plain_name(name) in SYNONYMS["stimulus"]]
        own = notes.columns.get("stimulus") or ""
        shown = self.images or [(value, float("-inf"), {}) for value in named[:1] if not own.startswith(_OWN)]
        names = [name for name, _ in groupby(name for name, _, _ in shown)]
        if len(names) > 1:
            raise DataError(
                f"{notes.path}: trial {self.index} loads {len(names)} images ({', '.join(names[:3])}); a scanpath is "
                f"of one image: convert each as a trial of its own, or say which message begins a trial, "
                f"columns={{'trial': 'MSG start_trial'}} (--columns 'trial=MSG start_trial')"
            )
        name, since, place = shown[-1] if shown else (None, float("-inf"), {})
        return name, max(shown[0][1] if shown else since, self.synctime), {**place, **self.variables}


def _patterns(columns: Mapping[str, str | None], path: Path) -> dict[str, tuple[str, re.Pattern[str]]]:
    """What the user says of messages: by our name of a column, the words and the pattern; * is the value."""
    found = {}
    for ours, theirs in columns.items():
        if theirs is None or not theirs.startswith(_OWN):
            continue
        before, star, after = theirs.removeprefix(_OWN).strip().partition("*")
        if not (before + after).strip() or "*" in after or (not star and ours != "trial"):
            raise DataError(
                f"{path}: columns={{{ours!r}: {theirs!r}}} must be the words of a message with one * for the value, "
                f"'MSG image_onset *' (of the trial, the words with which it begins will do)"
            )
        value = f"({'.+?' if after else '.+'})" if star else ""
        found[ours] = (theirs, re.compile(re.escape(before) + value + re.escape(after)))
    return found


def _message(
    text: str, time: float, trial: _Trial, notes: Notes, said: Mapping[str, tuple[str, re.Pattern[str]]]
) -> None:
    words = text.split()
    if len(trial.messages) < _SAID:
        trial.messages.append(text[:_LONGEST])
    for ours, (theirs, pattern) in said.items():
        if (found := pattern.match(text)) is None:
            continue
        if ours == "stimulus":
            trial.images.append((found[1].strip(), time, {}))
        trial.variables[theirs] = found[1].strip()
    if words[0] in ("DISPLAY_COORDS", "GAZE_COORDS"):
        left, top, right, bottom = (float(word) for word in words[-4:])
        if (left, top) != (0, 0):
            raise DataError(f"{notes.path}: the display begins at ({left:g}, {top:g}), not at (0, 0): {text}")
        notes.screen(right + 1, bottom + 1)
    elif words[0] == "SYNCTIME" or words[-1] == "SYNCTIME":
        trial.synctime = time
    elif words[:2] == ["!V", "TRIAL_VAR"] and len(words) > 3:
        trial.variables[words[2]] = " ".join(words[3:])
    elif words[:2] == ["!V", "IMGLOAD"] and len(words) > 3 and "stimulus" not in said:
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


def _fixation(words: list[str], path: Path, number: int) -> _Fixation:
    if len(words) < 8 or words[1] not in _EYES:
        raise DataError(f"{path}, line {number}: {' '.join(words)!r} is not 'EFIX eye start end duration x y pupil'")
    try:
        x, y = (float("nan") if word == "." else float(word) for word in words[5:7])
        return _Fixation(_EYES[words[1]], float(words[2]), float(words[4]), x, y)
    except ValueError as error:
        raise DataError(f"{path}, line {number}: {' '.join(words)!r}: {error}; convert the .edf again") from None


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError:  # "." where gaze was lost
        return float("nan")


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
    samples=Samples(rows=_samples),
    columns=(
        Column("trial", ("trial",)),
        Column("stimulus", ("image",)),
        Column("x", ("x",)),
        Column("y", ("y",)),
        Column("duration_ms", ("duration",), "ms"),
        Column("onset_ms", ("start",), "ms"),
        Column("shown_ms", ("shown",), "ms"),
        Column("eye", ("eye",)),
        *(Column(name, (name,)) for name in PLACED),
    ),
)
