"""`gazekit import`, and the options by which every command reads a recording."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import typer
from PIL import Image

from gazekit import Scanpaths
from gazekit.cli.app import app
from gazekit.foundations.randomness import keyed_rng
from gazekit.interchange import read_scanpaths

WHERE = ("--screen", "1280x1024", "--placed", "centre")


@pytest.fixture
def report(tmp_path, monkeypatch):
    """A fixation report of three people on two images, shown in the middle of a screen of 1280 x 1024."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images").mkdir()
    rows = []
    for trial, name in enumerate(("kitchen", "street"), 1):
        Image.fromarray(keyed_rng(0, name).integers(0, 256, (240, 320, 3)).astype(np.uint8)).save(f"images/{name}.png")
        for person in ("anna", "ben", "carl"):
            at = keyed_rng(0, name, person).normal((160, 120), (55, 40), (6, 2)).clip(1, (319, 239)).round(1)
            rows += [(person, trial, k + 1, *(at[k] + (480, 392)), 250 * k, 220, f"{name}.png") for k in range(6)]
    names = ("RECORDING_SESSION_LABEL", "TRIAL_INDEX", "CURRENT_FIX_INDEX", "CURRENT_FIX_X", "CURRENT_FIX_Y",
             "CURRENT_FIX_START", "CURRENT_FIX_DURATION", "image")  # fmt: skip
    table = pd.DataFrame(rows, columns=list(names))
    table.to_csv("report.txt", sep="\t", index=False)
    return table


def test_from_the_report_to_the_ceiling(gazekit, report):
    code, out, err = gazekit("import", "report.txt", "--images", "images", *WHERE, "-o", "paths.parquet")
    assert code == 0, err
    assert "6 scanpaths of 3 people on 2 images, 36 fixations, 0 of them outside the image" in out
    paths = Scanpaths.load("paths.parquet")
    np.testing.assert_allclose(np.sort(paths.x), np.sort(report["CURRENT_FIX_X"] - 480))
    assert paths.table["width"].unique().tolist() == [320.0]
    scores = []
    for data in (("paths.parquet",), ("report.txt", *WHERE)):
        code, out, err = gazekit(
            "evaluate", "--data", *data, "--root", "images", "--models", "human,uniform", "--metrics", "scanmatch",
            "--samples", 1, "--resamples", 100, "--quiet", "--out", f"runs/{data[0]}",
        )  # fmt: skip
        assert code == 0, err
        scores.append(pd.read_csv(f"runs/{data[0]}/summary.csv"))
    pd.testing.assert_frame_equal(*scores)
    assert scores[0]["value"].notna().all()


