"""Values of the maps: equal to `nss`, and the lowest value outside."""

import numpy as np

from gazekit.checks.placement import chance
from gazekit.checks.references import Reference
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
