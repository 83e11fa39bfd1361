"""Every kind of run gets a page of its own, recognised by the manifest, and it opens in a browser without an error."""

import base64
import io
import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest
from PIL import Image

from gazekit.datasets import load_dataset
from gazekit.experiments.asymmetry import asymmetry
from gazekit.experiments.shelf_search import shelf_search
from gazekit.foundations.errors import DataError
from gazekit.metrics import all_measures
from gazekit.report import write_report
from gazekit.report.content import Content, Section
from gazekit.report.page import page_of


@pytest.fixture(scope="module")
def asymmetry_run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("asymmetry") / "r"
    options = {"per_size": 1, "experiments": ["lighting"], "resamples": 40, "figures": False, "progress": False}
    asymmetry("uniform", out=folder, **options)
    return folder


@pytest.fixture(scope="module")
def shelf_run(shelves, tmp_path_factory):
    folder, data = tmp_path_factory.mktemp("shelf") / "r", shelves(n=4)
    shelf_search(data, ["uniform-object"], folder, n_samples=2, resamples=40, progress=False)
    return folder, data


@pytest.fixture(scope="module")
def captions_run(run, tmp_path_factory):
    """An evaluation with what the caption experiment adds to it."""
    folder = tmp_path_factory.mktemp("captions") / "r"
    shutil.copytree(run, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["kind"] = "captions"
    manifest["captions"] = {"observations": 24, "compared_with": "the writers' clicks", "notes": ["A <note>."]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    rows = [(m, k, 0.5 + k / 10, 0.4, 0.8, 6) for m in ("human", "a") for k in (1, 2, 3)]
    lengths = pd.DataFrame(rows, columns=["model", "length", "value", "low", "high", "stimuli"])
    lengths.to_csv(folder / "lengths.csv", index=False)
    pd.DataFrame({"gamma": [0.2], "metric": ["scanmatch"], "value": [0.4]}).to_csv(folder / "gammas.csv", index=False)
    return folder


@pytest.fixture
def other_run(tmp_path):
    """A run of an experiment that nobody has written yet."""
    request = {"kind": "new-experiment", "versions": {"gazekit": "1"}}
    manifest = {"format": "gazekit-run", "version": 1, "status": "complete", "request": request, "command": "gazekit n"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    rows = [("d", "human", "scanmatch", 0.5, 0.4, 0.6), ("d", "new", "scanmatch", 0.3, 0.2, 0.4)]
    summary = pd.DataFrame(rows, columns=["dataset", "model", "metric", "value", "low", "high"])
    summary.to_csv(tmp_path / "summary.csv", index=False)
    pd.DataFrame({"row": range(600)}).to_csv(tmp_path / "more.csv", index=False)
    return tmp_path


@pytest.fixture
def many_metrics(other_run):
    """A run with four times as many metrics as a page is wide, and eight models."""
    names = [output for measure in all_measures() for output in measure.outputs][:24]
    models = ("human", *(f"a model with a long name {k}" for k in range(7)))
    rows = [("d", m, name, 1234.5 + k, 1134.5, 1334.5) for k, name in enumerate(names) for m in models]
    summary = pd.DataFrame(rows, columns=["dataset", "model", "metric", "value", "low", "high"])
    summary.to_csv(other_run / "summary.csv", index=False)
    return other_run


def test_many_metrics_are_printed_whole(many_metrics, browser):
    text = opened(browser, write_report(many_metrics))
    assert "MultiMatch: shape" in text
    assert "in tables: <code>multimatch_vector</code>" in text
    assert "Scores of all models on d: Pairs of scanpaths (1 of" in text


def prints_well(browser):
    """No letter under 8 points, nothing cut at the right, no page but the last half empty."""
    *full, last = browser.printed()
    assert min(page.smallest for page in (*full, last)) > 7.9
    assert max(page.right for page in (*full, last)) < 0.96
    assert min((page.bottom for page in full), default=1.0) > 0.5


def test_pictures_are_printed_two_abreast(tmp_path, browser):
    """One below another, of which a page held one, they left pages half empty."""
    picture = io.BytesIO()
    Image.new("RGB", (1200, 880), "grey").save(picture, "webp")
    source = f"data:image/webp;base64,{base64.b64encode(picture.getvalue()).decode()}"
    one = f'<figure><img src="{source}" alt=""><figcaption>What is seen here.</figcaption></figure>'
    html = (
        f'<div class="figures">{11 * one}{one.replace("<figure", "<figure class=wide")}</div><p>{99 * "The end. "}</p>'
    )
    content = Content("Pictures", "", [], "", [Section("pictures", "Pictures", html)], "", {}, {})
    page = tmp_path / "pictures.html"
    page.write_text(page_of(content))
    opened(browser, page)
    *full, _ = browser.printed()
    assert len(full) < 5  # twelve pictures, of which a page held one before
    assert min(page.bottom for page in full) > 0.6


def opened(browser, page):
    browser.errors()
    browser.requests()
    browser.open(page)
    assert browser.errors() == []
    assert all(url.startswith(("file:", "data:")) for url in browser.requests())
    prints_well(browser)
    return page.read_text(encoding="utf-8")


def test_asymmetry(asymmetry_run, browser):
    text = opened(browser, write_report(asymmetry_run))
    assert "Search asymmetry: uniform" in text
    assert "uniform: mean asymmetry index" in text
    assert 'aria-label="lighting: reaction time of uniform and of people by the number of items"' in text
    assert "Search slopes" in text
    assert "An interval without width says that every display (or every person) gave the same value" in text
    assert "top_down" in text  # conditions under their given names
    assert text.count('id="image-') == 6  # the displays are made again: two conditions, three set sizes
    assert browser.run("return document.querySelectorAll('#picture image').length") == 1


def test_asymmetry_of_displays_that_are_not_at_hand(asymmetry_run, tmp_path, browser):
    folder = tmp_path / "r"
    shutil.copytree(asymmetry_run, folder)
    text = (folder / "manifest.json").read_text()
    manifest = json.loads(text)
    manifest["request"]["displays"] = "0" * 64
    (folder / "manifest.json").write_text(json.dumps(manifest))
    text = opened(browser, write_report(folder))
    assert 'id="image-' not in text
    assert browser.run("return window.explorer.shown.length") == 2


def test_shelf_search(shelf_run, browser):
    folder, data = shelf_run
    text = opened(browser, write_report(folder, dataset=data))
    assert "no model beside nulls and controls (people have a Sequence Score of " in text
    assert "paths of people are likeliest under uniform-object (a null), " in text
    assert "NLL per step" in text
    assert 'aria-label="Distance of gaze from the target by fixation"' in text
    assert "Delta of people on half of the layouts" in text
    assert browser.run("return window.explorer.names")[0] == "p0"
    card = load_dataset("shelves", layouts=["2x3"], scenes=1).card
    text = write_report(folder, dataset=replace(data, card=card)).read_text()
    assert "(simulated searchers have a Sequence Score of " in text
    assert "paths of simulated searchers are likeliest under" in text
    without = opened(browser, write_report(folder))
    assert "no people’s scanpaths here" in without


def test_captions(captions_run, evil, browser):
    text = opened(browser, write_report(captions_run, dataset=evil))
    assert "captions and gaze" in text
    assert "Plausibility of every row by the length of the window" in text
    assert "<summary>gammas.csv</summary>" in text
    assert "A &lt;note&gt;." in text


def test_an_experiment_that_nobody_has_written_yet(other_run, browser):
    text = opened(browser, write_report(other_run))
    assert "new-experiment: d" in text
    assert "The first 500 of 600 rows." in text
    (other_run / "summary.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"lacks the column 'dataset'; a report needs dataset, model"):
        write_report(other_run)


def test_data_that_are_not_those_of_the_run(copied, dataset_of, evil):
    fewer = evil.select(stimuli=evil.stimuli[:3])
    text = write_report(copied, dataset=fewer).read_text(encoding="utf-8")
    assert "its hash differs" in text
    assert text.count('id="image-') == 3
    assert "was not at hand" in write_report(copied, dataset=dataset_of(seed=1)).read_text(encoding="utf-8")


def test_a_run_without_a_summary_has_no_page(copied):
    text = (copied / "manifest.json").read_text()
    (copied / "manifest.json").write_text(json.dumps({**json.loads(text), "kind": "oat"}))
    (copied / "summary.csv").unlink()
    with pytest.raises(DataError, match=r"a run of the kind 'oat' has no summary.csv, so it has no page; look at the"):
        write_report(copied)
