"""`verify neva` on the official file, and on files of other sizes that an independent formula makes."""

import json

import numpy as np
import pytest
import torch
from scipy.ndimage import correlate1d

from gazekit.foundations.errors import DataError
from gazekit.verify.neva import toy_network, verify_neva


def reference(path, b=2, side=(64, 80), sigma=0.1, kernel=9, spread=2.5, **changes):
    """Write a file by the published formulas in double precision, gradient by autograd."""
    rng = np.random.default_rng(3)
    images = rng.random((b, 3, *side)).astype(np.float32)
    taps = np.exp(-((np.arange(kernel) - kernel // 2) ** 2) / (2 * spread**2))
    taps /= taps.sum()
    blurred = correlate1d(correlate1d(images.astype(float), taps, axis=2, mode="mirror"), taps, axis=3, mode="mirror")
    centres, p = rng.uniform(-0.8, 0.8, (2, b, 2))
    u = [torch.linspace(-1, 1, n, dtype=torch.float64) for n in side]

    def fovea(q):
        squares = (u[0][None, :, None] - q[:, 0, None, None]) ** 2 + (u[1][None, None] - q[:, 1, None, None]) ** 2
        return torch.exp(-squares / sigma)

    x, soft, q = torch.from_numpy(images).double(), torch.from_numpy(blurred), torch.from_numpy(p).requires_grad_(True)
    keep = torch.clip(1 - fovea(torch.from_numpy(centres)) - fovea(q), 0, 1)
    seen = x + (soft - x) * keep[:, None]
    network = toy_network()
    embedding = network(seen.float())
    loss = 1 - torch.cosine_similarity(embedding, network(x.float()))
    (grad,) = torch.autograd.grad(loss.sum(), q)
    content = {
        "images": images,
        "blurred": blurred,
        "S0_centres": centres,
        "p": p,
        "perceived": seen.detach().numpy(),
        "embedding": embedding.detach().numpy(),
        "loss": loss.detach().numpy(),
        "grad": grad.numpy(),
    }
    content = {k: v.astype(np.float32) for k, v in content.items()}
    numbers = {"sigma": sigma, "blur_kernel": kernel, "blur_sigma": spread, "forgetting": 0.3}
    content["parameters"] = np.array(json.dumps(numbers))
    content.update(changes)
    np.savez(path, **{k: v for k, v in content.items() if v is not None})
    return path


def test_official_file(data_root):
    outcome = verify_neva(data_root / "reference" / "neva_official_a.npz")
    assert outcome.passed
    assert [row[0] for row in outcome.rows] == ["blurred", "perceived", "embedding", "loss", "grad"]
    assert outcome.lines()[-1].endswith("passed")


@pytest.mark.parametrize(("b", "side", "sigma", "kernel"), [(1, (96, 96), 0.15, 41), (3, (64, 80), 0.05, 5)])
def test_other_sizes_and_parameters(tmp_path, b, side, sigma, kernel):
    assert verify_neva(reference(tmp_path / "a.npz", b, side, sigma, kernel)).passed


@pytest.mark.parametrize("name", ["perceived", "embedding", "loss", "grad", "blurred"])
def test_a_small_deviation_fails(tmp_path, name):
    right = dict(np.load(reference(tmp_path / "a.npz")))
    step = 3e-4 * np.abs(right["grad"]).max() if name == "grad" else 3e-5
    wrong = right[name] + np.float32(step)
    outcome = verify_neva(reference(tmp_path / "b.npz", **{name: wrong}))
    assert not outcome.passed
    assert outcome.figure > outcome.tolerance


def test_a_value_that_is_no_number_fails(tmp_path):
    assert not verify_neva(reference(tmp_path / "a.npz", loss=np.full(2, np.nan, np.float32))).passed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"grad": None, "p": None}, "has no p, grad; a NeVA reference has images"),
        ({"loss": np.zeros((2, 1), np.float32)}, "loss must be floating point with 1 dimensions, not float32, 2"),
        ({"loss": np.zeros(5, np.float32)}, "loss has 5 rows and images 2"),
        (
            {"perceived": np.zeros((2, 3, 8, 8), np.float32)},
            r"perceived has the shape \(2, 3, 8, 8\) and images \(2, 3, 64, 80\)",
        ),
        ({"parameters": np.array("{}")}, "parameters must be JSON with sigma, blur_kernel"),
    ],
)
def test_files_of_another_layout(tmp_path, changes, message):
    with pytest.raises(DataError, match=message):
        verify_neva(reference(tmp_path / "a.npz", **changes))


def test_no_file(tmp_path):
    with pytest.raises(DataError, match="none.npz is not there; give a neva_official"):
        verify_neva(tmp_path / "none.npz")
    (tmp_path / "bad.npz").write_bytes(b"bad")
    with pytest.raises(DataError, match="bad.npz cannot be read as an archive of arrays"):
        verify_neva(tmp_path / "bad.npz")
