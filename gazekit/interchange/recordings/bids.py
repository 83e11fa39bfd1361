"""BIDS eye tracking: `*_physioevents.tsv.gz` (fixations) over `*_physio.tsv.gz` (samples), with their JSON sidecars.

Source: BIDS 1.11, "Physiological recordings" and "Eye-tracking": files without a header whose names of columns stand in
`Columns`; `timestamp`, `x_coordinate`, `y_coordinate` (px of the screen where the system is `gaze-on-screen`); events
have `onset`, `duration` in the unit of the column that `OnsetSource` names (`ForeignIndexColumn` in drafts) and
`trial_type` fixation. `SamplingFrequency` and `StartTime` make times in s of them, by which `*_events.tsv` says the
image (`stim_file`). `StimulusPresentation` has the screen: `ScreenResolution` px, `ScreenOrigin`, `ScreenSize` m,
`ScreenDistance` m. Sidecars of folders above hold for what is below, unless a nearer one says otherwise.
Fixations without samples are events of `*_events.tsv` with a position (`EVENTS`); its sidecar describes such columns.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.files.delimited import EMPTY, Delimited, read_delimited
from gazekit.files.untrusted import parse_json
from gazekit.foundations.errors import DataError, naming, refusing
from gazekit.interchange.columns import MS, numbers
from gazekit.interchange.recordings.detection import CHANGES, sampling_interval
from gazekit.interchange.recordings.recording import OTHER_EVENT, Column, Format, Notes, Samples, Written

_ORIGINS = {("top", "left"): "top-left", ("bottom", "left"): "bottom-left"}
_PX = ("px", "pixel", "pixels")
FARTHEST = 10.0  # m; a ScreenDistance beyond is in other units
_DEEPEST = 4  # folders of a data set: root, sub-, ses-, beh
_SAMPLED = ("x_coordinate", "y_coordinate", "SamplingFrequency")
NO_DISTANCE = "ScreenDistance that cannot be metres (left out)"

# Fixations as events, without samples: onset and duration of BIDS (s), and columns of our own, as BIDS allows.
EVENTS = (
    Column("onset_ms", ("onset",), "s"),
    Column("duration_ms", ("duration",), "s"),
    Column("x", ("x_coordinate",)),
    Column("y", ("y_coordinate",)),
)
EVENTS_WRITTEN = Written((), "\t", "n/a", "stim_file", {"trial_type": "fixation"})
_INTERNAL = {"onset_ms": "start", "duration_ms": "duration", "x": "x", "y": "y"}  # as `FORMAT` calls them


def _events(path: Path, notes: Notes) -> Delimited:
    """A row per fixation of events that have positions."""
    found = read_delimited(path, sep="\t", is_text=lambda name: name in ("stim_file", "subject", "trial", "source"))
    rows = notes.only(found.table, found.table["trial_type"] == "fixation", OTHER_EVENT).drop(columns="trial_type")
    rows = rows.mask(rows == "n/a")
    table = rows.drop(columns=[c.theirs[0] for c in EVENTS]).rename(columns={"stim_file": "image"})
    for column in EVENTS:
        seconds = 1000.0 if column.unit == "s" else 1.0
        with naming(path):
            table[_INTERNAL[column.ours]] = numbers(rows[column.theirs[0]]) * seconds
    task = path.name.removesuffix("_events.tsv")
    _screen(path, task, notes)
    if "subject" not in table and (person := re.match(r"sub-([^_]+)", task)):
        table["subject"] = person[1]
    return Delimited(table, found.dropped)


def _rows(path: Path, notes: Notes) -> Delimited:
    """A row per fixation, its position the mean of its samples, with the image of the event in which it began."""
    if path.name.endswith("_events.tsv"):
        return _events(path, notes)
    stem, samples_at, events_at = _files(path)
    about, told = _sidecar(samples_at, _SAMPLED), _sidecar(events_at, ("onset", "duration", "trial_type"))
    _on_screen(samples_at, about)
    samples, events = _read(samples_at, about), _read(events_at, told)
    index = told.get("OnsetSource", told.get("ForeignIndexColumn"))
    clock, tick = _clock(samples, index, about, samples_at)
    fixations = events[events["trial_type"].astype("str") == "fixation"]
    onset, duration = fixations["onset"].to_numpy(float), fixations["duration"].to_numpy(float)
    x, y = _means(samples, clock, onset, onset + duration)
    start_s = float(about.get("StartTime", 0.0)) + (onset - clock[0]) * tick / 1000.0
    found = pd.DataFrame({"x": x, "y": y, "start": onset * tick, "duration": duration * tick})
    task, person = _task(stem)
    found = found.join(_shown(path.with_name(f"{task}_events.tsv"), start_s))
    found["shown"] = found["start"] - 1000.0 * found.pop("since")
    _screen(path, task, notes)
    found["trial"] = _trial(person, found["event"])
    found["subject"] = person[1] if person else None
    eye = about.get("RecordedEye")
    if eye in ("left", "right"):
        found["eye"] = eye
    return Delimited(found.drop(columns="event").dropna(axis=1, how="all"), {})


def _samples(path: Path, notes: Notes) -> Iterator[pd.DataFrame]:
    """All samples, with the image of the event during which each was taken."""
    stem, samples_at, _ = _files(path)
    about = _sidecar(samples_at, _SAMPLED)
    _on_screen(samples_at, about)
    samples, (task, person) = _read(samples_at, about), _task(stem)
    clock, tick = _clock(samples, "timestamp" if "timestamp" in samples else None, about, samples_at)
    start_s = float(about.get("StartTime", 0.0)) + (clock - clock[0]) * tick / 1000.0
    shown = _shown(path.with_name(f"{task}_events.tsv"), start_s)
    _screen(path, task, notes)
    x, y = (pd.to_numeric(samples[name], errors="coerce") for name in ("x_coordinate", "y_coordinate"))
    found = pd.DataFrame({"time": clock * tick, "x": x, "y": y, "trial": _trial(person, shown["event"])})
    if "image" in shown:
        found["stimulus"] = shown["image"]
    yield found.assign(subject=person[1]) if person else found


def _files(path: Path) -> tuple[str, Path, Path]:
    """What the names of a recording's files begin with, its samples and its events."""
    stem = re.sub(r"_physio(events)?\.tsv(\.gz)?$", "", path.name)
    suffix = ".tsv.gz" if path.name.endswith(".gz") else ".tsv"
    return stem, *(path.with_name(f"{stem}_{what}{suffix}") for what in ("physio", "physioevents"))  # type: ignore[return-value]


