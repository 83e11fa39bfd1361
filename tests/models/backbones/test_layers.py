import pytest
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
