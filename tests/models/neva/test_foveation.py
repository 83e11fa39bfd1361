"""Foveation against the formula written out, autograd in double precision, and the official outputs."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate1d

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.foveation import acuity, axis, perceive, position_gradient, remember, sharpness
from gazekit.models.neva.periphery import blur, blur_matrix


def scene(n=2, size=(9, 13), seed=0):
    g = torch.Generator().manual_seed(seed)
    draw = lambda *shape: torch.rand(*shape, generator=g, dtype=torch.float64)  # noqa: E731
    sharp, soft = draw(n, 3, *size), draw(n, 3, *size)
    return sharp, soft, draw(n, *size) * 0.8, draw(n, 2) * 1.6 - 0.8, draw(n, 2) * 0.3 + 0.05


def seen(sharp, soft, memory, p, sigma):
    return perceive(sharp, soft, sharpness(memory, *acuity(p, sigma, memory.shape[1:])))


def test_perceived_image_is_the_published_formula():
    sharp, soft, memory, p, sigma = scene()
    ours = seen(sharp, soft, memory, p, sigma).numpy()
    for k in range(2):
        for i, u in enumerate(np.linspace(-1, 1, 9)):
            for j, v in enumerate(np.linspace(-1, 1, 13)):
                square = (u - p[k, 0].item()) ** 2 / sigma[k, 0].item() + (v - p[k, 1].item()) ** 2 / sigma[k, 1].item()
                keep = np.clip(1 - memory[k, i, j].item() - np.exp(-square), 0, 1)
                x = sharp[k, :, i, j].numpy()
                np.testing.assert_allclose(ours[k, :, i, j], x + (soft[k, :, i, j].numpy() - x) * keep, rtol=1e-12)


def test_rows_come_first():
    down, across = acuity(torch.tensor([[-0.5, 0.8]]), torch.tensor([0.2, 0.2]), (101, 101))
    assert (int(down.argmax()), int(across.argmax())) == (25, 90)


def test_gradient_passes_gradcheck_in_double_precision():
    sharp, soft, memory, p, sigma = scene()
    weight = torch.rand(sharp.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(9))
    p.requires_grad_(True)
    assert torch.autograd.gradcheck(lambda q: (weight * seen(sharp, soft, memory, q, sigma) ** 2).sum(dim=(1, 2, 3)), p)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_closed_form_gradient_is_that_of_autograd(seed):
    sharp, soft, memory, p, sigma = scene(3, seed=seed)
    p.requires_grad_(True)
    image = seen(sharp, soft, memory, p, sigma)
    loss = (image**3).sum()
    (whole,) = torch.autograd.grad(loss, p, retain_graph=True)
    (slope,) = torch.autograd.grad(loss, image)
    closed = position_gradient((slope * (sharp - soft)).sum(dim=1), memory, p.detach(), sigma)
    torch.testing.assert_close(closed, whole, rtol=1e-10, atol=1e-12)


def test_gradient_is_zero_where_all_is_sharp():
    closed = position_gradient(
        torch.ones(1, 5, 5), torch.full((1, 5, 5), 1.01), torch.zeros(1, 2), torch.tensor([0.2, 0.2])
    )
    assert closed.tolist() == [[0, 0]]


@pytest.mark.parametrize(("forgetting", "weights"), [(0, (0, 0, 1)), (0.7, (0.49, 0.7, 1)), (1, (1, 1, 1))])
def test_memory_fades_as_published(forgetting, weights):
    foveas = [
        acuity(torch.tensor([[r, c]]), torch.tensor([0.2, 0.2]), (7, 7)) for r, c in ((0, 0), (-1, 0.3), (0.5, 0.5))
    ]
    memory = torch.zeros(1, 7, 7)
    for fovea in foveas:
        memory = remember(memory, *fovea, forgetting)
    expected = sum(w * a[:, :, None] * b[:, None] for w, (a, b) in zip(weights, foveas, strict=True))
    torch.testing.assert_close(memory, expected)


@pytest.mark.parametrize(
    ("n", "kernel", "spread"), [(50, 41, 10.0), (9, 5, 5.0), (7, 41, 10.0), (2, 9, 2.0), (1, 5, 1.0)]
)
def test_blur_is_scipys_with_mirrored_borders(n, kernel, spread):
    offsets = np.arange(kernel) - kernel // 2
    weights = np.exp(-(offsets**2) / (2 * spread**2))
    weights /= weights.sum()
    image = np.random.default_rng(0).random((1, 3, n, n + 3))
    expected = correlate1d(correlate1d(image, weights, axis=2, mode="mirror"), weights, axis=3, mode="mirror")
    np.testing.assert_allclose(blur(torch.from_numpy(image), kernel, spread).numpy(), expected, rtol=1e-10)


def test_blur_per_axis():
    image = torch.rand(1, 1, 12, 12)
    torch.testing.assert_close(blur(image, 9, (2.0, 1e-3)), blur_matrix(12, 9, 2.0) @ image)


@pytest.mark.parametrize("kernel", [4, 0, -3])
def test_an_even_kernel_is_refused(kernel):
    with pytest.raises(GazekitError, match=f"kernel must be an odd number of cells, at least 1, not {kernel}"):
        blur_matrix(5, kernel, 1.0)


def test_a_spread_of_zero_is_refused():
    with pytest.raises(GazekitError, match="spread must be a positive number of cells, not 0"):
        blur_matrix(5, 5, 0)


def test_one_cell_is_in_the_middle():
    assert axis(1, torch.zeros(1)).tolist() == [0]
