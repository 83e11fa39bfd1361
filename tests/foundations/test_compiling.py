"""Importing is cheap, and a folder that cannot be written costs the cache, not the result."""

import errno
import importlib.util
import os
import subprocess
import sys

import numba
import numpy as np
import pytest

from gazekit.foundations import compiling, notices
from gazekit.foundations.compiling import compiled


def test_numba_is_imported_at_the_first_call_only():
    code = (
        "import sys, gazekit.metrics as m; assert 'numba' not in sys.modules; list(m.measures); "
        "assert 'numba' not in sys.modules; m.scanmatch([[1, 1]], [[1, 1]], size=(4, 4)); "
        "assert 'numba' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_a_place_to_cache_the_kernel_is_compiled_in_memory(monkeypatch):
    def refusing(function):
        raise RuntimeError("cannot cache function 'double': no locator available for file 'x'")

    monkeypatch.setattr(compiling, "KeptKernels", refusing)

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


KERNEL = """
from gazekit.foundations.compiling import compiled

@compiled
def double(value):
    return 2 * value
"""
DAMAGE = {"empty": lambda b: b"", "half": lambda b: b[: len(b) // 2], "zeros": lambda b: bytes(len(b))}


@pytest.fixture
def kernel_of(tmp_path, monkeypatch, capsys):
    """kernel_of(): the kernel as a new process has it, and a function that gives what was said since."""
    (tmp_path / "a_kernel.py").write_text(KERNEL)

    def make():
        monkeypatch.setattr(notices, "_said", set())
        spec = importlib.util.spec_from_file_location("a_kernel", tmp_path / "a_kernel.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.double

    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))
    return make, lambda: capsys.readouterr().err, tmp_path / "kept"


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_a_damaged_file_of_the_cache_is_made_again(kernel_of, suffix, damage):
    make, said, kept = kernel_of
    assert make()(4) == 8
    [file] = kept.rglob(f"*{suffix}")
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    assert make()(4) == 8
    assert f"gazekit: compiled kernels cannot be kept in {file.parent}" in said()
    assert make()(4) == 8
    assert said() == ""  # it is whole again


def test_a_full_disk_costs_the_cache_and_not_the_result(kernel_of, monkeypatch):
    make, said, _ = kernel_of

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._save_index", full)
    kernel = make()
    assert (kernel(4), kernel(4.0)) == (8, 8.0)
    assert said().count("No space left on device") == 1
