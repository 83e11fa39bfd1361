"""HDF5 files of pysaliency: layouts of its versions, made here with h5py; the package itself where it is there."""

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import sys
from unittest.mock import MagicMock

import h5py
import numpy as np
import pandas as pd
import pytest

from gazekit import Facts, Frame, Scanpaths
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.interchange import read_pysaliency, write_pysaliency

NAN = np.nan
XS, YS = np.array([[1.0, 2, 3], [4, NAN, NAN]]), np.array([[5.0, 6, 7], [8, NAN, NAN]])
NAMES = {"stimuli": ["a", "b", "c"], "width": 10, "height": 20}


def group(parent, name, **columns):
    made = parent.create_group(name)
    for key, values in columns.items():
        made[key] = values
    made.attrs["__attributes__"] = np.bytes_(json.dumps(sorted(columns)))


def trains(file, version):
    """The layout of FixationTrains, as versions 1.0 to 1.3 write it."""
    file.attrs.update(type=np.bytes_("FixationTrains"), version=np.bytes_(version))
    for name, values in (("xs", XS), ("ys", YS), ("ts", XS), ("ns", [2, 0]), ("subjects", [7, 7])):
        file[f"train_{name}"] = values
    if version >= "1.1":
        group(file, "scanpath_attributes", task=np.array([0, 1]))
    if version >= "1.2":
        group(file, "scanpath_fixation_attributes", durations=XS / 10, pupil=XS)
    if version >= "1.3":
        file["train_lengths"] = [3, 1]


def scanpaths(file, length="length"):
    """The layout of Scanpaths 1.0; an early development version called the lengths `lengths`."""
    file.attrs.update(type="Scanpaths", version="1.0")
    for name, values in (("xs", XS), ("ys", YS), ("n", [2, 0]), (length, [3, 1])):
        file[name] = values
    group(file, "scanpath_attributes", subject=[7, 7], task=np.array([b"x", b"y"]))
    group(file, "fixation_attributes", ts=XS, durations=XS / 10)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.hdf5"


@pytest.fixture
def paths(scanpaths_of):
    made = scanpaths_of(
        [3, 0, 2, 1],
        facts=Facts(True),
        stimulus=["b", "a", "b", "a"],
        task=["x", "", "ü", ""],
        correct=[1, 0, 1, 1],
    )
    made.dropped = {"x or y missing: dropped": 7}
    return made.replace(object_id=np.arange(6))


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_fixation_trains(path, version):
    with h5py.File(path, "w") as file:
        trains(file, version)
    read = read_pysaliency(path, **NAMES)
    assert read.x.tolist() == [1, 2, 3, 4]
    assert read.y.tolist() == [5, 6, 7, 8]
    assert read.table["stimulus"].tolist() == ["c", "a"]
    assert read.table["subject"].tolist() == ["7", "7"]
    assert read.frame_of(0) == Frame(10, 20)
    if version >= "1.1":
        assert read.table["task"].tolist() == ["0", "1"]
    if version >= "1.2":
        np.testing.assert_allclose(read.duration, [100, 200, 300, 400])
        assert read.dropped == {"attribute 'pupil' of fixations: left out": 4}
    else:
        assert read.duration is None  # onsets do not say how long a fixation lasted


@pytest.mark.parametrize("layout", ["length", "lengths", "inside"])
def test_scanpaths_and_scanpath_fixations(path, layout):
    with h5py.File(path, "w") as file:
        if layout == "inside":
            file.attrs.update(type="ScanpathFixations", version="1.0")
            scanpaths(file.create_group("scanpaths"))
        else:
            scanpaths(file, layout)
    read = read_pysaliency(path, stimuli=NAMES["stimuli"], frames={s: Frame(9, 9) for s in "abc"}, time_unit="ms")
    assert read.lengths.tolist() == [3, 1]
    assert read.table["task"].tolist() == ["x", "y"]
    np.testing.assert_allclose(read.duration, [0.1, 0.2, 0.3, 0.4])


@pytest.mark.parametrize("kind", ["FixationTrains", "ScanpathFixations"])
def test_reads_back_what_was_written(paths, path, kind):
    write_pysaliency(paths, path, kind=kind)
    read = read_pysaliency(path)
    for name in ("x", "y", "offsets", "object_id"):
        np.testing.assert_array_equal(getattr(read, name), getattr(paths, name))
    np.testing.assert_allclose(read.duration, paths.duration, rtol=1e-15)  # ms to s and back
    pd.testing.assert_frame_equal(read.table, paths.table)
    assert (read.facts, read.dropped) == (paths.facts, paths.dropped)


