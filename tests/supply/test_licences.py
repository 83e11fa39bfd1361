"""Every package that gazekit needs, as installed here, has a licence that is allowed."""

import subprocess
import sys
from importlib.metadata import Distribution
from pathlib import Path

import pytest

SUPPLY = Path(__file__).resolve().parents[2] / "supply"


@pytest.fixture
def licences(monkeypatch):
    monkeypatch.syspath_prepend(SUPPLY)
    import licences

    return licences


def test_all_are_allowed():
    done = subprocess.run([sys.executable, SUPPLY / "licences.py"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("\n") > 40
    assert "numpy " in done.stdout


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0", False),
        ("LGPL-2.1-or-later", True),
        ("GPL-3.0-only OR MIT", True),
        ("MIT AND GPL-3.0-only", False),
        ("Apache-2.0 WITH LLVM-exception AND BSD-3-Clause", True),
        ("not known", False),
        ("", False),
        ("MIT MIT", False),
        ("__import__('os')", False),
    ],
)
def test_expressions(licences, expression, allowed):
    assert licences.is_allowed(expression) is allowed


class Made(Distribution):
    def __init__(self, text):
        self.text = text

    def read_text(self, filename):
        return self.text if filename == "METADATA" else None

    def locate_file(self, path):
        return path


@pytest.mark.parametrize(
    ("lines", "licence"),
    [
        ("License-Expression: Apache-2.0 OR MIT\n", "Apache-2.0 OR MIT"),
        ("Classifier: License :: OSI Approved :: BSD License\n", "BSD-3-Clause"),
        ("Classifier: License :: OSI Approved :: GNU General Public License v3 (GPLv3)\n", "GPL"),
        ("Classifier: License :: OSI Approved :: GNU Lesser General Public License v3\n", "LGPL"),
        ("License: The MIT License\n", "MIT"),
        ("License: NVIDIA Proprietary Software\n", "NVIDIA"),
        ("License: ask us\n", "not known"),
        ("", "not known"),
    ],
)
def test_licence_of_metadata(licences, lines, licence):
    found = licences.licence_of(Made(f"Metadata-Version: 2.4\nName: made\nVersion: 1\n{lines}"))
    assert found == licence
    assert licences.is_allowed(found) is (licence not in ("GPL", "NVIDIA", "not known"))