def _on_screen(path: Path, about: dict[str, Any]) -> None:
    """Refuse positions that are not px of the screen."""
    if about.get("SampleCoordinateSystem", "gaze-on-screen") != "gaze-on-screen":
        raise DataError(
            f"{path} has positions of the kind {about['SampleCoordinateSystem']!r}; only gaze-on-screen can be "
            f"laid over an image"
        )
    for name in ("x_coordinate", "y_coordinate"):
        unit = about.get(name, {}).get("Units", "pixel")
        if str(unit).lower() not in _PX:
            raise DataError(
                f"{path} has {name} in {unit!r}, by its sidecar; only px of the screen are read: convert it"
            )


def _clock(samples: pd.DataFrame, index: str | None, about: dict[str, Any], path: Path) -> tuple[np.ndarray, float]:
    """When each sample was taken, and how many ms one step of that clock is."""
    if index is not None and index not in samples:
        raise DataError(f"{path} has no column {index!r}, on whose clock the events are; it has: {', '.join(samples)}")
    clock = samples[index].to_numpy(float) if index else np.arange(1.0, len(samples) + 1)
    step = float(np.median(np.diff(clock))) if len(clock) > 1 else 1.0
    tick = 1000.0 / float(about["SamplingFrequency"]) / (step or 1.0)
    with naming(f"{path}, {index or 'rows'}"):
        sampling_interval(clock * tick)
    unit = about.get(str(index), {}).get("Units")
    if unit in MS and not 1 / CHANGES < tick / MS[unit] < CHANGES:
        raise DataError(
            f"{path} has {about['SamplingFrequency']:g} samples per second by its sidecar, and "
            f"{1000.0 / MS[unit] / step:.4g} by its column {index!r} in {unit}; correct the one that is wrong"
        )
    return clock, tick


def _task(stem: str) -> tuple[str, re.Match[str] | None]:
    task = re.sub(r"_recording-[^_]+$", "", stem)
    return task, re.match(r"sub-([^_]+)(_ses-[^_]+)?.*?(_run-[^_]+)?$", task)


def _trial(person: re.Match[str] | None, event: pd.Series) -> pd.Series:
    return (person[2] or "") + (person[3] or "") + " " + event.astype("str") if person else event


def _means(samples: pd.DataFrame, clock: np.ndarray, start: np.ndarray, end: np.ndarray) -> list[np.ndarray]:
    """Mean x and y of the samples from `start` to `end`, without those that have no position."""
    first, last = np.searchsorted(clock, start, "left"), np.searchsorted(clock, end, "right")
    found = []
    for name in ("x_coordinate", "y_coordinate"):
        values = pd.to_numeric(samples[name], errors="coerce").to_numpy(float)
        total, count = (np.concatenate([[0.0], np.cumsum(v)]) for v in (np.nan_to_num(values), np.isfinite(values)))
        n = count[last] - count[first]
        found.append(np.where(n > 0, (total[last] - total[first]) / np.maximum(n, 1), np.nan))
    return found