def test_sizes_in_the_file_come_before_frames(paths, path):
    write_pysaliency(paths, path)
    read = read_pysaliency(path, frames={"a": Frame(7, 7), "b": Frame(8, 8)}, stimuli=["b", "a"])
    assert read.table["width"].tolist() == [800] * 4


def test_onsets_that_are_known_are_kept(paths, path):
    """In `ts`, where pysaliency has them; not where one is missing."""
    onset = 10.0 + 300 * np.arange(len(paths.x))
    write_pysaliency(paths.replace(onset=onset), path)
    with h5py.File(path) as file:
        ts = file["train_ts"][...]
    np.testing.assert_allclose(ts[~np.isnan(ts)], onset / 1000)
    np.testing.assert_allclose(read_pysaliency(path).onset, onset)
    onset[1] = np.nan
    write_pysaliency(paths.replace(onset=onset), path)
    assert read_pysaliency(path).onset is None


def test_onsets_are_sums_of_durations_or_ranks(paths, path):
    write_pysaliency(paths, path)
    first = paths.duration[:3] / 1000
    with h5py.File(path) as file:
        np.testing.assert_allclose(file["train_ts"][0], [0, first[0], first[0] + first[1]])
        assert file["train_ns"][...].tolist() == [0, 1, 0, 1]
    write_pysaliency(paths.replace(duration=None), path)
    with h5py.File(path) as file:
        assert file["train_ts"][0].tolist() == [0, 1, 2]


def test_no_paths(scanpaths_of, path):
    write_pysaliency(scanpaths_of([2])[:0], path)
    assert len(read_pysaliency(path)) == 0


def test_paths_that_nothing_tells_apart_are_numbered(path):
    with h5py.File(path, "w") as file:
        trains(file, "1.0")
        file["train_ns"][...] = [1, 1]
    assert read_pysaliency(path, **NAMES).table["sample"].tolist() == [0, 1]


def attributes(**values):
    def write(file):
        file.attrs.update(values)

    return write


@pytest.mark.parametrize(
    ("write", "options", "message"),
    [
        pytest.param(
            lambda f: trains(f, "1.2"), {}, "has the stimuli as numbers only; give their names, in order", id="no-names"
        ),
        pytest.param(
            lambda f: trains(f, "1.2"),
            {"stimuli": ["a"]},
            r"has stimuli up to number 2 \(from 0\), but 1 names were given",
            id="few-names",
        ),
        pytest.param(
            lambda f: trains(f, "1.2"),
            {"stimuli": list("abc")},
            "a.hdf5: the size of the shown image is not known",
            id="no-size",
        ),
        pytest.param(
            lambda f: trains(f, "2.0"),
            {},
            "FixationTrains of version '2.0', and this gazekit reads 1.0, 1.1, 1.2, 1.3",
            id="version",
        ),
        pytest.param(
            attributes(type="Fixations", version="1.0"),
            {},
            "single fixations without their scanpaths; write pysaliency's ScanpathFixations",
            id="fixations",
        ),
        pytest.param(
            attributes(type="Stimuli", version="1.0"),
            {},
            "holds 'Stimuli' of pysaliency; scanpaths are of the types",
            id="stimuli",
        ),
        pytest.param(
            attributes(), {}, "an HDF5 file that pysaliency did not write: it has no attribute 'type'", id="other"
        ),
        pytest.param(
            attributes(type="Scanpaths", version="1.0"),
            {},
            "cannot be read as a file of pysaliency .*copy it again",
            id="incomplete",
        ),
    ],
)
def test_messages_of_reading(path, write, options, message):
    with h5py.File(path, "w") as file:
        write(file)
    with pytest.raises(DataError, match=message):
        read_pysaliency(path, **options)


@pytest.mark.parametrize("lengths", [[3, -1], [4, 1], [2**31, 1]])
def test_lengths_that_the_arrays_do_not_have_are_refused(path, lengths):
    """2 ** 31 once took 24 GB of memory, and -1 became 1."""
    with h5py.File(path, "w") as file:
        trains(file, "1.3")
        file["train_lengths"][...] = lengths if max(lengths) < 2**31 else [3, 1]
        if max(lengths) >= 2**31:
            del file["train_lengths"]
            file["train_lengths"] = lengths
    with pytest.raises(DataError, match=r"cannot be read .*its lengths go from .*, and at most 3 can be"):
        read_pysaliency(path, **NAMES)


