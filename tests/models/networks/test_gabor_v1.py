import pytest
import torch

from gazekit.models.networks import load_backbone
from gazekit.models.networks.gabor_v1 import ORIENTATIONS, gabors
from gazekit.models.networks.geometry import measured_reach
from gazekit.models.networks.rotation import turn

SIMPLE, COMPLEX = 6, 6 + 4 * ORIENTATIONS  # where these cells begin


@pytest.fixture(scope="module")
def v1():
    return load_backbone("v1")


def bar(angle, side=128, half_length=30, half_width=4.5, on=255.0, off=0.0):
    """A bar through the centre at an angle, counter-clockwise from horizontal."""
    t = torch.arange(side) - (side - 1) / 2
    y, x = torch.meshgrid(t, t, indexing="ij")
    a = torch.deg2rad(torch.tensor(angle))
    along, across = x * torch.cos(a) - y * torch.sin(a), x * torch.sin(a) + y * torch.cos(a)
    inside = (along.abs() < half_length) & (across.abs() < half_width)
    return torch.where(inside, on, off).expand(1, 3, side, side)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (27, 27, 27), (200, 13, 77)])
@pytest.mark.parametrize("side", [64, 101])
def test_a_blank_image_gives_exactly_nothing(v1, colour, side):
    image = torch.tensor(colour, dtype=torch.float32).reshape(1, 3, 1, 1).expand(1, 3, side, side)
    assert all(value.abs().max() == 0 for value in v1(image).values())


@pytest.mark.parametrize("k", range(ORIENTATIONS))
def test_cells_prefer_their_orientation(v1, k):
    answer = v1(bar(180 * k / ORIENTATIONS))["fine"][0, COMPLEX : COMPLEX + ORIENTATIONS]
    centre = answer[:, 14:18, 14:18].amax((1, 2))
    assert int(centre.argmax()) == k
    assert centre[(k + ORIENTATIONS // 2) % ORIENTATIONS] < 0.5 * centre[k]


def test_on_and_off_cells_swap_with_contrast(v1):
    bright, dark = v1(bar(0.0))["onoff"], v1(bar(0.0, on=0.0, off=255.0))["onoff"]
    torch.testing.assert_close(bright[:, 0], dark[:, 3], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(bright[:, 3], dark[:, 0], atol=1e-4, rtol=1e-4)
    assert bright[0, 0].max() > 0.5
    assert bright[0, [1, 2, 4, 5]].max() == 0  # grey has no colour


def test_colours_go_to_their_axes(v1):
    image = torch.full((1, 3, 64, 64), 128.0)
    image[:, 0, 24:40, 24:40], image[:, 1, 24:40, 24:40] = 200.0, 56.0  # red, as bright as the ground
    answer = v1(image)["onoff"][0].amax((1, 2))
    assert answer[1] > 0.5
    assert answer[1] > 10 * answer[0]


def test_simple_cells_add_up_to_complex_ones(v1):
    """Half squares of four phases are the squares of two filters: cos² + sin²."""
    fine = v1(torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0)) * 255)["fine"][0]
    simple = fine[SIMPLE:COMPLEX].reshape(4, ORIENTATIONS, 16, 16).sum(0)
    torch.testing.assert_close(simple, fine[COMPLEX : COMPLEX + ORIENTATIONS])


def test_contrast_saturates(v1):
    """Four times the contrast is sixteen times the energy; divisive normalisation leaves less than four."""
    low, high = (v1(bar(90.0, on=128 + c, off=128 - c))["fine"][:, COMPLEX:].max() for c in (24.0, 96.0))
    assert low < high < 4 * low


@pytest.mark.parametrize("rotate", [90, 180])
def test_turned_kernels_are_the_same_cells_in_another_order(v1, rotate):
    """Exact on sides of 16 k px; the bank is closed under quarter turns, so that channels only change places."""
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(3)) * 255
    turned = load_backbone("v1", rotate_kernels=rotate)
    answers = turned(turn(image, rotate))
    for key, value in v1(image).items():
        torch.testing.assert_close(answers[key], turn(value, rotate), atol=1e-5, rtol=1e-4)
    upright = v1(turn(image, 90))["fine"][0, COMPLEX : COMPLEX + ORIENTATIONS]
    moved = torch.roll(turn(v1(image)["fine"][0, COMPLEX : COMPLEX + ORIENTATIONS], 90), ORIENTATIONS // 2, 0)
    torch.testing.assert_close(upright, moved, atol=1e-5, rtol=1e-4)


def test_filters_have_mean_zero_and_gain_one():
    bank = gabors()[:, 0]
    assert bank.shape == (2 * ORIENTATIONS, 9, 9)
    assert bank.sum((1, 2)).abs().max() < 1e-5
    assert bank.abs().sum((1, 2)).min() > 0.5
    t = torch.arange(9) - 4.0
    grating = torch.cos(torch.pi / 2 * t)[:, None].expand(9, 9)  # period 4, horizontal bars
    assert float((bank[0] * grating).sum()) == pytest.approx(1, abs=0.05)


def test_reach_is_the_measured_one(v1):
    onoff, fine = v1.stages[0], v1.stages[1]
    assert measured_reach(onoff.layers, channels=3, stride=2) == onoff.reach
    assert measured_reach(fine.layers, channels=6, stride=1) == fine.reach
