"""Back out: scanpaths as files of the tools that people have, and what such a file cannot hold."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import FRAME_COLUMNS, HUMAN, ID_COLUMNS, Scanpaths
from gazekit.files.atomic import write_atomically
from gazekit.files.formulas import mark_formulas
from gazekit.files.new_folder import new_folder
from gazekit.foundations.errors import DataError, amount, check_known
from gazekit.interchange.coco_search18 import write_coco_search18
from gazekit.interchange.columns import row_per_fixation
from gazekit.interchange.csv_files import write_csv
from gazekit.interchange.parquet import write_parquet
from gazekit.interchange.pysaliency_hdf5 import has_onsets, write_pysaliency
from gazekit.interchange.recordings import FORMATS
from gazekit.interchange.recordings.bids import EVENTS, EVENTS_WRITTEN
from gazekit.interchange.recordings.recording import OURS, in_their_words
from gazekit.interchange.space import Space
from gazekit.interchange.tables import check_path_columns

LOST = {
    "empty": "path without a fixation",
    "positions": "fixation without a position",
    "objects": "object of a fixation",
    "onsets": "onset of a fixation",
    "some onsets": "onset of a fixation, where others are not known",
    "degrees": "px per degree of a path",
    "trials": "name of a trial (viewings are numbered)",
    "nobody": "path of nobody (called SOURCE-SAMPLE as a person)",
    "facts": "declared fact (say it again with --facts)",
    "dropped": "row that was left out before, and its reason",
}
_PAUSE_MS = 1000.0  # between two trials of a person, and for a fixation of unknown duration, on the clock of BIDS


@dataclass(frozen=True)
class Target:
    """A format that scanpaths are exported to.

    Parameters
    ----------
    suffixes : tuple of str
        What the file's name may end in; none for a folder.
    positions : str
        What positions are, in words.
    times : str
        What times are.
    lacks : tuple of str
        What it has no place for, names of `LOST`.
    write : callable
        Writes paths to a path; those with positions of a screen take its `Space`.
    on_screen : bool
        Whether positions are of a screen.
    """

    suffixes: tuple[str, ...]
    positions: str
    times: str
    lacks: tuple[str, ...]
    write: Callable[..., None]
    on_screen: bool = False


@dataclass(frozen=True)
class Exported:
    """What was written.

    Parameters
    ----------
    paths, fixations : int
        How many.
    lost : dict of str to int
        What the format has no place for, by what it is.
    space : Space, optional
        The screen that positions are of.
    """

    paths: int
    fixations: int
    lost: Mapping[str, int]
    space: Space | None


def export_scanpaths(paths: Scanpaths, path: str | Path, to: str, *, space: Space | None = None) -> Exported:
    """Write scanpaths in the format of another tool.

    Parameters
    ----------
    paths : Scanpaths
        In px.
    path : path
        The file; of "bids" a new folder.
    to : str
        One of `TARGETS`.
    space : Space, optional
        The screen, and where images were on it, for formats whose positions are of a screen. Default: a screen as large
        as the largest image, with each image in its top left corner, so that positions are those of the image.

    Returns
    -------
    Exported

    Raises
    ------
    UnknownNameError
        No such format.
    DataError
        Degrees; a suffix that this format does not have; a screen for one whose positions are of the image; no path
        that the format has a place for, or an imposed first fixation; whatever its writer refuses.

    Examples
    --------
    >>> import tempfile
    >>> table = pd.DataFrame({"stimulus": ["a"], "subject": "p", "width": 9, "height": 9})
    >>> paths = Scanpaths([1, 2], [3, 4], [0, 2], table)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     export_scanpaths(paths, f"{folder}/a.txt", "eyelink-report")
    ...     Path(folder, "a.txt").read_text().splitlines()[1].split()[:5]
    Exported(paths=1, fixations=2, lost={}, space=Space(...screen_width=9.0...))
    ['p', '1', 'a', '1', '1.0']
    """
    check_known("format", to, TARGETS)
    target = TARGETS[to]
    if paths.facts.unit != "px":
        raise DataError(f"{to} has px, and these scanpaths are in degrees; export them before they are converted")
    if target.suffixes and not str(path).lower().endswith(target.suffixes):
        raise DataError(f"{path} must end in {' or '.join(target.suffixes)}, as files of {to} do")
    if space is not None and not target.on_screen:
        raise DataError(f"positions of {to} are px of the image; leave the screen out")
    check_path_columns(paths)
    lost = _lost(paths, target.lacks)
    if "positions" in target.lacks:
        known = np.isfinite(paths.x) & np.isfinite(paths.y)
        if paths.facts.forced_first and (without := int((~known & (paths.rank_of() == 0)).sum())):
            firsts = amount(without, "imposed first fixation has", "imposed first fixations have")
            raise DataError(
                f"{firsts} no position, and {to} has no place for such: what follows would pass for imposed when it is "
                f"read again; export csv or parquet, or, in Python, what drop_first() leaves"
            )
        paths = paths.keep_fixations(known)
    if "empty" in target.lacks:
        emptied = int((paths.lengths == 0).sum()) - lost.get(LOST["empty"], 0)
        lost |= {LOST["empty"]: lost.get(LOST["empty"], 0) + emptied} if emptied else {}
        paths = paths.filter(paths.lengths > 0)
        if not len(paths):
            raise DataError(f"there is no path with a fixation, and {to} has no place for others")
    if target.on_screen:
        if space is None:
            width, height = (float(paths.table[side].max()) for side in ("width", "height"))
            space = Space(screen_width=width, screen_height=height, placed=(0, 0))
        target.write(paths, Path(path), space)
    else:
        target.write(paths, path)
    return Exported(len(paths), len(paths.x), lost, space)


# ---------------------------------------------------------------- inside


def _lost(paths: Scanpaths, lacks: tuple[str, ...]) -> dict[str, int]:
    """How much of what the format has no place for there is."""
    table, ids = paths.table, paths.object_ids()
    viewed = table["stimulus"] + "/" + (table.groupby(["subject", "stimulus"]).cumcount() + 1).astype("str")
    counts = {
        "empty": (paths.lengths == 0).sum(),
        "positions": (~(np.isfinite(paths.x) & np.isfinite(paths.y))).sum(),
        "objects": (ids >= 0).sum(),
        "onsets": np.isfinite(paths.onsets()).sum(),
        "some onsets": 0 if has_onsets(paths) else np.isfinite(paths.onsets()).sum(),
        "degrees": table["px_per_degree"].notna().sum(),
        "trials": (~((table["trial"] == table["stimulus"]) | (table["trial"] == viewed))).sum(),
        "nobody": (table["subject"] == "").sum(),
        "facts": sum(value is not None for value in (paths.facts.forced_first, paths.facts.cut_at_target))
        + (paths.facts.points in ("clicks", "mouse")),
        "dropped": sum(paths.dropped.values()),
    }
    return {LOST[what]: int(counts[what]) for what in lacks if counts[what]}


def _rows(paths: Scanpaths, space: Space) -> pd.DataFrame:
    """A row per fixation under the names of `recording.OURS`: trials numbered for each person, onsets within trials."""
    table = paths.table.copy()
    nobody = table["subject"] == ""
    table["subject"] = table["subject"].where(~nobody, table["source"] + "-" + table["sample"].astype("str"))
    more = [c for c in table if c not in (*ID_COLUMNS, *FRAME_COLUMNS)]
    more += [c for c, usual in (("source", HUMAN), ("sample", 0), ("task", "")) if (table[c] != usual).any()]
    table["trial"] = table.groupby("subject").cumcount() + 1
    rows = row_per_fixation(table[["subject", "trial", "stimulus", *more]], paths.lengths)
    rows["fixation"] += 1
    rows["x"], rows["y"] = space.to_screen(paths)
    rows["duration_ms"] = paths.durations()
    ends = rows.groupby(["subject", "trial"])["duration_ms"].cumsum(skipna=False)
    rows["onset_ms"] = ends - rows["duration_ms"]
    if paths.onset is not None:  # of paths that have them all
        true = pd.Series(paths.onset, rows.index)
        rows["onset_ms"] = true.where(_whole(true, rows), rows["onset_ms"])
    return rows[["subject", "trial", "stimulus", "fixation", "x", "y", "duration_ms", "onset_ms", *more]]


def _whole(values: pd.Series, rows: pd.DataFrame) -> pd.Series:
    """Whether a value is known for all fixations of the path of each."""
    return values.notna().groupby([rows["subject"], rows["trial"]]).transform("all")


def _recording(name: str) -> Target:
    """A table that an eye tracker's software, or pymovements, exports."""
    kind = FORMATS[name]
    how = kind.written
    assert how is not None  # noqa: S101 -- those of `TARGETS` are written

    def write(paths: Scanpaths, path: Path, space: Space) -> None:
        table = _rows(paths, space)
        if all(column.ours != "fixation" for column in kind.columns):
            table = table.drop(columns="fixation")
        text = mark_formulas(in_their_words(table, kind.columns, how))
        write_atomically(path, _text(text, how.sep, how.missing))

    return Target(how.suffixes, _SCREEN, "ms", _RECORDED, write, on_screen=True)


