"""Conformance vectors: they hold, they catch a changed value, and they agree with outside implementations."""

import json
import math
from importlib.resources import files

import numpy as np
import pytest

from gazekit.foundations.errors import DataError
from gazekit.metrics import all_measures
from gazekit.metrics.kinds.pairs import PAIRS
from gazekit.verify import verify_conformance, write_vectors


@pytest.fixture(scope="module")
def content():
    return json.loads(files("gazekit.metrics").joinpath("conformance.json").read_text())


@pytest.fixture
def changed(content, tmp_path):
    def write(change):
        copy = json.loads(json.dumps(content))
        change(copy)
        (tmp_path / "c.json").write_text(json.dumps(copy))
        return tmp_path / "c.json"

    return write


def test_this_installation_conforms(content):
    outcome = verify_conformance()
    assert outcome.passed, str(outcome)
    options = {measure.name: set(measure.options) for measure in all_measures(PAIRS)}
    assert {name: set(metric["options"]) for name, metric in content["metrics"].items()} == options


def test_a_changed_value_fails(changed):
    def change(c):
        row = c["metrics"]["scanmatch"]["values"][1]
        row[0] += 1e-6

    outcome = verify_conformance(changed(change))
    assert not outcome.passed
    assert outcome.figure == pytest.approx(1e-6)


def test_undefined_on_one_side_only_fails(changed):
    def change(c):
        k = next(k for k, v in enumerate(c["metrics"]["multimatch"]["values"]) if v[0] is None)
        c["metrics"]["multimatch"]["values"][k][0] = 0.5

    assert not verify_conformance(changed(change)).passed


def test_a_metric_without_vectors_fails(changed):
    outcome = verify_conformance(changed(lambda c: c["metrics"].pop("scanmatch")))
    assert not outcome.passed
    assert "no vectors for: scanmatch" in str(outcome)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "not readable JSON", id="json"),
        pytest.param("[]", "not a file of conformance vectors", id="list"),
        pytest.param('{"format": "gazekit-conformance", "version": 9}', "has version 9", id="version"),
    ],
)
def test_other_files(tmp_path, text, message):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(DataError, match=message):
        verify_conformance(tmp_path / "c.json")


def test_writing_never_overwrites(tmp_path):
    file = write_vectors(tmp_path / "v.json")
    assert verify_conformance(file).passed
    with pytest.raises(DataError, match="is there already"):
        write_vectors(file)


def test_multimatch_vectors_are_those_of_the_reference(content):
    """The stored numbers were not only computed by us: multimatch_gaze gives them too, wherever it is defined."""
    import multimatch_gaze
    import pandas as pd

    frame = (content["frame"]["width"], content["frame"]["height"])
    tables = {
        name: pd.DataFrame(path, columns=["start_x", "start_y", "duration"]) for name, path in content["paths"].items()
    }
    checked = 0
    for (a, b), ours in zip(content["pairs"], content["metrics"]["multimatch"]["values"], strict=True):
        if min(len(tables[a]), len(tables[b])) < 3:
            assert ours == [None] * 5
            continue
        with np.errstate(all="ignore"):
            theirs = multimatch_gaze.docomparison(tables[a].to_records(), tables[b].to_records(), frame)
        for k, (x, y) in enumerate(zip(ours, theirs, strict=True)):
            if x is None or math.isnan(y):
                assert x is None, (a, b, k)
                assert math.isnan(y), (a, b, k)
            else:
                assert x == pytest.approx(y, abs=1e-9), (a, b, k)
        checked += 1
    assert checked > 80
