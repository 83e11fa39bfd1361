"""Tables and records of scanpaths: endless cells and lines, zero bytes, deep nesting, columns without end, damage."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gazekit.datasets import datasets
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.experiments.oat.plan import read_plan
from gazekit.files.parquet import bytes_needed
from gazekit.foundations.errors import DataError
from gazekit.interchange import (
    dataset_from_table,
    read_coco_search18,
    read_csv,
    read_parquet,
    read_scanpaths,
    write_csv,
    write_parquet,
)
from gazekit.metrics.labels.clusters import Clusters
from gazekit.runs.folder import read_manifest
from gazekit.verify.conformance import verify_conformance

HEAD = b"stimulus,subject,x,y,width,height\n"
DEEP = b"[" * 100_000
ENDLESS = b"[" + b"9" * 100_000 + b"]"
PLAN = b"""[study]
data = { name = "bookcovers" }
seeds = [0, 1]
[network]
width = 64
[variants.plain]
[variants.blind]
target = false
"""


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(HEAD + b"a" * 10**7 + b",p,1,2,9,9\n", "line 2, has more than 1,000,000 bytes", id="cell"),
        pytest.param(b"x" * 10**7, "line 1, has more than 1,000,000 bytes", id="line"),
        pytest.param(HEAD + b"a,p\0,1,2,9,9\n", "it holds zero bytes", id="zero bytes"),
        pytest.param(",".join(f"c{k}" for k in range(20_000)).encode(), ": 20,000, and at most", id="columns"),
        pytest.param(HEAD + b'"a,p,1,2,9,9\n' * 3, "cannot be read as a table", id="open quote"),
        pytest.param(HEAD + b"\xff\xfe,p,1,2,9,9\n", "is not UTF-8", id="not UTF-8"),
        pytest.param(HEAD + b"a,p," + b"z" * 500_000 + b",2,9,9\n", "zzz..., which is not a number", id="long value"),
        pytest.param(
            HEAD + b'a,p,"' + b"z" * 500_000 + b'",2,9,9\n', "larger than field limit", id="long quoted value"
        ),
        pytest.param(HEAD + b"a,p,1,2,1e400,9\n", "must be a positive number of px", id="infinite image"),
    ],
)
def test_tables(refused, content, message):
    assert message in refused("a.csv", content, read_csv)


READERS = {
    "records": read_coco_search18,
    "collages": lambda file: PublishedFolder(datasets["bookcovers"], file).json(file),
    "clusters": Clusters.load,
    "vectors": verify_conformance,
    "manifest": lambda file: read_manifest(file.parent),
}


@pytest.mark.parametrize("content", [DEEP, ENDLESS, b"\xff", b"{"], ids=["deep", "endless number", "not UTF-8", "cut"])
@pytest.mark.parametrize("reader", READERS)
def test_json(refused, reader, content):
    refused("manifest.json", content, READERS[reader])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = " + DEEP, "is no TOML file"),
        (b"a = 1" + b"0" * 100_000, "is no TOML file"),
        (b"a = \xff", "is no TOML file"),
        (PLAN.replace(b"width = 64", b"width = 'wide'"), "plan.toml: width must be a whole number, not 'wide'"),
        (PLAN.replace(b"width = 64", b"heads = 0"), "plan.toml: heads must be at least 1, not 0"),
        (PLAN.replace(b"variants.blind", b"variants.'../../blind'"), "is not a plain name within a folder"),
        (PLAN.replace(b"variants.blind", b"variants.'a/b'"), "cannot be the name of a folder"),
    ],
)
def test_plans(refused, content, message):
    assert message in refused("plan.toml", content, read_plan)


def written(scanpaths_of, tmp_path, write, name):
    file = tmp_path / name
    write(scanpaths_of([2, 0, 3]), file)
    return file.read_bytes()


def test_damaged_csv(survives_damage, scanpaths_of, tmp_path):
    survives_damage("a.csv", written(scanpaths_of, tmp_path, write_csv, "good.csv"), read_scanpaths)


def test_damaged_parquet(survives_damage, scanpaths_of, tmp_path):
    survives_damage("a.parquet", written(scanpaths_of, tmp_path, write_parquet, "good.parquet"), read_scanpaths)


def test_damaged_records(survives_damage):
    record = {
        "name": "1.jpg",
        "subject": 2,
        "task": "cup",
        "X": [1, 2.5],
        "Y": [3, 4],
        "T": [9, 9],
        "bbox": [1, 2, 3, 4],
    }
    survives_damage("a.json", json.dumps([record, {**record, "subject": 3}]).encode(), read_coco_search18)


def test_damaged_plan(survives_damage):
    survives_damage("plan.toml", PLAN, read_plan)


def test_a_run_of_equal_values_without_end(refused):
    """A column of 50 million zeros takes next to nothing in parquet."""
    table = pa.table({"x": pa.DictionaryArray.from_arrays(pa.array(np.zeros(5 * 10**7, np.int8)), pa.array([0.0]))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    content = sink.getvalue().to_pybytes()
    assert len(content) < 10**6
    assert "asks for more than 268,435,456 when unpacked" in refused("a.parquet", content, read_parquet)


def test_a_footer_of_nonsense(refused):
    """A struct within a struct within ..., a number without end, a list that is longer than the file."""
    for footer in (b"\x1c" * 5000, b"\x16" + b"\xff" * 50, b"\x49\xfc\xff\xff\xff\xff\x0f"):
        with pytest.raises((ValueError, LookupError)):
            bytes_needed(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
        refused("a.parquet", b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1", read_parquet)


def test_what_a_footer_says_is_what_pyarrow_reads(scanpaths_of, tmp_path):
    content = written(scanpaths_of, tmp_path, write_parquet, "good.parquet")
    metadata = pq.ParquetFile(pa.BufferReader(content)).metadata
    columns = [metadata.row_group(0).column(k) for k in range(metadata.num_columns)]
    assert bytes_needed(content) == sum(max(c.total_uncompressed_size, 8 * c.num_values) for c in columns)


def test_values_of_another_kind_in_columns_about_trials(tmp_path):
    (tmp_path / "a.csv").write_text("stimulus,x,y,max_fixations\na,1,2,many\n")
    with pytest.raises(DataError, match="does not hold what it should.*a column about trials"):
        dataset_from_table(tmp_path / "a.csv", width=9, height=9)


def test_own_table_of_objects(refused):
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(pd.DataFrame({"stimulus": ["a"], "x": [[1, 2]], "y": [None]})), sink)
    refused("a.parquet", sink.getvalue().to_pybytes(), lambda file: read_scanpaths(file, width=9, height=9))
