"""The HDF5 files in which pysaliency keeps scanpaths.

pysaliency 0.2 writes `FixationTrains` (versions 1.0 to 1.2), its successor also `FixationTrains` 1.3, `Scanpaths` and
`ScanpathFixations` 1.0. All hold positions in px padded with NaN to the longest path, the number of the stimulus, and
times in seconds. Stimuli and subjects are numbers only: their names travel in a group `gazekit` beside them.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import read_whole, write_atomically
from gazekit.files.hdf5 import check_hdf5, check_hdf5_heaps
from gazekit.files.untrusted import decoding, parse_json
from gazekit.foundations.errors import DataError, GazekitError, naming
from gazekit.foundations.version import pip_install
from gazekit.interchange.columns import EMPTY_PATH, number_repeats, row_per_fixation
from gazekit.interchange.declared_facts import combine
from gazekit.interchange.tables import check_path_columns, from_table

_READ = {"FixationTrains": ("1.0", "1.1", "1.2", "1.3"), "Scanpaths": ("1.0",), "ScanpathFixations": ("1.0",)}
_TAKEN = ("n", "t", "xs", "ys", "ts", "subjects", "lengths", "scanpath_index", "durations")
_POINTS = {"xs": "x", "ys": "y", "durations": "duration_ms", "object_id": "object_id"}
_ONSETS = "onsets"  # says in our own group that `ts` are true onsets
_SECOND = 1000.0  # ms


def read_pysaliency(
    path: str | Path,
    *,
    stimuli: Sequence[str] | None = None,
    frames: Mapping[str, Frame] | None = None,
    time_unit: Literal["s", "ms"] = "s",
    facts: Facts | None = None,
    **options: Any,
) -> Scanpaths:
    """Read scanpaths from an HDF5 file of pysaliency.

    Parameters
    ----------
    path : path
        The file.
    stimuli : sequence of str, optional
        Name of each stimulus, in the order of the file's numbers; needed unless gazekit wrote the file.
    frames : mapping of stimulus to Frame, optional
        Size of each shown image; or `width=` and `height=`. Needed unless gazekit wrote the file, whose own sizes come
        first.
    time_unit : {"s", "ms"}
        Unit of the attribute `durations`, if the file has it. Onset times alone (`ts`) do not say how long a fixation
        lasted, so without that attribute durations are not known.
    facts : Facts, optional
        What is known of the points beyond what the file says.
    **options
        Others of `from_table`.

    Returns
    -------
    Scanpaths
        Attributes of scanpaths become columns of the table; attributes of fixations other than `durations` and
        `object_id` have no place and are counted in `dropped`. `ts` are read only where gazekit wrote true onsets:
        elsewhere nobody says what they count.

    Raises
    ------
    DataError
        Not such a file, another version, or stimuli whose names are not known.
    """
    table, own, dropped = read_pysaliency_table(path, stimuli)
    with naming(path):
        facts = combine(own, facts)
        read = from_table(table, frames=frames, time_unit=time_unit, facts=facts, **options)
    read.dropped = {**dropped, **read.dropped}
    return read


def read_pysaliency_table(
    path: str | Path, stimuli: Sequence[str] | None = None
) -> tuple[pd.DataFrame, Facts, dict[str, int]]:
    """Read such a file as a table with one row per fixation, for `from_table`.

    Parameters
    ----------
    path, stimuli
        As for `read_pysaliency`.

    Returns
    -------
    table : pandas.DataFrame
        Durations as the file has them, s.
    facts : Facts
        What the file declares.
    dropped : dict of str to int
        What was left out.

    Raises
    ------
    DataError
        As `read_pysaliency`.
    """
    h5py = _h5py()
    content = read_whole(path)
    check_hdf5_heaps(content, path)
    what, then = f"{path} cannot be read as a file of pysaliency", "it may be cut short: copy it again"
    with decoding(what, then), h5py.File(io.BytesIO(content), "r") as file:
        check_hdf5(file, path, len(content))
        kind, version = (_text(file.attrs.get(name, "")) for name in ("type", "version"))
        if version not in _READ.get(kind, ()):
            raise DataError(_refusal(path, kind, version))
        paths, points, length = _load(file, kind)
        ours = _ours(file)
        number = _numbers(paths.pop("n").to_numpy(), "stimuli")
        if "subjects" in ours:
            subject = _numbers(paths["subject"].to_numpy(), "subjects", below=len(ours["subjects"]))
            paths["subject"] = np.array(ours["subjects"], dtype=object)[subject]
    names = list(stimuli) if stimuli is not None else ours.get("stimuli")
    if names is None:
        raise DataError(f"{path} has the stimuli as numbers only; give their names, in order, as stimuli=[...]")
    if len(number) and not 0 <= number.min() <= number.max() < len(names):
        raise DataError(f"{path} has stimuli up to number {number.max()} (from 0), but {len(names)} names were given")
    paths["stimulus"] = np.array(names, dtype=object)[number]
    if "sample" not in paths:
        paths["sample"] = number_repeats(paths)
    table, dropped = _rows(paths, points, length, bool(ours.get(_ONSETS)))
    return table, ours.get("facts", Facts()), {**ours.get("dropped", {}), **dropped}


def write_pysaliency(
    scanpaths: Scanpaths,
    path: str | Path,
    *,
    kind: Literal["FixationTrains", "ScanpathFixations"] = "FixationTrains",
) -> None:
    """Write scanpaths to an HDF5 file that pysaliency reads.

    Stimuli are numbered in the order of their first paths; give pysaliency its stimuli in that order (the file has
    their names in `gazekit/stimuli`). Times `ts` are onsets, s, where all are known; else sums of durations, since the
    time of saccades is not known; or 0, 1, 2 ... where no durations are.

    Parameters
    ----------
    scanpaths : Scanpaths
        The paths.
    path : path
        The file.
    kind : {"FixationTrains", "ScanpathFixations"}
        The class of pysaliency. `FixationTrains` (version 1.2) is read by its releases and by the development version;
        `ScanpathFixations` only by the latter.

    Raises
    ------
    DataError
        A column of the table has a name that pysaliency needs, or the file cannot be written.
    """
    if kind not in ("FixationTrains", "ScanpathFixations"):
        raise DataError(f"kind must be 'FixationTrains' or 'ScanpathFixations', not {kind!r}")
    h5py = _h5py()
    check_path_columns(scanpaths)
    taken = [c for c in scanpaths.table if c in _TAKEN]
    if taken:
        raise DataError(f"{path} was not written: the column {taken[0]!r} has a name that pysaliency needs; rename it")
    stimulus, stimuli = pd.factorize(scanpaths.table["stimulus"])
    subject, subjects = pd.factorize(scanpaths.table["subject"])
    kept = [str(c) for c in scanpaths.table if c not in ("stimulus", "subject")]
    attributes: dict[str, np.ndarray] = {c: _storable(scanpaths.table[c]) for c in kept}
    points = _padded(scanpaths)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        if kind == "FixationTrains":
            _mark(file, kind, "1.2", __attributes__=[], scanpath_attribute_mapping={})
            for name in ("xs", "ys", "ts"):
                file[f"train_{name}"] = points.pop(name)
            file["train_ns"], file["train_subjects"] = stimulus, subject
            _group(file, "scanpath_attributes", attributes, h5py)
            _group(file, "scanpath_fixation_attributes", points, h5py)
        else:
            _mark(file, kind, "1.0")
            inner = file.create_group("scanpaths")
            _mark(inner, "Scanpaths", "1.0", attribute_mapping={"durations": "duration"})
            for name in ("xs", "ys"):
                inner[name] = points.pop(name)
            inner["n"], inner["length"] = stimulus, scanpaths.lengths
            _group(inner, "scanpath_attributes", {**attributes, "subject": subject}, h5py)
            _group(inner, "fixation_attributes", points, h5py)
        about: dict[str, Any] = {"type": "scanpaths", "version": 1, "facts": asdict(scanpaths.facts)}
        about |= {"dropped": scanpaths.dropped, _ONSETS: has_onsets(scanpaths)}
        ours = file.create_group("gazekit")
        ours.attrs["about"] = json.dumps(about)
        for name, values in (("stimuli", stimuli), ("subjects", subjects)):
            ours.create_dataset(name, data=np.array(values, dtype=object), dtype=h5py.string_dtype())
    write_atomically(path, buffer.getvalue())


def has_onsets(scanpaths: Scanpaths) -> bool:
    """Whether the onset of every fixation is known, so that `ts` can hold them."""
    return scanpaths.onset is not None and bool(np.isfinite(scanpaths.onset).all())


# ---------------------------------------------------------------- reading


def _h5py() -> Any:
    """Import h5py, which is an optional dependency."""
    try:
        import h5py
    except ImportError:
        raise GazekitError(f"files of pysaliency need h5py: {pip_install('hdf5')}") from None
    return h5py


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _refusal(path: str | Path, kind: str, version: str) -> str:
    if kind in _READ:
        return f"{path} holds {kind} of version {version!r}, and this gazekit reads {', '.join(_READ[kind])}"
    if kind == "Fixations":
        return f"{path} holds single fixations without their scanpaths; write pysaliency's ScanpathFixations"
    if kind:
        return f"{path} holds {kind!r} of pysaliency; scanpaths are of the types {', '.join(_READ)}"
    return f"{path} is an HDF5 file that pysaliency did not write: it has no attribute 'type'"


def _load(file: Any, kind: str) -> tuple[pd.DataFrame, dict[str, np.ndarray], np.ndarray]:
    """Attributes of each path (with `n` and `subject`), padded attributes of fixations, and lengths."""
    if kind == "FixationTrains":
        paths = _attributes(file, "scanpath_attributes")
        paths |= {"n": file["train_ns"][...], "subject": file["train_subjects"][...]}
        points = {
            **_attributes(file, "scanpath_fixation_attributes"),
            **{k: file[f"train_{k}"][...] for k in ("xs", "ys", *(["ts"] if "gazekit" in file else []))},
        }
        length = file["train_lengths"][...] if "train_lengths" in file else _trailing(points["xs"])
    else:
        group = file["scanpaths"] if kind == "ScanpathFixations" else file
        paths = {**_attributes(group, "scanpath_attributes"), "n": group["n"][...]}
        points = {**_attributes(group, "fixation_attributes"), **{k: group[k][...] for k in ("xs", "ys")}}
        length = (group["length"] if "length" in group else group["lengths"])[...]
    for name, values in (*paths.items(), *points.items()):
        least = 2 if name in points else 1  # attributes that nobody reads here may have more dimensions
        if values.ndim < least or (values.ndim > 2 and name in _POINTS) or len(values) != len(length):
            raise ValueError(f"{name!r} is of the shape {values.shape}, and there are {len(length)} paths")
    columns = min(values.shape[1] for values in points.values())
    length = _numbers(length, "lengths", below=columns + 1)
    return pd.DataFrame({k: _column(v) for k, v in paths.items()}), points, length


def _numbers(values: np.ndarray, what: str, below: int | None = None) -> np.ndarray:
    """Whole numbers of the paths, from 0, (n,) int64."""
    values = np.asarray(values)
    if values.ndim != 1 or values.dtype.kind not in "iuf" or not (values == np.trunc(values)).all():
        raise ValueError(f"its {what} are not whole numbers, one for each path")
    if below is not None and ((values < 0) | (values >= below)).any():
        raise ValueError(f"its {what} go from {values.min()} to {values.max()}, and at most {below - 1} can be")
    return values.astype(np.int64)


def _attributes(file: Any, name: str) -> dict[str, np.ndarray]:
    if name not in file:
        return {}
    return {key: file[name][key][...] for key in parse_json(_text(file[name].attrs["__attributes__"]))}


def _column(values: np.ndarray) -> Any:
    if values.ndim > 1:
        return list(values.tolist())
    return [_text(v) for v in values] if values.dtype.kind in "OS" else values


def _trailing(xs: np.ndarray) -> np.ndarray:
    """(n,) length of each padded row without the NaN at its end."""
    if not xs.size:
        return np.zeros(len(xs), dtype=np.int64)
    known = ~np.isnan(xs)
    return np.where(known.any(axis=1), xs.shape[1] - known[:, ::-1].argmax(axis=1), 0)


def _ours(file: Any) -> dict[str, Any]:
    if "gazekit" not in file:
        return {}
    group = file["gazekit"]
    about = parse_json(_text(group.attrs["about"]))
    names = {name: [_text(v) for v in group[name][...]] for name in ("stimuli", "subjects")}
    told = {"facts": Facts(**about["facts"]), "dropped": dict(about["dropped"]), _ONSETS: about.get(_ONSETS)}
    return {**names, **told}


def _rows(
    paths: pd.DataFrame, points: dict[str, np.ndarray], length: np.ndarray, onsets: bool
) -> tuple[pd.DataFrame, dict[str, int]]:
    """One row per fixation, for `from_table`; `ts` are its onsets, or say nothing."""
    table, dropped = row_per_fixation(paths, length), {}
    real = np.flatnonzero(table["fixation"] != EMPTY_PATH)
    for name, values in points.items():
        column = "onset_ms" if name == "ts" and onsets else _POINTS.get(name)
        if column is not None:
            known = pd.Series(values[np.arange(values.shape[1]) < length[:, None]], real)
            table[column] = known.reindex(table.index)
        elif name != "ts":
            dropped[f"attribute {name!r} of fixations: left out"] = int(length.sum())
    return table, dropped


# ---------------------------------------------------------------- writing


def _padded(scanpaths: Scanpaths) -> dict[str, np.ndarray]:
    """Attributes of fixations, (n_paths, longest) float64 each, NaN behind a path's end."""
    longest = int(scanpaths.lengths.max(initial=0))

    def pad(values: np.ndarray) -> np.ndarray:
        out = np.full((len(scanpaths), longest), np.nan)
        out[scanpaths.path_of(), scanpaths.rank_of()] = values
        return out

    points = {"xs": pad(scanpaths.x), "ys": pad(scanpaths.y), "ts": pad(scanpaths.rank_of())}
    if scanpaths.duration is not None:
        seconds = pad(scanpaths.duration) / _SECOND
        points["durations"] = seconds
        if not np.isnan(scanpaths.duration).any():
            points["ts"] = np.cumsum(seconds, axis=1) - seconds
    if scanpaths.onset is not None and has_onsets(scanpaths):
        points["ts"] = pad(scanpaths.onset) / _SECOND
    if scanpaths.object_id is not None:
        points["object_id"] = pad(scanpaths.object_id)
    return points


def _storable(column: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy()
    return np.array(["" if pd.isna(v) else str(v) for v in column], dtype=object)


def _mark(group: Any, kind: str, version: str, **attributes: Any) -> None:
    group.attrs["type"], group.attrs["version"] = np.bytes_(kind), np.bytes_(version)
    for name, value in attributes.items():
        group.attrs[name] = np.bytes_(json.dumps(value))


def _group(file: Any, name: str, columns: Mapping[str, np.ndarray], h5py: Any) -> None:
    group = file.create_group(name)
    for key, values in columns.items():
        kind = h5py.string_dtype() if values.dtype == object else None
        group.create_dataset(key, data=values, dtype=kind)
    group.attrs["__attributes__"] = np.bytes_(json.dumps(sorted(columns)))
