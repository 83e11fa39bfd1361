"""`--data-set` from an evaluation to its report: the manifest says how the data were made, and they are made again."""

import json

import pandas as pd
import pytest

DATA = ("--data", "shelves", "--data-set", "layouts=2x3", "--data-set", "scenes=3", "--data-set", "covers=test")


def test_evaluate_report_predict_and_score(gazekit, tmp_path):
    run, paths = tmp_path / "run", tmp_path / "paths.csv"
    small = ("--metrics", "sequence_score", "--quiet")
    code, _, err = gazekit(
        "evaluate", *DATA, "--models", "oat,centre", "--samples", 1, "--resamples", 100, "--out", run, *small
    )
    assert code == 0, err
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["loaded"] == {
        "data": "shelves",
        "root": None,
        "outside": "keep",
        "options": {"layouts": "2x3", "scenes": 3, "covers": "test"},
    }
    assert manifest["data"]["stimuli"] == 3
    first = (run / "report.html").read_bytes()
    (run / "report.html").unlink()
    code, said, err = gazekit("report", run)
    assert code == 0, err
    assert "without" not in err
    assert (run / "report.html").read_bytes() == first
    code, _, err = gazekit("predict", "oat", *DATA, "--quiet", "-o", paths)
    assert code == 0, err
    assert pd.read_csv(paths)["trial"].unique().tolist() == [f"2x3/test/0000{k}" for k in range(3)]
    code, said, err = gazekit("score", paths, *DATA, "--out", tmp_path / "scored", *small)
    assert code == 0, err
    assert "3 paths matched" in said
    kept = json.loads((tmp_path / "scored" / "manifest.json").read_text())["loaded"]
    assert kept["options"] == manifest["loaded"]["options"]


@pytest.mark.parametrize("command", ["evaluate", "shelf-search", "train oat"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("scene=3", "data set 'shelves' has no option 'scene'; it has agents, blocks, covers, layouts, library, look"),
        ("scenes=few", "option scenes of data set 'shelves' must be a whole number, not 'few'; its options are agents"),
        ("scenes", "--data-set 'scenes' is not of the form name=value"),
        ("layouts=4by8", "'4by8' is no layout of shelves; give rows x columns"),
        ("covers=tset", "must be 'train' or 'test' or 'all', not 'tset'"),
    ],
)
def test_mistakes_end_in_one_sentence(gazekit, tmp_path, command, options, message):
    code, _, err = gazekit(
        *command.split(), "--data", "shelves", "--data-set", options, "--out", tmp_path / "r", "--quiet"
    )
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "r").exists()