def _bids(paths: Scanpaths, path: Path, space: Space) -> None:
    """A folder of BIDS: for each person the fixations as events, with their sidecar; all of one clock."""
    rows = _rows(paths, space)
    labels = _labels(rows["subject"].unique())
    about = {
        **{c: {"Description": "As in the data that were exported"} for c in rows if c == "subject" or c not in OURS},
        "TaskName": "gaze",
        "trial_type": {"Description": "Kind of event", "Levels": {"fixation": "a fixation on the image stim_file"}},
        "x_coordinate": {"Description": "Position of the fixation from the left edge of the screen", "Units": "pixel"},
        "y_coordinate": {"Description": "Position of the fixation from the top edge of the screen", "Units": "pixel"},
        "trial": {"Description": "Number of the image in the order in which the person's images are listed"},
        "onset": {
            "Description": "Times within trials, or sums of durations where they are not known; 1 s between trials",
            "Units": "s", "Format": "number",
        },
        "stim_file": {"Description": "The image"},
        "StimulusPresentation": {
            "ScreenResolution": [int(v) if v == int(v) else v for v in (space.screen_width, space.screen_height) if v],
            "ScreenOrigin": ["top", "left"],
        },
    }  # fmt: skip
    described = {"Name": "Scanpaths exported by gazekit", "BIDSVersion": "1.11.0", "DatasetType": "derivative",
                 "GeneratedBy": [{"Name": "gazekit"}]}  # fmt: skip
    with new_folder(path) as folder:
        (folder / "dataset_description.json").write_text(json.dumps(described, indent=2))
        (folder / "README").write_text(_README)
        (folder / "task-gaze_events.json").write_text(json.dumps(about, indent=2))
        names = {"name": {"Description": "Who looked, as in the data that were exported"}}
        (folder / "participants.json").write_text(json.dumps(names, indent=2))
        people = pd.DataFrame({"participant_id": [f"sub-{label}" for label in labels.values()], "name": list(labels)})
        (folder / "participants.tsv").write_bytes(_text(people, "\t", "n/a"))
        for person, label in labels.items():
            place = folder / f"sub-{label}" / "beh"
            place.mkdir(parents=True)
            own = rows[rows["subject"] == person].reset_index(drop=True)
            own["onset_ms"] = _clock(own)
            own = own.drop(columns=["fixation", *(["subject"] if label == person else [])])
            first = ["onset", "duration", "trial_type"]  # as BIDS wants them
            events = in_their_words(own, EVENTS, EVENTS_WRITTEN)
            events = events[[*first, *(c for c in events if c not in first)]]
            (place / f"sub-{label}_task-gaze_events.tsv").write_bytes(_text(events, "\t", "n/a"))


