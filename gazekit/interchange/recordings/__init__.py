"""Exports of eye trackers, read as the table format: which export a file is, and its fixations.

One small file per export holds the facts (names of columns, units, origin, what stands for a missing value, from the
export's documentation); `recording.fixations` is the one reader that goes by them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from gazekit.foundations.errors import DataError, check_known
from gazekit.interchange.formats import first_bytes, read_rows
from gazekit.interchange.recordings import eyelink_report
from gazekit.interchange.recordings.recording import Format, Notes, fixations
from gazekit.interchange.rows import where_rows

FORMATS: dict[str, Format] = {module.FORMAT.name: module.FORMAT for module in (eyelink_report,)}
TABLE = "table"  # the name of what is no export: a table with one row per fixation


class Recording(NamedTuple):
    """What files hold, as one table with a row per fixation.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per fixation; of an export under our names of columns.
    kind : Format or None
        Which export was read; None for a table.
    space : dict
        What the files say of the space of positions, as options of `gazekit.interchange.Space`.
    dropped : dict of str to int
        What was left out, by reason.
    """

    table: pd.DataFrame
    kind: Format | None
    space: dict[str, Any]
    dropped: Mapping[str, int]


def format_of(path: str | Path) -> Format | None:
    """Which export a file is, by its name and its first bytes, where it is no plain table."""
    kinds = [kind for kind in FORMATS.values() if kind.begins is not None]
    start = first_bytes(path, 4096) if kinds else b""
    return next((kind for kind in kinds if kind.begins is not None and kind.begins(Path(path), start)), None)


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
    stimulus: str | None = None,
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
        {our name: the file's name}, before those of the export.
    sep, decimal, stimuli
        As for `gazekit.interchange.formats.read_rows`.
    where : str, optional
        Which rows are read; see `gazekit.interchange.rows.where_rows`.
    eye : {"left", "right"}, optional
        Which eye, where a trial has both.
    stimulus : str, optional
        The image, where an export does not say it.

    Raises
    ------
    DataError
        No such export; files of two kinds, several tables; whatever `recording.fixations` refuses.

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
    parts: list[Recording] = []
    for path, person in zip(map(Path, paths), _people(paths), strict=True):
        kind = FORMATS.get(recording) if recording else format_of(path)
        if kind is not None and kind.rows is not None:
            found = kind.rows(path)
        else:
            found = read_rows(path, columns=columns, sep=sep, decimal=decimal, stimuli=stimuli)
            kind = kind if recording else kind or format_of_columns(found.table.columns)
        found = where_rows(found, where, path)
        if kind is None:
            for name, value in (("eye", eye), ("stimulus", stimulus)):
                if value is not None:
                    raise DataError(f"{name}= is for exports of eye trackers, and {path} is a table; leave it out")
            parts.append(Recording(found.table, None, {}, found.dropped))
            continue
        notes = Notes(path)
        table = fixations(
            found, kind, notes, columns=columns, decimal=decimal or ".", eye=eye, stimulus=stimulus, subject=person
        )
        parts.append(Recording(table, kind, {**kind.space, **notes.space}, notes.dropped))
    return _joined(paths, parts)


# ---------------------------------------------------------------- inside


def _joined(paths: Sequence[str | Path], parts: Sequence[Recording]) -> Recording:
    if not parts:
        raise DataError("there is no file to read; give one")
    first = parts[0]
    for path, part in zip(paths[1:], parts[1:], strict=True):
        if part.kind is None or part.kind is not first.kind:
            one, other = (p.kind.title if p.kind else "a table" for p in (first, part))
            raise DataError(f"{paths[0]} is {one}, and {path} {other}; several files are read of one export only")
        if part.space != first.space:
            raise DataError(f"{path} has a screen of another size than {paths[0]}; read each alone")
    dropped: Counter[str] = Counter()
    for part in parts:
        dropped.update(part.dropped)
    table = pd.concat([part.table for part in parts], ignore_index=True) if len(parts) > 1 else first.table
    return Recording(table, first.kind, first.space, dict(dropped))


def _people(paths: Sequence[str | Path]) -> list[str]:
    """A name for each file: its own, or where several have one name, that of the folder in which they differ."""
    parts = [Path(path).absolute().with_suffix("").parts for path in paths]
    for k in range(1, min(map(len, parts), default=0) + 1):
        named = [part[-k] for part in parts]
        if len(set(named)) == len(named):
            return named
    return [str(path) for path in paths]