def test_what_a_selection_leaves_out_is_said(gazekit, report):
    code, out, err = gazekit(
        "import", "report.txt", "--images", "images", *WHERE, "--where", "TRIAL_INDEX == 1 and image != 'x'",
        "--name", "pilot", "--facts", "forced_first=false", "--distance-mm", 600, "--screen-mm", "376x301",
        "-o", "paths.csv",
    )  # fmt: skip
    assert code == 0, err
    assert "pilot: 18 x row for which \"TRIAL_INDEX == 1 and image != 'x'\" does not hold (left out)" in out
    paths = read_scanpaths("paths.csv")
    assert paths.table["stimulus"].unique().tolist() == ["kitchen.png"]
    assert paths.table["px_per_degree"].round(3).unique().tolist() == [round(1280 / 376 * 600 * np.tan(np.pi / 180), 3)]
    assert paths.facts.forced_first is False
    assert paths.facts.points == "fixations"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "has positions of the screen: say its size, and where the image was on it"),
        (("--screen", "1280"), "--screen '1280' must be WIDTHxHEIGHT, as 512x320"),
        ((*WHERE[:2], "--placed", "left"), "--placed takes centre, fit, x,y or x,y,width,height, not 'left'"),
        ((*WHERE[:2], "--placed", "1,2,3"), "--placed takes centre, fit, x,y or x,y,width,height, not '1,2,3'"),
        ((*WHERE, "--from", "tobi"), "there is no recording called 'tobi'"),
        ((*WHERE, "--facts", "forced"), "there is no fact called 'forced'; did you mean 'forced_first'?"),
        ((*WHERE, "--where", "TRIAL_INDEX.sum() > 1"), "does more than compare (Call); compare columns with values"),
        ((*WHERE, "--data-set", "screen_width=9"), "--screen and --data-set screen_width= disagree"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(gazekit, report, words, said):
    code, _, err = gazekit("import", "report.txt", "--images", "images", *words, "-o", "paths.csv")
    assert code == 2
    assert said in err


def test_nothing_is_replaced(gazekit, report, tmp_path):
    (tmp_path / "paths.csv").write_text("mine")
    words = ("import", "report.txt", "--images", "images", *WHERE)
    assert "paths.csv exists already; give --overwrite or another name" in gazekit(*words, "-o", "paths.csv")[2]
    assert (
        "is one of the files that are read here, and would be overwritten"
        in gazekit("import", "paths.csv", "-o", "paths.csv")[2]
    )
    assert "paths.docx must end in .parquet" in gazekit(*words, "-o", "paths.docx")[2]
    assert gazekit(*words, "--overwrite", "-o", "paths.csv")[0] == 0
    assert "there is no file rec*.asc; check the folder" in gazekit("check", "rec*.asc")[2]


SELECTS = {"--where", "--name", "--facts", "--detect", "--eye"}
OF_A_RUN = {"report", "verify"}  # they read what a run says of its data, and published data


def commands(group, path=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), {option for p in command.params for option in p.opts}


def test_every_command_that_takes_data_takes_a_selection():
    takes = {
        path: options
        for path, options in commands(typer.main.get_command(app))
        if path[0] not in OF_A_RUN and (path[0] in ("import", "check") or "--data" in options)
    }
    assert len(takes) > 12
    for path, options in takes.items():
        assert options >= SELECTS, path
        assert "--screen" in options, path
        if path[0] not in ("score", "certify", "import-predictions"):  # there these are of the predictions
            assert options >= {"--columns", "--decimal", "--from"}, path


def test_a_selection_beside_predictions_and_in_figures(gazekit, report):
    few = ("--root", "images", "--where", "RECORDING_SESSION_LABEL != 'carl'", "--name", "pilot")
    data = ("--data", "report.txt", *WHERE, *few)
    left = "12 x row for which \"RECORDING_SESSION_LABEL != 'carl'\" does not hold (left out)"
    assert gazekit("predict", "centre", *data, "--quiet", "-o", "preds.csv")[0] == 0
    for words in (
        ("score", "preds.csv", *data, "--metrics", "scanmatch", "--resamples", 100, "--quiet", "--out", "scored"),
        ("certify", "preds.csv", *data, "--against", "gazekit", "-o", "certificate.json"),
        ("plot", "density", *data, "--stimulus", "kitchen", "-o", "density.svg"),
        ("plot", "density", "report.txt", *WHERE, *few, "--stimulus", "kitchen", "-o", "again.svg"),
    ):
        code, out, err = gazekit(*words)
        assert code == 0, err
        assert left in out, words
    assert json.loads(Path("scored/manifest.json").read_text())["loaded"]["options"]["where"] == few[3]
    assert Path("density.svg").read_bytes() == Path("again.svg").read_bytes()
    assert gazekit("import", "report.txt", *WHERE, "--root", "images", "-o", "paths.csv")[0] == 0
    code, out, err = gazekit(
        "export", "paths.csv", *few[:2], "--where", "subject != 'carl'", "--to", "csv", "-o", "b.csv"
    )
    assert code == 0, err
    assert sorted(pd.read_csv("b.csv")["subject"].unique()) == ["anna", "ben"]
    for words in (("plot", "saccades", "scored", "-o", "c.svg"), ("export", "scored", "--to", "csv", "-o", "c.csv")):
        code, out, err = gazekit(*words, "--where", "x > 1")
        assert code == 2
        assert "scored is a run, which says how its data were read; leave out what does so here (where)" in err
