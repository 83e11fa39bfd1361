"""Parquet files of scanpaths: exact, equal for equal content, and clear when something is wrong."""

import errno
import json
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Facts, Scanpaths
from gazekit.foundations.errors import DataError
from gazekit.interchange import read_parquet, write_parquet

KNOWN = st.floats(allow_infinity=False)


@pytest.fixture
def paths(scanpaths_of):
    made = scanpaths_of([3, 0, 2], facts=Facts(True, None, "clicks"), correct=[1, 0, 1], note=["a", None, "ü"])
    return Scanpaths(
        made.x,
        made.y,
        made.offsets,
        made.table,
        duration=made.duration,
        object_id=[0, -1, 2, 3, 4],
        facts=made.facts,
        dropped={"x or y missing: dropped": 7},
    )


def relabel(path, about):
    table = pq.read_table(path)
    metadata = {} if about is None else {b"gazekit": about if isinstance(about, bytes) else json.dumps(about).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_reads_back_everything(paths, tmp_path):
    write_parquet(paths, tmp_path / "a.parquet")
    read = read_parquet(tmp_path / "a.parquet")
    for name in ("x", "y", "duration", "object_id", "offsets"):
        np.testing.assert_array_equal(getattr(read, name), getattr(paths, name))
    pd.testing.assert_frame_equal(read.table, paths.table)
    assert (read.facts, read.dropped) == (paths.facts, paths.dropped)


def test_what_is_not_known_stays_so(scanpaths_of, tmp_path):
    write_parquet(scanpaths_of([2], durations=False), tmp_path / "a.parquet")
    read = read_parquet(tmp_path / "a.parquet")
    assert read.duration is None
    assert read.object_id is None


@settings(max_examples=40, deadline=None)
@given(points=st.lists(st.tuples(KNOWN, KNOWN, KNOWN.filter(lambda ms: not ms < 0)), max_size=6))
def test_every_float_is_kept_to_the_bit(points, tmp_path_factory):
    path = tmp_path_factory.mktemp("bits") / "a.parquet"
    columns = np.array(points, dtype=float).reshape(-1, 3).T
    table = pd.DataFrame({"stimulus": ["a", "b"], "width": 1, "height": 1})
    write_parquet(Scanpaths(columns[0], columns[1], [0, len(points), len(points)], table, duration=columns[2]), path)
    read = read_parquet(path)
    for got, want in zip((read.x, read.y, read.duration), columns, strict=True):
        assert got.tobytes() == want.tobytes()


def test_no_paths_at_all(scanpaths_of, tmp_path):
    write_parquet(scanpaths_of([2, 1])[:0], tmp_path / "a.parquet")
    assert len(read_parquet(tmp_path / "a.parquet")) == 0


def test_equal_content_gives_equal_bytes(paths, tmp_path):
    write_parquet(paths, tmp_path / "a.parquet")
    write_parquet(Scanpaths.concat([paths[:1], paths[1:]]).replace(dropped=paths.dropped), tmp_path / "b.parquet")
    write_parquet(read_parquet(tmp_path / "a.parquet"), tmp_path / "c.parquet")
    content = {(tmp_path / name).read_bytes() for name in ("a.parquet", "b.parquet", "c.parquet")}
    assert len(content) == 1


def test_others_can_read_it(paths, tmp_path):
    write_parquet(paths, tmp_path / "a.parquet")
    frame = pd.read_parquet(tmp_path / "a.parquet")
    assert frame["stimulus"].tolist() == ["s0", "s1", "s2"]
    assert frame["x"].map(len).tolist() == [3, 0, 2]
    about = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"gazekit"])
    assert (about["type"], about["version"]) == ("scanpaths", 1)


def test_save_and_load(paths, tmp_path):
    paths.save(tmp_path / "a.parquet")
    assert len(Scanpaths.load(tmp_path / "a.parquet")) == 3


@pytest.mark.parametrize(
    ("about", "message"),
    [
        pytest.param(
            None,
            r"did not write; if it has "
            r"a row per fixation, read "
            r"it with .*read_scanpaths .columns found: stimulus",
            id="plain",
        ),
        pytest.param({"type": "scores", "version": 1}, "holds 'scores', not scanpaths", id="type"),
        pytest.param(
            {"type": "scanpaths", "version": 2},
            "format version 2, and this gazekit reads version 1; install the gazekit that wrote it",
            id="version",
        ),
        pytest.param(b"{not json", "its gazekit metadata cannot be read", id="no-json"),
        pytest.param({"version": 1}, "its gazekit metadata cannot be read", id="no-type"),
        pytest.param({"type": "scanpaths", "version": 1}, "its gazekit metadata cannot be read", id="no-facts"),
        pytest.param(
            {"type": "scanpaths", "version": 1, "facts": {"eyes": 2}, "dropped": {}},
            "its gazekit metadata cannot be read",
            id="unknown-fact",
        ),
        pytest.param(
            {"type": "scanpaths", "version": 1, "facts": {"points": "dots"}, "dropped": {}},
            "its gazekit metadata cannot be read",
            id="wrong-fact",
        ),
    ],
)
def test_refuses_other_files(paths, tmp_path, about, message):
    write_parquet(paths, tmp_path / "a.parquet")
    relabel(tmp_path / "a.parquet", about)
    with pytest.raises(DataError, match=message):
        read_parquet(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        pytest.param("y", [[1.0], [], [2.0, 3.0]], "'y' has other numbers of fixations than 'x'", id="other-lengths"),
        pytest.param(
            "y",
            [[1.0, 2, 3], None, [2.0, 3.0]],
            "column 'y' is not a list of numbers in every row",
            id="null-list",
        ),
        pytest.param("y", [1.0, 2.0, 3.0], "column 'y' is not a list of numbers", id="no-list"),
        pytest.param("y", [["a", "b", "c"], [], ["d", "e"]], "column 'y' holds lists of something else", id="texts"),
        pytest.param(
            "y", [[1.0, None, 3], [], [2.0, 3.0]], "column 'y' holds lists of something else", id="null-value"
        ),
        pytest.param("y", None, "has no columns x and y", id="absent"),
    ],
)
def test_refuses_damaged_columns(paths, tmp_path, column, values, message):
    write_parquet(paths, tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    metadata, table = table.schema.metadata, table.drop_columns([column])
    if values is not None:
        table = table.append_column(column, pa.array(values))
    pq.write_table(table.replace_schema_metadata(metadata), tmp_path / "a.parquet")
    with pytest.raises(DataError, match=message):
        read_parquet(tmp_path / "a.parquet")


@pytest.mark.parametrize("kept", [0, 3, 200, -1])
def test_a_truncated_file_is_named(paths, tmp_path, kept):
    path = tmp_path / "short.parquet"
    write_parquet(paths, path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(
        DataError, match=r"short.parquet cannot be read as parquet .*copy it again, or compute it again"
    ):
        read_parquet(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"there is no file .*a.parquet; check the name"):
        read_parquet(tmp_path / "a.parquet")


def test_a_column_that_parquet_cannot_hold(scanpaths_of, tmp_path):
    odd = scanpaths_of([1, 1], note=pd.Series([1, "b"], dtype=object))
    with pytest.raises(DataError, match=r"a.parquet was not written: a column .* is of no parquet type"):
        write_parquet(odd, tmp_path / "a.parquet")


def test_a_full_disk_leaves_the_old_file_whole(paths, tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    write_parquet(paths, path)
    before = path.read_bytes()

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"a.parquet was not written: the disk is full; free some space"):
        write_parquet(paths[:1], path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.parquet"]
