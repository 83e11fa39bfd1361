import numpy as np
import pytest
import torch

from gazekit import load_dataset
from gazekit.foundations.errors import GazekitError
from gazekit.models.devices import chosen_device, full_float32
from gazekit.models.specs import model_from_text
from gazekit.testing.example_trials import example_trials

gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU that torch can use")


def test_auto_takes_what_there_is(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert chosen_device("auto").type == "cpu"
    with pytest.raises(GazekitError, match="device 'cuda' was asked for, but this machine has no GPU"):
        chosen_device("cuda")
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    assert chosen_device("auto").type == "cuda"


def test_unknown_device():
    with pytest.raises(GazekitError, match="no device 'abacus'; use 'auto', 'cpu' or 'cuda'"):
        chosen_device("abacus")


def test_tf32_is_as_it_was_afterwards():
    for before in (True, False):
        torch.backends.cudnn.allow_tf32 = before
        with full_float32():
            assert not torch.backends.cudnn.allow_tf32
        assert torch.backends.cudnn.allow_tf32 == before
    torch.backends.cudnn.allow_tf32 = True


@gpu
@pytest.mark.parametrize(
    ("model", "trials"),
    [
        ("neva:encoder=filters:objective=clean", lambda: example_trials()[:2]),
        ("eccnet:backbone=v1", lambda: load_dataset("search-arrays").trials[:2]),
        ("oat", lambda: load_dataset("shelves", covers="test").trials[:2]),
    ],
)
def test_a_gpu_looks_where_the_cpu_looks(model, trials):
    one, other = (model_from_text(model).predict(trials(), device=d, progress=False) for d in ("cpu", "cuda"))
    np.testing.assert_allclose(one.x, other.x, atol=0.01)
    np.testing.assert_allclose(one.y, other.y, atol=0.01)
