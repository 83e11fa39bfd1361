"""Which format a file has."""

import json
import subprocess
import sys

import pandas as pd
import pytest

from gazekit import Facts, Frame
from gazekit.foundations.errors import DataError
from gazekit.interchange import read_scanpaths, write_scanpaths

ROWS = pd.DataFrame({"stimulus": ["a", "a"], "x": [1.0, 2.0], "y": [3.0, 4.0], "width": 9, "height": 9})


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.csv.gz", "a.json", "a.hdf5", "a.h5", "A.CSV"])
def test_every_format_comes_back(scanpaths_of, tmp_path, name):
    paths = scanpaths_of([2, 3])
    write_scanpaths(paths, tmp_path / name)
    options = {"size": (800, 600)} if name == "a.json" else {}
    read = read_scanpaths(tmp_path / name, **options)
    assert read.x.tolist() == paths.x.tolist()
    assert read.table[["stimulus", "subject", "width"]].equals(paths.table[["stimulus", "subject", "width"]])


def test_a_plain_parquet_table_is_read_row_by_row(tmp_path):
    ROWS.assign(forced_first=True).to_parquet(tmp_path / "a.parquet")
    read = read_scanpaths(tmp_path / "a.parquet", source="levy")
    assert read.x.tolist() == [1, 2]
    assert read.table["source"].tolist() == ["levy"]
    assert read.facts.forced_first is True


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        pytest.param(
            "a.xyz",
            b"",
            r"a.xyz: gazekit does not know this kind of file; it reads .parquet, .csv",
            id="suffix",
        ),
        pytest.param("a.asc", b"", "is an EyeLink recording, not a table of fixations: export one", id="recording"),
        pytest.param("a.mat", b"", "is a MATLAB file, not a table of fixations", id="matlab"),
        pytest.param("a.pkl", b"", "is a pickle, which can run code when it is opened", id="pickle"),
        pytest.param("a.xlsx", b"stimulus,x,y", "a.xlsx", id="text-as-excel"),
        pytest.param(
            "a.csv", b"PAR1....", "is named as CSV but holds parquet; give it the right suffix", id="parquet-as-csv"
        ),
        pytest.param("a.csv", b"\x1f\x8b....", "is named as CSV but holds gzip", id="gzip-as-csv"),
        pytest.param("a.parquet", b"PK\x03\x04...", "is named as parquet but holds zip; .* or unpack it", id="zip"),
        pytest.param(
            "a.parquet",
            b"version https://git-lfs.github.com/spec/v1\n",
            "is a Git LFS pointer; fetch the file itself",
            id="lfs",
        ),
        pytest.param(
            "a.json", b"\n<!DOCTYPE html><html>", "is a web page; the download did not give the file itself", id="html"
        ),
    ],
)
def test_messages(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_scanpaths(tmp_path / name)


def test_a_missing_file(tmp_path):
    with pytest.raises(DataError, match="there is no file"):
        read_scanpaths(tmp_path / "a.csv")


def test_options_that_do_not_fit(scanpaths_of, tmp_path):
    write_scanpaths(scanpaths_of([2]), tmp_path / "a.parquet")
    with pytest.raises(
        DataError, match="was written by gazekit and says itself what it holds; leave out width, source"
    ):
        read_scanpaths(tmp_path / "a.parquet", width=3, source="x")
    ROWS.to_csv(tmp_path / "a.csv")
    with pytest.raises(DataError, match=r"a.csv is read as CSV, which has no option 'size'"):
        read_scanpaths(tmp_path / "a.csv", size=(1, 1))
    ROWS.drop(columns="x").to_parquet(tmp_path / "b.parquet")
    with pytest.raises(
        DataError, match=r"b.parquet: the table has no column 'x'.*Rename it.* or give columns=.*--columns x="
    ):
        read_scanpaths(tmp_path / "b.parquet")


@pytest.mark.parametrize("name", ["a.parquet", "a.csv", "a.json", "a.h5"])
def test_one_call_for_all_formats(scanpaths_of, tmp_path, name):
    """As `gazekit score` does: frames for files without sizes, the two policies, and facts that may be None."""
    paths = scanpaths_of([2, 3], frame=Frame(1680, 1050), facts=Facts(forced_first=True, points="fixations"))
    write_scanpaths(paths.replace(x=paths.x - 2000), tmp_path / name)
    frames = dict.fromkeys(["s0", "s1"], Frame(1680, 1050))
    read = read_scanpaths(tmp_path / name, frames=frames, outside="clip", missing="error", facts=None)
    assert read.frame_of(1) == Frame(1680, 1050)
    assert read.x.tolist() == [0] * 5
    assert read.dropped == {"points outside the image (moved to its edge)": 5}
    assert read.facts == paths.facts


def test_what_is_said_of_a_file_of_gazekit_must_agree(scanpaths_of, tmp_path):
    write_scanpaths(scanpaths_of([2], facts=Facts(forced_first=True)), tmp_path / "a.parquet")
    assert read_scanpaths(tmp_path / "a.parquet", facts=Facts(points="clicks")).facts == Facts(True, points="clicks")
    with pytest.raises(DataError, match=r"a.parquet: facts= says forced_first=False, but the file declares True"):
        read_scanpaths(tmp_path / "a.parquet", facts=Facts(forced_first=False))


def test_the_package_is_cheap_to_import():
    script = "import sys, json, gazekit.interchange as i; dir(i); print(json.dumps([m for m in sys.modules]))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert not {"pyarrow.parquet", "h5py", "PIL", "scipy", "tqdm"} & set(json.loads(out))


def test_an_unknown_name_of_the_package():
    import gazekit.interchange

    with pytest.raises(AttributeError, match="has no attribute 'read_xml'"):
        gazekit.interchange.read_xml  # noqa: B018
