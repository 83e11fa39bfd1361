"""A data set of one's own: a table with a row per fixation, and a folder of images."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import HUMAN, Scanpaths
from gazekit.core.stimulus_names import IMAGE_SUFFIXES, match_names, nearest
from gazekit.core.trials import Box, Dataset, Trial
from gazekit.files.delimited import Delimited
from gazekit.files.images import image_file_size
from gazekit.files.untrusted import decoding, reading
from gazekit.foundations.errors import DataError, UnknownNameError, naming
from gazekit.interchange.columns import ABOUT_TRIALS, BOX, KEY, START, RowGroups, names, our_columns, require
from gazekit.interchange.csv_files import paths_of
from gazekit.interchange.declared_facts import combine
from gazekit.interchange.recordings import Recording, read_files
from gazekit.interchange.recordings.detection import Detection
from gazekit.interchange.recordings.recording import BEFORE_IMAGE, Format
from gazekit.interchange.rows import where_rows
from gazekit.interchange.space import Space
from gazekit.interchange.tables import from_table

# What `from_table` is told beside what stands in the signature of `dataset_from_table`.
OPTIONS = tuple(
    sorted({n for n, p in signature(from_table).parameters.items() if p.kind is p.KEYWORD_ONLY} - {"columns", "frames"})
)


def dataset_from_table(
    table: pd.DataFrame | str | Path | Sequence[str | Path],
    images: str | Path | None = None,
    *,
    name: str = "own",
    columns: Mapping[str, str | None] | None = None,
    where: str | None = None,
    recording: str | None = None,
    detect: str | Detection | None = None,
    sep: str | None = None,
    decimal: str | None = None,
    frames: Mapping[str, Frame] | None = None,
    px_per_degree: float | None = None,
    **options: Any,
) -> Dataset:
    """Make a data set of a table with one row per fixation and, if there is one, a folder of images.

    The size of each shown image comes from columns `width` and `height`, from `frames=` or `width=` and `height=`, or
    else from the header of the image file. There is one trial per value of `trial` (per stimulus, without that column);
    where it counts viewings, so that a person has one number on several images, the trial is `stimulus/trial`. Trials
    and paths are sorted by their names, so that no result depends on the order of a table's rows.
    These columns, constant within a trial, say more about it: `caption`, `task`, `target_x0, target_y0, target_x1,
    target_y1` (box), `start_x, start_y` (where gaze had to be at onset), `max_fixations`. Box and start are px of the
    shown image, also where `space` says that x and y are not.

    Parameters
    ----------
    table : pandas.DataFrame, path or sequence of path
        The table, or a file that holds it: CSV or other delimited text, Excel, parquet, COCO-Search18's JSON,
        pysaliency's HDF5; or the export of an eye tracker, in one file or several.
    images : path, optional
        Folder of the images. A stimulus is found by its path below the folder, by its file name or by its name without
        suffix; case, separators and the form of Unicode do not count. Images are read when they are used.
    name : str
        What to call the data set.
    columns : mapping, optional
        Column names that differ, as in `from_table`.
    where : str, optional
        Which rows are read, by the names that the file's columns have: "practice == 'no' and valid"; see
        `gazekit.interchange.rows.where_rows`.
    recording : str, optional
        Which export of an eye tracker the file is (a name of `gazekit.interchange.recordings.FORMATS`), or "table" for
        none. By default its content says; a file whose x and y are named in `columns` is a table.
    detect : str or Detection, optional
        The file holds raw samples; fixations are found by this rule, "ivt", "idt" or with options ("ivt:velocity=40").
        See `gazekit.interchange.recordings.detection.Detection`. Degrees are made by the size and distance of the
        screen (`space`), or by `px_per_degree`.
    sep, decimal : str, optional
        Separator of columns and decimal point of delimited text, as in `read_csv`.
    frames : mapping of stimulus to Frame, optional
        Size of each shown image.
    px_per_degree : float, optional
        Pixels per degree of visual angle.
    **options
        Others of `from_table`: `time_unit`, `space`, `outside`, `missing`, `facts`, `source`, `width`, `height`.
        `stimuli` gives the names of the stimuli of an HDF5 file. Of the export of an eye tracker: `eye` ("left",
        "right") where a trial has both, `stimulus` where the file does not name the image.

    Returns
    -------
    Dataset

    Raises
    ------
    DataError
        What `from_table` and `with_details` refuse; images that are not there or that two files could be; a path or a
        trial about which two rows disagree.

    Examples
    --------
    >>> rows = pd.DataFrame({"stimulus": ["a", "a", "b"], "x": [1, 2, 3], "y": [4, 5, 6]})
    >>> dataset = dataset_from_table(rows.assign(caption=["A", "A", "B"]), width=100, height=50)
    >>> dataset, dataset.trial("b").caption
    (Dataset('own', 2 trials, 2 scanpaths), 'B')
    """
    known = [*OPTIONS, "stimuli", "eye", "stimulus"]
    unknown = next((option for option in options if option not in known), None)
    if unknown is not None:
        own = ["columns", "where", "recording", "detect", "sep", "decimal", *known]
        raise UnknownNameError("option of a table of one's own", unknown, own)
    files_only: dict[str, Any] = {"sep": sep, "decimal": decimal, "recording": recording, "detect": detect}
    files_only |= {option: options.pop(option, None) for option in ("stimuli", "eye", "stimulus")}
    left_out: Mapping[str, int] = {}
    if isinstance(table, pd.DataFrame):
        if (said := next((n for n, v in files_only.items() if v is not None), None)) is not None:
            raise DataError(f"{said}= is for files; this table is in memory, so leave it out")
        table, left_out = where_rows(Delimited(table, {}), where)
    else:
        if detect is not None:
            files_only |= {"space": options.get("space"), "px_per_degree": px_per_degree}
        recorded = read_files(_files(table), columns=columns, where=where, **files_only)
        table, left_out = recorded.table, recorded.dropped
        if recorded.kind is not None:
            columns = None
            options["space"] = _space_of(recorded, recorded.kind, options.get("space"))
            options["facts"] = combine(Facts(points="fixations"), options.get("facts"))
            if (before := left_out.get(BEFORE_IMAGE)) and options["facts"].forced_first:
                raise DataError(
                    f"forced_first is declared, and {before:,} fixations that began before the image was shown are "
                    f"left out, the imposed one among them: an evaluation would drop the next, which somebody chose. "
                    f"Declare forced_first=False (on the command line: --facts forced_first=false)"
                )
    table = our_columns(table, columns)
    shown = names(require(table, "stimulus", "stimulus")).unique()
    files = {} if images is None else find_images(shown, Path(images))
    sized = all(c in table or options.get(c) is not None for c in ("width", "height"))
    if files and frames is None and not sized:
        frames = {stimulus: image_frame(file) for stimulus, file in files.items()}
    none = {ours: None for ours, theirs in (columns or {}).items() if not theirs}
    paths = paths_of(table, left_out, columns=none, frames=frames, px_per_degree=px_per_degree, **options)
    _refuse_changing(table, paths)
    paths = _viewings_as_trials(paths)
    paths = paths[paths.table[list(KEY)].sort_values(list(KEY), kind="stable").index.to_numpy()]
    _refuse_second_viewing(paths)
    with reading("the table", "a column about trials (see its documentation) has a value of another kind"):
        trials = tuple(_trials(paths, files))
    return Dataset(name, trials, paths, dropped=paths.dropped)


def image_files(folder: Path) -> list[Path]:
    """The pictures below a folder, sorted."""
    return sorted(
        f
        for f in folder.rglob("*")
        if f.suffix.lower() in IMAGE_SUFFIXES and f.is_file() and not f.name.startswith("._")  # macOS's own
    )


def find_images(stimuli: Any, folder: Path) -> dict[str, Path]:
    """Find the image file of every stimulus by its path below the folder; see `gazekit.core.stimulus_names`.

    Raises
    ------
    DataError
        No such folder; images that are not there (the first few, how many, and the nearest names); a stimulus that two
        files could be; or two stimuli that would be one file.
    """
    if not folder.is_dir():
        raise DataError(f"there is no folder of images {folder}; check the name")
    files = {file.relative_to(folder).as_posix(): file for file in image_files(folder)}
    with naming(folder):
        matched = match_names(stimuli, files)
    absent = [stimulus for stimulus in stimuli if stimulus not in matched]
    if absent:
        raise DataError(
            f"{len(absent)} of {len(stimuli)} stimuli have no image in {folder} (it holds {len(files)}): "
            f"{nearest(absent, files)}; stimuli are matched by file name, with or without suffix and folders"
        )
    return {stimulus: files[matched[stimulus]] for stimulus in stimuli}


def image_frame(file: Path) -> Frame:
    """Return the size of an image, read from its header; turned upright as its EXIF orientation says, like the image.

    Raises
    ------
    DataError
        Not an image that can be read.
    """
    with decoding(f"{file} cannot be read as an image", "it may be cut short: copy it again"):
        return Frame(*image_file_size(file))


def with_details(trial: Trial, row: Mapping[str, Any]) -> Trial:
    """A trial with what a row of a table says of it: caption, task, box of the target, start, most fixations.

    Raises
    ------
    DataError
        A part of a box or of a start; a box that is empty or outside the image; fixations that are no whole number
        above 0.
    """
    more: dict[str, Any] = {name: str(row[name]) for name in ("caption", "task") if row.get(name)}
    for part, name in ((BOX, "target_box"), (START, "start")):
        found = [float(row[c]) for c in part if c in row]
        if found and len(found) != len(part):
            raise DataError(f"trial {trial.id!r} has some of {', '.join(part)} only; give all of them, or none")
        if found:
            more[name] = Box(*found) if part is BOX else tuple(found)
    if "target_box" in more:
        (x0, y0, x1, y1), frame = more["target_box"], trial.frame
        if not (x0 < x1 and y0 < y1 and x0 < frame.width and y0 < frame.height and x1 > 0 and y1 > 0):
            raise DataError(
                f"the target of trial {trial.id!r} has the box ({x0:g}, {y0:g}, {x1:g}, {y1:g}), which is empty or "
                f"outside the image of {frame.width:g} x {frame.height:g} px; {', '.join(BOX)} are its left, top, "
                f"right and bottom, in px of the image"
            )
    if "max_fixations" in row:
        most = float(row["max_fixations"])
        if not (most >= 1 and most.is_integer()):
            raise DataError(f"trial {trial.id!r} has max_fixations {most:g}; give a whole number above 0")
        more["max_fixations"] = int(most)
    return replace(trial, **more)


# ---------------------------------------------------------------- inside


def _files(given: Any) -> list[str | Path]:
    if isinstance(given, str | Path):
        return [given]
    if isinstance(given, Sequence) and given and all(isinstance(path, str | Path) for path in given):
        return list(given)
    raise DataError(f"a table is a pandas.DataFrame or the path of a file, not a {type(given).__name__}")


def _space_of(recorded: Recording, kind: Format, said: Space | None) -> Space | None:
    """The space of an export's positions: what the user says, completed by what the file says."""
    told = {} if said is None else said.told()
    known = {**recorded.space, **told}
    if recorded.positions == "image":
        if (
            told_of_screen := next((n for n in ("placed", "screen_width", "screen_height") if n in told), None)
        ) is not None:
            raise DataError(
                f"{kind.title} has positions of the image itself here, not of a screen; leave {told_of_screen} out"
            )
        known = {n: value for n, value in known.items() if not n.startswith(("screen_", "distance_"))}
        return Space(**known) if known else None
    placed = "placed" in known or "placed_x" in recorded.table
    if "screen_width" not in known or not placed:
        lacks = "where the image was on it" if "screen_width" in known else "its size, and where the image was on it"
        raise DataError(
            f"{kind.title} has positions of the screen: say {lacks}, with "
            f"Space(screen_width=1920, screen_height=1080, placed='centre') or placed='fit', (x, y), (x, y, width, "
            f"height) (on the command line: --screen 1920x1080 --placed centre; those of `gazekit export` are of what "
            f"it writes: `gazekit import` first)"
        )
    return Space(**known)


