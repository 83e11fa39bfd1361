import numpy as np
import pytest
import torch
from torch import nn

from gazekit.models.eccnet.fast.patches import StageStep
from gazekit.models.eccnet.fast.pooling import CellRange
from gazekit.models.networks.backbone import Layer, Stage

SIDE = 19


def stage(*layers, stride=1, reach=1):
    torch.manual_seed(0)
    return Stage([Layer("layer", nn.Sequential(*(make() for make in layers)), 4, reach, stride)], 1)


STAGES = {
    "convolution": (lambda: stage(lambda: nn.Conv2d(2, 4, 3, padding=1), nn.ReLU), 1, True),
    "in groups, 5 x 5": (lambda: stage(lambda: nn.Conv2d(2, 4, 5, padding=2, groups=2), reach=2), 1, True),
    "with stride": (lambda: stage(lambda: nn.Conv2d(2, 4, 3, 2, padding=1), stride=2), 2, False),
    "reflecting": (lambda: stage(lambda: nn.Conv2d(2, 4, 3, padding=1, padding_mode="reflect")), 1, False),
    "two convolutions": (
        lambda: stage(lambda: nn.Conv2d(2, 3, 3, padding=1), lambda: nn.Conv2d(3, 4, 3, padding=1), reach=2),
        1,
        False,
    ),
    "declared to reach farther": (lambda: stage(lambda: nn.Conv2d(2, 4, 3, padding=1), reach=2), 1, False),
}


@pytest.mark.parametrize("name", STAGES)
@torch.no_grad()
def test_a_box_is_that_of_the_whole_map(name):
    make, stride, unpadded = STAGES[name]
    step = StageStep(made := make(), SIDE, stride)
    assert step.unpadded == unpadded
    x = torch.rand(1, 2, SIDE, SIDE)
    whole = made(x)
    rng = np.random.default_rng(0)
    for _ in range(50):
        (top, bottom), (left, right) = (np.sort(rng.choice(step.rows + 1, 2, replace=False)).tolist() for _ in "ab")
        box = CellRange(top, bottom, left, right)
        part = step.needed(box)
        found = step.compute(x[:, :, part.top : part.bottom, part.left : part.right], part, box)
        torch.testing.assert_close(found, whole[:, :, top:bottom, left:right], atol=1e-6, rtol=1e-5)
