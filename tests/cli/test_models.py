import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from gazekit.cli.app import app
from gazekit.cli.models import FACTS
from gazekit.models import ScanpathModel, models

ROOT = Path(__file__).parents[2]


def run(*arguments):
    return CliRunner().invoke(app, ["models", *arguments])


def test_every_model_is_listed():
    result = run()
    assert result.exit_code == 0
    titles = [line for line in result.output.splitlines() if line and not line.startswith(" ")]
    assert set(titles) == set(models)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        pytest.param("centre", ["spread=0.25", "needs: nothing", "spread : float or"], id="centre"),
        pytest.param("levy", ["saliency=conspicuity", "needs: image", "source: Boccignone and Ferraro"], id="levy"),
        pytest.param(
            "other-image", ["same_size=10", "learns from human scanpaths, and cannot do without"], id="other-image"
        ),
    ],
)
def test_one_model_is_explained(name, parts):
    output = run(name).output
    assert all(part in output for part in parts), output


def test_unknown_model():
    result = run("ittikock")
    assert result.exit_code != 0
    assert "did you mean 'ittikoch'?" in str(result.exception)


class _Broken:
    value = "somewhere:Model"
    name = "broken-plugin"

    def load(self):
        raise ImportError("no module named somewhere")


class _Bare(ScanpathModel):
    name = "bare"

    def __init__(self, size, *rest, **more):
        self.size = size

    def predict(self, trials, **options):
        raise NotImplementedError


class _Plain:
    name = "plain"

    def load(self):
        return _Bare


def test_plug_ins_are_listed_even_if_they_cannot_be_loaded(monkeypatch):
    plugins = {"broken": _Broken(), "plain": _Plain()}
    monkeypatch.setattr(type(models), "_plugins", lambda self: plugins)
    monkeypatch.setattr("gazekit.cli.models.entry_points", lambda group: [SimpleNamespace(name=n) for n in plugins])
    output = run().output
    assert "of another package (somewhere:Model) cannot be loaded: ImportError: no module named somewhere" in output
    assert "options: size\n" in output
    assert "uniform\n" in output


def test_help_has_an_example():
    assert "Example: gazekit models centre" in " ".join(run("--help").output.split())


def test_what_is_written_of_the_models_is_what_their_classes_say():
    script = runpy.run_path(str(ROOT / "docs" / "models" / "facts.py"))
    assert json.loads(FACTS.read_text()) == script["all_facts"](), "run python docs/models/facts.py"
