"""Writing the HDF5 files in which pysaliency keeps scanpaths; `pysaliency_hdf5` describes and reads them."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.files.atomic import write_atomically
from gazekit.foundations.errors import DataError
from gazekit.interchange.pysaliency_hdf5 import load_h5py
from gazekit.interchange.tables import check_path_columns

_TAKEN = ("n", "t", "xs", "ys", "ts", "subjects", "lengths", "scanpath_index", "durations")
_SECOND = 1000.0  # ms


def write_pysaliency(
    scanpaths: Scanpaths,
    path: str | Path,
    *,
    kind: Literal["FixationTrains", "ScanpathFixations"] = "FixationTrains",
) -> None:
    """Write scanpaths to an HDF5 file that pysaliency reads.

    Stimuli are numbered in the order of their first paths; give pysaliency its stimuli in that order (the
    file has their names in `gazekit/stimuli`). Onset times `ts` are sums of durations, s, since the time of
    saccades is not known; or 0, 1, 2 ... where no durations are.

    Parameters
    ----------
    scanpaths : Scanpaths
        The paths.
    path : path
        The file.
    kind : {"FixationTrains", "ScanpathFixations"}
        The class of pysaliency. `FixationTrains` (version 1.2) is read by its releases and by the
        development version; `ScanpathFixations` only by the latter.

    Raises
    ------
    DataError
        A column of the table has a name that pysaliency needs, or the file cannot be written.
    """
    if kind not in ("FixationTrains", "ScanpathFixations"):
        raise DataError(f"kind must be 'FixationTrains' or 'ScanpathFixations', not {kind!r}")
    h5py = load_h5py()
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
        about = {
            "type": "scanpaths",
            "version": 1,
            "facts": asdict(scanpaths.facts),
            "dropped": scanpaths.dropped,
        }
        ours = file.create_group("gazekit")
        ours.attrs["about"] = json.dumps(about)
        for name, values in (("stimuli", stimuli), ("subjects", subjects)):
            ours.create_dataset(name, data=np.array(values, dtype=object), dtype=h5py.string_dtype())
    write_atomically(path, buffer.getvalue())


# ---------------------------------------------------------------- inside


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
