"""What would take minutes or the whole memory is refused by its size, in a sentence, before it is worked on."""

import gzip
import json

import h5py
import numpy as np
import pandas as pd
import pytest

from gazekit import Frame, Scanpath, Scanpaths, load_dataset
from gazekit.datasets.registry import card_from
from gazekit.experiments.oat.plan import read_plan
from gazekit.files.untrusted import MAX_COLUMNS, parse_toml
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.interchange import own_shelf, read_coco_search18, read_csv, read_parquet, read_pysaliency, write_parquet
from gazekit.metrics import multimatch, pairwise, scanmatch
from gazekit.models.networks.weights import read_weights
from gazekit.models.oat.checkpoint import load_checkpoint

HEAD = b"stimulus,subject,x,y,width,height\n"
ROW = b"a,p,1,2,9,9\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(",".join(f"c{k}" for k in range(3000)).encode(), "has columns: 3,000, and at most", id="columns"),
        pytest.param(HEAD + b"," * 200_000 + b"\n", "line 2, has fields: 200,001, and at most 10,000", id="separators"),
        pytest.param(HEAD + ROW + b";" * 20_000 + b"\n", "line 3, has fields: 20,001", id="other separators"),
    ],
)
def test_wide_tables(refused, content, message):
    assert message in refused("a.csv", content, read_csv)


def test_text_that_unpacks_far(refused):
    packed = gzip.compress(HEAD + ROW * 2_000_000)
    assert len(packed) < 200_000
    assert "when unpacked" in refused("a.csv.gz", packed, read_csv)


def test_line_ends_of_old_macs(tmp_path):
    (tmp_path / "a.csv").write_bytes((HEAD + ROW * 2).replace(b"\n", b"\r"))
    assert read_csv(tmp_path / "a.csv").x.tolist() == [1, 1]


def test_records_with_ever_new_keys(refused):
    record = {"name": "1.jpg", "X": [1], "Y": [1]}
    records = [{**record, "subject": k, f"key {k}": 1} for k in range(MAX_COLUMNS + 10)]
    assert "different keys: 1,0" in refused("a.json", json.dumps(records).encode(), read_coco_search18)


def test_deep_groups(tmp_path):
    file = tmp_path / "a.h5"
    with h5py.File(file, "w") as made:
        made.attrs.update(type="FixationTrains", version="1.0")
        group = made
        for _ in range(200):
            group = group.create_group("g")
    with pytest.raises(DataError, match="groups nested more than 32 deep"):
        read_pysaliency(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [(".".join("a" * 40_000) + " = 1", "a line of more than 4,000 bytes"), ("#\n" * 600_000, "more than 1,000,000")],
)
def test_toml(tmp_path, content, message):
    file = tmp_path / "a.toml"
    file.write_text(content)
    with pytest.raises(ValueError, match=message):
        parse_toml(file)
    with pytest.raises(DataError, match=message):
        read_plan(file)
    with pytest.raises(DataError, match="is not a whole card"):
        card_from({}, "a.toml", "a")


@pytest.mark.parametrize("read", [read_weights, load_checkpoint])
def test_a_long_list_of_tensors(refused, read):
    content = (9_000_000).to_bytes(8, "little") + b"{" + b" " * 9_000_000
    assert "has bytes before its tensors: 9,000,000, and at most" in refused("a.safetensors", content, read)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("search-arrays", {"per_size": 10**8}),
        ("shelves", {"scenes": 10**8}),
        ("shelves", {"agents": 10**8}),
        ("shelves", {"library": 10**8}),
    ],
)
def test_data_sets_that_are_drawn(name, options):
    with pytest.raises(DataError, match="100,000,000|and at most"):
        load_dataset(name, **options)


def test_boxes_without_end():
    boxes = np.tile([0.0, 0, 1, 1], (50_000, 1))
    with pytest.raises(DataError, match="boxes: 50,000, and at most 2,000 are read"):
        own_shelf(np.zeros((9, 9, 3), np.uint8), boxes)


def test_long_paths_and_long_durations():
    long = np.ones((6_000, 2))
    table = pd.DataFrame({"stimulus": ["a"], "width": 9, "height": 9})
    paths = Scanpaths(long[:, 0], long[:, 1], [0, 6_000], table)
    for score in (
        lambda: multimatch(long, long, size=(9, 9)),
        lambda: pairwise("mannan_similarity", paths, paths, [[0, 0]]),
    ):
        with pytest.raises(GazekitError, match="a path has 6,000 fixations, and at most 5,000 are compared; samples"):
            score()
    path = Scanpath([1], [1], [1e12], Frame(9, 9))
    with pytest.raises(GazekitError, match="temporal_bin_ms=50 makes more than 100,000 symbols"):
        scanmatch(path, path, temporal_bin_ms=50)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"duration": [-1.0, 5]}, "duration of -1 ms"),
        ({"duration": [5, np.inf]}, "duration of inf ms"),
        ({"x": [np.inf, 5]}, "'x' holds an infinite position"),
    ],
)
def test_our_own_parquet_refuses_what_csv_refuses(tmp_path, change, message):
    columns = {"x": [1.0, 2], "y": [1.0, 2], "duration": [1.0, 2], **change}
    table = pd.DataFrame({"stimulus": ["a"], "width": 9, "height": 9})
    write_parquet(Scanpaths(**columns, offsets=[0, 2], table=table), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=rf"a\.parquet: .*{message}"):
        read_parquet(tmp_path / "a.parquet")


@pytest.mark.parametrize("subject", [1e300, 2.0**53])
def test_names_that_are_numbers_too_large_to_tell_apart(subject):
    table = pd.DataFrame({"stimulus": ["a"], "subject": [subject], "x": [1], "y": [1], "width": 9, "height": 9})
    with pytest.raises(DataError, match="column 'subject' holds .*too large to be told from its neighbours"):
        Scanpaths.from_table(table)
    with pytest.raises(DataError, match="which is not a whole number, or too large a one"):
        Scanpaths.from_table(table.assign(subject="p", sample=[subject]))
