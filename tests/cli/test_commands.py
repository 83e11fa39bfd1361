"""The command line as people use it: in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from skimage.io import imsave

COMMANDS = [
    *("demo", "datasets", "models", "metrics", "predict", "score", "evaluate", "train", "asymmetry"),
    *("shelf-search", "report", "verify"),
]


@pytest.fixture
def own(tmp_path, small_dataset):
    """A user's own data as CSV, with an images folder."""
    table = small_dataset.scanpaths.to_table()
    table.to_csv(tmp_path / "people.csv", index=False)
    (tmp_path / "images").mkdir()
    for trial in small_dataset.trials:
        imsave(tmp_path / "images" / f"{trial.stimulus}.png", trial.image, check_contrast=False)
    return tmp_path


def test_help_of_every_command_has_an_example(gazekit):
    code, out, _ = gazekit("--help")
    assert code == 0
    for command in COMMANDS:
        assert command in out
        code, text, _ = gazekit(command, "--help")
        assert code == 0
        assert "gazekit " + command in text or "Example" in text, command


def test_version(gazekit):
    assert gazekit("--version")[1].startswith("gazekit 0.")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["evaluate", "--data", "osi", "--root", ".", "--out", "r"], "did you mean 'osie'", id="data"),
        pytest.param(["evaluate", "--data", "osie", "--root", "nowhere", "--out", "r"], "nowhere", id="root"),
        pytest.param(
            ["evaluate", "--data", "demo", "--models", "centr", "--out", "r"], "did you mean 'centre'", id="model"
        ),
        pytest.param(["evaluate", "--data", "demo", "--metrics", "scanmath", "--out", "r"], "'scanmatch'", id="metric"),
        pytest.param(["evaluate", "--data", "demo", "--models", ",", "--out", "r"], "at least one name", id="empty"),
        pytest.param(["report", "nowhere"], "is not a run folder", id="report"),
        pytest.param(["score", "nowhere.csv", "--data", "demo"], "nowhere.csv", id="file"),
        pytest.param(["models", "ittikok"], "did you mean 'ittikoch'", id="models"),
        pytest.param(["metrics", "scan"], "scanmatch", id="metrics"),
    ],
)
def test_mistakes_end_in_one_sentence(gazekit, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, _, err = gazekit(*arguments)
    assert code == 2
    assert message in err
    assert err.startswith("gazekit: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_own_data_from_csv_to_report(gazekit, own):
    run = own / "run"
    data = ("--data", own / "people.csv", "--root", own / "images")
    code, out, err = gazekit("evaluate", *data, "--models", "centre,ittikoch", "--samples", 2, "--out", run, "--quiet")
    assert code == 0, err
    assert "human" in out
    assert "(chance: best null)" in out
    assert (run / "report.html").read_text(encoding="utf-8").count('id="image-') == 6
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["command"].startswith("gazekit evaluate --data")


def test_predict_then_score(gazekit, own):
    file = own / "centre.parquet"
    data = ("--data", own / "people.csv", "--root", own / "images")
    code, out, err = gazekit("predict", "centre", *data, "--samples", 5, "-o", file, "--quiet")
    assert code == 0, err
    assert "30 scanpaths" in out
    code, _, err = gazekit("predict", "centre", *data, "-o", file, "--quiet")
    assert code == 2
    assert "exists already" in err
    alone = ("--lengths", "own", "--no-nulls", "--quiet")
    code, out, err = gazekit("score", file, *data, "--out", own / "scored", *alone)
    assert code == 0, err
    code, _, err = gazekit("evaluate", *data, "--models", "centre", "--out", own / "evaluated", *alone)
    assert code == 0, err
    scored, evaluated = (pd.read_csv(own / run / "summary.csv") for run in ("scored", "evaluated"))
    assert set(evaluated["role"]) == {"people", "chance", "image-blind"}  # no word that CSV takes for a gap
    # Paths in a file are of a model, whatever its name, and do not say which people they have their lengths from.
    spread = ["low", "high", "se"]
    same = [name for name in evaluated if name not in ("role", *spread)]
    pd.testing.assert_frame_equal(scored[same], evaluated[same])
    people = evaluated["model"] == "human"
    pd.testing.assert_frame_equal(scored.loc[people, spread], evaluated.loc[people, spread])
    assert scored["se"][1] < evaluated["se"][1]  # of ScanMatch


def test_results_as_json(gazekit, own):
    data = ("--data", own / "people.csv", "--root", own / "images", "--quiet", "--json")
    metrics = ("--metrics", "scanmatch")
    code, out, err = gazekit("evaluate", *data, "--models", "uniform", *metrics, "--out", own / "run")
    assert code == 0, err
    found = json.loads(out)
    assert (code, err, found["run"]) == (0, "", str(own / "run"))
    table = pd.read_csv(own / "run" / "summary.csv")
    assert [row["value"] for row in found["summary"]] == pytest.approx(table["value"].tolist(), abs=1e-12)
    assert {row["model"] for row in found["shares"]} <= set(table["model"])
    predictions = own / "mine.csv"
    pd.read_csv(own / "people.csv").query("subject == 'p0'")[["stimulus", "x", "y"]].to_csv(predictions, index=False)
    code, out, err = gazekit("score", predictions, *data, *metrics, "--out", own / "score")
    assert code == 0, err
    assert (code, json.loads(out)["report"]) == (0, str(own / "score" / "report.html"))
    assert "paths matched" in err


def test_score_a_bare_csv(gazekit, own):
    """stimulus, x, y and nothing else: frames come from the data set."""
    table = pd.read_csv(own / "people.csv").query("subject == 'p0'")[["stimulus", "x", "y"]]
    table.to_csv(own / "mine.csv", index=False)
    code, out, err = gazekit(
        "score", own / "mine.csv", "--data", own / "people.csv", "--root", own / "images", "--out", own / "r", "--quiet"
    )
    assert code == 0, err
    assert "6 paths matched, 0 left out, 0 of 6 trials without a prediction" in out


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        pytest.param({"x": [None]}, [], "x", id="nan"),
        pytest.param({"x": ["left"]}, [], "left", id="text"),
        pytest.param(
            {"stimulus": ["other"]},
            [],
            "path of an unknown stimulus (left out): 'other'; there are 'img0'",
            id="stimulus",
        ),
        pytest.param({"width": [99], "height": [99]}, [], "rescale", id="frame"),
    ],
)
def test_bad_predictions(gazekit, own, change, options, message):
    row = {"stimulus": ["img0"], "x": [5.0], "y": [5.0], **change}
    pd.DataFrame(row).to_csv(own / "bad.csv", index=False)
    code, _, err = gazekit(
        "score",
        own / "bad.csv",
        "--data",
        own / "people.csv",
        "--root",
        own / "images",
        "--out",
        own / "r",
        "--quiet",
        *options,
    )
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_ctrl_c_leaves_a_folder_that_resumes(tmp_path):
    """A real process, really interrupted, twice; then the same tables as an undisturbed run."""
    command = [sys.executable, "-m", "gazekit", "evaluate", "--data", "demo", "--models", "ittikoch,levy"]
    environment = {**os.environ, "MPLBACKEND": "Agg"}
    whole = subprocess.run(
        [*command, "--out", tmp_path / "whole", "--quiet"], env=environment, capture_output=True, check=True
    )
    assert b"report" in whole.stdout
    out = tmp_path / "r"
    running = subprocess.Popen([*command, "--out", out], env=environment, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list(out.glob("parts/*.scores.parquet")):  # people are done, and the slow models are not
        assert time.monotonic() < deadline
        assert running.poll() is None
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 2
    assert "run the same command again to resume" in err
    assert "Traceback" not in err
    subprocess.run([*command, "--out", out, "--quiet"], env=environment, check=True, capture_output=True)
    for name in ("scores.parquet", "summary.csv", "predictions.parquet"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


@pytest.mark.slow
def test_a_disk_that_refuses_is_one_sentence_and_the_run_resumes(tmp_path):
    """The system refuses to write more than 6 kB into one file: what a full disk does, without filling one."""
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)); "
    limited += "sys.argv[0] = 'gazekit'; from gazekit.cli import main; main()"
    arguments = ["evaluate", "--data", "demo", "--models", "uniform", "--out", str(tmp_path / "r"), "--quiet"]
    environment = {**os.environ, "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR", ""), "MPLBACKEND": "Agg"}
    done = subprocess.run([sys.executable, "-c", limited, *arguments], capture_output=True, text=True, env=environment)
    assert done.returncode == 2, done.stderr
    assert "was not written" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list((tmp_path / "r").rglob("*.part"))
    again = subprocess.run(
        [sys.executable, "-m", "gazekit", *arguments], capture_output=True, text=True, env=environment
    )
    assert again.returncode == 0, again.stderr


