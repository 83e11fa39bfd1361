"""Exports of eye trackers, read as the table format: which export a file is, and its fixations.

One small file per export holds the facts (names of columns, units, origin, what stands for a missing value, from the
export's documentation); `recording.fixations` is the one reader that goes by them.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from gazekit.files.delimited import Delimited, header_of
from gazekit.files.untrusted import check_each_once, reading
from gazekit.foundations.errors import DataError, check_known
from gazekit.interchange.csv_files import read_needed_rows
from gazekit.interchange.formats import first_bytes, kind_of, read_rows
from gazekit.interchange.recordings import (
    bids,
    eyelink_asc,
    eyelink_report,
    gazepoint,
    neon,
    pupil,
    pymovements_events,
    smi,
    tobii,
)
from gazekit.interchange.recordings.detection import Detection
from gazekit.interchange.recordings.recording import Format, Notes, fixations, number_viewings
from gazekit.interchange.recordings.samples import TABLE_SAMPLES, TEXT, as_detected, detected
from gazekit.interchange.rows import where_rows
from gazekit.interchange.space import Space

_MODULES = (eyelink_report, eyelink_asc, tobii, pupil, neon, gazepoint, smi, bids, pymovements_events)
FORMATS: dict[str, Format] = {module.FORMAT.name: module.FORMAT for module in _MODULES}
_START = 4096  # bytes by which a file that is no table is known
SAMPLES = Format(name="table", title="a table of samples")
TABLE = "table"  # the name of what is no export: a table with one row per fixation


class Recording(NamedTuple):
    """What files hold, as one table with a row per fixation.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per fixation; of an export under our names of columns.
    kind : Format or None
        Which export was read; None for a table.
    positions : {"screen", "image"}
        What positions count from.
    space : dict
        What the files say of the space of positions, as options of `gazekit.interchange.Space`.
    dropped : dict of str to int
        What was left out, by reason.
    eyes : collection of str
        Whose fixations these are, "left" or "right", as far as it is said.
    """

    table: pd.DataFrame
    kind: Format | None
    positions: str
    space: dict[str, Any]
    dropped: Mapping[str, int]
    eyes: Collection[str] = ()


def format_of(path: str | Path) -> Format | None:
    """Which export a file is, by its name and its first bytes, where it is no plain table."""
    return next((kind for kind in FORMATS.values() if _begins(kind, Path(path))), None)


def format_of_columns(columns: Sequence[Any]) -> Format | None:
    """Which export a table with these columns is; None for another table.

    Examples
    --------
    >>> format_of_columns(["RECORDING_SESSION_LABEL", "CURRENT_FIX_X", "CURRENT_FIX_Y"]).name
    'eyelink-report'
    """
    return next((kind for kind in FORMATS.values() if kind.knows([str(c) for c in columns])), None)


def read_files(
    paths: Sequence[str | Path],
    *,
    recording: str | None = None,
    columns: Mapping[str, str | None] | None = None,
    sep: str | None = None,
    decimal: str | None = None,
    stimuli: Sequence[str] | None = None,
    where: str | None = None,
    eye: str | None = None,
    stimulus: str | Sequence[str] | None = None,
    detect: str | Detection | None = None,
    space: Space | None = None,
    px_per_degree: float | None = None,
) -> Recording:
    r"""Read a table, or the files of one export.

    Parameters
    ----------
    paths : sequence of path
        One table; or one or several files of an export. People are told apart by the names of files that do not say
        who looked.
    recording : str, optional
        Name of the export, or "table"; default what the content says. A file whose x and y are named in `columns` is a
        table.
    columns : mapping, optional
        {our name: the file's name}, before those of the export. Of an `.asc`, a variable of the trial, or a message
        with * for the value, "MSG image_onset *"; {"trial": "MSG start_trial"} is the one with which a trial begins.
    sep, decimal, stimuli
        As for `gazekit.interchange.formats.read_rows`.
    where : str, optional
        Which rows are read; see `gazekit.interchange.rows.where_rows`.
    eye : {"left", "right"}, optional
        Which eye, where a trial has both.
    stimulus : str or sequence of str, optional
        The image, where an export does not say it: one, or one for each file.
    detect : str or Detection, optional
        The files hold raw samples, of which fixations are made by this rule.
    space, px_per_degree
        With `detect`: by what positions become degrees.

    Raises
    ------
    DataError
        No such export; a folder; files of two kinds, several tables; whatever `recording.fixations` refuses.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as here:
    ...     report = Path(here, "report.txt")
    ...     text = "RECORDING_SESSION_LABEL\tpicture\tCURRENT_FIX_X\tCURRENT_FIX_Y\nanna\ta.png\t960\t540\n"
    ...     _ = report.write_text(text)
    ...     read_files([report]).table.to_dict("list")
    {'subject': ['anna'], 'x': [960.0], 'y': [540.0], 'stimulus': ['a.png']}
    """
    if recording is not None:
        check_known("recording", recording, (*FORMATS, TABLE))
    if recording is None and columns and columns.get("x") and columns.get("y"):
        recording = TABLE
    check_each_once(paths)
    parts: list[Recording] = []
    for path, image in zip(map(Path, paths), _images(paths, stimulus), strict=True):
        notes = Notes(path, columns or {})
        with reading(path, "export it again, with the files that belong beside it"):
            if path.is_dir():
                raise DataError(
                    f"{path} is a folder; name the files in it (of BIDS: {path}/sub-*/*/*_events.tsv for events "
                    f"with positions, {path}/sub-*/*/*_physioevents.tsv.gz for recordings)"
                )
            kind = FORMATS.get(recording) if recording else format_of(path)
            if detect is not None:
                told = {"columns": columns, "where": where, "sep": sep, "decimal": decimal, "eye": eye}
                parts.append(
                    _detected(path, kind or _kind_of_header(path, recording), Detection.of(detect), notes, image,
                              _person(path, paths, kind or SAMPLES), space=space, px_per_degree=px_per_degree, **told)
                )  # fmt: skip
                continue
            if kind is not None and kind.rows is not None and (kind.begins is None or _begins(kind, path)):
                found = kind.rows(path, notes)
            else:
                needed = None if where or stimuli else _needed(path, kind, columns, sep, decimal)
                found = needed or read_rows(path, columns=columns, sep=sep, decimal=decimal, stimuli=stimuli)
                kind = kind if recording else kind or format_of_columns(found.table.columns)
            found = where_rows(found, where, path)
            if kind is None:
                for name, value in (("eye", eye), ("stimulus", stimulus)):
                    if value is not None:
                        raise DataError(f"{name}= is for exports of eye trackers, and {path} is a table; leave it out")
                parts.append(Recording(found.table, None, "image", {}, found.dropped))
                continue
            notes.positions = kind.positions
            table = fixations(
                found,
                kind,
                notes,
                columns=columns,
                decimal=decimal or ".",
                eye=eye,
                stimulus=image,
                subject=_person(path, paths, kind),
            )
            space_of = {**kind.space, **notes.space}
            parts.append(Recording(table, kind, notes.positions, space_of, notes.dropped, notes.eyes))
    return _joined(paths, parts)


# ---------------------------------------------------------------- inside


def _needed(
    path: Path, kind: Format | None, columns: Mapping[str, str | None] | None, sep: str | None, decimal: str | None
) -> Delimited | None:
    """The rows that are needed of a table with a row per sample; None of any other file."""
    if not path.name.lower().endswith(TEXT) or path.name.lower().endswith(".gz") or kind_of(path) != "CSV":
        return None
    kind = kind or format_of_columns(header_of(path, sep))
    if kind is None or kind.needed is None:
        return None
    return read_needed_rows(path, kind.needed, sep=sep, decimal=decimal or ".", columns=columns)


def _detected(
    path: Path, kind: Format, how: Detection, notes: Notes, image: str | None, person: str, *, space: Space | None,
    **told: Any,
) -> Recording:  # fmt: skip
    """The fixations of a file of raw samples."""
    samples = TABLE_SAMPLES if kind is SAMPLES else kind.samples
    if samples is None:
        raise DataError(f"{path} is {kind.title}, whose samples gazekit does not read; leave detect= (--detect) out")
    on_screen = space is not None and (space.screen_width is not None or space.placed is not None)
    notes.positions = kind.positions if kind is not SAMPLES else "screen" if on_screen else "image"
    found = detected(path, kind, samples, how, notes, space=space, **told)
    of_trials = told["columns"] if samples.rows else None  # names of a table are ours by now
    table = fixations(found, as_detected(kind), notes, columns=of_trials, stimulus=image, subject=person)
    return Recording(table, kind, notes.positions, {**kind.space, **notes.space}, notes.dropped)


def _kind_of_header(path: Path, recording: str | None) -> Format:
    """Which export a table of samples is, by the names of its columns."""
    names = header_of(path) if not recording and path.name.lower().endswith(TEXT) else []
    return next((kind for kind in FORMATS.values() if kind.knows_samples(names)), SAMPLES)


def _joined(paths: Sequence[str | Path], parts: Sequence[Recording]) -> Recording:
    if not parts:
        raise DataError("there is no file to read; give one")
    first = parts[0]
    for path, part in zip(paths[1:], parts[1:], strict=True):
        if part.kind is None or part.kind is not first.kind:
            one, other = (p.kind.title if p.kind else "a table" for p in (first, part))
            raise DataError(f"{paths[0]} is {one}, and {path} {other}; several files are read of one export only")
        if (part.space, part.positions) != (first.space, first.positions):
            raise DataError(f"{path} has a screen, or a kind of positions, other than {paths[0]}; read each alone")
    dropped: Counter[str] = Counter()
    seen: dict[Any, tuple[Collection[str], str | Path]] = {}
    for path, part in zip(paths, parts, strict=True):
        dropped.update(part.dropped)
        rows = part.table.reindex(columns=["subject", "trial", "stimulus"]).fillna("") if part.eyes else pd.DataFrame()
        for row in rows.drop_duplicates().itertuples(index=False, name=None):
            eyes, before = seen.setdefault(row, (part.eyes, path))
            if set(eyes).isdisjoint(part.eyes):
                raise DataError(
                    f"{before} has the {'/'.join(eyes)} eye of subject {row[0]!r} on {row[2]!r}, and {path} the other "
                    f"one; they are one scanpath, not two: give the files of one eye"
                )
    table = first.table if first.kind is None else number_viewings([part.table for part in parts])
    return Recording(table, first.kind, first.positions, first.space, dict(dropped))


def _images(paths: Sequence[str | Path], stimulus: str | Sequence[str] | None) -> Sequence[str | None]:
    """The image of each file, as far as it is said."""
    if stimulus is None or isinstance(stimulus, str):
        return [stimulus] * len(paths)
    if len(stimulus) not in (1, len(paths)):
        raise DataError(
            f"stimulus= names {len(stimulus)} images for {len(paths)} files; name one, or one for each file"
        )
    return list(stimulus) * (len(paths) // len(stimulus))


def _begins(kind: Format, path: Path) -> bool:
    return kind.begins is not None and kind.begins(path, first_bytes(path, _START))


def _person(path: Path, paths: Sequence[str | Path], kind: Format) -> str:
    """Who looked, where the file does not say: what differs between the names of the files, or of their folders."""
    parts = [Path(other).absolute().with_suffix("").parts for other in paths]
    own = path.absolute().with_suffix("").parts
    if kind.people == "folder":
        parts, own = [part[:-1] for part in parts], own[:-1]
    elif len({part[-1] for part in parts}) == len(parts):
        return own[-1]
    depth = min(map(len, parts))
    differ = [k for k in range(1, depth + 1) if len({part[-k] for part in parts}) > 1]
    return "/".join(own[-k] for k in reversed(differ)) if differ else own[-1]
