"""Which format a file of scanpaths has: its suffix says so, and its first bytes must agree."""

from pathlib import Path
from typing import Any

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import read_whole, refuse_pipe
from gazekit.files.parquet import read_arrow, to_frame
from gazekit.foundations.errors import DataError, naming
from gazekit.interchange.coco_search18 import read_coco_search18, write_coco_search18
from gazekit.interchange.csv_files import paths_of, read_csv, write_csv
from gazekit.interchange.declared_facts import combine
from gazekit.interchange.parquet import is_gazekit, read_parquet, write_parquet
from gazekit.interchange.points import Missing, Outside, clean_points
from gazekit.interchange.pysaliency_hdf5 import read_pysaliency, write_pysaliency

SUFFIXES = {".parquet": "parquet", ".csv": "CSV", ".csv.gz": "CSV", ".json": "JSON", ".hdf5": "HDF5", ".h5": "HDF5"}
_FIRST_BYTES = {b"PAR1": "parquet", b"\x89HDF": "HDF5", b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip"}
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
        `.parquet` (written by gazekit, or a plain table with a row per fixation), `.csv`, `.csv.gz` (a row per
        fixation), `.json` (COCO-Search18's form, in which many models' predictions are shared), `.hdf5`, `.h5`
        (pysaliency).
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
    kind = _kind(path)
    _check_content(path, kind)
    read = {"parquet": _parquet, "CSV": read_csv, "JSON": read_coco_search18, "HDF5": read_pysaliency}[kind]
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
    write[_kind(path)](scanpaths, path)


# ---------------------------------------------------------------- inside


def _kind(path: str | Path) -> str:
    name = Path(path).name.lower()
    for suffix, kind in SUFFIXES.items():
        if name.endswith(suffix):
            return kind
    raise DataError(f"{path}: gazekit does not know this kind of file; it reads and writes {', '.join(SUFFIXES)}")


def _check_content(path: str | Path, kind: str) -> None:
    start = _start(path).lower()
    for first, what in _NOT_DATA.items():
        if start.lstrip().startswith(first):
            raise DataError(f"{path} is {what}")
    found = next((what for first, what in _FIRST_BYTES.items() if start.startswith(first.lower())), None)
    expected = "gzip" if str(path).lower().endswith(".gz") else kind
    if found is not None and found != expected:
        raise DataError(f"{path} is named as {expected} but holds {found}; give it the right suffix, or unpack it")


def _start(path: str | Path) -> bytes:
    """Return the first 64 bytes of a file."""
    refuse_pipe(path)
    try:
        with Path(path).open("rb") as file:
            return file.read(64)
    except OSError:
        return read_whole(path)[:64]  # which says what is wrong


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
        raise DataError(f"{path} was written by gazekit and says itself what it holds; leave out {', '.join(told)}")
    with naming(path):
        return clean_points(paths.replace(facts=combine(paths.facts, facts)), outside=outside, missing=missing)