def _clock(rows: pd.DataFrame) -> pd.Series:
    """Onsets of a person's fixations on one clock, one trial after another, ms."""
    lasting = rows["duration_ms"].fillna(_PAUSE_MS)
    sums = lasting.groupby(rows["trial"]).cumsum() - lasting
    within = rows["onset_ms"].where(_whole(rows["onset_ms"], rows), sums)
    length = (within + lasting).groupby(rows["trial"]).max() + _PAUSE_MS
    return within + rows["trial"].map(length.cumsum() - length)


def _labels(people: Any) -> dict[str, str]:
    """A label of letters and digits for each person, no two alike."""
    labels: dict[str, str] = {}
    for person in people:
        plain = label = re.sub(r"[^0-9A-Za-z]", "", person) or "x"
        number = 1
        while label.lower() in {other.lower() for other in labels.values()}:
            number += 1
            label = f"{plain}x{number}"
        labels[person] = label
    return labels


def _text(table: pd.DataFrame, sep: str, missing: str) -> bytes:
    return table.to_csv(sep=sep, index=False, na_rep=missing, lineterminator="\n").encode()


_README = """Scanpaths exported by gazekit: fixations as events, their positions in px of the screen.

The images that the column stim_file names belong in the folder stimuli/; they are not copied here.
"""
_PX = "px of the image, origin top left"
_SCREEN = "px of the screen, origin top left"
_RECORDED = ("empty", "positions", "objects", "degrees", "trials", "nobody", "facts", "dropped")
TARGETS = {
    "csv": Target((".csv", ".csv.gz"), _PX, "ms", (), write_csv),
    "parquet": Target((".parquet",), _PX, "ms", (), write_parquet),
    "coco-search18": Target((".json",), _PX, "ms", ("objects", "onsets", "degrees", "dropped"), write_coco_search18),
    "pysaliency": Target((".hdf5", ".h5"), _PX, "s", ("some onsets",), write_pysaliency),
    **{name: _recording(name) for name in ("eyelink-report", "pymovements")},
    "bids": Target((), _SCREEN, "s", _RECORDED, _bids, on_screen=True),
}
