"""Columns in the page lose nothing, and JSON in the page ends no element."""

import base64
import gzip
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.report.exploring import json_block, narrow, pack


def unpack(described, packed):
    content = gzip.decompress(base64.b64decode(packed))
    return {name: np.frombuffer(content, f"<{kind}", count, start) for name, (kind, start, count) in described.items()}


@settings(max_examples=50)
@given(
    st.lists(st.floats(width=64), max_size=20),
    st.lists(st.integers(-(2**52), 2**52), max_size=20),
    st.lists(st.integers(0, 70_000), max_size=5),
)
def test_nothing_is_lost(floats, integers, counts):
    columns = {"floats": np.array(floats), "integers": np.array(integers, dtype=np.int64), "counts": np.array(counts)}
    found = unpack(*pack(columns))
    for name, column in columns.items():
        np.testing.assert_array_equal(found[name], column)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([], "u1"),
        ([1.0, 2.0], "u1"),
        ([70_000], "u4"),
        ([2.0**33], "f4"),
        ([-0.5], "f4"),
        ([np.nan], "f4"),
        ([0.1], "f8"),
    ],
)
def test_narrowest(values, kind):
    assert narrow(np.array(values)).dtype.str[1:] == kind


def test_float32_stays():  # scores are shown to three digits
    described, _ = pack({"scores": np.array([0.1], dtype=np.float32)})
    assert described["scores"][0] == "f4"


@settings(max_examples=50)
@given(st.text())
def test_json_blocks(text):
    block = json_block({"name": text})
    assert json.loads(block) == {"name": text}
    assert not set(block) & set("<>&\u2028\u2029")
