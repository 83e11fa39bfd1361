"""Values of the maps: equal to `nss`, and the lowest value outside."""

import numpy as np

from gazekit.checks.placement import chance, check_placement
from gazekit.checks.references import FEWEST, Reference, beyond_the_mean
from gazekit.checks.sample import Sample
from gazekit.core.frames import Frame
from gazekit.core.trials import Trial
from gazekit.metrics.density import nss


def test_inside_the_image_the_value_is_nss():
    maps = [np.arange(12.0).reshape(3, 4) ** 2, None, np.eye(5)]
    reference = Reference.of("maps", maps)
    rng = np.random.default_rng(0)
    unit, u, v = rng.integers(0, 3, 200), rng.random(200), rng.random(200)
    found = reference.at(unit, u, v)
    for k, values in enumerate(maps):
        of = unit == k
        if values is None:
            assert np.isnan(found[of]).all()
        else:
            np.testing.assert_allclose(found[of], nss(values, u[of], v[of], (1, 1)))


def test_outside_it_is_the_lowest():
    values = np.arange(12.0).reshape(3, 4)
    reference = Reference.of("map", [values])
    lowest = (0 - values.mean()) / values.std()
    np.testing.assert_allclose(
        reference.at(np.zeros(3, int), np.array([-0.1, 1.1, 0.5]), np.array([0.5, 0.5, 2])), lowest
    )


def test_a_map_without_structure_says_nothing():
    assert not Reference.of("flat", [np.ones((2, 2))]).known.any()


def test_chance_is_that_of_a_paired_t_test():
    from scipy.stats import ttest_rel

    before, after = np.random.default_rng(1).normal(0, 1, (2, 30))
    expected = ttest_rel(after, before, alternative="greater").pvalue
    np.testing.assert_allclose(chance(before, after), expected)


def scenes(n=30, side=32):
    """Maps that rise toward the middle, each with a bright place of its own, and 12 fixations at each bright place."""
    rng = np.random.default_rng(2)
    v, u = (np.arange(side**2).reshape(2 * (side,)) // side + 0.5) / side, (np.arange(side) + 0.5) / side
    places = rng.uniform(0.2, 0.8, (n, 2))
    maps = [
        np.exp(-((u - x) ** 2 + (v - y) ** 2) / 0.01) + 3 * np.exp(-((u - 0.5) ** 2 + (v - 0.5) ** 2) / 0.1)
        for x, y in places
    ]
    x, y = (np.repeat(places, 12, axis=0) + rng.normal(0, 0.02, (12 * n, 2))).T * 400
    return Reference.of("the pictures' local contrast", maps), x, y, np.repeat(np.arange(n), 12)


def test_what_maps_have_beyond_their_mean():
    """The middle says nothing any more, the own place does; a few maps are their own mean."""
    reference, x, y, unit = scenes()
    beyond = beyond_the_mean(reference)
    middle = np.full(30, 0.5)
    assert reference.at(np.arange(30), middle, middle).mean() > 1.5
    assert abs(beyond.at(np.arange(30), middle, middle).mean()) < 0.5
    assert beyond.at(unit, x / 400, y / 400).mean() > 2
    few = Reference.of("few", [np.eye(4) for _ in range(FEWEST - 1)])
    assert not beyond_the_mean(few).known.any()


def test_gaze_that_is_too_near_the_middle_is_seen_beyond_the_mean():
    """By the maps themselves, which are highest in the middle, it fits well enough."""
    reference, x, y, unit = scenes()
    trials = tuple(Trial(f"t{k}", f"t{k}", Frame(400, 400)) for k in range(30))
    size, zero = np.full(len(x), 400.0), np.zeros(len(x), int)
    shrunk = Sample(trials, 200 + (x - 200) / 1.6, 200 + (y - 200) / 1.6, size, size, unit, zero, zero, ("p",))
    assert check_placement(shrunk, [reference], lattice=False) == []
    (found,) = check_placement(shrunk, [reference], lattice=False, beyond=beyond_the_mean(reference))
    assert (found.check, found.level) == ("scale", "warning")
    assert found.probably.startswith("positions 0.625 times as far from the middle as they were, as if placed=fit")
    assert "--placed centre in its own size" in found.mend
    right = Sample(trials, x, y, size, size, unit, zero, zero, ("p",))
    assert check_placement(right, [reference], lattice=False, beyond=beyond_the_mean(reference)) == []