def _refuse_changing(table: pd.DataFrame, paths: Scanpaths) -> None:
    """Refuse a column about trials that changes within a path, which `from_table` leaves out."""
    for column in ABOUT_TRIALS:
        if column in table and column not in paths.table:
            groups = RowGroups(table, HUMAN)
            row = groups.change(column)
            assert row is not None  # noqa: S101 -- or it would be in the table of paths
            raise DataError(
                f"column {column!r} says something of the trial, and changes within one path ({groups.describe(row)}): "
                f"give it one value in all rows of a trial; if it says something else, leave it out, "
                f"columns={{{column!r}: None}} (on the command line: --columns {column}=)"
            )


def _viewings_as_trials(paths: Scanpaths) -> Scanpaths:
    """Make trials `stimulus/trial` of numbers that count viewings: one person has one number on several images."""
    rows = paths.table[["subject", "trial", "stimulus"]].drop_duplicates()
    if not rows.duplicated(["subject", "trial"]).any():
        return paths
    return paths.replace(table=paths.table.assign(trial=paths.table["stimulus"] + "/" + paths.table["trial"]))


def _refuse_second_viewing(paths: Scanpaths) -> None:
    """Refuse two paths of one person in one trial; records of JSON that nothing tells apart have numbers as samples."""
    rows = paths.table
    twice = rows.duplicated(["subject", "trial", "source"]) & (rows["subject"] != "")
    if twice.any():
        row = rows[twice].iloc[0]
        raise DataError(
            f"subject {row['subject']!r} has two paths in trial {row['trial']!r}: if the file has a copy of the data, "
            f"take it out; if the image was seen twice, number the viewings in the column 'trial'; of both "
            f"eyes, give the files of one"
        )


