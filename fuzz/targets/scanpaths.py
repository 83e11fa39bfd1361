"""Tables and files of scanpaths."""

import gzip
import io
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from gazekit.core.scanpaths import Scanpaths
from gazekit.interchange import dataset_from_table, own_shelf, read_scanpaths, write_scanpaths
from targets.target import Target

BOXES = b"id,x0,y0,x1,y1\n007,2,2,28,38\nb,32,2,58,38\n"


@cache
def paths() -> Scanpaths:
    """Three scanpaths, one of them empty."""
    table = pd.DataFrame({"stimulus": ["a", "b", "c"], "subject": ["p", "q", "p"], "width": 9.0, "height": 8.0})
    return Scanpaths([1, 2.5, 3], [4, 5, 6.25], [0, 2, 2, 3], table, duration=[100, 200.5, 300])


def _written(suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        write_scanpaths(paths(), file := Path(folder, f"a{suffix}"))
        return file.read_bytes()


def _csv() -> list[bytes]:
    foreign = b"stimulus;x;y;width;height\na;1,5;2;9;8\nb;;;9;8\n"
    marked = b"\xef\xbb\xbfstimulus\tsubject\tfixation\tx\ty\twidth\theight\n1\tNA\t0\t1e-3\t.\t800\t600\n"
    return [_written(".csv"), foreign, marked]


def _own_table() -> list[bytes]:
    return [
        b"stimulus,trial,subject,fixation,x,y,caption,task,target_x0,target_y0,target_x1,target_y1,start_x,start_y,"
        b"max_fixations\ni,t1,p,0,1,2,a dog,search,1,1,3,3,4,4,6\ni,t1,p,1,3,2,a dog,search,1,1,3,3,4,4,6\n",
        b"stimulus,x,y\ni.png,1,2\ni.png,3,4\n",
    ]


def _parquet() -> list[bytes]:
    foreign, odd = io.BytesIO(), io.BytesIO()
    pd.DataFrame({"stimulus": ["a", "b"], "x": [1.0, 2], "y": [2, 3], "width": 9, "height": 8}).to_parquet(foreign)
    pd.DataFrame({"stimulus": ["a"], "x": [[1.0]], "y": [{"a": 1}], "t": [pd.Timestamp(0)]}).to_parquet(odd)
    return [_written(".parquet"), foreign.getvalue(), odd.getvalue()]


def _hdf5() -> list[bytes]:
    trains = io.BytesIO()
    with h5py.File(trains, "w", libver="latest") as file:
        file.attrs.update(type="FixationTrains", version="1.0")
        for name, values in (("xs", [[1.0, 2]]), ("ys", [[3.0, 4]]), ("ns", [0]), ("subjects", [0])):
            file[f"train_{name}"] = values
        group = file.create_group("scanpath_attributes")
        group["task"] = [b"free"]
        group.attrs["__attributes__"] = '["task"]'
    return [_written(".hdf5"), trains.getvalue()]


def _records() -> list[bytes]:
    record = {"name": "1.jpg", "subject": 2, "task": "cup", "X": [1, 2.5], "Y": [3, 4], "T": [9, 9], "length": 2}
    more = {**record, "subject": 3, "bbox": [1, 2, 3, 4], "sample": 1, "trial": "t", "source": "m", "points": "clicks"}
    return [json.dumps([record, more]).encode(), _written_records()]


def _written_records() -> bytes:
    return _written(".json")


def _read_paths(file: Path) -> Any:
    if file.suffix in (".hdf5", ".h5"):
        return read_scanpaths(file, stimuli=["a", "b", "c"], width=9, height=8)
    return read_scanpaths(file)


TARGETS = (
    Target("csv", "a.csv", _read_paths, _csv),
    Target("csv-gz", "a.csv.gz", _read_paths, lambda: [gzip.compress(c, mtime=0) for c in _csv()]),
    Target("own-table", "a.csv", lambda f: dataset_from_table(f, width=9, height=8), _own_table),
    Target("boxes", "a.csv", lambda f: own_shelf(np.zeros((40, 60, 3), np.uint8), f), lambda: [BOXES]),
    Target("parquet", "a.parquet", _read_paths, _parquet),
    Target("hdf5", "a.hdf5", _read_paths, _hdf5),
    Target("records", "a.json", _read_paths, _records),
)
