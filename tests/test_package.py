"""What importing gazekit costs and gives."""

import subprocess
import sys

import pytest

import gazekit

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