@pytest.mark.slow
def test_demo_report_and_markdown(gazekit, tmp_path):
    run = tmp_path / "demo"
    code, out, err = gazekit("demo", "--out", run, "--quiet")
    assert code == 0, err
    assert "simulated" in out
    assert out.strip().endswith(str(run / "demo.html"))
    demo = (run / "demo.html").read_bytes()
    assert demo.count(b"<figure") == 10
    assert b"simulated here: their numbers say nothing about people" in demo
    for part in ("free-viewing", "search", "object-search"):
        assert f'href="{part}/report.html"'.encode() in demo
        assert (run / part / "report.html").is_file()
    page = run / "free-viewing" / "report.html"
    assert "The observers are simulated" in page.read_text()
    first = page.read_bytes()
    code, out, err = gazekit("report", page.parent, "--markdown", tmp_path / "demo.md")
    assert code == 0, err
    assert page.read_bytes() == first  # the data set was found again by what the manifest says
    text = (tmp_path / "demo.md").read_text()
    assert "| human |" in text
    assert "gazekit demo --out" in text
    assert gazekit("demo", "--out", run, "--quiet")[0] == 0  # twice
    assert (run / "demo.html").read_bytes() == demo


def test_a_report_whose_data_have_gone_says_so(gazekit, own):
    data = ("--data", own / "people.csv", "--root", own / "images")
    assert gazekit("evaluate", *data, "--models", "uniform", "--out", own / "r", "--quiet")[0] == 0
    (own / "people.csv").unlink()
    code, _, err = gazekit("report", own / "r")
    assert code == 0
    assert "without scanpaths" in err
    assert "people.csv" in err


