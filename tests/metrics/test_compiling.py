"""Importing is cheap, and a folder that cannot be written costs the cache, not the result."""

import subprocess
import sys

import numba
import numpy as np

from gazekit.metrics.compiling import compiled


def test_numba_is_imported_at_the_first_call_only():
    code = (
        "import sys, gazekit.metrics as m; assert 'numba' not in sys.modules; list(m.metrics); "
        "assert 'numba' not in sys.modules; m.scanmatch([[1, 1]], [[1, 1]], size=(4, 4)); "
        "assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_place_to_cache_the_kernel_is_compiled_in_memory(monkeypatch):
    original = numba.njit

    def refusing(*function, **options):
        if options.get("cache"):
            raise RuntimeError("cannot cache function 'double': no locator available for file 'x'")
        return original(*function, **options)

    monkeypatch.setattr(numba, "njit", refusing)

    @compiled
    def double(values):
        return 2 * values.sum()

    assert double(np.array([1.0, 2.0])) == 6.0
