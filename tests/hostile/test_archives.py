"""Archives of arrays, compressed tables, and lists of files to fetch: bombs, objects, names that leave the folder."""

import gzip
import io
import pickle
import zipfile

import numpy as np
import pytest

from gazekit.datasets import datasets
from gazekit.datasets.fetching.fetch import fetch
from gazekit.datasets.fetching.integrity import parse_checksums
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.arrays import read_npz
from gazekit.files.untrusted import TEXT_FLOOR, check_name, unpack_gzip
from gazekit.foundations.errors import DataError
from gazekit.interchange import read_csv
from gazekit.verify.eccnet import verify_eccnet
from gazekit.verify.neva import verify_neva

OUTSIDE = ["../a.jpg", "/etc/passwd", "a/../../b", "a\\..\\b", "C:/a", ".bashrc", "a/.ssh/key", "", "a\0b", "a\nb"]


class Runs:
    """A pickle that runs code when it is loaded."""

    def __reduce__(self):
        return pytest.fail, ("code of a file was run",)


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def bomb(member):
    """A zip of 8 KB whose member unpacks to 8 MiB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(member, "w") as stream:
        stream.write(bytes(2**23))
    return buffer.getvalue()


@pytest.mark.parametrize("read", [read_npz, verify_eccnet, verify_neva])
@pytest.mark.usefixtures("little_room")
def test_a_bomb_is_refused_by_its_directory(refused, read):
    assert "when unpacked, which no file of gaze data needs" in refused("a.npz", bomb("image.npy"), read)


@pytest.mark.parametrize("read", [read_npz, verify_eccnet, verify_neva])
def test_objects_in_an_archive_are_not_unpickled(refused, read):
    objects = np.array([Runs()], dtype=object)
    assert "cannot be read as an archive of arrays" in refused("a.npz", npz(image=objects), read)


def test_members_that_are_no_arrays_are_refused(refused):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.sh", "#!/bin/sh")
    assert "holds '../../evil.sh', which is no array" in refused("a.npz", buffer.getvalue(), read_npz)


def test_members_with_names_outside_are_arrays_like_others(tmp_path):
    """Nothing is unpacked to the disk, so a name leads nowhere."""
    buffer, array = io.BytesIO(), io.BytesIO()
    np.save(array, np.arange(3))
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../../evil.npy", array.getvalue())
    (folder := tmp_path / "a" / "b").mkdir(parents=True)
    (folder / "a.npz").write_bytes(buffer.getvalue())
    assert read_npz(folder / "a.npz")["../../evil"].tolist() == [0, 1, 2]
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "a.npz", "b"]


def test_a_pickle_or_an_endless_shape_is_no_array(refused):
    def read(file):
        return PublishedFolder(datasets["osie"], file.parent).npy(file)

    endless = (
        b"\x93NUMPY\x01\x00\x76\x00"
        + f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({10**15},)}}".ljust(117).encode()
    )
    for content in (pickle.dumps(Runs()), endless + b"\n"):
        assert "cannot be read" in refused("a.npy", content, read)


def test_damaged_archives(survives_damage):
    survives_damage("a.npz", npz(a=np.arange(5), b=np.ones((2, 3))), read_npz)


def test_a_compressed_bomb_is_refused_while_it_unpacks(refused):
    content = gzip.compress(bytes(2**20)) * (TEXT_FLOOR // 2**20 + 1)  # members that follow each other are one file
    assert "asks for more than 16,777,216 when unpacked" in refused("a.csv.gz", content, read_csv)


def test_many_small_members_take_no_longer_than_one(tmp_path):
    """Each member that ends copied all the rest: two hours for this file."""
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"", mtime=0) * 400_000)
    assert unpack_gzip(tmp_path / "a.gz") == b""


def test_an_array_of_another_size_than_its_bytes(refused):
    import struct

    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,), }".ljust(117) + b"\n"
    array = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(16)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.npy", array)
    said = refused("a.npz", buffer.getvalue(), read_npz)
    assert "it has 16 bytes of values, and an array of the shape (1000000000,) needs 8,000,000,000" in said


def test_damaged_gzip(survives_damage):
    survives_damage("a.gz", gzip.compress(b"stimulus,x,y\n" * 20), unpack_gzip)


def test_members_of_gzip_are_read_one_after_the_other(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"one ") + gzip.compress(b"two") + bytes(8))
    assert unpack_gzip(tmp_path / "a.gz") == b"one two"


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_that_leave_the_folder(tmp_path, name):
    with pytest.raises(DataError, match="is not a plain name within a folder"):
        check_name(name, "the list")
    with pytest.raises(DataError, match="is not a plain name within a folder"):
        fetch("osie", tmp_path, checksums={name: "0" * 64}, mirrors=["http://127.0.0.1:9"], progress=False)
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_hashes_with_such_a_name():
    with pytest.raises(DataError, match=r"here names the file '../a', which is not a plain name"):
        parse_checksums("0" * 64 + "  ../a", "here")
