"""Pictures of fixation density."""

import numpy as np
import pytest

from gazekit import Frame, Scanpath
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.plots import fixation_density
from gazekit.plots.density import _density, _levels

FRAME = Frame(160, 100)


def cloud(n=200, seed=0, frame=FRAME):
    rng = np.random.default_rng(seed)
    return Scanpath(rng.normal(60, 14, n).clip(0, 160), rng.normal(40, 10, n).clip(0, 100), None, frame)


def texts(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_picture(looks_like):
    image = np.full((100, 160), 170, np.uint8)
    looks_like(fixation_density([cloud(), cloud(40, 1)], image=image, sigma=6).figure, "density")


def test_areas_hold_their_shares():
    path = cloud()
    _, _, density = _density(FRAME, path.x, path.y, 5.0)
    assert density.sum() == pytest.approx(1)
    for share, level in zip((0.25, 0.5, 0.75), _levels(density, (0.25, 0.5, 0.75)), strict=True):
        cell = density.max()
        assert share <= density[density >= level].sum() < share + cell


def test_the_area_of_a_gaussian_is_that_of_the_closed_form():
    # One fixation: the density is the Gaussian itself, and the share p lies within sigma * sqrt(-2 ln(1 - p)).
    across, down, density = _density(Frame(200, 200), np.array([100.0]), np.array([100.0]), 15.0)
    (level,) = _levels(density, (0.5,))
    cell = (across[1] - across[0]) * (down[1] - down[0])
    assert (density >= level).sum() * cell == pytest.approx(np.pi * 15**2 * 2 * np.log(2), rel=0.02)


def test_the_densest_place_is_where_the_fixations_are():
    across, down, density = _density(FRAME, np.array([130.0]), np.array([20.0]), 6.0)
    row, column = np.unravel_index(density.argmax(), density.shape)
    assert abs(across[column] - 130) < 1
    assert abs(down[row] - 20) < 1


def test_the_width_is_a_degree_where_degrees_are_known():
    assert texts(fixation_density([cloud(frame=Frame(160, 100, 12))]))[-1] == "σ = 1 degree"
    assert texts(fixation_density([cloud(frame=Frame(160, 100, 12))], sigma=6))[-1] == "σ = 0.5 degrees"
    assert texts(fixation_density([cloud()]))[-1] == "σ = 5.66 px"  # 3 % of the diagonal
    assert texts(fixation_density([cloud()], sigma=4, shares=(0.9,))) == ["90 % of the density", "σ = 4 px"]


def test_options():
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    assert fixation_density([cloud()], ax, points=False, key=False) is ax
    assert ax.get_legend() is None
    with_points = fixation_density([cloud()])
    assert len(with_points.collections) == len(ax.collections) + 1


@pytest.mark.parametrize(
    ("paths", "options", "message"),
    [
        pytest.param([], {}, "no fixation inside the image", id="none"),
        pytest.param([Scanpath([-5], [3], None, FRAME)], {}, "no fixation inside the image", id="outside"),
        pytest.param([cloud()], {"sigma": 0}, "sigma is a positive number of px, not 0", id="sigma"),
        pytest.param([cloud()], {"shares": (0.5, 0.2)}, r"the smallest first, not \(0.5, 0.2\)", id="order"),
        pytest.param([cloud()], {"shares": ()}, r"between 0 and 1, the smallest first, not \(\)", id="no-share"),
        pytest.param([cloud()], {"shares": (1.0,)}, "between 0 and 1", id="range"),
    ],
)
def test_messages(paths, options, message):
    with pytest.raises(GazekitError, match=message):
        fixation_density(paths, **options)


def test_two_frames():
    with pytest.raises(MismatchError, match="paths are of 2 frames"):
        fixation_density([cloud(), cloud(frame=Frame(99, 100))])
