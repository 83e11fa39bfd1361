import pytest
import torch
from torch import nn

from gazekit.models.backbones.contract import Pool
from gazekit.models.backbones.layers import Layer, stages_of

POOL = Pool(2, 2, "max")


def toy():
    return [
        Layer("a", nn.Identity(), 2, 1, stride=2),
        Layer("b", nn.Identity(), 3, 2),
        Layer("c", nn.Identity(), 4, 1, pool=POOL),
        Layer("d", nn.Identity(), 5, 3, stride=2),
        Layer("e", nn.Identity(), 6, None),
    ]


def facts(levels):
    return [(s.name, s.stride, s.channels, s.reach, s.pool) for s in stages_of("toy", toy(), levels)]


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        # Reach in cells of a stage's own input: 1 + 2 x 2, as b works on every second one.
        (["d"], [("b", 2, 3, 5, None), ("d", 8, 5, 4, POOL)]),
        (["a", "c", "d"], [("a", 2, 2, 1, None), ("b", 2, 3, 2, None), ("c", 4, 4, 1, POOL), ("d", 8, 5, 3, None)]),
        (["e"], [("b", 2, 3, 5, None), ("e", 8, 6, None, POOL)]),
        (["b"], [("b", 2, 3, 5, None)]),
        (["a"], [("a", 2, 2, 1, None)]),
    ],
)
def test_stages(levels, expected):
    assert facts(levels) == expected


def test_a_stage_knows_its_layers_one_by_one():
    torch.manual_seed(0)
    layers = [
        Layer("a", nn.Conv2d(1, 2, 3, padding=1), 2, reach=1),
        Layer("b", nn.Conv2d(2, 3, 3, stride=2, padding=1), 3, reach=1, stride=2),
        Layer("c", nn.Conv2d(3, 3, 3, padding=1), 3, reach=1),
    ]
    stage, last = stages_of("toy", layers, ["b", "c"])
    assert [(p.name, p.stride, p.channels, p.reach) for p in stage.parts] == [("a", 1, 2, 1), ("b", 2, 3, 1)]
    assert last.parts == (last,)
    x = torch.rand(1, 1, 9, 9)
    through = x
    for part in stage.parts:
        through = part(through)
    assert torch.equal(through, stage(x))
    own = sum(p.numel() for layer in layers[:2] for p in layer.module.parameters())
    assert sum(p.numel() for p in stage.parameters()) == own
