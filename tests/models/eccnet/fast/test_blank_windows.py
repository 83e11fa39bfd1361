import numpy as np
import pytest
import torch

from gazekit.models.eccnet.fast.blank_windows import BlankWindow, BlankWindows, inked, position_free
from gazekit.models.eccnet.fast.pooling import CellRange
from gazekit.models.eccnet.network import VARIANTS, eccentric_network, variant_named
from gazekit.models.eccnet.search import WholeWindows

SHAPES = ("vgg", "pools of 3", "strided", "patch embedding", "sees all", "signed")


def picture(height, width, background, seed=0):
    rng = np.random.default_rng(seed)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = background
    image[5 : height - 9, 3 : width - 2] = rng.integers(0, 256, (height - 14, width - 5, 3))
    return image


def assert_same(fast, whole, case):
    for a, b in zip(fast, whole, strict=True):
        assert a.shape == b.shape
        assert float((a - b).abs().max()) <= 1e-5 * float(b.abs().max()), case


@pytest.mark.parametrize("shape", SHAPES)
def test_blank_pasting_is_exact_for_any_network(network, shape):
    what = eccentric_network(network(shape), variant_named("eccnet"), px_per_degree=15)
    fast, whole = BlankWindows(what), WholeWindows(what)
    for size, side in (((90, 90), 308), ((61, 97), 322), ((90, 90), 230)):  # the last is clipped by the window
        image = picture(*size, (200, 30, 90))
        for fixation in ((size[0] // 2, size[1] // 2), (0, 0), (size[0], size[1] // 3), (7, size[1])):
            given = (image, (200, 30, 90), fixation, side)
            assert_same(fast.features(*given), whole.features(*given), (size, side, fixation))


@pytest.mark.parametrize("fovea", [0.5, 1.7, 8])
def test_blank_pasting_is_exact_for_any_fovea(network, fovea):
    what = eccentric_network(network("vgg"), variant_named("eccnet"), px_per_degree=15, fovea_degrees=fovea)
    given = (picture(90, 90, (0, 0, 0)), (0, 0, 0), (31, 50), 308)
    assert_same(BlankWindows(what).features(*given), WholeWindows(what).features(*given), fovea)


@pytest.mark.parametrize("variant", VARIANTS)
def test_blank_pasting_is_exact_for_every_variant(network, variant):
    what = eccentric_network(network("vgg"), variant_named(variant), px_per_degree=15)
    given = (picture(90, 90, (0, 0, 0)), (0, 0, 0), (31, 50), 308)
    assert_same(BlankWindows(what).features(*given), WholeWindows(what).features(*given), variant)


def test_gaze_that_moves_by_whole_cells_reuses_what_does_not_depend_on_it(network):
    backbone = network("vgg")
    what = eccentric_network(backbone, variant_named("eccnet"), px_per_degree=15)
    fast, whole = BlankWindows(what), WholeWindows(what)
    image, runs = picture(90, 90, (9, 9, 9)), []
    backbone.stages[0].parts[0].layers[-1].register_forward_hook(lambda *_: runs.append(1))
    fast.features(image, (9, 9, 9), (40, 40), 308)
    runs.clear()
    moved = fast.features(image, (9, 9, 9), (48, 28), 308)  # by whole cells of stride 4
    assert not runs
    assert_same(moved, whole.features(image, (9, 9, 9), (48, 28), 308), "moved")
    runs.clear()
    fast.features(image, (9, 9, 9), (49, 28), 308)
    assert len(runs) == 1
    painted = image.copy()
    painted[20:50, 20:50] = 9
    again = fast.features(painted, (9, 9, 9), (48, 28), 308)
    assert len(runs) == 2
    assert_same(again, whole.features(painted, (9, 9, 9), (48, 28), 308), "painted")


def test_an_image_of_background_is_a_blank_window(network):
    what = eccentric_network(network("vgg"), variant_named("eccnet"), px_per_degree=15)
    image = np.full((90, 90, 3), 77, np.uint8)
    given = (image, (77, 77, 77), (3, 80), 308)
    assert_same(BlankWindows(what).features(*given), WholeWindows(what).features(*given), "blank")


def test_blank_windows_are_stored_without_their_repetitions(network):
    what = eccentric_network(network("vgg"), variant_named("eccnet"))
    stages, reach, small = position_free(what, 1358)
    assert (stages, small % 16, 1358 % 16) == (3, 14, 14)
    assert small < 1358 / 3 > reach
    window = BlankWindow(what, 1358, (50, 60, 70), "cpu")
    stage_one_input = window.trunk[1][0].before
    assert stage_one_input.values.shape[2] < 500 < stage_one_input.side == 1358
    # the same map by the whole network on a constant image
    with torch.inference_mode():
        image = torch.tensor([50, 60, 70]).reshape(1, 3, 1, 1).expand(1, 3, 1358, 1358)
        expected = what.backbone.stages[0](what.backbone.normalise(image))
    box = CellRange(0, 1358, 600, 640)
    assert torch.allclose(stage_one_input.crop(box), expected[:, :, :, 600:640], atol=1e-4)


def test_only_so_many_blank_windows_are_kept(network):
    windows = BlankWindows(eccentric_network(network("vgg"), variant_named("ivsn")))
    image = np.zeros((20, 20, 3), np.uint8)
    for k in range(6):
        windows.features(image, (k, k, k), (10, 10), 168)
    assert sorted(key[1][0] for key in windows.blanks) == [2, 3, 4, 5]


def test_ink():
    image = np.full((6, 7, 3), 5, np.uint8)
    assert inked(image, (5, 5, 5)).empty
    image[2, 3, 1] = 6
    image[4, 1] = 0
    assert inked(image, (5, 5, 5)) == CellRange(2, 5, 1, 4)


def test_targets_are_computed_once_and_are_what_the_whole_network_makes_of_them(network):
    what = eccentric_network(network("vgg"), variant_named("eccnet"), px_per_degree=15)
    fast, picture_ = BlankWindows(what), picture(40, 30, (0, 0, 0))
    assert_same(fast.target(picture_), WholeWindows(what).target(picture_), "target")
    assert fast.target(picture_.copy()) is fast.target(picture_)
