"""The documentation site: its generated pages leave nothing out, it builds without a warning, and loads nothing."""

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from gazekit.cli.app import app
from gazekit.metrics import all_measures
from gazekit.models import models
from gazekit.protocols import protocols

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def pages(monkeypatch):
    """The function that makes the generated pages of one kind: pages("command")."""
    monkeypatch.syspath_prepend(ROOT / "docs" / "reference")
    return lambda kind: getattr(import_module(f"{kind}_pages"), f"{kind}_pages")()


def test_every_command_and_option_has_a_page(pages):
    made = pages("command")
    for name, command in get_command(app).commands.items():
        page = made[f"reference/commands/{name}.md"]
        for below in [command, *getattr(command, "commands", {}).values()]:
            assert f" {below.name}\n" in page
            for parameter in below.params:
                assert parameter.opts[0] == "--help" or any(
                    f"`{o}`" in page for o in (*parameter.opts, parameter.name.upper())
                )
        assert f"({name}.md)" in made["reference/commands/index.md"]


def test_options_say_their_defaults(pages):
    page = pages("command")["reference/commands/evaluate.md"]
    assert "| `--data` | Name of a data set" in page
    assert re.search(r"\| `--samples` \|.*\| `5` \|", page)
    assert re.search(r"\| `--seed` \|.*\| `0` \|", page)
    assert re.search(r"\| `--out` \|.*\| needed \|", page)
    assert "```sh\ngazekit evaluate --data osie" in page


def test_every_metric_is_in_the_index(pages):
    index = pages("metric")["metrics/index.md"]
    for measure in all_measures():
        assert f"`{measure.name}`" in index
    assert "[`dtw_per_step`](dtw.md)" in index


def test_every_protocol_is_described(pages):
    page = pages("protocol")["reference/protocols.md"]
    for protocol in protocols.usable():
        assert f"\n## {protocol.name}\n" in page
        for text in (protocol.paper, *protocol.effects, *(score.name for score in protocol.scores)):
            assert text in page


def test_every_public_name_is_explained_once(pages):
    made = pages("api")
    text = "\n".join(made.values())
    places = re.findall(r"^::: (\S+)", text, flags=re.MULTILINE)
    assert len(places) == len(set(places))
    assert "gazekit.core.frames.Frame" in places
    assert "gazekit.metrics.strings.scanmatch.scanmatch" in places
    assert "gazekit.models.baselines.levy.Levy" in places


def test_every_notebook_is_a_page(pages):
    made = pages("notebook")
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        assert "```python" in made[f"notebooks/{path.stem}.md"]
        assert f"({path.stem}.md)" in made["notebooks/index.md"]


def test_every_model_is_in_the_index():
    index = (ROOT / "docs" / "models" / "index.md").read_text()
    assert [name for name in models._entries if f"`{name}`" not in index] == []


def test_every_link_of_the_readme_leads_somewhere():
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / "README.md").read_text())
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.slow
def test_the_site_builds_without_a_warning_and_loads_nothing(tmp_path):
    pytest.importorskip("mkdocs")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = sorted(tmp_path.rglob("*.html"))
    assert len(made) > 60
    loading = re.compile(r"<(?:script|link|img|iframe|source|video)\b[^>]*?(?:src|href)=[\"']?(?:https?:)?//[^>]*>")
    for page in made:
        text = page.read_text()
        assert not loading.search(text), page
        assert 'class="mermaid"' not in text, "the theme fetches mermaid from elsewhere"
    for sheet in tmp_path.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", sheet.read_text()), sheet
