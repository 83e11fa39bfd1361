import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.models.backbones.contract import Backbone, Pool, Stage, same_pool


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
    stage = Stage("a", torch.nn.Identity(), stride=1, channels=3, reach=0)
    backbone = Backbone("toy", "none", [stage], levels=["a"], mean=(1, 2, 3), deviation=(1, 2, 4), bgr=True)
    pixel = torch.tensor([11, 22, 43], dtype=torch.uint8).reshape(1, 3, 1, 1)
    assert backbone(pixel)["a"].flatten().tolist() == [10.0, 10.0, 10.0]
    assert backbone.preprocess(torch.tensor([1.0, 2, 7]).reshape(1, 3, 1, 1)).flatten().tolist() == [1.0, 0.0, 0.0]
    assert not backbone.training


@pytest.mark.parametrize("n", [7, 8])
def test_a_mean_ignores_padding(n):
    assert torch.equal(same_pool(torch.ones(1, 2, n, n), Pool(3, 2, "average")), torch.ones(1, 2, 4, 4))
