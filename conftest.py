"""For tests and for the examples of docstrings: the packages are imported before pytest does, figures are closed.

Asked for one file (`pytest gazekit/metrics/dtw.py`), pytest imports its package, which imports the file, and then runs
the file once more: its metric would be registered twice. A module that is there already is not run again.
"""

import sys

import pytest

import gazekit.datasets
import gazekit.metrics
import gazekit.models  # noqa: F401


@pytest.fixture(autouse=True)
def no_figure_left_open():
    """Figures of pyplot live until they are closed; matplotlib warns at the twenty-first."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
