"""The algorithm: foveation against its formula and autograd, memory and saccades, and the published loop."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.networks.filters import FilterBank
from gazekit.models.neva.algorithm import (
    Reference,
    acuity,
    axis,
    perceive,
    position_gradient,
    remember,
    sharpness,
)
from gazekit.models.neva.model import Neva
from gazekit.models.neva.searches import SEARCHES


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


def test_one_cell_is_in_the_middle():
    assert axis(1, torch.zeros(1)).tolist() == [0]


PLACES = torch.tensor([[[0.1, -0.2]], [[-0.4, 0.6]], [[0.3, 0.3]]])


def problem(frame=(40, 32), **options):
    image = np.random.default_rng(0).integers(0, 255, (frame[1], frame[0], 3), dtype=np.uint8)
    model = Neva(FilterBank(size=32), sigma=0.1, **options)
    return model.problem([Trial("t", "s", Frame(*frame), image)], [0], 0, model.runner(torch.device("cpu"))), model


def fovea(task, place):
    down, across = acuity(place, task.sigma, task.scenes.size)
    return down[:, :, None] * across[:, None, :]


@pytest.mark.parametrize(("gamma", "lasting"), [(0.7, 0.0), (0.7, 0.3), (0.0, 0.5), (0.4, 1.0)])
def test_memory_in_closed_form(gamma, lasting):
    task, model = problem(gamma=gamma, lasting=lasting)
    for place in PLACES:
        task.fixate(place, model.gamma)
    ages = np.arange(len(PLACES))[::-1]  # fixations since each one
    weights = lasting + (1 - lasting) * float(gamma) ** ages
    expected = sum(w * fovea(task, place) for w, place in zip(weights, PLACES, strict=True))
    torch.testing.assert_close(task.memory, expected, rtol=0, atol=1e-6)


def test_a_saccade_across_the_diagonal_costs_what_was_asked():
    task, _ = problem(saccade_cost=0.8)
    corners = task.limits[0].T  # top left, bottom right: centres of the outer cells
    task.gaze = corners[:1]
    view_diagonal = np.hypot(40 - 40 / 32, 32 - 32 / 26)  # px between those centres, 32 x 26 cells of the letterbox
    found = float(task.effort(torch.tensor([0]), corners[1:]))
    assert found == pytest.approx(0.8 * view_diagonal / np.hypot(40, 32), rel=1e-5)


def test_gaze_starts_at_the_centre_and_moves():
    task, model = problem(saccade_cost=1)
    row = torch.tensor([0])
    assert float(task.effort(row, task.limits.mean(dim=2))) == 0
    task.fixate(PLACES[0], model.gamma)
    assert float(task.effort(row, PLACES[0])) == 0
    many = task.effort(row, PLACES.transpose(0, 1))  # one row, three places
    assert many.shape == (1, 3)
    assert float(many[0, 1]) == float(task.effort(row, PLACES[1]))


def test_the_gradient_has_the_saccade_in_it():
    row, place = torch.tensor([0]), torch.tensor([[0.2, -0.5]])
    free, priced = problem()[0], problem(saccade_cost=2)[0]
    loss, gradient = priced.loss_and_gradient(row, place)
    bare, slope = free.loss_and_gradient(row, place)
    wanted = place.clone().requires_grad_(True)
    priced.effort(row, wanted).sum().backward()
    torch.testing.assert_close(gradient - slope, wanted.grad, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(loss - bare, priced.effort(row, place))
    torch.testing.assert_close(priced.loss(row, place), loss, rtol=0, atol=1e-6)
    _, still = priced.loss_and_gradient(row, priced.gaze)
    assert torch.isfinite(still).all()


@pytest.mark.parametrize("name", ["blended", "linearised", "grid", "evaluated"])
def test_dear_saccades_are_short(name):
    free, dear = (problem(saccade_cost=cost)[0] for cost in (0, 50))
    ways = []
    for task in (free, dear):
        task.gaze = task.limits[..., 0]  # gaze in a corner
        ways.append(float(torch.linalg.vector_norm(SEARCHES[name]().find(task).positions - task.gaze)))
    assert ways[1] < 0.4 < ways[0] or (name == "evaluated" and ways[1] < ways[0])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lasting": 1.2}, "lasting is the share of a fixation that never fades, 0 to 1, not 1.2"),
        ({"lasting": -0.1}, "lasting must be a number of at least 0"),
        ({"saccade_cost": -1}, "saccade_cost must be a number of at least 0"),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(GazekitError, match=message):
        Neva(FilterBank(size=32), **options)


def published_loop(task, row, iterations=20, step=0.1):
    """The pseudo-code of the spec, one row, autograd instead of the closed form."""
    p, best, kept = torch.zeros(1, 2), float("inf"), None
    for i in range(iterations):
        p = p.requires_grad_(True)
        share = sharpness(task.memory[row : row + 1], *acuity(p, task.sigma[row], task.scenes.size))
        image = task.scenes.seen(task.image[row : row + 1], share)
        loss = task.objective.loss(task.scenes.runner(image), task.targets[row : row + 1], 0.0)
        (g,) = torch.autograd.grad(loss.sum(), p)
        p = p.detach() - step * torch.sign(g)
        if loss.item() < best:
            best, kept = loss.item(), p
        else:
            p = 2 * task.uniform(torch.tensor([row]), i)[:, 0] - 1
    return kept[0], best


def test_reference_is_the_published_loop_with_its_off_by_one():
    images = np.random.default_rng(1).integers(0, 255, (3, 32, 40, 3), dtype=np.uint8)
    model = Neva(FilterBank(size=32), sigma=0.1)
    trials = [Trial(f"t{k}", f"s{k}", Frame(40, 32), image) for k, image in enumerate(images)]
    task = model.problem(trials, [0] * len(trials), 0, model.runner(torch.device("cpu")))
    task.fixate(torch.tensor([[0.1, 0.2], [0.0, 0.0], [-0.4, 0.5]]), 0.7)
    found = Reference().find(task)
    for row in range(3):
        position, loss = published_loop(task, row)
        torch.testing.assert_close(found.positions[row], position, rtol=0, atol=1e-6)
        assert found.loss[row].item() == pytest.approx(loss, abs=1e-6)
    # what it returns is not what it evaluated
    assert (task.loss(torch.arange(3), found.positions) - found.loss).abs().max() > 1e-5


def test_shaking_stays_near_and_restarting_does_not():
    task, rows = problem()[0], torch.zeros(1, dtype=torch.int64)
    draws = task.uniform(rows, 0)[:, 0]
    near = Reference(restart=False)._elsewhere(torch.zeros(1, 2), draws)
    assert near.abs().max() <= 0.05
    torch.testing.assert_close(Reference()._elsewhere(torch.zeros(1, 2), draws), 2 * draws - 1)
