"""The published raw gaze of MIT1003: `DATA/<subject>/<image>.mat`, one recording of 3 s at 240 Hz each.

The fixations come from the published raw gaze, or from a third party's table of fixations, found again in that gaze; it
is not the published set. Its columns: Participant, Stimulus (the image's name without suffix), Fixation_Position_X_px,
Fixation_Position_Y_px, Event_Start_Trial_Time_ms, Event_Ende_Trial_Time_ms, Duration. The three times are seconds,
whatever their names say. Whichever source they are from, the same is said of which recordings are read, and which
fixations of one count.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.detection import detect_fixations
from gazekit.datasets.published.mit1003.stimuli import natural_order
from gazekit.foundations.errors import DataError

LOST = "fixations on lost gaze (blinks; dropped)"
BRIEF = "fixations shorter than {:g} ms (dropped)"
REPLACED = "first fixations that are missing or on lost gaze (the image's centre in their place)"
FORCED = "forced first fixations (dropped)"
EMPTY = "recordings without a fixation (left out)"
NOT_THERE = "recordings that are not in the folder"
NO_FRAME = "recordings of an image whose size is not known (left out)"
STIMULI, SUBJECTS = 1003, 15
TABLE = "fixations_redetected.csv.gz"
SAMPLE = "rows of a single sample (duration 0; dropped)"
ABSENT = "rows without values (NA; dropped)"
_COLUMNS = {
    "Participant": "subject",
    "Stimulus": "stem",
    "Fixation_Position_X_px": "x",
    "Fixation_Position_Y_px": "y",
    "Event_Start_Trial_Time_ms": "start",
    "Event_Ende_Trial_Time_ms": "end",
    "Duration": "duration",
}
FOLDER = "DATA"
NOT_RECORDINGS = ("shuff_stimnames", "CalibrationData")  # order of presentation and calibration, in the same folders
OTHER_NAME = "recordings that name another image than their file does (the file's name taken)"
REPEATED = "repeated recordings of one person and image (the first taken)"


class Viewing(NamedTuple):
    """Fixations before anything is left out.

    Parameters
    ----------
    stem : str
        The image's name without suffix.
    subject : str
        Who looked.
    x, y, duration : (k,) float64
        px of the image and ms.
    valid : (k,) bool
        Whether gaze was known.
    forced : bool
        Whether the first of them began with the recording, so that it is the fixation that the experiment imposed.
    """

    stem: str
    subject: str
    x: np.ndarray
    y: np.ndarray
    duration: np.ndarray
    valid: np.ndarray
    forced: bool


def settle(
    viewing: Viewing, centre: tuple[float, float], first: str, min_duration: float | None, counts: Counter[str]
) -> tuple[np.ndarray, np.ndarray, np.ndarray] | None:
    """Leave out what is not a fixation that counts, and apply the policy for the first one.

    People had to look at a cross at the centre when the image appeared. With `first="keep"` every path begins there:
    where that fixation is missing or on lost gaze, the centre stands in for it (its duration is NaN where it is
    missing). With `first="drop"` no path has it. `min_duration` is about the other fixations.

    Parameters
    ----------
    viewing : Viewing
        One person on one image.
    centre : (x, y)
        px.
    first : {"keep", "drop"}
        The policy.
    min_duration : float or None
        Leave out fixations that last less, ms.
    counts : Counter
        Is told what was left out.

    Returns
    -------
    (x, y, duration) or None
        None where nothing is left.
    """
    if not viewing.valid.any():
        counts[EMPTY] += 1
        return None
    rest = slice(1 if viewing.forced else 0, None)
    x, y, duration, valid = (column[rest] for column in (viewing.x, viewing.y, viewing.duration, viewing.valid))
    counts[LOST] += int((~valid).sum())
    brief = valid & (duration < (min_duration or 0.0))
    counts[BRIEF.format(min_duration or 0.0)] += int(brief.sum())
    keep = valid & ~brief
    x, y, duration = x[keep], y[keep], duration[keep]
    if first == "drop":
        counts[FORCED] += int(viewing.forced)
        if len(x) == 0:
            counts[EMPTY] += 1
            return None
        return x, y, duration
    start = (*centre, float(viewing.duration[0]) if viewing.forced else np.nan)
    if viewing.forced and viewing.valid[0]:
        start = (float(viewing.x[0]), float(viewing.y[0]), float(viewing.duration[0]))
    else:
        counts[REPLACED] += 1
    return tuple(np.concatenate([[s], c]) for s, c in zip(start, (x, y, duration), strict=True))  # type: ignore[return-value]


def settle_parts(
    folder: PublishedFolder, recorded: Sequence[tuple[str, str]], sized: Collection[str], missing: str
) -> set[tuple[str, str]]:
    """Say which recordings can be read, and refuse or count the others.

    Parameters
    ----------
    folder : PublishedFolder
        Its `counts` are told what is missing.
    recorded : sequence of (subject, image)
        The recordings that are there; images without suffix.
    sized : collection of str
        Images whose size is known.
    missing : {"error", "skip"}
        What to do if recordings are not there, or are of an image whose size is not known.

    Returns
    -------
    set of (subject, image)

    Raises
    ------
    DataError
        Something is missing and `missing` is "error"; the message has the counts and what to do.
    """
    whole, people = STIMULI * SUBJECTS, len({subject for subject, _ in recorded})
    if len(recorded) < whole:
        if missing == "error":
            raise DataError(
                f"{folder.root} holds part of MIT1003: {len(recorded):,} of {whole:,} recordings, by {people} of "
                f"{SUBJECTS} people; {folder.card.where}; missing='skip' reads the part that is there"
            )
        folder.counts[NOT_THERE] = whole - len(recorded)
    readable = {(subject, image) for subject, image in recorded if image in sized}
    lost = len(recorded) - len(readable)
    if lost:
        if missing == "error":
            images = len({image for _, image in recorded if image not in sized})
            raise DataError(
                f"{folder.root} holds part of MIT1003: {images:,} of {STIMULI:,} images are neither in ALLSTIMULI nor "
                f"in image_sizes.csv, so that the sizes that {lost:,} recordings refer to are not known; "
                f"{folder.card.where}; missing='skip' reads the other recordings"
            )
        folder.counts[NO_FRAME] = lost
    return readable


def read_table(folder: PublishedFolder) -> pd.DataFrame:
    """Read the table as it is, with short column names.

    Returns
    -------
    DataFrame
        subject, stem (str); x, y (px); start, end, duration (s). Rows of one person and image are together, in time.

    Raises
    ------
    DataError
        Not a whole file, another structure, or a value that is not a number; the message names it.
    """
    file = folder.root / TABLE
    table = folder.table(file, _COLUMNS, sep=",", is_text=lambda name: name in ("Participant", "Stimulus"))
    table = table[list(_COLUMNS)].rename(columns=_COLUMNS)
    for name in ("x", "y", "start", "end", "duration"):
        if not pd.api.types.is_numeric_dtype(table[name]):
            bad = pd.to_numeric(table[name], errors="coerce").isna() & table[name].notna()
            row = int(np.flatnonzero(bad)[0])
            raise folder.unexpected(file, f"row {row + 1} has {table[name].iloc[row]!r} as {name}")
    if table[["subject", "stem"]].isin(["", "NA"]).any(axis=None):
        raise folder.unexpected(file, "a row has no participant or no stimulus")
    return table


def redetected_viewings(folder: PublishedFolder, sized: Collection[str], missing: str) -> Iterator[Viewing]:
    """Read the table, leave out its rows that are no fixations, and yield one person on one image at a time.

    A row that begins at time 0 is the forced first fixation; paths whose row at time 0 has no values or lasts a single
    sample have none.

    Parameters
    ----------
    folder : PublishedFolder
        With the table.
    sized, missing
        See `settle_parts`.
    """
    table = read_table(folder)
    groups = table.groupby(["subject", "stem"], sort=True).indices
    readable = settle_parts(folder, list(groups), sized, missing)
    absent = table[["x", "y", "start", "duration"]].isna().any(axis=1).to_numpy()
    single = ~absent & (table["duration"] <= 0).to_numpy()
    folder.counts[ABSENT] += int(absent.sum())
    folder.counts[SAMPLE] += int(single.sum())
    usable = ~absent & ~single
    columns = {c: table[c].to_numpy(float) for c in ("x", "y", "start", "duration")}
    for subject, stem in (key for key in groups if key in readable):
        rows = np.asarray(groups[subject, stem])
        rows = rows[usable[rows]]
        rows = rows[np.argsort(columns["start"][rows], kind="stable")]
        x, y, duration = columns["x"][rows], columns["y"][rows], 1000.0 * columns["duration"][rows]
        forced = len(rows) > 0 and columns["start"][rows[0]] == 0.0
        yield Viewing(str(stem), str(subject), x, y, duration, np.ones(len(rows), dtype=bool), bool(forced))


class Recording(NamedTuple):
    """One person's gaze on one image.

    Parameters
    ----------
    gaze : (n, 2) float64
        x and y, px of the image; lost samples are negative.
    named : str
        The image's name as the recording has it, without suffix; empty where it has none.
    repetitions : int
        How often the person saw the image; `gaze` is of the first time.
    """

    gaze: np.ndarray
    named: str
    repetitions: int


def find_recordings(root: Path) -> dict[str, dict[str, Path]]:
    """Files of `DATA` by subject, then by the image's name without suffix, subjects sorted, images in natural order."""
    found: dict[str, dict[str, Path]] = {}
    folder = root / FOLDER
    for subject in sorted(p for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []:
        if subject.name.startswith((".", "__")):
            continue
        files = {p.stem: p for p in subject.glob("*.mat") if not p.name.startswith(".")}
        stems = natural_order(set(files) - set(NOT_RECORDINGS))
        if stems:
            found[subject.name] = {stem: files[stem] for stem in stems}
    return found


def read_recording(folder: PublishedFolder, file: Path) -> Recording:
    """Read one recording.

    The file holds one struct. It is called like the image, but MATLAB cuts names at 63 characters, so the file's name
    is the one to go by and the struct's name does not matter.

    Raises
    ------
    DataError
        Not a MATLAB file, only part of one, or one without this structure; the message names it.
    """
    content = folder.mat(file)
    names = [name for name in content if not name.startswith("__")]
    if len(names) != 1:
        raise folder.unexpected(file, f"it has {len(names)} variables, not one struct")
    with folder.structure(file):
        struct = np.ravel(content[names[0]])[0]
        repetitions = np.ravel(struct.DATA)
        gaze = np.asarray(repetitions[0].eyeData, dtype=float)
        named = "".join(np.ravel(getattr(struct, "imgName", "")))
    if gaze.size and (gaze.ndim != 2 or gaze.shape[1] < 2):
        raise folder.unexpected(file, f"eyeData has the shape {gaze.shape}, not (samples, 2)")
    gaze = gaze[:, :2] if gaze.size else np.empty((0, 2))
    return Recording(gaze, Path(named).stem, len(repetitions))


def raw_viewings(folder: PublishedFolder, sized: Collection[str], missing: str) -> Iterator[Viewing]:
    """Find the fixations in every recording, one person on one image at a time.

    The first fixation begins with the recording, so it is the forced one. Lost gaze is negative, so fixations at or
    below 0 are not valid.

    Parameters
    ----------
    folder : PublishedFolder
        With `DATA`.
    sized, missing
        See `settle_parts`.
    """
    files = find_recordings(folder.root)
    recorded = [(subject, image) for subject, images in files.items() for image in images]
    readable = settle_parts(folder, recorded, sized, missing)
    for subject, image in (key for key in recorded if key in readable):
        recording = read_recording(folder, files[subject][image])
        if recording.named not in ("", image):
            folder.counts[OTHER_NAME] += 1
        if recording.repetitions > 1:
            folder.counts[REPEATED] += 1
        found = detect_fixations(recording.gaze)
        valid = (found.x > 0) & (found.y > 0)
        yield Viewing(image, subject, found.x, found.y, found.durations(), valid, len(found.x) > 0)
