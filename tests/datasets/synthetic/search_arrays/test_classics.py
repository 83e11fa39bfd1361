"""The further displays: what differs from what, and what a quarter turn makes of them."""

from collections import Counter

import numpy as np
import pytest

from gazekit.datasets.synthetic.search_arrays import experiments
from gazekit.datasets.synthetic.search_arrays.arrangement import arrange

SWAPPED = ["colour", "o-and-q", "size", "lighting-polarity", "oblique"]


@pytest.mark.parametrize("name", SWAPPED)
def test_the_two_conditions_are_each_others_reverse(name):
    first, second = experiments()[name].conditions
    assert (first.target, first.distractors) == (second.distractors, second.target)
    assert not np.array_equal(first.target.pixels, first.distractors.pixels)


def test_conjunction_shares_each_feature_with_a_distractor():
    feature, both = experiments()["conjunction"].conditions
    assert feature.target is both.target
    ink = [tuple(d.pixels[34, 34]) for d in (both.target, *both.others)]
    tall = [int((d.pixels != 30).any(axis=(1, 2)).sum()) for d in (both.target, *both.others)]
    assert [c == ink[0] for c in ink] == [True, False, True]
    assert [h == tall[0] for h in tall] == [True, True, False]
    assert tuple(feature.target.pixels[34, 34]) not in {tuple(d.pixels[34, 34]) for d in feature.others}


def test_conjunction_distractors_are_half_and_half():
    experiment = experiments()["conjunction"]
    for size, counts in ((4, [1, 2]), (8, [3, 4]), (12, [5, 6])):
        found = arrange(experiment, experiment.conditions[1], size, 0)
        others = [d.name for k, d in enumerate(found.drawings) if k != found.target]
        assert sorted(Counter(others).values()) == counts


def test_q_is_o_and_a_stroke():
    q, o = (
        d.pixels for d in experiments()["o-and-q"].conditions[0].targets + experiments()["o-and-q"].conditions[0].others
    )
    assert (q <= o).all()
    assert 0 < int((q < o).sum()) < 21 * 5


def nearest_after_a_quarter_turn(name):
    """Mean difference (grey levels) between a drawing turned by 90 degrees and the nearest of its experiment."""
    looks = [d.pixels.astype(int) for c in experiments()[name].conditions for d in (*c.targets, *c.others)]
    return [min(np.abs(np.rot90(look) - other).mean() for other in looks) for look in looks]


def test_a_quarter_turn_gives_neither_condition():
    """So the answer of a turned network is not given by symmetry, as it is for the published lighting."""
    assert min(nearest_after_a_quarter_turn("lighting-polarity")) > 30
    assert min(nearest_after_a_quarter_turn("oblique")) > 30
    published = [experiments()["lighting"].conditions[k].target.pixels for k in (0, 1)]
    np.testing.assert_array_equal(np.rot90(published[0]), published[1])


def test_polarity_is_turned_over_by_half_a_turn():
    first, second = experiments()["lighting-polarity"].conditions
    np.testing.assert_array_equal(np.rot90(first.target.pixels, 2), second.target.pixels)
