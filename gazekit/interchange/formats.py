"""Which format a file of scanpaths has: its suffix says so, and its first bytes must agree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import read_whole, refuse_pipe
from gazekit.files.delimited import Delimited
from gazekit.files.parquet import read_arrow, to_frame
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.coco_search18 import read_coco_search18, read_records, records_to_table, write_coco_search18
from gazekit.interchange.csv_files import paths_of, read_csv, read_csv_table, write_csv
from gazekit.interchange.declared_facts import combine, to_columns
from gazekit.interchange.excel_files import read_excel, read_excel_table
from gazekit.interchange.parquet import is_gazekit, read_parquet, write_parquet
from gazekit.interchange.points import Missing, Outside, clean_points
from gazekit.interchange.pysaliency_hdf5 import read_pysaliency, read_pysaliency_table, write_pysaliency
from gazekit.interchange.space import Space
from gazekit.interchange.tables import to_table

SUFFIXES = {".parquet": "parquet", ".csv": "CSV", ".csv.gz": "CSV", ".json": "JSON", ".hdf5": "HDF5", ".h5": "HDF5"}
# Read, not written. EyeLink's Data Viewer gives text the suffix .xls; the first bytes tell.
READ = {
    **SUFFIXES,
    **dict.fromkeys((".tsv", ".tsv.gz", ".tab", ".txt", ".txt.gz", ".dat"), "CSV"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls"), "Excel"),
}
_RECORDINGS = {
    ".asc": "an EyeLink recording",
    ".edf": "an EyeLink recording",
    ".idf": "a recording of SMI",
    ".gazedata": "a recording of Tobii",
    ".mat": "a MATLAB file",
    ".npz": "a NumPy file",
    ".npy": "a NumPy file",
    ".pkl": "a pickle, which can run code when it is opened",
    ".pickle": "a pickle, which can run code when it is opened",
}
_FIRST_BYTES = {
    b"PAR1": "parquet",
    b"\x89HDF": "HDF5",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "Excel",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_NOT_DATA = {
    b"version https://git-lfs": "a Git LFS pointer; fetch the file itself with `git lfs pull`",
    b"<!doctype html": "a web page; the download did not give the file itself",
    b"<html": "a web page; the download did not give the file itself",
}


def read_scanpaths(path: str | Path, **options: Any) -> Scanpaths:
    """Read a file of scanpaths in any format that gazekit knows.

    Parameters
    ----------
    path : path
        `.parquet` (written by gazekit, or a plain table with a row per fixation), `.csv`, `.tsv`, `.txt`, `.xlsx`,
        `.xls` (a row per fixation; `.gz` for text), `.json` (COCO-Search18's form, in which many models' predictions
        are shared), `.hdf5`, `.h5` (pysaliency).
    **options
        Passed on to `from_table`, `read_csv`, `read_coco_search18` or `read_pysaliency`. A parquet file that gazekit
        wrote takes `outside`, `missing` and `facts` (which must agree with its own) and has no use for `frames`.

    Returns
    -------
    Scanpaths

    Raises
    ------
    DataError
        An unknown suffix, content of another format, an option that this format does not have, or a file that its
        reader refuses.
    """
    kind = kind_of(path)
    read = {
        "parquet": _parquet,
        "CSV": read_csv,
        "Excel": read_excel,
        "JSON": read_coco_search18,
        "HDF5": read_pysaliency,
    }[kind]
    try:
        return read(path, **options)
    except TypeError as error:
        if "unexpected keyword argument" not in str(error):
            raise
        option = str(error).split("'")[1]
        raise DataError(f"{path} is read as {kind}, which has no option {option!r}") from None


def write_scanpaths(scanpaths: Scanpaths, path: str | Path) -> None:
    """Write scanpaths in the format that the suffix of `path` says; see `read_scanpaths`.

    Raises
    ------
    DataError
        An unknown suffix, or the file cannot be written.
    """
    write = {"parquet": write_parquet, "CSV": write_csv, "JSON": write_coco_search18, "HDF5": write_pysaliency}
    kind = next((k for suffix, k in SUFFIXES.items() if Path(path).name.lower().endswith(suffix)), None)
    if kind is None:
        raise DataError(f"{path}: gazekit does not write this kind of file; it writes {', '.join(SUFFIXES)}")
    write[kind](scanpaths, path)


def read_rows(
    path: str | Path,
    *,
    columns: Mapping[str, str | None] | None = None,
    sep: str | None = None,
    decimal: str | None = None,
    stimuli: Sequence[str] | None = None,
) -> Delimited:
    """Read a file of any of these formats as a table with one row per fixation, before anything is made of it.

    Parameters
    ----------
    path : path
        As for `read_scanpaths`.
    columns : mapping, optional
        Names of columns that differ, as in `from_table`; here they say which columns are text.
    sep, decimal : str, optional
        Of delimited text only.
    stimuli : sequence of str, optional
        Names of the stimuli of an HDF5 file of pysaliency.

    Returns
    -------
    Delimited
        The table, with columns for the facts that the file declares, and what was left out.

    Raises
    ------
    DataError
        As `read_scanpaths`; an option that this format does not have.
    """
    kind = kind_of(path)
    for name, value, of in (("sep", sep, "CSV"), ("decimal", decimal, "CSV"), ("stimuli", stimuli, "HDF5")):
        if value is not None and kind != of:
            raise DataError(f"{path} is read as {kind}, which has no option {name!r}")
    if kind == "CSV":
        return read_csv_table(path, sep=sep, decimal=decimal or ".", columns=columns)
    if kind == "Excel":
        return read_excel_table(path)
    if kind == "JSON":
        table, facts, dropped = records_to_table(read_records(path), str(path))
    elif kind == "HDF5":
        table, facts, dropped = read_pysaliency_table(path, stimuli)
        if "duration_ms" in table:
            table["duration_ms"] *= 1000.0  # pysaliency's seconds
    else:
        arrow = read_arrow(path)
        if not is_gazekit(arrow):
            return Delimited(to_frame(path, arrow), {})
        paths = read_parquet(path)
        table, facts, dropped = to_table(paths), paths.facts, dict(paths.dropped)
    with naming(path):
        return Delimited(to_columns(table, facts, {}), dropped)


def kind_of(path: str | Path) -> str:
    """The format of a file, by its suffix and its first bytes.

    Raises
    ------
    DataError
        A suffix that is not known, or content of another kind; the message says what the file is, where that is known.
    """
    name = Path(path).name.lower()
    kind = next((READ[suffix] for suffix in sorted(READ, key=len, reverse=True) if name.endswith(suffix)), None)
    if kind is None:
        what = next((what for suffix, what in _RECORDINGS.items() if name.endswith(suffix)), None)
        is_what = (
            f"{path} is {what}, not a table of fixations: export one (a row per fixation)"
            if what
            else (f"{path}: gazekit does not know this kind of file")
        )
        raise DataError(f"{is_what}; it reads {', '.join(READ)}")
    if kind == "Excel" and name.endswith(".xls") and not first_bytes(path).startswith(_WORKBOOKS):
        kind = "CSV"
    _check_content(path, kind)
    return kind


# ---------------------------------------------------------------- inside


def _check_content(path: str | Path, kind: str) -> None:
    start = first_bytes(path).lower()
    for first, what in _NOT_DATA.items():
        if start.lstrip().startswith(first):
            raise DataError(f"{path} is {what}")
    found = next((what for first, what in _FIRST_BYTES.items() if start.startswith(first.lower())), None)
    expected = "gzip" if str(path).lower().endswith(".gz") else kind
    if expected == "Excel" and start.startswith(tuple(first.lower() for first in _WORKBOOKS)):
        return
    if found is not None and found != expected:
        raise DataError(f"{path} is named as {expected} but holds {found}; give it the right suffix, or unpack it")


def first_bytes(path: str | Path, count: int = 64) -> bytes:
    """Return the first bytes of a file."""
    refuse_pipe(path)
    try:
        with Path(path).open("rb") as file:
            return file.read(count)
    except OSError:
        return read_whole(path)[:count]  # which says what is wrong


def _parquet(path: str | Path, **options: Any) -> Scanpaths:
    table = read_arrow(path)
    if is_gazekit(table):
        return _own_parquet(read_parquet(path), path, **options)
    frame = to_frame(path, table)
    with naming(path):
        return paths_of(frame, **options)


def _own_parquet(
    paths: Scanpaths,
    path: str | Path,
    *,
    facts: Facts | None = None,
    outside: Outside = "keep",
    missing: Missing = "keep",
    **known: Any,
) -> Scanpaths:
    """Apply what may still be said of a file that gazekit wrote: it knows its names, units and image sizes."""
    told = [name for name, value in known.items() if value is not None and name not in ("frames", "unknown_stimuli")]
    if told:
        told = [f"space ({', '.join(Space.names())})" if name == "space" else name for name in told]
        raise DataError(f"{path} was written by gazekit and says itself what it holds; leave out {', '.join(told)}")
    with naming(path):
        return clean_points(paths.replace(facts=combine(paths.facts, facts)), outside=outside, missing=missing)
