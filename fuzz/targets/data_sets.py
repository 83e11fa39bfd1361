"""Published data sets: MATLAB, JSON, SQLite, NumPy, lists of sums."""

import io
import json
import sqlite3
import struct
import tempfile
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io

from gazekit.datasets import datasets, load_dataset
from gazekit.datasets.fetching.integrity import parse_checksums
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.recordings import read_recording
from targets.target import Target


def _read_recording(file: Path) -> Any:
    return read_recording(PublishedFolder(datasets["mit1003"], file.parent), file)


def _mat(compress: bool = False, **variables: Any) -> bytes:
    buffer = io.BytesIO()
    scipy.io.savemat(buffer, variables, do_compression=compress, oned_as="column")
    return buffer.getvalue()


def _structs(*records: dict[str, Any]) -> np.ndarray:
    array = np.empty(len(records), dtype=object)
    array[:] = records
    return array


def _osie() -> list[bytes]:
    eye = {"fix_x": [1.0, 2], "fix_y": [3.0, 4], "fix_duration": [5.0, 6]}
    fixations = _structs({"img": "1001.jpg", "subjects": _structs(eye, eye)})
    return [_mat(fixations=fixations), _mat(fixations=np.arange(3)), _mat(fixations="text")]


def _interiors() -> list[bytes]:
    record = {
        "x": [1.0, 2, 3],
        "y": [4.0, 5, 6],
        "t": [1.0, 2, 3],
        "dur": [200.0, 300, 6000],
        "old": {"x": [1.0, 2, 3], "y": [4.0, 5, 6], "t": [1.0, 2, 3]},
        "initial_position": [5.0, 5],
        "screen_rect": [-10, -20, 100, 100],
        "image_size": [768, 1024],
        "image_name": "a.jpg",
        "target_name": "t.jpg",
        "target_rect": [2, 2, 9, 9],
        "nsaccades_allowed": 4,
        "target_found": 1,
        "trial_order": 3,
        "screen_size": [768, 1024],
    }
    return [_mat(info_per_subj=_structs(record, {**record, "image_name": "b.jpg"}))]


def _recording() -> list[bytes]:
    return [_mat(v={"DATA": {"eyeData": np.ones((5, 2))}, "imgName": "v.jpeg"})]


def _mat_elements(content: bytes) -> bytes:
    """A MATLAB file of one compressed element, which holds the bytes."""
    packed = zlib.compress(content)
    return _mat(v=1.0)[:128] + struct.pack("<II", 15, len(packed)) + packed


MAP = Path(__file__).parents[2] / "tests" / "datasets" / "published" / "containers_map.mat"


def _map_elements() -> list[bytes]:
    """The two compressed elements of the file: the object, and the file within the file that holds what is in it."""
    content, at, found = MAP.read_bytes(), 128, []
    while at < len(content):
        size = struct.unpack_from("<II", content, at)[1]
        found.append(content[at + 8 : at + 8 + size])
        at += 8 + size
    return found


def _map_of(inner: bytes) -> bytes:
    packed = (_map_elements()[0], zlib.compress(inner))
    return MAP.read_bytes()[:128] + b"".join(struct.pack("<II", 15, len(p)) + p for p in packed)


def _collages() -> list[bytes]:
    collage = {
        "size": {"width": 100, "height": 90},
        "ground_truth": [{"xmin": 0, "ymin": 0, "xmax": 10, "ymax": 10}],
        "target": "t.jpg",
        "fixations": {"1": [[1, 2], [3, 4]], "2": [[5, 6]]},
    }
    return [json.dumps({"1.jpg": collage, "2.jpg": collage}).encode()]


SCHEMA = """
CREATE TABLE captions (obs_uid TEXT, usr_uid TEXT, img_uid TEXT, start_time TIMESTAMP, caption TEXT);
CREATE TABLE images (img_uid TEXT, img_path TEXT);
CREATE TABLE clicks (click_id INTEGER, obs_uid TEXT, x INTEGER, y INTEGER, click_time TIMESTAMP);
INSERT INTO captions VALUES ('o1', 'anna', 'm1', 't', 'a dog on a lawn');
INSERT INTO images VALUES ('m1', '../../i1.jpeg');
INSERT INTO clicks VALUES (1, 'o1', 3, 4, 't');
"""


