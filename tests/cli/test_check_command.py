"""`gazekit check`, and what other commands say and refuse of what it finds."""

import json

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from gazekit import DataError
from gazekit.cli.app import app
from gazekit.foundations.randomness import keyed_rng

NAMES = ("kitchen", "street", "beach")
runner = CliRunner()


@pytest.fixture
def table(tmp_path, monkeypatch):
    """Three pictures, three people, six fixations each."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    rows = []
    for name in NAMES:
        Image.fromarray(keyed_rng(0, name).integers(0, 256, (240, 320, 3)).astype(np.uint8)).save(f"images/{name}.png")
        for person in ("anna", "ben", "carl"):
            rng = keyed_rng(0, name, person)
            at = rng.normal((160, 120), (55, 40), (6, 2)).clip(1, (319, 239)).round(1)
            rows += [(name, person, k, *at[k], float(rng.integers(150, 300))) for k in range(6)]
    frame = pd.DataFrame(rows, columns=["stimulus", "subject", "fixation", "x", "y", "duration_ms"])
    frame.to_csv("good.csv", index=False)
    return frame


def run(*words):
    result = runner.invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def evaluate(data, *more):
    common = ("--models", "centre", "--metrics", "scanmatch", "--resamples", 100, "--quiet")
    return run("evaluate", "--data", data, "--root", "images", "--out", "run", *common, *more)


def test_good_data_give_a_clean_page_and_exit_code_0(table):
    result = run("check", "good.csv", "--root", "images")
    assert result.exit_code == 0
    assert "own: nothing suspicious" in result.stdout


def test_nonsense_gives_exit_code_1_with_what_mends_it_and_the_mend_mends_it(table):
    table.assign(x=table.x / 320, y=table.y / 240).to_csv("share.csv", index=False)
    result = run("check", "share.csv", "--root", "images")
    assert result.exit_code == 1
    assert "ERROR scale: x is 0." in result.stdout
    assert "--data-set position_unit=share" in result.stdout
    mended = run("check", "share.csv", "--root", "images", "--data-set", "position_unit=share")
    assert mended.exit_code == 0
    assert "nothing suspicious" in mended.stdout


def test_what_is_accepted_gives_exit_code_0(table):
    table.assign(duration_ms=table.duration_ms / 1000).to_csv("seconds.csv", index=False)
    assert run("check", "seconds.csv", "--root", "images").exit_code == 1
    assert run("check", "seconds.csv", "--root", "images", "--accept", "durations").exit_code == 0


def test_json_and_markdown(table):
    table.assign(x=table.x - 160, y=120 - table.y).to_csv("centre.csv", index=False)
    found = json.loads(run("check", "centre.csv", "--root", "images", "--json").stdout)
    assert (found["name"], found["found"][0]["check"], found["accepted"]) == ("own", "origin", [])
    assert "agreement" in found["not_checked"]
    assert "| error | origin |" in run("check", "centre.csv", "--root", "images", "--markdown").stdout


def test_evaluate_refuses_nonsense_and_leaves_no_folder(table, tmp_path):
    table.assign(x=table.x - 160, y=120 - table.y).to_csv("centre.csv", index=False)
    with pytest.raises(DataError, match=r"own: these numbers cannot be right.*--accept origin"):
        evaluate("centre.csv")
    assert not (tmp_path / "run").exists()


def test_accepting_is_part_of_the_request_and_the_finding_stays_in_manifest_report_and_output(table, tmp_path):
    table.assign(duration_ms=table.duration_ms * 1000).to_csv("micro.csv", index=False)
    result = evaluate("micro.csv", "--accept", "durations")
    assert "own: accepted: error (durations)" in result.stdout
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    assert manifest["request"]["accept"] == ["durations"]
    assert manifest["checks"]["own"]["found"][0]["check"] == "durations"
    assert "accepted: error (durations)" in (tmp_path / "run/report.html").read_text()


def test_a_warning_is_in_every_output_and_nothing_is_refused(table, tmp_path):
    rows = pd.concat([table, table[table.subject == "anna"].assign(subject="zoe")])
    rows.to_csv("twice.csv", index=False)
    result = evaluate("twice.csv")
    assert "own: warning (paths)" in result.stdout
    assert "accept" not in json.loads((tmp_path / "run/manifest.json").read_text())["request"]
    assert "warning (paths)" in (tmp_path / "run/report.html").read_text()
    assert run("report", "run", "--markdown", "page.md").exit_code == 0
    assert "warning (paths)" in (tmp_path / "page.md").read_text()
    printed = evaluate("twice.csv", "--json")
    assert json.loads(printed.stdout)["checks"]["own"]["found"][0]["check"] == "paths"


def score(file, *more, out="scored"):
    words = ("--data", "good.csv", "--root", "images", "--metrics", "scanmatch", "--out", out, "--quiet")
    return run("score", file, *words, *more)


def test_score_refuses_predictions_of_0_to_1_and_reads_them_when_told(table):
    first = table[table.subject == "anna"].drop(columns=["subject", "duration_ms"])
    first.to_csv("pred.csv", index=False)
    first.assign(x=first.x / 320, y=first.y / 240).to_csv("share.csv", index=False)
    with pytest.raises(
        DataError, match=r"predictions: these numbers cannot be right.*--predictions-set position_unit=share"
    ):
        score("share.csv")
    told = score("share.csv", "--predictions-set", "position_unit=share", "--json")
    plain = score("pred.csv", "--json", out="plain")
    values = [[row["value"] for row in json.loads(r.stdout)["summary"]] for r in (told, plain)]
    assert values[0] == pytest.approx(values[1])


def test_an_unknown_check_is_refused(table):
    with pytest.raises(ValueError, match="there is no check called 'scales'; did you mean 'scale'"):
        run("check", "good.csv", "--root", "images", "--accept", "scales")
