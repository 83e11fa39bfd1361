"""Tables of one's own on the command line: how they are read is said once, kept in the manifest, and read again."""

import json

import pandas as pd
import pytest
from PIL import Image

NAMES = {"x": "FIX_X", "y": "FIX_Y", "subject": "RECORDING_SESSION_LABEL", "duration_ms": "CURRENT_FIX_DURATION"}
COLUMNS = ",".join(f"{ours}={theirs}" for ours, theirs in NAMES.items())
FEW = ("--models", "centre", "--metrics", "scanmatch", "--samples", 1, "--no-nulls", "--resamples", 100, "--quiet")


@pytest.fixture
def people(dataset_of, tmp_path):
    """A table of three people on four images, and the folder of these images."""
    data = dataset_of(n_stimuli=4)
    (tmp_path / "images").mkdir()
    for trial in data.trials:
        Image.new("RGB", tuple(map(int, trial.frame.size))).save(tmp_path / "images" / f"{trial.stimulus}.png")
    columns = ["stimulus", "subject", "fixation", "x", "y", "duration_ms"]
    return data.scanpaths.to_table()[columns].round({"x": 2, "y": 2})


def test_a_report_of_an_eye_tracker_gives_the_numbers_of_a_plain_table(gazekit, people, tmp_path):
    plain, report = tmp_path / "plain.csv", tmp_path / "report.txt"
    people.to_csv(plain, index=False)
    people.rename(columns=NAMES).to_csv(report, index=False, sep=";", decimal=",", na_rep=".")
    images = ("--root", tmp_path / "images")
    how = ("--columns", COLUMNS, "--separator", "semicolon", "--decimal", ",")
    assert gazekit("evaluate", "--data", plain, *images, *FEW, "--out", tmp_path / "a")[0] == 0
    code, _, err = gazekit("evaluate", "--data", report, *images, *how, *FEW, "--out", tmp_path / "b")
    assert code == 0, err
    assert (tmp_path / "a/summary.csv").read_bytes() == (tmp_path / "b/summary.csv").read_bytes()
    kept = json.loads((tmp_path / "b/manifest.json").read_text())["loaded"]["options"]
    assert kept == {"columns": NAMES, "sep": ";", "decimal": ","}
    page = (tmp_path / "b/report.html").read_bytes()
    (tmp_path / "b/report.html").unlink()
    code, _, err = gazekit("report", tmp_path / "b")  # reads the table again, in the same way
    assert (code, "without" in err) == (0, False), err
    assert (tmp_path / "b/report.html").read_bytes() == page


def test_predictions_of_a_copy_in_another_size(gazekit, people, tmp_path):
    people.to_csv(tmp_path / "plain.csv", index=False)
    with Image.open(tmp_path / "images" / f"{people['stimulus'][0]}.png") as image:
        width, height = image.size
    mine = people.drop(columns="subject").assign(sample=people["subject"].factorize()[0])
    mine.to_csv(tmp_path / "full.csv", index=False)
    copy = mine.assign(x=mine["x"] * 512 / width, y=mine["y"] * 320 / height)
    copy.rename(columns={"x": "X_PX", "sample": "path"}).to_csv(tmp_path / "copy.csv", index=False, sep="|")
    data = ("--data", tmp_path / "plain.csv", "--root", tmp_path / "images", *FEW[2:4], *FEW[6:])
    assert gazekit("score", tmp_path / "full.csv", *data, "--out", tmp_path / "a")[0] == 0
    how = ("--size", "512x320", "--columns", "x=X_PX,sample=path", "--separator", "pipe")
    code, said, err = gazekit("score", tmp_path / "copy.csv", *data, *how, "--out", tmp_path / "b")
    assert code == 0, err
    assert f"{people.groupby(['stimulus', 'subject']).ngroups} paths matched, 0 left out" in said
    full, small = (pd.read_csv(tmp_path / run / "summary.csv").set_index("model") for run in "ab")
    pd.testing.assert_series_equal(full["value"], small["value"], atol=1e-9)


@pytest.mark.parametrize(
    ("command", "options", "message"),
    [
        ("check {}", ("--columns", "FIX_X"), "--columns 'FIX_X' is not of the form x=FIX_X, our name first"),
        ("check {}", ("--columns", "x=a,x=b"), "--columns x is given twice; give one name"),
        ("check {}", ("--columns", "x=a", "--data-set", "columns=x=b"), "--columns and --data-set columns= disagree"),
        ("check {}", ("--separator", "dots"), "--separator 'dots' must be one character, or one of comma, semicolon"),
        ("check {}", ("--separator", ";", "--data-set", "sep=,"), "--separator and --data-set sep= disagree"),
        ("check {}", ("--decimal", ",,"), "sep=',' and decimal=',,' must be one character each"),
        ("check {}", ("--columns", "x=FIX_X"), "no column 'FIX_X'"),
        ("check {}", ("--data-set", "facts=forced"), "there is no fact called 'forced'; did you mean 'forced_first'?"),
        ("check {}", ("--data-set", "px_per_degree=a"), "px_per_degree must be a number or None, not 'a'"),
        ("check {}", ("--data-set", "where=7"), "where='7' is neither true nor false"),
        ("check {}", ("--data-set", "boxes=3"), "there is no file 3"),
        ("check osie", ("--columns", "x=FIX_X"), "'columns' is an option of tables of your own; 'osie' is a published"),
        ("check osie", ("--decimal", ","), "'decimal' is an option of tables of your own; 'osie' is a published"),
        ("score {0} --data {0}", ("--size", "5by3"), "--size '5by3' must be WIDTHxHEIGHT, as 512x320"),
        ("score {0} --data {0}", ("--predictions-set", "width=5"), "--predictions-set width= is not for predictions"),
    ],
)
def test_mistakes_end_in_one_sentence(gazekit, tmp_path, command, options, message):
    table = tmp_path / "t.csv"
    table.write_text("stimulus,x,y,width,height\na,1,2,10,10\na,3,4,10,10\n")
    code, _, err = gazekit(*command.format(table).split(), *options)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
