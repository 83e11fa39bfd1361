"""Importing is cheap, and a folder that cannot be written costs the cache, not the result."""

import os
import subprocess
import sys

import numba
import numpy as np

from gazekit.metrics import notices
from gazekit.metrics.kernels.compiling import compiled


def test_numba_is_imported_at_the_first_call_only():
    code = (
        "import sys, gazekit.metrics as m; assert 'numba' not in sys.modules; list(m.measures); "
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


def test_compiling_is_announced_once_and_not_when_the_code_is_on_disk(tmp_path):
    code = (
        "from gazekit.metrics import scanmatch, hausdorff; a = [[1, 1]]; scanmatch(a, a, size=(4, 4)); hausdorff(a, a)"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    first, second = (
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
        for _ in range(2)
    )
    assert first.stderr.count("gazekit: compiling the kernels of the metrics in use") == 1
    assert f"kept in {tmp_path}" in first.stderr
    assert len(first.stderr.splitlines()) == 1
    assert second.stderr == ""


def test_without_a_place_to_cache_the_announcement_says_so(monkeypatch, capsys):
    monkeypatch.setattr(notices, "_said", set())
    kernel = numba.njit(lambda value: value + 1)
    kernel.py_func.__module__ = "gazekit.metrics.kernels.test"
    assert kernel(1) == 2
    assert kernel(1.0) == 2.0
    assert capsys.readouterr().err == (
        "gazekit: compiling the kernels of the metrics in use, seconds each; "
        "no folder can be written, so each process does it\n"
    )


def test_kernels_of_others_are_not_announced(monkeypatch, capsys):
    monkeypatch.setattr(notices, "_said", set())
    assert numba.njit(lambda value: value + 1)(1) == 2
    assert capsys.readouterr().err == ""
