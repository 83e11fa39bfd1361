"""`evaluate --unseen`: models that were trained before, on what they have not learned from."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

import gazekit.evaluation.evaluate as evaluation
from gazekit.cli.app import app
from gazekit.datasets import load_dataset
from gazekit.foundations.errors import GazekitError
from gazekit.models import ScanpathModel
from gazekit.models.specs import model_from_text as named

EVALUATE = ("evaluate", "--data", "demo", "--data-set", "displays_per_kind=0", "--models", "trained")
QUICK = ("--metrics", "nss", "--samples", "1", "--resamples", "100", "--quiet")


class Trained(ScanpathModel):
    """One that was trained before, on some of the photographs."""

    name = "trained"
    learned_stimuli = frozenset()

    def draw(self, trial, prepared, rng, max_fixations):
        return rng.uniform(0, trial.frame.width, 5), rng.uniform(0, trial.frame.height, 5), None


@pytest.fixture
def learns(monkeypatch):
    """Say from which photographs it has learned."""
    monkeypatch.setattr(evaluation, "model_from_text", lambda text: Trained() if text == "trained" else named(text))
    return lambda stimuli: monkeypatch.setattr(Trained, "learned_stimuli", frozenset(stimuli))


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_what_a_model_has_learned_from_is_left_out_and_counted(learns, tmp_path):
    """Page and figures of such a run are of its part: they showed people on all of the data, or refused."""
    shown = load_dataset("demo", displays_per_kind=0).stimuli
    learns(shown[:5])
    with pytest.raises(GazekitError, match=r"learned from 5 of these 8 stimuli.*or leave out what it has .*--unseen"):
        run(*EVALUATE, *QUICK, "--out", tmp_path / "r")
    said = run(*EVALUATE, *QUICK, "--unseen", "--out", tmp_path / "r")
    assert "demo: 5 x stimulus that a model has learned from (left out)" in said
    assert set(pd.read_parquet(tmp_path / "r" / "scores.parquet")["stimulus"]) == set(shown[5:])
    assert json.loads((tmp_path / "r" / "manifest.json").read_text())["data"]["stimuli"] == 3
    page = (tmp_path / "r" / "report.html").read_text()
    assert "is not the one that was scored" not in page
    run("report", tmp_path / "r")
    assert (tmp_path / "r" / "report.html").read_text() == page
    arguments = ("--stimulus", shown[6], "--sources", "human", "-o", tmp_path / "d.png")
    assert "people" in run("plot", "density", tmp_path / "r", *arguments)


def test_nothing_is_left_of_what_a_model_has_learned_all_of(learns, tmp_path):
    learns(load_dataset("demo", displays_per_kind=0).stimuli)
    with pytest.raises(GazekitError, match="of 8 stimuli of 'demo' none is left that these models have not learned"):
        run(*EVALUATE, *QUICK, "--unseen", "--out", tmp_path / "s")
