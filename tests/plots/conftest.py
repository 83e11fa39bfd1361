"""Comparing a picture with a stored one."""

import os
import shutil
from pathlib import Path

import matplotlib as mpl
import pytest

BASELINE = Path(__file__).parent / "baseline"
TOLERANCE = 3.5  # root mean square of grey levels; leaving out the numbers of a scanpath gives 4.6


@pytest.fixture(autouse=True)
def plain_style():
    """The font that matplotlib ships, no hinting."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"backend": "agg", "font.family": "DejaVu Sans", "text.hinting": "no_hinting"})
        yield


@pytest.fixture
def looks_like(tmp_path):
    """looks_like(figure, name) compares with baseline/<name>.png, or stores it if GAZEKIT_STORE_PICTURES is set."""
    from matplotlib.testing.compare import compare_images

    def compare(figure, name):
        stored, drawn = BASELINE / f"{name}.png", tmp_path / f"{name}.png"
        figure.savefig(drawn, dpi=100, metadata={"Software": None})
        if os.environ.get("GAZEKIT_STORE_PICTURES"):
            shutil.copy(drawn, stored)
        assert stored.stat().st_size < 40_000
        assert compare_images(str(stored), str(drawn), tol=TOLERANCE) is None

    return compare
