"""SQLite, HDF5 and MATLAB files: views, links to other files, arrays without end, functions, damage."""

import contextlib
import io
import sqlite3
import struct
import zlib

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from gazekit.datasets import datasets
from gazekit.datasets.published.capmit1003 import read_database
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.datasets.published.mit1003.recordings import read_recording
from gazekit.interchange import read_pysaliency
from gazekit.models.networks.vgg import read_keras_vgg16

SCHEMA = """
CREATE TABLE captions (obs_uid TEXT, usr_uid TEXT, img_uid TEXT, start_time TIMESTAMP, caption TEXT);
CREATE TABLE images (img_uid TEXT, img_path TEXT);
CREATE TABLE clicks (click_id INTEGER, obs_uid TEXT, x INTEGER, y INTEGER, click_time TIMESTAMP);
INSERT INTO captions VALUES ('o1', 'anna', 'm1', 't', 'a dog');
INSERT INTO images VALUES ('m1', '../../i1.jpeg');
INSERT INTO clicks VALUES (1, 'o1', 3, 4, 't');
"""
COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS img_uid, 'a' AS img_path FROM n"


def database(tmp_path, more=""):
    file = tmp_path / "made.db"
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.executescript(SCHEMA + more)
    return file.read_bytes()


def read_db(file):
    return read_database(PublishedFolder(datasets["capmit1003"], file))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (f"DROP TABLE images; CREATE VIEW images AS {COUNT};", "is no plain table but a view"),
        ("DROP TABLE images; CREATE VIRTUAL TABLE images USING fts5(img_uid, img_path);", "but a virtual"),
        ("INSERT INTO images VALUES ('m2', CAST(zeroblob(2000000) AS TEXT));", "cannot be read"),
        (
            "DROP TABLE images; CREATE TABLE images (img_uid, img_path AS (hex(zeroblob(1e9))));",
            "has no column 'img_path'",
        ),
    ],
    ids=["a view without end", "virtual", "a long value", "a computed column"],
)
def test_what_is_no_plain_table(refused, tmp_path, more, message):
    assert message in refused("a.db", database(tmp_path, more), read_db)


def test_reading_changes_nothing(tmp_path):
    file = tmp_path / "a.db"
    file.write_bytes(database(tmp_path, "CREATE TRIGGER t BEFORE INSERT ON clicks BEGIN DELETE FROM captions; END;"))
    (tmp_path / "made.db").unlink()
    before = file.read_bytes()
    observations, _ = read_db(file)
    assert file.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]
    assert observations["img_path"].tolist() == ["i1.jpeg"]  # a name, not a way out of the folder


def test_damaged_database(survives_damage, tmp_path):
    survives_damage("a.db", database(tmp_path), read_db)


def recording(file):
    return read_recording(PublishedFolder(datasets["mit1003"], file.parent), file)


# ---------------------------------------------------------------- HDF5


def hdf5(change=lambda file: None, **options):
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file.attrs.update(type="Scanpaths", version="1.0")
        for name, values in (("xs", [[1.0, 2]]), ("ys", [[3.0, 4]]), ("n", [0]), ("length", [2])):
            file[name] = values
        group = file.create_group("scanpath_attributes")
        group["subject"] = [7]
        group.attrs["__attributes__"] = '["subject"]'
        change(file)
    return buffer.getvalue()


def link(file):
    del file["xs"]
    file["xs"] = h5py.ExternalLink("/etc/passwd", "/xs")


def elsewhere(file):
    del file["xs"]
    file.create_dataset("xs", (1, 2), "f8", external=[("/etc/passwd", 0, 16)])


def virtual(file):
    del file["xs"]
    layout = h5py.VirtualLayout((1, 2), "f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "xs", (1, 2))
    file.create_virtual_dataset("xs", layout)


def endless(file):
    del file["xs"]
    file.create_dataset("xs", (10**6, 10**6), "f8", chunks=(100, 100))


READ_HDF5 = {
    "pysaliency": lambda file: read_pysaliency(file, stimuli=["a"], width=9, height=9),
    "keras": read_keras_vgg16,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (link, "is a link to another file (/etc/passwd), which is not followed"),
        (elsewhere, "the data of 'xs' lie in another file, which is not read"),
        (virtual, "the data of 'xs' lie in another file, which is not read"),
        (endless, "asks for more than 268,435,456 when unpacked"),
    ],
)
@pytest.mark.parametrize("reader", READ_HDF5)
def test_hdf5_that_reaches_out(refused, reader, change, message):
    assert message in refused("a.h5", hdf5(change), READ_HDF5[reader])


