"""The leaderboard: every committed line comes from a committed run, and what cannot be traced is refused."""

import hashlib
import importlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gazekit import evaluate

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def board():
    sys.path.insert(0, str(DOCS))
    try:
        yield importlib.import_module("leaderboard")
    finally:
        sys.path.remove(str(DOCS))


@pytest.fixture(scope="module")
def finished(dataset_of, tmp_path_factory):
    """Two finished runs of the same made-up data."""
    folder = tmp_path_factory.mktemp("runs")
    options = {"n_samples": 1, "resamples": 100, "nulls": False, "progress": False}
    metrics = ["scanmatch", "sequence_score"]
    for name, models in (("one", ["uniform", "centre-point"]), ("two", ["uniform", "centre"])):
        command = f"gazekit evaluate --data made-up --models {','.join(models)} --out {folder / name} --quiet"
        evaluate(dataset_of(3, 3), [*models, "other-image"], metrics, out=folder / name, command=command, **options)
    return folder


@pytest.fixture
def committed(board, finished, tmp_path):
    """Both runs, taken in."""
    for name in ("one", "two"):
        board.add(finished / name, f"made-up-{name}", tmp_path / "committed")
    return tmp_path / "committed"


def lines_of(page, start):
    return [line for line in page.splitlines() if line.startswith(start)]


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_the_committed_page_is_what_the_committed_runs_give(board):
    board.check()


def test_no_committed_manifest_names_a_machine(board):
    manifests = sorted(board.RUNS.glob("*/manifest.json"))
    assert manifests
    for file in manifests:
        text = file.read_text()
        assert not [part for part in ("/home/", "/root/", "/Users/", ":\\\\") if part in text]


def test_models_of_two_runs_of_the_same_data_share_a_table(board, committed):
    page = board.page(committed)
    assert len(lines_of(page, "## ")) == 1
    first = page[page.index("### Order") : page.index("### ScanMatch: differences")]
    assert {line.split(" | ")[-1].strip(" |") for line in lines_of(first, "| `uniform`")} == {"made-up-one"}
    assert {line.split(" | ")[-1].strip(" |") for line in lines_of(first, "| `centre`")} == {"made-up-two"}
    assert len(lines_of(first, "| **people**")) == len(lines_of(first, "| `other-image` (null)")) == 1
    assert len(lines_of(first, "| `centre-point` (control)")) == 1
    assert "`centre`; not shown again: `human`, " in page


def test_a_run_brings_its_manifest_its_command_and_its_hash(board, committed):
    page = board.page(committed)
    for name in ("made-up-one", "made-up-two"):
        assert f"[{name}](results/runs/{name}/manifest.json)" in page
        assert f"--out runs/{name} --quiet" in page  # not where the folder lay
        assert json.loads((committed / name / "manifest.json").read_text())["summary_sha256"][:12] in page


def test_other_data_get_a_table_of_their_own(board, committed, dataset_of, tmp_path):
    evaluate(
        dataset_of(4, 3), ["uniform"], ["scanmatch"], out=tmp_path / "x", n_samples=1, resamples=100, progress=False
    )
    board.add(tmp_path / "x", "more", committed)
    assert lines_of(board.page(committed), "## ") == ["## made-up, 3 stimuli", "## made-up, 4 stimuli"]


@pytest.mark.parametrize(("samples", "shown"), [(1, True), (2, False)])
def test_a_later_run_adds_measures_of_a_model_made_in_the_same_way(
    board, committed, dataset_of, tmp_path, samples, shown
):
    options = {"resamples": 100, "nulls": False, "progress": False, "n_samples": samples}
    evaluate(dataset_of(3, 3), ["uniform", "other-image"], ["scanmatch", "dtw"], out=tmp_path / "x", **options)
    board.add(tmp_path / "x", "more", committed)
    uniform = lines_of(board.page(committed), "| `uniform`")[0]
    assert uniform.endswith("| made-up-one, more |") if shown else uniform.endswith("| made-up-one |")
    people = lines_of(board.page(committed), "| **people**")[0]
    assert people.endswith("| made-up-one, more |") == shown  # a measure that no model has gets no column


def test_another_seed_has_a_table_of_its_own(board, committed, finished, dataset_of, tmp_path):
    options = {"resamples": 100, "nulls": False, "progress": False, "n_samples": 1}
    models = ["uniform", "centre:spread=0.2", "other-image"]
    evaluate(dataset_of(3, 3), models, ["scanmatch"], out=tmp_path / "x", seed=7, **options)
    board.add(tmp_path / "x", "seven", committed)
    page = board.page(committed)
    start, end = page.index("### ScanMatch: other seeds"), page.index("### Runs")
    assert page[start:end].count("| `") == 2  # nobody made the third one with another seed
    assert len(lines_of(page[:start], "| `uniform`")) == 1
    scores = [
        pd.read_csv(folder / "summary.csv").set_index(["model", "metric"]).loc[("uniform", "scanmatch"), "value"]
        for folder in (finished / "one", tmp_path / "x")
    ]
    assert lines_of(page[start:], "| `uniform`") == [
        f"| `uniform` (null) | {scores[0]:.4f} | {scores[1]:.4f} | {np.std(scores, ddof=1):.4f} |"
    ]
    assert "| `centre:spread=0.2`; another seed: `human`, `uniform`, `other-image` |" in page


