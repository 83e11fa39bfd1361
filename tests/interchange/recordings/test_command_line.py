"""Every export by the command line alone: from the file to the ceiling, a comparison, a figure and the report."""

import os
import sys
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from gazekit.cli.app import main
from gazekit.interchange.recordings import FORMATS

OPTIONS = {"stimulus": "--stimulus", "placed": "--placed", "decimal": "--decimal"}
FEW = ("--models", "centre", "--metrics", "scanmatch", "--samples", "1", "--resamples", "100", "--no-nulls", "--quiet")


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder; gives what it printed."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["gazekit", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        said = capsys.readouterr()
        assert not stop.value.code, said.err
        return said.out

    return call


@pytest.fixture(scope="module")
def truth():
    """The ceilings of the first format: people are the same in all, and so are their numbers."""
    return {}


@pytest.mark.slow
@pytest.mark.parametrize("name", list(FORMATS))
def test_from_the_file_to_ceiling_comparison_figure_and_report(tmp_path, run, seen, images, exports, truth, name):
    files, told = exports.writers[name](seen, tmp_path)
    words = [
        word
        for option, flag in OPTIONS.items()
        if option in told
        for word in (flag, ",".join(told[option]) if option == "stimulus" else told[option])
    ]
    if "screen_width" in told:
        words += ["--screen", "1280x1024"]
    said = run("import", *(os.path.relpath(file) for file in files), "--images", images, *words, "-o", "paths.parquet")
    assert "scanpaths of 3 people on" in said
    run("evaluate", "--data", "paths.parquet", "--root", images, *FEW, "--out", "run")
    summary = pd.read_csv("run/summary.csv").set_index(["metric", "model"])["value"]
    people = summary.xs("human", level="model").to_dict()
    assert people == pytest.approx(truth.setdefault("people", people), rel=1e-3)
    ceiling, model = (summary[("scanmatch", who)] for who in ("human", "centre"))
    differences = pd.read_csv("run/differences.csv").set_index(["metric", "model_a", "model_b"])["difference"]
    named = next(k for k in differences.index if k[0] == "scanmatch" and set(k[1:]) == {"human", "centre"})
    assert differences[named] == pytest.approx((ceiling - model) * (1 if named[1] == "human" else -1))
    said = run("plot", "beside", "run", "--stimulus", "kitchen", "--sources", "human:anna,centre:0", "-o", "beside.png")
    assert "person anna (6 fixations); centre, sample 0 (6 fixations)" in said
    with Image.open("beside.png") as figure:
        assert figure.width == 1003
    said = run("plot", "forest", "run", "--metric", "scanmatch", "-o", "forest.pdf")
    assert f"human {ceiling:.3g}" in said
    Path("run/report.html").unlink()
    assert "report: run/report.html" in run("report", "run")
    assert f"{ceiling:.3f}" in Path("run/report.html").read_text()
