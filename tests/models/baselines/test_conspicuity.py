import numpy as np
import pytest
from skimage.draw import disk, polygon

from gazekit import GazekitError
from gazekit.models.baselines.conspicuity import MAP_SIDE, conspicuity, gabor_energy, halve, promote, resample

GREY = 128
PLACES = [(x, y) for x in (70, 190, 310, 430, 550) for y in (60, 180, 300, 420)]


def display(draw, odd, shape=(480, 640)):
    image = np.full((*shape, 3), GREY, np.uint8)
    for place in PLACES:
        draw(image, place, place == odd)
    return image


def coloured_disk(image, place, odd):
    image[disk(place[::-1], 14)] = (200, 60, 60) if odd else (60, 200, 60)


def bar(image, place, odd):
    angle = np.deg2rad(45 if odd else 90)
    along, across = (
        22 * np.array([np.cos(angle), -np.sin(angle)]),
        5 * np.array([np.sin(angle), np.cos(angle)]),
    )
    corners = np.array([along + across, along - across, -along - across, across - along]) + place
    image[polygon(corners[:, 1], corners[:, 0])] = 230


def brighter_disk(image, place, odd):
    image[disk(place[::-1], 14)] = 255 if odd else 160


def peak(image):
    """Position of the map's maximum, px: (x, y)."""
    found = conspicuity(image)
    row, column = np.unravel_index(found.argmax(), found.shape)
    cell = max(image.shape[:2]) / MAP_SIDE
    return (column + 0.5) * cell, (row + 0.5) * cell


@pytest.mark.parametrize("draw", [coloured_disk, bar, brighter_disk], ids=["colour", "orientation", "intensity"])
@pytest.mark.parametrize("odd", PLACES)
def test_the_odd_one_pops_out(draw, odd):
    """Treisman's pop-out displays, with the odd item at every place: wherever it is, it is the maximum."""
    assert np.hypot(*np.subtract(peak(display(draw, odd)), odd)) < 30


@pytest.mark.parametrize("shape", [(480, 640), (640, 480), (333, 500), (97, 161), (1050, 1680)])
def test_the_map_is_not_shifted(shape):
    """One patch on grey, anywhere: the maximum lies on it, to one cell (dropping px would shift it)."""
    rng = np.random.default_rng(0)
    cell = max(shape) / MAP_SIDE
    side = round(2 * cell)
    for _ in range(6):
        x = int(rng.integers(round(3 * cell), shape[1] - round(5 * cell)))
        y = int(rng.integers(round(3 * cell), shape[0] - round(5 * cell)))
        image = np.full((*shape, 3), GREY, np.uint8)
        image[y : y + side, x : x + side] = (220, 60, 60)
        assert np.abs(np.subtract(peak(image), (x + side / 2, y + side / 2))).max() <= cell


@pytest.mark.parametrize("value", [0, 128, 255])
@pytest.mark.parametrize("shape", [(300, 400, 3), (300, 400), (1, 1, 3), (5, 900, 3)])
def test_nothing_stands_out_in_one_colour(shape, value):
    assert not conspicuity(np.full(shape, value, np.uint8)).any()


def test_a_coloured_surface_is_not_salient_either():
    image = np.empty((300, 400, 3), np.uint8)
    image[:] = (200, 30, 30)
    assert not conspicuity(image).any()


@pytest.mark.parametrize("shape", [(1, 1, 3), (2, 300, 3), (17, 13, 3), (64, 64, 3)])
def test_small_and_narrow_images(shape):
    found = conspicuity(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))
    assert np.isfinite(found).all()
    assert 0 <= found.min() <= found.max() <= 1
    assert max(found.shape) == MAP_SIDE


def test_grey_images_with_and_without_channels_agree():
    grey = np.random.default_rng(0).integers(0, 256, (120, 160), dtype=np.uint8)
    np.testing.assert_allclose(conspicuity(grey), conspicuity(np.repeat(grey[..., None], 3, 2)), atol=1e-5)