def test_an_edited_summary_is_refused(board, committed):
    edit(committed / "made-up-one" / "summary.csv", "uniform", "magic")
    with pytest.raises(board.LeaderboardError, match=r"made-up-one: summary.csv is not the one that its manifest"):
        board.page(committed)


def test_edited_differences_are_refused(board, committed):
    edit(committed / "made-up-one" / "differences.csv", "uniform", "magic")
    with pytest.raises(
        board.LeaderboardError, match=r"made-up-one: differences.csv is absent, or not the one that its"
    ):
        board.page(committed)


def test_differences_of_a_table_hold_together(board, dataset_of, tmp_path):
    folder = tmp_path / "x"
    results = evaluate(
        dataset_of(4, 3), ["ittikoch"], ["scanmatch"], out=folder, n_samples=1, resamples=100, progress=False
    )
    board.add(folder, "one", tmp_path / "committed")
    page = board.page(tmp_path / "committed").replace(board.NO_BREAK, " ")
    part = page[page.index("### ScanMatch: differences in the run one") : page.index("### Runs")]
    (said,) = lines_of(part, "| `ittikoch`")
    null = results.summary.query("role == 'chance'")["model"].iloc[0]
    assert f"| | minus chance, `{null}` | minus people |" in part
    rows = results.differences.set_index(["model_a", "model_b"])
    over = rows.loc["ittikoch", null]  # models stand before nulls, people before all
    under = rows.loc["human", "ittikoch"]
    wanted = [
        (over.difference, over.sim_low, over.sim_high),
        (-under.difference, -under.sim_high, -under.sim_low),
    ]
    assert said == f"| `ittikoch` | {' | '.join(f'{d:+.3f} [{low:+.3f}, {high:+.3f}]' for d, low, high in wanted)} |"
    assert over.sim_high - over.sim_low > over.high - over.low


def test_an_edited_line_is_found(board, committed, tmp_path):
    written = tmp_path / "page.md"
    written.write_text(board.page(committed))
    board.check(committed, written)
    line = lines_of(written.read_text(), "| `centre`")[0]
    edit(written, line, line.replace("0.", "0.9", 1))
    with pytest.raises(board.LeaderboardError, match=r"page.md, line \d+ comes from no committed run: \| `centre`"):
        board.check(committed, written)
    edit(written, line.replace("0.", "0.9", 1) + "\n", "")
    with pytest.raises(board.LeaderboardError, match="run `make leaderboard`"):
        board.check(committed, written)


def test_a_missing_manifest_is_found(board, committed):
    (committed / "made-up-two" / "manifest.json").unlink()
    with pytest.raises(board.LeaderboardError, match=r"made-up-two: manifest.json is missing; add the run again"):
        board.page(committed)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param('"status": "complete"', '"status": "running"', "not that of a finished", id="unfinished"),
        pytest.param('"name": "uniform"', '"name": "other"', "model 'uniform' of summary.csv is not in", id="model"),
        pytest.param('"sequence_score": {', '"dtw": {', "measure 'sequence_score' of summary.csv", id="metric"),
        pytest.param('"name": "made-up",\n   "sha256"', '"name": "b",\n   "sha256"', "dataset 'made-up' of", id="data"),
        pytest.param("--quiet", "--root /home/ann/osie", "names a place of one machine", id="path"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused(board, committed, old, new, message):
    edit(committed / "made-up-one" / "manifest.json", old, new)
    with pytest.raises(board.LeaderboardError, match=message):
        board.page(committed)


def test_two_runs_that_disagree_about_people_are_refused(board, committed):
    folder = committed / "made-up-two"
    table = (folder / "summary.csv").read_text().splitlines()
    row = next(k for k, line in enumerate(table) if line.startswith("made-up,human,scanmatch"))
    cells = table[row].split(",")
    cells[3] = str(float(cells[3]) + 0.01)
    table[row] = ",".join(cells)
    (folder / "summary.csv").write_text("\n".join(table) + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["summary_sha256"] = hashlib.sha256((folder / "summary.csv").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(board.LeaderboardError, match="run made-up-two: people's scanmatch is .* in run made-up-one"):
        board.page(committed)


@pytest.mark.parametrize("file", ["summary.csv", "differences.csv"])
def test_a_table_that_its_scores_do_not_give_is_not_taken_in(board, finished, tmp_path, file):
    shutil.copytree(finished / "one", tmp_path / "one")
    edit(tmp_path / "one" / file, "0.", "0.9")
    with pytest.raises(board.LeaderboardError, match=rf"{file} is not what its scores give"):
        board.add(tmp_path / "one", "one", tmp_path / "committed")
    assert not (tmp_path / "committed").exists()


def test_arguments(board):
    with pytest.raises(board.LeaderboardError, match="use no argument, --check, --add RUN_FOLDER NAME, or --evaluate"):
        board.main(["--ad"])


def test_the_runs_to_make_name_models_measures_and_data_that_there_are(board):
    from gazekit.datasets import datasets
    from gazekit.metrics import measures
    from gazekit.models import models

    for name, run in board.chosen_runs().items():
        assert run["samples"] >= 3, name
        assert run["data"] in datasets
        assert {model.partition(":")[0] for model in run["models"]} <= {*models, "salient-corner"}  # of examples/
        assert set(run["metrics"]) <= set(measures)