@pytest.mark.parametrize(
    ("name", "values", "message"),
    [
        ("train_ys", np.ones((3, 3)), r"'ys' is of the shape \(3, 3\), and there are 2 paths"),
        ("train_ys", np.ones((1, 3)), r"'ys' is of the shape \(1, 3\), and there are 2 paths"),
        ("train_ns", [0], r"'n' is of the shape \(1,\), and there are 2 paths"),
        ("train_ns", 1, r"'n' is of the shape \(\), and there are 2 paths"),
        ("train_ns", [0.5, 1.0], "its stimuli are not whole numbers, one for each path"),
        ("train_subjects", [0, 9], "its subjects go from 0 to 9, and at most 1 can be"),
        ("train_subjects", [0, -1], "its subjects go from -1 to 0, and at most 1 can be"),
        ("train_lengths", [1.5, 1.0], "its lengths are not whole numbers, one for each path"),
        ("train_lengths", [[1], [1]], "its lengths are not whole numbers, one for each path"),
        ("train_lengths", [1, 1, 1], "and there are 3 paths"),
        ("scanpath_fixation_attributes/durations", np.ones((2, 3, 2)), r"'durations' is of the shape \(2, 3, 2\)"),
        ("scanpath_attributes/sample", [0], r"'sample' is of the shape \(1,\), and there are 2 paths"),
    ],
)
def test_arrays_that_disagree_are_refused(scanpaths_of, path, name, values, message):
    """A subject of -1 was the last one, a stimulus of .5 the first, in silence; others were tracebacks."""
    write_pysaliency(scanpaths_of([3, 1], stimulus=["b", "a"], subject=["p", "q"]), path)
    with h5py.File(path, "r+") as file:
        if name in file:
            del file[name]
        file[name] = values
    with pytest.raises(DataError, match=f"cannot be read as a file of pysaliency .*{message}"):
        read_pysaliency(path)


def test_a_truncated_file_is_named(paths, path):
    write_pysaliency(paths, path)
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(DataError, match=r"a.hdf5 cannot be read as a file of pysaliency .*copy it again"):
        read_pysaliency(path)


@pytest.mark.parametrize(
    ("columns", "kind", "message"),
    [
        pytest.param(
            {"scanpath_index": 1},
            "FixationTrains",
            "the column 'scanpath_index' has a name that pysaliency needs",
            id="taken",
        ),
        pytest.param(
            {}, "Fixations", "kind must be 'FixationTrains' or 'ScanpathFixations', not 'Fixations'", id="kind"
        ),
    ],
)
def test_messages_of_writing(scanpaths_of, path, columns, kind, message):
    with pytest.raises(DataError, match=message):
        write_pysaliency(scanpaths_of([1], **columns), path, kind=kind)


def test_without_h5py(monkeypatch, path):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(GazekitError, match=r"need h5py: pip install 'gazekit-scanpaths\[hdf5\]'"):
        read_pysaliency(path)


class AbsentTorch(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Lets pysaliency be imported without torch, which its models need and its data sets do not."""

    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] == "torch" else None

    def create_module(self, spec):
        module = MagicMock(name=spec.name)
        module.__path__, module.__spec__ = [], spec
        return module

    def exec_module(self, module):
        pass


@pytest.fixture
def pysaliency(monkeypatch):
    """The real package, as it is on the index.

    `np.string_` is a name that it uses and NumPy 2 no longer has; `pkg_resources`, used for its Matlab models only,
    is one that setuptools no longer brings. Torch is stood in for where it is absent.
    """
    if importlib.util.find_spec("pysaliency") is None:
        pytest.skip("pysaliency is not installed: it is built from source, and did not build here")
    monkeypatch.setattr(np, "string_", np.bytes_, raising=False)
    if importlib.util.find_spec("pkg_resources") is None:
        monkeypatch.setitem(sys.modules, "pkg_resources", MagicMock())
    stood_in = ["pysaliency"]
    if importlib.util.find_spec("torch") is None:
        monkeypatch.setattr(sys, "meta_path", [AbsentTorch(), *sys.meta_path])
        stood_in.append("torch")
    before = set(sys.modules)
    yield importlib.import_module("pysaliency")
    for name in set(sys.modules) - before:
        if name.split(".")[0] in stood_in:
            del sys.modules[name]


@pytest.mark.filterwarnings("ignore")
def test_pysaliency_itself_reads_and_writes_the_same(pysaliency, paths, path, tmp_path):
    some = paths[np.flatnonzero(paths.lengths)]  # pysaliency has no paths without fixations
    write_pysaliency(some, path)
    theirs = pysaliency.read_hdf5(str(path))
    np.testing.assert_array_equal(theirs.x, some.x)
    np.testing.assert_array_equal(
        theirs.n, np.array([0, 1])[(some.table["stimulus"] == "a").to_numpy(int)[some.path_of()]]
    )
    theirs.to_hdf5(str(tmp_path / "b.hdf5"))
    back = read_pysaliency(tmp_path / "b.hdf5", stimuli=["b", "a"])
    assert isinstance(back, Scanpaths)
    np.testing.assert_array_equal(back.y, some.y)
    np.testing.assert_allclose(back.duration, some.duration)
