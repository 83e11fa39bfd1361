"""Returns against plain loops and permutations."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Frame, Scanpaths
from gazekit.foundations.errors import GazekitError, MismatchError
from gazekit.metrics.behaviour import durations_before_returns, return_curve, return_rates
from gazekit.metrics.kinds.sets import Parts
from gazekit.metrics.measure import find

FRAME = Frame(60, 60, px_per_degree=10)


def distance(path, i, j):
    return np.hypot(path.x[i] - path.x[j], path.y[i] - path.y[j]) / 10


def test_rates_against_a_plain_loop(scanpaths_of):
    paths = scanpaths_of([6, 1, 0, 9, 2], frame=FRAME, seed=4)
    any_earlier = stay = back = able = 0
    for path in paths:
        for j in range(1, len(path)):
            near = [distance(path, i, j) <= 1.5 for i in range(j)]
            able += 1
            any_earlier, stay, back = any_earlier + any(near), stay + near[-1], back + any(near[:-1])
    found = return_rates(paths, radius_degrees=1.5)
    assert found == pytest.approx((any_earlier / able, stay / able, back / able, able))
    assert back > 0


def test_curve_against_a_plain_loop_and_all_orders(scanpaths_of):
    paths = scanpaths_of([5, 3, 1], frame=FRAME, seed=5)
    curve = return_curve(paths, radius_degrees=2, max_lag=5)

    def by_hand(orders):
        near, pairs = np.zeros(5), np.zeros(5)
        for path, order in zip(paths, orders, strict=True):
            for i in range(len(path)):
                for j in range(i + 1, len(path)):
                    near[j - i - 1] += distance(path, order[i], order[j]) <= 2
                    pairs[j - i - 1] += 1
        return near, pairs

    near, pairs = by_hand([range(len(p)) for p in paths])
    assert curve.pairs.tolist() == pairs.tolist() == [6, 4, 2, 1, 0]
    np.testing.assert_allclose(curve.observed[:4], near[:4] / pairs[:4])
    assert np.isnan(curve.observed[4])
    assert np.isnan(curve.chance[4])
    expected = np.mean(
        [by_hand([a, b, [0]])[0] for a in permutations(range(5)) for b in permutations(range(3))], axis=0
    )
    np.testing.assert_allclose(curve.chance[:4], expected[:4] / pairs[:4])


def test_durations_before_returns_against_a_plain_loop(scanpaths_of):
    paths = scanpaths_of([8, 2, 6], frame=FRAME, seed=6)
    duration = paths.duration.copy()
    duration[2] = np.nan
    paths = paths.replace(duration=duration)
    groups = ([], [])
    for path in paths:
        for i in range(1, len(path) - 1):
            if not np.isnan(path.duration[i]):
                groups[0 if distance(path, i - 1, i + 1) <= 2 else 1].append(path.duration[i])
    found = durations_before_returns(paths, radius_degrees=2)
    assert found == pytest.approx((np.mean(groups[0]), np.mean(groups[1]), len(groups[0]), len(groups[1])))


@given(st.integers(0, 10**6), st.floats(0, 4))
@settings(max_examples=40, deadline=None)
def test_wider_is_never_rarer_and_shift_does_not_matter(scanpaths_of, seed, radius):
    paths = scanpaths_of([5, 4], frame=FRAME, seed=seed)
    narrow, wide = (return_rates(paths, radius_degrees=r) for r in (radius, radius + 1))
    assert all(n <= w for n, w in zip(narrow[:3], wide[:3], strict=True))
    assert max(narrow.stay, narrow.back) <= narrow.refixation <= narrow.stay + narrow.back + 1e-12
    assert return_rates(paths.replace(x=paths.x[::-1]), radius_degrees=100).refixation == 1


def test_degenerate_paths(scanpaths_of):
    table = scanpaths_of([1], frame=FRAME).table
    one_point = Scanpaths([30.0] * 5, [30.0] * 5, [0, 5], table)
    assert return_rates(one_point) == (1, 1, pytest.approx(3 / 4), 4)
    curve = return_curve(one_point, max_lag=2)
    assert curve.observed.tolist() == curve.chance.tolist() == [1, 1]
    lonely = return_rates(scanpaths_of([1, 0], frame=FRAME))
    assert np.isnan(lonely[:3]).all()
    assert lonely.fixations == 0


def test_the_radius_itself_is_near(scanpaths_of):
    apart = Scanpaths([0.0, 20.0], [0.0, 0.0], [0, 2], scanpaths_of([1], frame=FRAME).table)
    assert [return_rates(apart, radius_degrees=r).stay for r in (1.9, 2.0)] == [0, 1]


def test_refused(scanpaths_of):
    paths = scanpaths_of([3], frame=FRAME, durations=False)
    with pytest.raises(GazekitError, match="durations_before_returns needs fixation durations"):
        durations_before_returns(paths)
    with pytest.raises(GazekitError, match="max_lag must be a whole number of at least 1, not 0"):
        return_curve(paths, max_lag=0)
    with pytest.raises(GazekitError, match=r"max_lag must be a whole number of at least 1, not 2\.5"):
        Parts([find("return_curve_distance").with_options(max_lag=2.5)], paths, paths, {}).values([0], [0])
    with pytest.raises(GazekitError, match="a radius must be a number of degrees of 0 or more, not -1"):
        return_rates(paths, radius_degrees=-1)
    with pytest.raises(MismatchError, match="to_degrees needs px per degree"):
        return_rates(scanpaths_of([3]))
