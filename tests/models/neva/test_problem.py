"""What fixations and saccades do to a problem: memory that fades or stays, and saccades that cost."""

import numpy as np
import pytest
import torch

from gazekit import Frame, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.encoders.filters import FilterBank
from gazekit.models.neva.foveation import acuity
from gazekit.models.neva.model import Neva
from gazekit.models.neva.optimisers import SEARCHES
from gazekit.models.neva.scenes import Runner

PLACES = torch.tensor([[[0.1, -0.2]], [[-0.4, 0.6]], [[0.3, 0.3]]])


def problem(frame=(40, 32), **options):
    image = np.random.default_rng(0).integers(0, 255, (frame[1], frame[0], 3), dtype=np.uint8)
    model = Neva(FilterBank(size=32), sigma=0.1, **options)
    runner = Runner(model.encoder, model.objective.outputs, torch.device("cpu"), 4)
    return model.problem([Trial("t", "s", Frame(*frame), image)], 1, 0, runner), model


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
