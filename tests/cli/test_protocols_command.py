"""`gazekit protocols`, and `gazekit score --protocol`."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.foundations.errors import GazekitError, UnknownNameError


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def files(tmp_path):
    """A table of three people on two images, and one of two samples."""
    rng = np.random.default_rng(0)
    rows = [(s, p, k, *rng.uniform(0, 100, 2), 200) for s in "ab" for p in "xyz" for k in range(4)]
    columns = ["stimulus", "subject", "fixation", "x", "y", "duration_ms"]
    people = pd.DataFrame(rows, columns=columns).assign(width=100, height=100)
    people.to_csv(tmp_path / "people.csv", index=False)
    mine = people[people["subject"] != "z"].assign(sample=lambda t: (t["subject"] == "y").astype(int), source="mine")
    mine.drop(columns="subject").to_csv(tmp_path / "mine.csv", index=False)
    return tmp_path


def test_it_lists_them_and_describes_one(run):
    assert "chen2021" in run("protocols").stdout
    assert "people compared with themselves, too (not recommended)" in run("protocols").stdout
    text = run("protocols", "chen2021").stdout
    assert "samples per image  10" in text
    assert "What that changes" in text
    facts = json.loads(run("protocols", "chen2021", "--json").stdout)
    assert len(facts[0]["images"]["osie"]) == 70
    assert isinstance(run("protocols", "chen2012").exception, UnknownNameError)


def test_scores_under_a_protocol(run, files):
    given = ("score", files / "mine.csv", "--data", files / "people.csv", "--protocol", "chen2021")
    refused = run(*given)
    assert isinstance(refused.exception, GazekitError)
    assert "--transferred" in str(refused.exception)
    done = run(*given, "--transferred")
    assert done.exit_code == 0, done.output
    assert "mine: none: transferred from osie and coco-search18 to own" in done.stdout
    assert "the protocol asks for 10 of each, and 2 of 2 trials have another number (2)" in done.stdout
    found = json.loads(run(*given, "--transferred", "--json").stdout)
    assert {row["source"] for row in found["scores"]} == {"human", "other-image", "uniform", "mine"}
    assert found["headlines"] == {}


def test_a_search_protocol_without_targets_is_refused_and_a_number_that_is_none_is_said(run, files):
    """visions compares searches that found the target: without targets its table was of nan, and the exit status 0."""
    people = pd.read_csv(files / "people.csv")
    given = ("score", files / "mine.csv", "--data", files / "people.csv", "--transferred")
    refused = run(*given, "--protocol", "visions").exception
    assert "protocol 'visions' is about search, and some trials of 'own' have no target" in str(refused)
    people.assign(target_x0=0, target_y0=0, target_x1=1, target_y1=1).to_csv(files / "people.csv", index=False)
    done = run(*given, "--protocol", "visions")
    assert "not defined" in done.stdout, (done.output, done.exception)
    assert "nan" not in done.stdout


def test_what_a_protocol_fixes_cannot_be_given(run, files):
    given = ("score", files / "mine.csv", "--data", files / "people.csv")
    more = ("--metrics", "frechet", "--out", files / "run")
    assert "leave out --metrics and --out" in str(run(*given, "--protocol", "chen2021", *more).exception)
    assert "give --protocol" in str(run(*given, "--transferred").exception)
    usual = run(*given, "--protocol", "chen2021", "--lengths", "matched").exception  # as it is by default
    assert "leave out --lengths" in str(usual)


def test_models_are_evaluated_under_a_protocol(run, files):
    given = (
        "evaluate",
        "--data",
        files / "people.csv",
        "--models",
        "centre,uniform",
        "--quiet",
        "--out",
        files / "runs",
    )
    done = run(*given, "--protocol", "gazekit", "--json")
    assert done.exit_code == 0, (done.output, done.exception)
    found = json.loads(done.stdout)
    assert set(found["headlines"]) == {"human", "other-image", "uniform", "centre"}
    rows = {(row["source"], row["score"]): row for row in found["scores"]}
    assert rows["centre", "ScanMatch"]["pairs"] == 30  # 5 samples, 3 people, 2 images
    kept = pd.read_parquet(files / "runs" / "predictions.parquet")
    assert set(kept["source"]) == {"centre"}  # uniform is drawn as a control
    scored = run(
        "score",
        files / "runs" / "predictions.parquet",
        "--data",
        files / "people.csv",
        "--protocol",
        "gazekit",
        "--json",
    )
    assert json.loads(scored.stdout)["scores"] == found["scores"]
    again = run(*given, "--protocol", "gazekit", "--json")  # a finished run is given back
    assert json.loads(again.stdout) == found
    assert "holds another run: protocol" in str(run(*given, "--protocol", "deepgaze35vl", "--transferred").exception)
    assert "leave out --no-nulls" in str(run(*given, "--protocol", "gazekit", "--no-nulls").exception)
    assert "leave out --samples" in str(run(*given, "--protocol", "gazekit", "--samples", "3").exception)
    assert "give --protocol" in str(run(*given, "--transferred").exception)
    dense = run(*given[:-1], files / "dense", "--protocol", "deepgaze35vl", "--transferred")
    assert dense.exit_code == 0, (dense.output, dense.exception)
    assert "centre: none: transferred from mit1003 to own" in dense.stdout
    assert "LL" in dense.stdout
