"""Run folders that others made: bounded tables, and nonsense in them is refused in one sentence."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gazekit.evaluation.results import SCORE_COLUMNS, Results
from gazekit.foundations.errors import DataError
from gazekit.report import write_report
from gazekit.runs.folder import read_table

REQUEST = {"seed": 0, "resamples": 10}


@pytest.fixture
def folder(tmp_path):
    """A small run folder of another experiment, complete as it is."""
    row = {"dataset": "d", "model": "m", "metric": "scanmatch", "value": 0.5, "low": 0.4, "high": 0.6, "stimuli": 3}
    pd.DataFrame([row, {**row, "model": "human"}]).to_csv(tmp_path / "summary.csv", index=False)
    manifest(tmp_path, request={"experiment": "mine"})
    return tmp_path


def manifest(folder, **more):
    about = {"format": "gazekit-run", "version": 1, "status": "complete", "command": "", **more}
    (folder / "manifest.json").write_text(json.dumps(about))


def test_the_good_one_has_a_page(folder):
    assert write_report(folder).is_file()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("summary.csv", b"dataset\n" + b"a" * 2_000_000, "has more than 1,000,000 bytes"),
        ("summary.csv", b"dataset\0\n", "it holds zero bytes"),
        ("summary.csv", b"", "is empty"),
        ("summary.csv", b"\xff\n", "is not UTF-8"),
        ("summary.csv", b"a,b\n1,2\n1,2,3\n", "summary.csv, line 3, has 3 fields, but the header has 2"),
        ("other.csv", ",".join(map(str, range(20_000))).encode(), ": 20,000, and at most"),
        (
            "summary.csv",
            b"dataset,model,metric,value,low,high\nd,m,x,much,1,2\n",
            "its manifest or tables are not those of a run",
        ),
    ],
    ids=["line", "zero bytes", "empty", "not UTF-8", "ragged", "columns", "text for a number"],
)
def test_csv_tables(folder, name, content, message):
    (folder / name).write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        write_report(folder)
    assert "\n" not in str(caught.value)


def test_a_table_of_equal_values_without_end(tmp_path):
    zeros = pa.DictionaryArray.from_arrays(pa.array(np.zeros(5 * 10**7, np.int8)), pa.array([0.0]))
    pq.write_table(pa.table({"value": zeros}), tmp_path / "scores.parquet")
    with pytest.raises(DataError, match="asks for more than 268,435,456 when unpacked"):
        read_table(tmp_path / "scores.parquet")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="model"), "KeyError: 'model'"),
        (lambda table: table.assign(value="much"), "the column 'value' holds no numbers"),
    ],
)
def test_scores_of_another_form(tmp_path, change, message):
    table = pd.DataFrame([("d", "m", "scanmatch", "s", 0.5, 1, 0)], columns=SCORE_COLUMNS)
    manifest(tmp_path, request=REQUEST)
    table.to_parquet(tmp_path / "scores.parquet")
    assert Results.load(tmp_path).summary["value"].tolist() == [0.5]
    change(table).to_parquet(tmp_path / "scores.parquet")
    with pytest.raises(DataError, match=f"does not hold what it should.*{message}"):
        Results.load(tmp_path)


@pytest.mark.parametrize("request_", [None, [], {"seed": "x", "resamples": 1}, {}])
def test_manifests_of_another_form(tmp_path, request_):
    pd.DataFrame(columns=SCORE_COLUMNS).to_parquet(tmp_path / "scores.parquet")
    manifest(tmp_path, request=request_)
    with pytest.raises(DataError, match="does not hold what it should"):
        Results.load(tmp_path)
