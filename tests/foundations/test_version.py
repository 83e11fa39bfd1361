"""The name under which this toolkit is installed: `gazekit` on the public package index is another project."""

import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from gazekit.foundations import version

ROOT = Path(__file__).resolve().parents[2]
ROOMS, SUFFIXES = ("gazekit", "docs", "notebooks", "examples", "supply"), {".py", ".md", ".ipynb", ".toml"}
OTHERS_NAME = ("gazekit[", "pip install gazekit ", "pip install gazekit`", 'dependencies = ["gazekit"]')


def test_the_name_and_version_are_those_of_the_project_file():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert (project["name"], project["version"]) == (version.DISTRIBUTION, version.__version__)
    assert version.DISTRIBUTION != version.OTHER_PROJECT


def test_what_is_installed_says_so():
    assert metadata.version(version.DISTRIBUTION) == version.__version__
    assert version.mixed_up() == ""


def test_the_other_project_beside_this_one_is_told(tmp_path, monkeypatch, capsys):
    about = tmp_path / "gazekit-0.0.3.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gazekit\nVersion: 0.0.3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert "pip uninstall gazekit gazekit-scanpaths, then install" in version.mixed_up()
    monkeypatch.setattr("sys.argv", ["gazekit", "--version"])
    from gazekit.cli.app import main

    with pytest.raises(SystemExit):
        main()
    assert "warning: a distribution called gazekit (0.0.3) is installed here" in capsys.readouterr().err


def test_no_message_installs_the_other_project():
    texts = [ROOT / "README.md", *(p for room in ROOMS for p in (ROOT / room).rglob("*") if p.suffix in SUFFIXES)]
    wrong = {p.name for p in texts for words in OTHERS_NAME if words in p.read_text(encoding="utf-8")}
    assert wrong == set()