def test_size_does_not_matter():
    image = display(coloured_disk, PLACES[7])
    large = np.repeat(np.repeat(image, 3, axis=0), 3, axis=1)
    np.testing.assert_allclose(conspicuity(large), conspicuity(image), atol=0.05)


@pytest.mark.parametrize("flip", [np.fliplr, np.flipud], ids=["left-right", "up-down"])
def test_mirror_images_have_mirror_maps(flip):
    """Up to the padding of odd levels: 320 px are 5 at level 7; 256 are even down to the last."""
    image = np.random.default_rng(0).integers(0, 256, (256, 320, 3), dtype=np.uint8)
    np.testing.assert_allclose(conspicuity(flip(image)), flip(conspicuity(image)), atol=0.02)


def test_borders_do_not_attract():
    """In pictures of noise the outermost two cells have the maximum no more often than their share, 22 %."""
    rng = np.random.default_rng(0)
    on_border = 0
    for _ in range(40):
        found = conspicuity(rng.integers(0, 256, (120, 160, 3), dtype=np.uint8))
        row, column = np.unravel_index(found.argmax(), found.shape)
        on_border += min(row, found.shape[0] - 1 - row, column, found.shape[1] - 1 - column) < 2
    assert on_border / 40 <= 0.22


def test_gabors_prefer_their_angle_and_ignore_brightness():
    y, x = np.mgrid[:80, :80]
    for k, angle in enumerate(np.deg2rad([0, 45, 90, 135])):
        # Bars at `angle` against the x axis (y up): the wave runs across them.
        wave = np.cos(2 * np.pi / 7 * (np.sin(angle) * x + np.cos(angle) * y))
        energy = gabor_energy(wave.astype(np.float32))[30:50, 30:50].mean(axis=(0, 1))
        assert energy.argmax() == k
        assert energy[k] > 3 * np.delete(energy, k).max()
    assert gabor_energy(np.full((40, 40), 0.7, np.float32)).max() < 1e-6


def test_promotion_of_few_peaks():
    one, many = np.zeros((30, 40)), np.zeros((30, 40))
    one[10, 10], one[20, 20] = 2, 0.5
    many[5:25:5, 5:35:5] = np.linspace(1.5, 2, 24).reshape(4, 6)
    assert promote(one).max() == pytest.approx((1 - 0.25) ** 2)
    assert promote(many).max() == pytest.approx((1 - np.linspace(1.5, 2, 24)[:-1].mean() / 2) ** 2)
    assert not promote(np.full((3, 3), 0.009)).any()


def test_halving_keeps_the_mean_and_the_place():
    ramp = np.arange(16, dtype=float)[:, None]
    np.testing.assert_allclose(halve(ramp, 0)[1:-1, 0], np.arange(2.5, 14, 2))  # centres of pairs of px
    assert halve(np.ones((7, 5)), 0).shape == (4, 5)
    np.testing.assert_allclose(halve(np.ones((7, 5)), 1), 1)


def test_resampling_keeps_a_ramp():
    ramp = np.tile(np.arange(40, dtype=np.float32)[:, None, None], (1, 8, 1))
    np.testing.assert_allclose(resample(ramp, 10, 8)[1:-1, 0, 0], np.arange(5.5, 37, 4), rtol=1e-5)
    np.testing.assert_allclose(resample(np.ones((7, 9, 2), np.float32), 20, 4), 1, rtol=1e-6)


@pytest.mark.parametrize("shape", [(4, 4, 2), (4,), (0, 4, 3)])
def test_not_an_image(shape):
    with pytest.raises(GazekitError, match="an image must have the shape"):
        conspicuity(np.zeros(shape, np.uint8))


def test_a_map_that_is_kept_cannot_be_changed_from_outside():
    image = np.random.default_rng(3).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    first = conspicuity(image)
    kept = first.copy()
    first += 1
    assert np.array_equal(conspicuity(image), kept)
    image[20:40, 20:40] = 255  # the same array with other pixels is another picture
    assert not np.array_equal(conspicuity(image), kept)
