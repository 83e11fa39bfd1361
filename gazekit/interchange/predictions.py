"""Files in which published models leave their predictions: a few facts of each, and the one reader that goes by them.

The facts were read in the repositories that `PredictionFormat.files` names. Pickles are never opened.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.untrusted import check_each_once, read_json
from gazekit.foundations.errors import DataError, check_known, naming
from gazekit.interchange.columns import number_repeats, row_per_fixation
from gazekit.interchange.formats import kind_of, read_rows
from gazekit.interchange.points import Missing, Outside
from gazekit.interchange.tables import from_table

PADDED = "fixation that stands for the end of a path (left out)"
AXES = "x, y, t"  # the key under which a record has its points, as lists
_AXES = {"x": "x", "y": "y", "t": "duration_ms"}
_PICKLES = (".pkl", ".pickle", ".npy", ".pt", ".pth")


@dataclass(frozen=True, kw_only=True)
class PredictionFormat:
    """What is known of one kind of file.

    Parameters
    ----------
    name : str
        What `--from` calls it.
    title : str
        The model.
    files : str
        Where the facts were read.
    frame : (width, height), optional
        What positions are px of; (1, 1) for shares and (100, 100) for percent. None for px of the image itself, or of
        the size that each record says (`keys`).
    keys : mapping of str to str
        Names of `stimulus`, `task`, `subject`, `sample`, `x`, `y`, `duration_ms`, `width`, `height`, as far as there
        are such. Without a sample, paths of one image are numbered in their order.
    points : str
        Name of the list of points, where a record has points instead of lists of x and y.
    axes : str
        What the numbers of a point are, in their order: "xyt", "yxt", "xy".
    time_unit : {"ms", "s"}
        Unit of durations.
    forced_first : bool, optional
        Whether a path begins with a fixation that is imposed, as the model has it.
    by_image : bool
        The file is an object with the names of images, not a list of records.
    paths : bool
        `points` is a list of paths, all of the same image.
    fields : tuple of str
        Names of the entries where a record is a list.
    end : float, optional
        An x that stands for the end of the path.
    cells : bool
        Positions are numbers of cells, from 0: a fixation is in the middle of its cell.
    first_subject : int
        Number of the first person in the file.
    """

    name: str
    title: str
    files: str
    frame: tuple[float, float] | None
    keys: Mapping[str, str]
    points: str = ""
    axes: str = "xyt"
    time_unit: Literal["ms", "s"] = "ms"
    forced_first: bool | None = False
    by_image: bool = False
    paths: bool = False
    fields: tuple[str, ...] = ()
    end: float | None = None
    cells: bool = False
    first_subject: int = 1


_RECORD = {"stimulus": "name", "x": "X", "y": "Y"}
_TIMED = {**_RECORD, "duration_ms": "T"}
FORMATS = {
    each.name: each
    for each in (
        PredictionFormat(
            name="hat",
            title="HAT: predictions_TP.json, _TA, _FV",
            files="cvlab-stonybrook/HAT: hat/evaluation.py",
            frame=(512, 320),
            keys={**_RECORD, "task": "task"},
            forced_first=True,
        ),
        PredictionFormat(
            name="gazeformer",
            title="Gazeformer: the list of predictions of test.py, or of metrics.postprocessScanpaths, as JSON",
            files="cvlab-stonybrook/Gazeformer: test.py, metrics.py",
            frame=(512, 320),
            keys={**_TIMED, "task": "task", "sample": "subject"},
            points="points",
            axes="yxt",
            forced_first=True,
            fields=("task", "name", "condition", "subject", "points"),
        ),
        PredictionFormat(
            name="chen",
            title="Chen et al. 2021: test_predicts.json",
            files="chenxy99/Scanpaths: OSIE/test.py",
            frame=(320, 240),
            keys={**_TIMED, "task": "task", "sample": "repeat_id"},
        ),
        PredictionFormat(
            name="gazexplain",
            title="GazeXplain: predictions.json, which names neither images nor people: give the file of fixations too",
            files="chenxy99/GazeXplain: src/lib/explanation_alignment_evaluator.py, src/lib/evaluation/evaluator.py",
            frame=(512, 384),
            keys={**_TIMED, "task": "task", "subject": "subject"},
            first_subject=0,
        ),
        PredictionFormat(
            name="scandiff",
            title='ScanDiff: {"IMAGE": {"scanpaths": [[[x, y, t], ...], ...]}}, shares and seconds',
            files="aimagelab/ScanDiff: src/evaluator.py, src/data/components/collator.py",
            frame=(1, 1),
            keys={"stimulus": "name", "task": "task"},
            points="scanpaths",
            time_unit="s",
            by_image=True,
            paths=True,
            end=-3,
        ),
        PredictionFormat(
            name="tppgaze",
            title='TPP-Gaze: {"IMAGE": [[[x, y, ms], ...], ...]}, what generate_predictions returns',
            files="phuselab/tppgaze: demo.py, tppgaze/tppgaze.py",
            frame=None,
            keys={"stimulus": "name", "task": "task"},
            points="scanpaths",
            by_image=True,
            paths=True,
        ),
        PredictionFormat(
            name="eyeformer",
            title="EyeFormer: predicted_result.csv; its timestamp is how long a fixation lasts",
            files="YueJiang-nj/EyeFormer-UIST2024: inference.py, eval_tracking.py, dataset/coord_dataset.py",
            frame=None,
            keys={"stimulus": "image", "subject": "username", "x": "x", "y": "y", "duration_ms": "timestamp"},
            time_unit="s",
            forced_first=None,
        ),
        PredictionFormat(
            name="deepgaze35vl",
            title="DeepGaze3.5-VL: JSON of predict_scanpath.py, a file for each image",
            files="Susmit-A/DeepGaze3.5-VL: predict_scanpath.py",
            frame=(100, 100),
            keys={"stimulus": "image", "task": "target"},
            points="scanpath_grid",
            axes="xy",
            forced_first=None,
        ),
        PredictionFormat(
            name="visions",
            title="Scanpaths.json of the models in NeuroLIAA/visions",
            files="NeuroLIAA/visions: Models/IBS/visualsearch/utils/utils.py, Metrics/scripts/utils.py",
            frame=None,
            keys={**_RECORD, "width": "image_width", "height": "image_height"},
            forced_first=True,
            by_image=True,
            cells=True,
        ),
    )
}


def read_predictions(
    files: Sequence[str | Path],
    format_name: str,
    frames: Mapping[str, Frame],
    *,
    order: str | Path | None = None,
    subjects: Iterable[str] = (),
    outside: Outside = "keep",
    missing: Missing = "error",
    facts: Facts | None = None,
    source: str | None = None,
) -> Scanpaths:
    """Read what a published model predicted, in the form in which its authors' code leaves it.

    Parameters
    ----------
    files : sequence of path
        One file, or several of one kind.
    format_name : str
        One of `FORMATS`.
    frames : mapping of stimulus to Frame
        Sizes of the images, for files whose positions are px of the images.
    order : path, optional
        JSON records with `name`, `subject`, `task` in the order of the predictions, for a file that has no names.
    subjects : iterable of str
        Names of the people of the data set: a number in the file means the one whose name is that number ("03").
    outside, missing
        As for `gazekit.interchange.tables.from_table`.
    facts : Facts, optional
        What is known of these paths, where it is not what the format says.
    source : str, optional
        What the model is called; default the format's name.

    Returns
    -------
    Scanpaths
        Each path in the frame of its file; `gazekit.evaluation.score_file.match_trials(rescale=True)` maps it onto its
        image. Durations are in ms, or there are none.

    Raises
    ------
    UnknownNameError
        No such format.
    DataError
        A pickle; not a file of this kind: the message names the file, the record and what it lacks.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as here:
    ...     file = Path(here, "test_predicts.json")
    ...     _ = file.write_text('[{"name": "1.jpg", "repeat_id": 1, "X": [160], "Y": [60], "T": [250]}]')
    ...     paths = read_predictions([file], "chen", {"1.jpg": Frame(800, 600)})
    >>> paths.frame_of(0).size, paths[0].xyt.tolist()
    ((320.0, 240.0), [[160.0, 60.0, 250.0]])
    """
    check_known("format of predictions", format_name, FORMATS)
    kind = FORMATS[format_name]
    said = facts or Facts()
    forced = kind.forced_first if said.forced_first is None else said.forced_first
    options: dict[str, Any] = {
        "frames": frames,
        "time_unit": kind.time_unit,
        "outside": outside,
        "missing": missing,
        "unknown_stimuli": "drop",
        "source": source or kind.name,
        "facts": Facts(forced_first=forced, points="fixations"),
    }
    check_each_once(files)
    for file in files:
        if str(file).lower().endswith(_PICKLES):
            raise DataError(
                f"{file} is a pickle, which can run code when it is opened: write it as JSON where the model ran "
                f"(docs/howto/predictions.md has the lines)"
            )
    if kind.name == "eyeformer":
        return _rows(files, kind, options)
    records = [record for file in files for record in _records(file, kind)]
    if order is not None:
        records = _in_order(records, order, str(files[0]))
    table, ended = _table(records, kind, {int(name): name for name in subjects if name.isdecimal()})
    with naming(files[0]):
        read = from_table(table, **options)
    return read.replace(dropped={PADDED: ended, **read.dropped}) if ended else read


# ---------------------------------------------------------------- inside


def _records(file: str | Path, kind: PredictionFormat) -> list[tuple[str, dict[str, Any]]]:
    """(where, record) of each path of a JSON file, points under x, y and t."""
    if (found := kind_of(file)) != "JSON":
        raise DataError(f"{file} is read as {found}, and predictions of {kind.name!r} are JSON: {kind.title}")
    content = read_json(file)
    if kind.by_image and isinstance(content, Mapping):
        items: Iterable[tuple[str, Any]] = (
            (
                f"{file}, image {name!r}",
                {"name": name, **(value if isinstance(value, Mapping) else {kind.points: value})},
            )
            for name, value in content.items()
        )
    else:
        listed = [content] if isinstance(content, Mapping) else content
        if not isinstance(listed, list) or (kind.by_image and not kind.paths):
            what = "an object with the names of images" if kind.by_image else "a list of records"
            raise DataError(f"{file} is not {what}, as predictions of {kind.name!r} are: {kind.title}")
        items = ((f"{file}, record {k} (from 0)", each) for k, each in enumerate(listed))
    found_records = []
    for where, item in items:
        record = dict(zip(kind.fields, item, strict=True)) if _is_row(item, kind) else item
        if not isinstance(record, Mapping):
            raise DataError(f"{where} is not a record but {type(record).__name__}: {kind.title}")
        if kind.points and kind.points in record:
            paths = record[kind.points] if kind.paths else [record[kind.points]]
            if not isinstance(paths, list):
                raise DataError(f"{where}: {kind.points!r} must be a list of paths, not {type(paths).__name__}")
            found_records += [(where, {**record, AXES: _columns(path, kind, where)}) for path in paths]
            continue
        needed = [kind.keys["x"], kind.keys["y"]] if "x" in kind.keys else [kind.points]
        if lacking := [name for name in needed if name not in record]:
            raise DataError(
                f"{where} has no {lacking[0]!r}; it has {_keys(record)}. Predictions of {kind.name!r} are: {kind.title}"
            )
        lists = {axis: record.get(kind.keys.get(ours, "")) for axis, ours in _AXES.items()}
        found_records.append((where, {**record, AXES: _checked(lists, where)}))
    return found_records


def _keys(record: Mapping[str, Any]) -> str:
    return ", ".join(str(key) for key in record if key != AXES) or "nothing"


def _is_row(item: Any, kind: PredictionFormat) -> bool:
    return bool(kind.fields) and isinstance(item, list) and len(item) == len(kind.fields)


def _columns(path: Any, kind: PredictionFormat, where: str) -> dict[str, Any]:
    """A path that is a list of points, as lists of x, y and t."""
    if not isinstance(path, list) or any(not isinstance(point, list) or len(point) < 2 for point in path):
        raise DataError(f"{where}: a path must be a list of points [{', '.join(kind.axes)}]")
    wide = {len(point) for point in path}
    if len(wide) > 1 or wide - {2, len(kind.axes)}:
        raise DataError(f"{where}: points have {sorted(wide)} numbers, and should have {len(kind.axes)}: {kind.axes}")
    given = max(wide, default=len(kind.axes))
    return {axis: [point[k] for point in path] for k, axis in enumerate(kind.axes[:given])}


def _checked(lists: dict[str, Any], where: str) -> dict[str, Any]:
    """Lists of x, y and t of one length; t may be missing."""
    lengths = {axis: len(values) for axis, values in lists.items() if isinstance(values, list)}
    if not {"x", "y"} <= set(lengths) or len(set(lengths.values())) > 1:
        said = ", ".join(f"{axis} {n}" for axis, n in lengths.items()) or "no lists"
        raise DataError(f"{where} does not agree on the number of fixations ({said})")
    return lists


def _in_order(
    records: list[tuple[str, dict[str, Any]]], order: str | Path, file: str
) -> list[tuple[str, dict[str, Any]]]:
    """The records with the names, people and tasks of other records in the same order."""
    named = read_json(order)
    if not isinstance(named, list) or not all(isinstance(each, Mapping) and "name" in each for each in named):
        raise DataError(f"{order} is not a list of records with a 'name' each")
    if len(named) != len(records):
        raise DataError(
            f"{file} has {len(records)} paths and {order} {len(named)} records: they must be the same, in one order "
            f"(of the same split)"
        )
    keys = ("name", "subject", "task")
    return [
        (where, {**record, **{key: one[key] for key in keys if key in one}})
        for (where, record), one in zip(records, named, strict=True)
    ]


def _table(
    records: list[tuple[str, dict[str, Any]]], kind: PredictionFormat, people: Mapping[int, str]
) -> tuple[pd.DataFrame, int]:
    """A table with one row per fixation, and how many points stood for an end."""
    rows, points, ended = [], [], 0
    about = [ours for ours in kind.keys if ours not in ("x", "y", "duration_ms")]
    for where, record in records:
        row = {ours: record.get(kind.keys[ours]) for ours in about}
        if not row["stimulus"]:
            raise DataError(
                f"{where} has no {kind.keys['stimulus']!r}; it has {_keys(record)}. If the "
                f"predictions are in the order of a file of records that has names, give that file (--order)"
            )
        try:
            x, y = (np.array(record[AXES][axis], dtype=float) for axis in "xy")
            t = np.full(len(x), np.nan) if record[AXES].get("t") is None else np.array(record[AXES]["t"], dtype=float)
        except (TypeError, ValueError):
            raise DataError(f"{where}: x, y and durations must be numbers") from None
        if kind.end is not None and (x == kind.end).any():
            last = int(np.flatnonzero(x == kind.end)[0])
            ended += len(x) - last
            x, y, t = x[:last], y[:last], t[:last]
        half = 0.5 if kind.cells else 0.0
        points.append(np.stack([x + half, y + half, t]))
        rows.append(row)
    paths = pd.DataFrame(rows, columns=about)
    if "subject" in paths:
        paths["subject"] = [_person(value, kind, people) for value in paths["subject"]]
    for name in (name for name in ("stimulus", "task", "subject") if name in paths):
        paths[name] = paths[name].fillna("").map(str).astype("str")
    if "task" in paths:
        paths["trial"] = paths["stimulus"].where(paths["task"] == "", paths["task"] + "/" + paths["stimulus"])
    if "sample" not in paths or paths["sample"].isna().all():
        paths["sample"] = number_repeats(paths.drop(columns="sample", errors="ignore"))
    if kind.frame is not None:
        paths["width"], paths["height"] = map(float, kind.frame)
    lengths = np.array([each.shape[1] for each in points], dtype=int)
    table = row_per_fixation(paths, lengths)
    whole = [each if each.shape[1] else np.full((3, 1), np.nan) for each in points]
    table["x"], table["y"], duration = np.concatenate(whole, axis=1) if whole else np.empty((3, 0))
    if not np.isnan(duration).all():
        table["duration_ms"] = duration
    return table, ended


def _person(value: Any, kind: PredictionFormat, people: Mapping[int, str]) -> Any:
    """The name of a person whom the file has as a number."""
    if not isinstance(value, int) or isinstance(value, bool):
        return value
    number = value + 1 - kind.first_subject  # people are numbered from 1 in data sets
    return people.get(number, str(number))


def _rows(files: Sequence[str | Path], kind: PredictionFormat, options: dict[str, Any]) -> Scanpaths:
    """Files with a row per fixation."""
    found = []
    for file in files:
        table = read_rows(file).table
        columns = {ours: theirs for ours, theirs in kind.keys.items() if theirs in table or ours != "subject"}
        with naming(file):
            found.append(from_table(table, columns={**columns, "fixation": None}, **options))
    return Scanpaths.concat(found)