@pytest.mark.slow
@pytest.mark.data
def test_a_real_search_set_end_to_end(gazekit, data_root, tmp_path):
    code, _, err = gazekit(
        "evaluate", "--data", "object-arrays", "--root", data_root / "visual_search" / "saccade", "--models", "uniform",
        "--metrics", "scanmatch", "--samples", 1, "--out", tmp_path / "r", "--quiet",
    )  # fmt: skip
    assert code == 0, err
    manifest = json.loads((tmp_path / "r" / "manifest.json").read_text())
    assert manifest["data"]["before_scoring"] == ["The forced first fixation of every human path was dropped."]
    summary = pd.read_csv(tmp_path / "r" / "summary.csv").set_index("model")["value"]
    assert summary["uniform"] < summary["human"]


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "where", "file"),
    [
        pytest.param("osie", "osie", "eye/fixations.mat", id="mat"),
        pytest.param("bookcovers", "bookcovers", "Amazon.json", id="json"),
        pytest.param("waldo", "visual_search/saccade/Waldo", "fix/human_all.npy", id="npy"),
    ],
)
@pytest.mark.parametrize("keep", [0, 1000], ids=["empty", "truncated"])
def test_broken_published_files(gazekit, data_root, tmp_path, name, where, file, keep):
    for source in (data_root / where).rglob("*"):
        if source.suffix in (".mat", ".json", ".npy"):
            target = tmp_path / "data" / source.relative_to(data_root / where)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    broken = tmp_path / "data" / file
    broken.write_bytes(broken.read_bytes()[:keep])
    code, _, err = gazekit("evaluate", "--data", name, "--root", tmp_path / "data", "--out", tmp_path / "r", "--quiet")
    assert code == 2
    assert broken.name in err
    assert err.count("\n") == 1
    assert not (tmp_path / "r").exists()


def test_a_truncated_predictions_file(gazekit, own):
    file = own / "p.parquet"
    data = ("--data", own / "people.csv", "--root", own / "images")
    assert gazekit("predict", "centre", *data, "-o", file, "--quiet")[0] == 0
    file.write_bytes(file.read_bytes()[:-100])
    code, _, err = gazekit("score", file, *data, "--out", own / "r", "--quiet")
    assert code == 2
    assert "p.parquet" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(("policy", "word"), [("clip", "moved to its edge"), ("drop", "dropped")])
def test_points_outside_are_treated_as_asked_and_counted(gazekit, own, policy, word):
    table = pd.read_csv(own / "people.csv")
    table.loc[:4, "x"] = 5000.0
    table.to_csv(own / "people.csv", index=False)
    code, out, err = gazekit(
        "evaluate", "--data", own / "people.csv", "--root", own / "images", "--models", "uniform", "--outside", policy,
        "--out", own / "r", "--quiet",
    )  # fmt: skip
    assert code == 0, err
    assert "5 x" in out
    assert word in out


def test_folds_are_asked_for_on_the_command_line(gazekit, own, tmp_path):
    asked = (
        "evaluate",
        "--data",
        own / "people.csv",
        "--models",
        "centre",
        "--metrics",
        "scanmatch",
        "--out",
        tmp_path / "r",
    )
    code, _, error = gazekit(*asked, "--folds", 3)
    assert (code, "folds by stimulus change nothing here" in error) == (2, True)
    code, _, error = gazekit(*asked, "--folds", 2, "--fold-by", "subjects")
    assert (code, "did you mean 'subject'" in error) == (2, True)
    code, _, error = gazekit(*asked, "--folds", 99)
    assert (code, "too few for 99 folds" in error) == (2, True)
