import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from gazekit.models.networks.backbone import Backbone, Layer, Pool, same_pool, stages_of
from gazekit.models.networks.network import Preprocessing


def pooled_by_hand(x, pool):
    """The rule of TensorFlow's 'SAME', one output at a time."""
    starts, sizes = [], []
    for n in x.shape:
        out = -(-n // pool.stride)
        padding = max((out - 1) * pool.stride + pool.size - n, 0)
        starts.append([i * pool.stride - padding // 2 for i in range(out)])
        sizes.append(n)
    result = np.empty([len(s) for s in starts])
    for i, top in enumerate(starts[0]):
        for j, left in enumerate(starts[1]):
            rows = slice(max(top, 0), min(top + pool.size, sizes[0]))
            columns = slice(max(left, 0), min(left + pool.size, sizes[1]))
            window = x[rows, columns]
            result[i, j] = window.max() if pool.kind == "max" else window.mean()
    return result


@settings(max_examples=40, deadline=None)
@given(
    st.integers(3, 14),
    st.integers(3, 14),
    st.integers(1, 3).flatmap(lambda s: st.tuples(st.integers(max(s, 2), 4), st.just(s))),
    st.sampled_from(["max", "average"]),
)
def test_same_pool_follows_the_rule(h, w, size_and_stride, kind):
    pool = Pool(*size_and_stride, kind)
    x = torch.from_numpy(np.random.default_rng(h * 100 + w).standard_normal((h, w))).float()
    np.testing.assert_allclose(same_pool(x[None, None], pool)[0, 0], pooled_by_hand(x.numpy(), pool), atol=1e-6)


def test_a_backbone_preprocesses_in_its_own_order_of_colours():
    own = Preprocessing((1 / 255, 2 / 255, 3 / 255), (1 / 255, 2 / 255, 4 / 255), bgr=True)
    backbone = Backbone("toy", "none", [Layer("a", nn.Identity(), 3, reach=0)], levels=["a"], preprocessing=own)
    pixel = torch.tensor([11, 22, 43], dtype=torch.uint8).reshape(1, 3, 1, 1)
    assert backbone(pixel)["a"].flatten().tolist() == [10.0, 10.0, 10.0]
    assert backbone.normalise(torch.tensor([1.0, 2, 7]).reshape(1, 3, 1, 1)).flatten().tolist() == [1.0, 0.0, 0.0]
    assert not backbone.training


@pytest.mark.parametrize("n", [7, 8])
def test_a_mean_ignores_padding(n):
    assert torch.equal(same_pool(torch.ones(1, 2, n, n), Pool(3, 2, "average")), torch.ones(1, 2, 4, 4))


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
