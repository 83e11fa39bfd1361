import numpy as np
import pytest
import torch

from gazekit.models.eccnet.pools import PoolRule, pool_every_ring, window_sides

SLOPED = [PoolRule(2, 2, "average", 0.07, 8), PoolRule(2, 2, "average", 0.16, 4), PoolRule(2, 2, "average", 0.32, 2)]
# Window sides of the published rings 0 to 21, from the specification's formula worked by hand there.
POOL_3 = [2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 8, 8, 9, 9, 10, 10, 11, 12, 12, 13, 13, 14]
POOLS_4_5 = [2, 3, 3, 4, 5, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 12, 12, 13, 14, 14, 15, 15]


def ring_of(i, j, n, d):
    """Ring of one output cell, by walking outwards as the specification says."""
    r0, q, c = round(4 * d / 2), round(d / 2), n // 2
    if r0 > n / 2:
        return 0
    distance = (i - c) ** 2 + (j - c) ** 2
    if distance < r0**2:
        return 0
    ring = 1
    while r0 + ring * q < n / 2:
        if distance < (r0 + ring * q) ** 2:
            return ring
        ring += 1
    return ring


def brute_force(x, rule):
    """(C, N, N) pooled cell by cell: the specification's window, padding left out."""
    c, size = x.shape[0], x.shape[1]
    n = -(-size // rule.stride)
    found = np.empty((c, n, n))
    for i in range(n):
        for j in range(n):
            d = rule.px_per_degree
            ring = ring_of(i, j, n, d) if rule.slope else 0
            k = rule.size
            if rule.slope and ring:
                k += round(rule.slope * (2 * (round(4 * d / 2) + ring * round(d / 2)) - 4 * d))
            p = max((n - 1) * rule.stride + k - size, 0)
            rows = [r for r in range(rule.stride * i - p // 2, rule.stride * i - p // 2 + k) if 0 <= r < size]
            columns = [r for r in range(rule.stride * j - p // 2, rule.stride * j - p // 2 + k) if 0 <= r < size]
            window = x[:, rows][:, :, columns].reshape(c, -1)
            found[:, i, j] = window.mean(axis=1) if rule.kind == "average" else window.max(axis=1)
    return found


@pytest.mark.parametrize("size", [33, 50, 51, 64])
@pytest.mark.parametrize("kind", ["average", "max"])
@pytest.mark.parametrize("rule", [(2, 0.32, 2), (2, 0.16, 4), (3, 0.32, 2), (2, 0.0, 0), (3, 0.0, 0)])
def test_pools_cell_by_cell(size, kind, rule):
    rule = PoolRule(rule[0], 2, kind, rule[1], rule[2])
    x = np.random.default_rng(size).standard_normal((3, size, size)).astype(np.float32)
    expected = brute_force(x.astype(float), rule)
    assert np.abs(pool_every_ring(torch.from_numpy(x)[None], rule)[0].numpy() - expected).max() < 1e-6


@pytest.mark.parametrize(
    ("pool", "sides", "step"),
    [(0, POOL_3, 4), (1, POOLS_4_5, 2), (2, POOLS_4_5, 1)],
    ids=["pool 3", "pool 4", "pool 5"],
)
def test_the_published_rings(pool, sides, step):
    rule = SLOPED[pool]
    found = window_sides(400, 400, rule)
    middle, radius = 100, 4 * step
    outwards = [int(found[middle, middle + radius + step * j - 1]) for j in range(21)]
    assert outwards == sides[:21]


@pytest.mark.parametrize(("window", "rings"), [(524, 6), (806, 10), (1216, 16), (1358, 19), (1600, 22)])
def test_the_published_number_of_rings(window, rings):
    pool_3_input = -(-window // 4)
    pool_4_input = -(-window // 8)
    # A ring is a distance class; two may round to one side, so count steps of distance that fit, fovea included.
    for extent, rule in ((pool_3_input, SLOPED[0]), (pool_4_input, SLOPED[1])):
        n = -(-extent // 2)
        found = {ring_of(i, n // 2, n, rule.px_per_degree) for i in range(n)} | {ring_of(0, 0, n, rule.px_per_degree)}
        assert len(found) == rings
        k_last = rule.size + round(
            rule.slope * rule.px_per_degree * (max(found))
        )  # 2 (r0 + j q) - 4 d = j d where 2 q = d
        assert window_sides(extent, extent, rule)[0, 0] == k_last


def test_longer_side_counts_the_rings_of_other_than_square_maps():
    sides = window_sides(20, 80, SLOPED[2])
    assert sides.shape == (10, 40)
    assert (sides[:, 1:20] == sides[:, :20:-1]).all()  # mirrored about the central column
    assert sides[5, 20] == 2
    assert sides[5, 0] > sides[0, 20] > 2