def _trials(paths: Scanpaths, files: Mapping[str, Path]) -> list[Trial]:
    table = paths.table
    about = [c for c in ("stimulus", "width", "height", "task", *ABOUT_TRIALS) if c in table]
    grouped = table.groupby("trial", sort=False)[about]
    for column, counts in grouped.nunique(dropna=False).items():
        if not (counts > 1).any():
            continue
        trial = counts.idxmax()
        if column == "stimulus":
            first, second = table.loc[table["trial"] == trial, "stimulus"].unique()[:2]
            raise DataError(
                f"trial {trial!r} shows {counts.max()} images ({first!r}, {second!r}, ...), so the column 'trial' "
                f"counts what each person saw, while a trial is one image and one task, the same for all people: leave "
                f"it out, columns={{'trial': None}} (on the command line: --columns trial=); where one person saw an "
                f"image more than once, number that instead: 'trial' as STIMULUS/1, STIMULUS/2"
            )
        raise DataError(
            f"trial {trial!r} has {counts.max()} values of {column!r}; a trial is one image and one task, the same for "
            f"all people: give rows of another {column} another value in the column 'trial', such as STIMULUS/{column}"
        )
    first = np.unique(table["trial"].to_numpy(), return_index=True)[1]
    trials = []
    for i in sorted(first):
        row, frame = table.iloc[i], paths.frame_of(int(i))
        known = {c: row[c] for c in about if not pd.isna(row[c])}
        trial = Trial(row["trial"], row["stimulus"], frame, image_source=files.get(row["stimulus"]))
        trials.append(with_details(trial, known))
    return trials
