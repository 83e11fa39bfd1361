"""What a command imports until it answers: most of the time of a short one."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "numba", "matplotlib", "open_clip", "skimage")
TABLES = (
    "numpy",
    "pandas",
    "scipy",
    "pyarrow",
)  # half a second; what only tells of models and the machine has no tables
# What predicts scores nothing, draws nothing and works in one process.
UNUSED = (
    *("numba", "matplotlib", "skimage", "sklearn", "open_clip", "timm", "torchvision", "torch._dynamo", "sympy"),
    *("joblib", "scipy.ndimage", "scipy.sparse", "scipy.stats", "scipy.optimize"),
    *("gazekit.metrics", "gazekit.checks", "gazekit.plots"),
)


def imported(arguments, modules):
    """Those of some modules that a command has imported when it ends."""
    code = f"import sys; from gazekit.cli.app import app; app({arguments}, standalone_mode=False); "
    code += f"sys.stderr.write(str([m for m in {modules} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "kept_out"),
    [(one, HEAVY + TABLES) for one in ("models", "models neva", "info", "--help", "plot --help")]
    + [(one, HEAVY) for one in ("metrics", "datasets")],
)
def test_what_only_tells_imports_nothing_heavy(arguments, kept_out):
    assert imported(arguments.split(), kept_out) == "[]"


def test_predict_oat_imports_nothing_that_it_does_not_use(tmp_path):
    shelves = ["--data", "shelves", "--data-set", "scenes=2", "--quiet", "-o", str(tmp_path / "paths.csv")]
    assert imported(["predict", "oat", *shelves], UNUSED) == "[]"
    assert (tmp_path / "paths.csv").is_file()