@pytest.mark.parametrize("change", [b"\0\0\0\0\0\0\0\0" + bytes(8), b"\1\0\1\0\0\0\0\0" + b"\xff" * 8])
def test_hdf5_texts_without_end(refused, change):
    """HDF5 itself looks for the end of such a heap for ever."""

    def with_text(file):
        file["scanpath_attributes"]["task"] = ["a text"]

    content = bytearray(hdf5(with_text))
    at = content.index(b"GCOL") + 16
    content[at : at + 16] = change
    assert "its texts have no end" in refused("a.h5", bytes(content), READ_HDF5["pysaliency"])


def test_damaged_hdf5(survives_damage):
    survives_damage("a.hdf5", hdf5(), READ_HDF5["pysaliency"])


# ---------------------------------------------------------------- MATLAB


def mat(compressed=False, **variables):
    buffer = io.BytesIO()
    savemat(buffer, variables, do_compression=compressed)
    return buffer.getvalue()


def element(kind, body):
    return struct.pack("<II", kind, len(body)) + body + bytes(-len(body) % 8)


def array(kind, sizes, *parts):
    flags = element(6, struct.pack("<II", kind, 0))
    return element(14, flags + element(5, struct.pack(f"<{len(sizes)}i", *sizes)) + element(1, b"v") + b"".join(parts))


def read_v(file):
    return PublishedFolder(datasets["osie"], file.parent).mat(file, "v")


HEADER = mat(v=1.0)[:128]


@pytest.mark.parametrize("kind", [1, 2, 4], ids=["cells", "structs", "text"])
def test_matlab_arrays_without_end(refused, kind):
    names = element(5, struct.pack("<i", 1)) + element(1, b"") if kind == 2 else b""
    assert "asks for more than" in refused("a.mat", HEADER + array(kind, (2**30, 2**30), names), read_v)


@pytest.mark.usefixtures("little_room")
def test_matlab_bomb(refused):
    packed = zlib.compress(bytes(2**23))
    content = HEADER + struct.pack("<II", 15, len(packed)) + packed
    assert "asks for more than" in refused("a.mat", content, read_v)
    assert "asks for more than" in refused("a.mat", content, recording)


def test_matlab_arrays_nested_without_end(refused):
    inner = array(6, (1, 1), element(9, struct.pack("<d", 1)))
    for _ in range(2000):
        inner = array(1, (1, 1), inner)
    assert "nested more than 32 deep" in refused("a.mat", HEADER + inner, read_v)


NUMBER = element(9, struct.pack("<d", 1))
FLAGS, SIZES, NAME = element(6, struct.pack("<II", 6, 0)), element(5, struct.pack("<2i", 1, 1)), element(1, b"v")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x0e\0\0\0\xff\0\0\0", "it ends within an element"),
        (b"\x0e\0\0", "it ends within an element"),
        (element(9, bytes(8)), "an element of type 9 is no array"),
        (struct.pack("<HH", 1, 9) + bytes(4), "a small element is larger than it may be"),
        (element(14, SIZES + NAME), "the flags of an array are of type 5, not 6"),
        (element(14, element(6, bytes(4)) + SIZES), "the flags of an array have another size"),
        (element(14, FLAGS + NAME), "the dimensions of an array are of type 1, not 5"),
        (element(14, FLAGS + element(5, b"") + NAME), "an array has the dimensions ()"),
        (element(14, FLAGS + element(5, struct.pack("<2i", -1, 1)) + NAME), "an array has the dimensions (-1, 1)"),
        (array(1, (1, 2), array(6, (1, 1), NUMBER)), "it ends within an element"),
        (array(2, (1, 1), element(5, struct.pack("<i", 0)), element(1, b"ab")), "the names of a struct's fields"),
        (array(6, (1, 1), array(6, (1, 1), NUMBER)), "the values of an array are of type 14"),
        (array(99, (1, 1), NUMBER), "an array is of class 99, which does not exist"),
    ],
)
def test_matlab_files_that_break_the_format(refused, content, message):
    """scipy does not look: some of these end the process in it."""
    assert message in refused("a.mat", HEADER + content, read_v)


def test_matlab_functions_are_not_run(refused):
    """A function handle is an array of class 16, which is read as an object that does nothing."""
    text = array(4, (1, 4), element(4, struct.pack("<4H", *b"quit")))
    content = HEADER + array(16, (1, 1), text)
    refused("a.mat", content, recording)


@pytest.mark.parametrize("compressed", [False, True])
def test_damaged_matlab(survives_damage, compressed):
    content = mat(compressed, v={"x": np.arange(4.0), "name": "a.jpg", "inner": {"y": [1, 2]}})
    survives_damage("a.mat", content, read_v)


def test_damaged_recording(survives_damage):
    content = mat(v={"DATA": {"eyeData": np.ones((5, 2))}, "imgName": "v.jpeg"})
    survives_damage("v.mat", content, recording)
