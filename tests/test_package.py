"""What importing gazekit costs and gives, and that no module is reached from itself."""

import ast
import importlib
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import gazekit

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = [p for folder in ("benchmarks", "docs", "fuzz", "supply") for p in sorted((ROOT / folder).rglob("*.py"))]
HEAVY = ("torch", "matplotlib", "numba", "scipy", "skimage", "pandas", "pyarrow")


def test_import_is_light():
    """`import gazekit` loads none of the heavy packages (which is what keeps it under 0.3 s)."""
    code = f"import sys, gazekit; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", gazekit.__all__)
def test_every_public_name_is_there(name):
    assert getattr(gazekit, name) is not None
    assert name in dir(gazekit)


def test_unknown_name():
    with pytest.raises(AttributeError, match="no attribute 'gaze'"):
        _ = gazekit.gaze


def test_no_module_is_reached_from_itself():
    """Imports inside functions and for type checkers included; `make lint` checks the arrows between rooms as well."""
    grimp = pytest.importorskip("grimp")
    graph = grimp.build_graph("gazekit", cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()  # names the modules of a circle


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: str(script.relative_to(ROOT)))
def test_scripts_import_what_is_there(script):
    """Scripts that tests do not run (benchmarks, studies) follow when a name of the package moves."""
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "gazekit":
            try:
                module = importlib.import_module(str(node.module))
                for name in node.names:
                    assert hasattr(module, name.name) or importlib.import_module(f"{node.module}.{name.name}")
            except ModuleNotFoundError as error:
                if str(error.name).startswith("gazekit"):
                    raise
                pytest.skip(f"{error.name} is not installed")
