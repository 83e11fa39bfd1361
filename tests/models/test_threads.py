"""One thread of torch and of numpy's products inside, and as many as before after it."""

import sys

import numpy as np
import pytest

import gazekit
from gazekit.models.threads import _pools, one_thread

torch = pytest.importorskip("torch")
threadpoolctl = pytest.importorskip("threadpoolctl")


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    with threadpoolctl.threadpool_limits(2, "blas"):
        yield
    torch.set_num_threads(before)


def of_products():
    """Most threads that a library has for products of matrices."""
    return max(pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas")


def test_the_number_comes_back_also_after_an_error(two_threads):
    seen = []

    @one_thread()
    def fails():
        seen.append((torch.get_num_threads(), of_products()))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert seen == [(1, 1)]
    assert (torch.get_num_threads(), of_products()) == (2, 2)


def test_torch_alone_where_threadpoolctl_is_not_installed(two_threads, monkeypatch):
    """Models of torch stopped, though only the extra `models` brings threadpoolctl."""
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    _pools.cache_clear()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    _pools.cache_clear()


def test_oat_decodes_on_one_thread_and_leaves_the_number_to_others(two_threads, monkeypatch):
    import gazekit.models.oat.model as module

    seen = []
    decode = module.decode
    monkeypatch.setattr(module, "decode", lambda *a, **o: (seen.append(torch.get_num_threads()), decode(*a, **o))[1])
    shelves = gazekit.load_dataset("shelves", scenes=1)
    paths = gazekit.load_model("oat").predict(shelves.trials[:1], n_samples=2, seed=0)
    assert seen == [1]
    assert torch.get_num_threads() == 2
    assert np.isfinite(paths.x).all()
