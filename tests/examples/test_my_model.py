"""The example package, installed as anybody would: its test passes, and gazekit knows its model."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gazekit.evaluation.evaluate import NULLS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "my_model"
GAZEKIT = "import sys; sys.argv[0] = 'gazekit'; from gazekit.cli import main; main()"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package, built and installed offline into a folder of its own; gives a function that runs Python with it."""
    folder = tmp_path_factory.mktemp("example")
    shutil.copytree(EXAMPLE, folder / "source")
    install = ["pip", "install", "--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
    python(folder, "-m", *install, "--target", folder / "site", folder / "source")
    path = os.pathsep.join(filter(None, [str(folder / "site"), str(ROOT), os.environ.get("PYTHONPATH")]))
    return lambda *arguments: python(folder, *arguments, PYTHONPATH=path)


def python(folder, *arguments, **environment):
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "MPLBACKEND": "Agg", **environment},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_listed(installed):
    out = installed("-c", GAZEKIT, "models")
    assert "salient-corner\n    Look about the brightest px: an example.\n    needs: image" in out
    assert installed("-c", GAZEKIT, "models", "salient-corner").startswith("salient-corner\n")


def test_its_own_test_passes(installed):
    assert "1 passed" in installed("-m", "pytest", "-q", "-p", "no:cacheprovider", "source/tests")


def test_it_is_scored_beside_people(installed, tmp_path):
    rng = np.random.default_rng(0)
    rows = []
    for stimulus in "abc":
        Image.fromarray(rng.integers(0, 256, (60, 80, 3), dtype=np.uint8)).save(tmp_path / f"{stimulus}.png")
        rows += [(stimulus, who, x, y) for who in ("anna", "ben") for x, y in rng.uniform(0, 60, (5, 2))]
    pd.DataFrame(rows, columns=["stimulus", "subject", "x", "y"]).to_csv(tmp_path / "people.csv", index=False)
    installed(
        "-c", GAZEKIT, "evaluate", "--data", tmp_path / "people.csv", "--root", tmp_path, "--metrics", "scanmatch",
        "--models", "salient-corner", "--samples", 2, "--out", tmp_path / "run", "--quiet",
    )  # fmt: skip
    summary = pd.read_csv(tmp_path / "run" / "summary.csv")
    assert list(summary["model"]) == ["human", "salient-corner", *NULLS]
    assert summary["value"].between(0, 1).all()


def test_the_page_shows_this_model():
    page = (ROOT / "docs" / "howto" / "own-model.md").read_text()
    shown = re.search(r"```python\n# salient_corner\.py\n(.*?)```", page, re.DOTALL)[1]
    kept = (EXAMPLE / "salient_corner.py").read_text()
    for line in shown.splitlines():
        assert line in kept.splitlines()
    assert re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1] in (EXAMPLE / "pyproject.toml").read_text()