def _database() -> list[bytes]:
    made = []
    for more in ("", "CREATE VIEW v AS SELECT * FROM clicks; CREATE INDEX i ON clicks (obs_uid);"):
        with tempfile.TemporaryDirectory() as folder:
            with closing(sqlite3.connect(Path(folder, "a.db"))) as db:
                db.executescript("PRAGMA page_size = 512;" + SCHEMA + more)
            made.append(Path(folder, "a.db").read_bytes())
    return made


def _sizes(folder: Path) -> None:
    (folder / "image_sizes.csv").write_text("stimulus,width,height\ni1,40,30\n")


def _sizes_tables() -> list[bytes]:
    return [b"stimulus,width,height\ni1,40,30\ni2,40.0,30\n", b"stimulus,width,height\n"]


def _read_sizes(file: Path) -> Any:
    return load_dataset("capmit1003", file.parent)


def _redetected() -> list[bytes]:
    head = (
        b"Participant,Stimulus,Fixation_Position_X_px,Fixation_Position_Y_px,Event_Start_Trial_Time_ms,"
        b"Event_Ende_Trial_Time_ms,Duration\n"
    )
    return [head + b"p,i1,1,2,0.0,0.3,0.3\np,i1,3,4,0.4,0.6,0.2\nq,i1,,,0.4,0.6,0.2\n"]


def array(values: Any) -> bytes:
    """An array as a file of NumPy's."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(values))
    return buffer.getvalue()


def arrays() -> list[bytes]:
    """Arrays of several kinds, as files."""
    return [array(np.arange(5)), array(np.array(["a", "b"])), array(np.ones((2, 2), order="F"))]


def _waldo_beside(folder: Path) -> None:
    for name, values in (
        ("fix/human_all.npy", np.ones((15, 3, 2))),
        ("ifix/I_human_all.npy", np.full(15, 2)),
        ("cp/CP_human_all.npy", np.zeros((15, 3))),
        ("target_pos.npy", np.ones((1, 2))),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(array(values))


TARGETS = (
    Target("osie", "eye/fixations.mat", lambda f: load_dataset("osie", f.parents[1]), _osie),
    Target(
        "osie-packed",
        "eye/fixations.mat",
        lambda f: load_dataset("osie", f.parents[1]),
        lambda: [m[128:] for m in _osie()],
        _mat_elements,
    ),
    Target(
        "interiors",
        "MatlabCode/data_new/new_matrix/sinfo_subj/info_per_subj_1.mat",
        lambda f: load_dataset("interiors", f.parents[4], subjects=[1]),
        _interiors,
    ),
    Target("recording", "v.mat", _read_recording, _recording),
    Target(
        "containers-map",
        "trainSet/allFixData.mat",
        lambda f: load_dataset("cat2000", f.parents[1]),
        lambda: [zlib.decompress(_map_elements()[1])],
        _map_of,
    ),
    Target("bookcovers", "Amazon.json", lambda f: load_dataset("bookcovers", f.parent), _collages),
    Target("sqlite", "capmit1003.db", lambda f: load_dataset("capmit1003", f.parent), _database, beside=_sizes),
    Target(
        "image-sizes",
        "image_sizes.csv",
        _read_sizes,
        _sizes_tables,
        beside=lambda d: (d / "capmit1003.db").write_bytes(_database()[0]) and None,
    ),
    Target(
        "npy",
        "fix/human_all.npy",
        lambda f: load_dataset("waldo", f.parents[1]),
        lambda: [array(np.ones((15, 3, 2))), *arrays()],
        beside=_waldo_beside,
    ),
    Target(
        "checksums",
        "list.sha256",
        lambda f: parse_checksums(f.read_text("utf-8", "replace"), f.name),
        lambda: [b"0" * 64 + b"  a/b.jpg\n" + b"f" * 64 + b"  c.mat\n"],
    ),
)