def _shown(path: Path, start_s: np.ndarray) -> pd.DataFrame:
    """The image, and the number of the event, during which each fixation began, and s since that event did."""
    if not path.is_file():
        return pd.DataFrame({"event": np.zeros(len(start_s), int), "since": np.nan})
    events = read_delimited(path, sep="\t", is_text=lambda name: name == "stim_file").table
    if "stim_file" not in events:
        raise DataError(f"{path} has no column 'stim_file', which names the image; its columns: {', '.join(events)}")
    events = events[~events["stim_file"].isin(["n/a", ""]) & events["stim_file"].notna()].sort_values("onset")
    onset = events["onset"].to_numpy(float)
    until = onset + pd.to_numeric(events["duration"], errors="coerce").to_numpy(float)
    if (two := np.flatnonzero(until[:-1] > onset[1:] + 1e-3)).size:
        first, second = events["stim_file"].iloc[two[0]], events["stim_file"].iloc[two[0] + 1]
        raise DataError(
            f"{path} shows two images at once, {first!r} until {until[two[0]]:g} s and {second!r} from "
            f"{onset[two[0] + 1]:g} s ({two.size} such places); a scanpath is of one image: keep the events of one"
        )
    which = np.searchsorted(onset, start_s, "right") - 1
    during = (which >= 0) & (start_s < np.where(np.isnan(until), np.inf, until)[which]) if len(onset) else which >= 0
    image = np.where(during, events["stim_file"].to_numpy(object)[which] if len(onset) else None, None)
    since = np.where(during, start_s - onset[which] if len(onset) else np.nan, np.nan)
    return pd.DataFrame({"image": image, "event": np.where(during, which, -1), "since": since})


def _screen(path: Path, task: str, notes: Notes) -> None:
    """Note what the sidecar of the task's events says of the screen; "n/a" where there was none."""
    shown = _about(path.with_name(f"{task}_events.tsv")).get("StimulusPresentation", {})
    shown = {name: value for name, value in shown.items() if value != "n/a"}
    if "ScreenResolution" in shown:
        notes.screen(*shown["ScreenResolution"])
    if "ScreenOrigin" in shown:
        origin = _ORIGINS.get(tuple(shown["ScreenOrigin"]))
        if origin is None:
            raise DataError(
                f"{path} counts positions from {shown['ScreenOrigin']} (ScreenOrigin), which does not say which way y "
                f"goes; make them px from the top left corner, and say so: ['top', 'left']"
            )
        notes.space |= {} if origin == "top-left" else {"origin": origin}
    if {"ScreenResolution", "ScreenSize", "ScreenDistance"} <= set(shown):
        distance = float(np.linalg.norm(shown["ScreenDistance"]))  # m, or x, y, z from the middle of the screen
        if not 0 < distance < FARTHEST:
            notes.leave_out(1, NO_DISTANCE)
            return
        width, height = (1000.0 * float(side) for side in shown["ScreenSize"])
        notes.space |= {"screen_width_mm": width, "screen_height_mm": height, "distance_mm": 1000.0 * distance}


def _sidecar(path: Path, columns: tuple[str, ...]) -> dict[str, Any]:
    """What is said of a file without a header, which must have these columns."""
    about = _about(path)
    if "Columns" not in about:
        raise DataError(f"the sidecars of {path} have no 'Columns', which name its columns")
    lacks = [name for name in columns if name not in about["Columns"] and not (name[0].isupper() and name in about)]
    if lacks:
        raise DataError(f"{path} and its sidecars lack {', '.join(map(repr, lacks))}; its columns: {about['Columns']}")
    return about


def _about(path: Path) -> dict[str, Any]:
    """All that sidecars say of a file: those whose name is a part of its name, up to the root of the data set."""
    stem = re.sub(r"\.tsv(\.gz)?$", "", path.name)
    folders = [path.parent, *path.absolute().parents[1:_DEEPEST]]
    root = next((k for k, folder in enumerate(folders) if (folder / "dataset_description.json").is_file()), 0)
    about: dict[str, Any] = {}
    for folder in folders[: root + 1]:
        named = [
            f for f in folder.glob(f"*{stem.split('_')[-1]}.json") if set(f.stem.split("_")) <= set(stem.split("_"))
        ]
        for file in sorted(named, key=lambda f: (-f.stem.count("_"), f.name)):
            about = {**_json(file), **about}
    return about


def _json(path: Path) -> dict[str, Any]:
    with refusing((OSError, ValueError), lambda error: DataError(f"{path} cannot be read ({error}); BIDS needs it")):
        found = parse_json(path.read_bytes())
    if not isinstance(found, dict):
        raise DataError(f"{path} is not a JSON object")
    return found


def _read(path: Path, about: dict[str, Any]) -> pd.DataFrame:
    """A table whose columns the sidecar names."""
    with naming("the file and the Columns of its sidecar differ"):
        return read_delimited(path, sep="\t", header=about["Columns"], missing=lambda _: [*EMPTY, "n/a"]).table


FORMAT = Format(
    name="bids",
    title="BIDS eye tracking",
    begins=lambda path, start: (
        re.search(r"_physio(events)?\.tsv(\.gz)?$", path.name) is not None
        or (
            path.name.endswith("_events.tsv") and {b"trial_type", b"x_coordinate"} <= set(start.split(b"\n")[0].split())
        )
    ),
    rows=_rows,
    samples=Samples(rows=_samples),
    columns=(
        Column("subject", ("subject",)),
        Column("trial", ("trial",)),
        Column("stimulus", ("image",)),
        Column("x", ("x",)),
        Column("y", ("y",)),
        Column("duration_ms", ("duration",), "ms"),
        Column("onset_ms", ("start",), "ms"),
        Column("shown_ms", ("shown",), "ms"),
        Column("eye", ("eye",)),
    ),
)
