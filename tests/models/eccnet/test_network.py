import pytest

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.eccnet.network import eccentric_network, variant_named
from gazekit.models.eccnet.pools import PoolRule, window_sides


def test_pools_of_a_vgg(network):
    what = eccentric_network(network("vgg"), variant_named("eccnet"))
    rules = [rule for rule, _ in what.steps]
    plain = PoolRule(2, 2, "average")
    assert rules == [
        None,
        plain,
        plain,
        PoolRule(2, 2, "average", 0.07, 8),
        PoolRule(2, 2, "average", 0.16, 4),
    ]
    assert [level.search for level in what.levels] == [(plain, plain), (plain,), ()]
    assert [level.target[0] for level in what.levels] == [
        PoolRule(2, 2, "average", 0.07, 8),
        PoolRule(2, 2, "average", 0.16, 4),
        PoolRule(2, 2, "average", 0.32, 2),
    ]
    assert [len(level.target) for level in what.levels] == [3, 2, 1]


def test_degrees_are_rounded_at_every_pool_unless_told_otherwise(network):
    what = eccentric_network(network("vgg"), variant_named("eccnet"), round_degrees=False)
    assert [rule.px_per_degree for rule, _ in what.steps[3:]] == [7.5, 3.75]


@pytest.mark.parametrize("fovea", [1, 2, 8])
def test_rings_scale_with_the_fovea(network, fovea):
    """At an eccentricity e, a fovea of F degrees has the windows that 4 degrees have at 4 e / F."""
    published, other = (
        eccentric_network(network("vgg"), variant_named("eccnet"), px_per_degree=256, fovea_degrees=f)
        for f in (4, fovea)
    )
    for (rule, _), (scaled, _) in zip(published.steps[3:], other.steps[3:], strict=True):
        d = int(rule.px_per_degree)  # cells per degree: a map of 20 degrees, whose output has half as many
        here, there = (window_sides(20 * d, 20 * d, one) for one in (rule, scaled))
        middle = len(here) // 2
        compared = 0
        for e in (0.5, 1.1, 2.2, 3.9, 5.3, 7.3, 9.1):
            at = [middle + int(d / 2 * degrees) for degrees in (4 * e / fovea, e)]
            if 4 * e / fovea < 10:
                assert here[middle, at[0]] == there[middle, at[1]], e
                compared += here[middle, at[0]] > 2
        assert compared >= 1
    # the published fovea is what it was, to the last bit
    assert eccentric_network(network("vgg"), variant_named("eccnet"), fovea_degrees=4.0).steps[3][0] == PoolRule(
        2, 2, "average", 0.07, 8
    )


def test_rounded_rings_are_scaled_and_not_rounded_again(network):
    what = eccentric_network(network("vgg"), variant_named("eccnet"), fovea_degrees=0.5)
    assert [(rule.slope, rule.px_per_degree) for rule, _ in what.steps[3:]] == [(0.56, 1.0), (1.28, 0.5)]


def test_a_fovea_where_no_pool_grows(network):
    with pytest.raises(GazekitError, match="fovea_degrees=2 would change nothing: no pool of backbone 'vgg' grows"):
        eccentric_network(network("vgg"), variant_named("ivsn"), fovea_degrees=2)


def test_the_published_variants(network):
    ivsn = eccentric_network(network("vgg"), variant_named("ivsn"))
    assert all(rule == PoolRule(2, 2, "max") for rule, _ in ivsn.steps[1:])
    assert [level.stage for level in ivsn.levels] == [4]
    assert ivsn.levels[0].target == (PoolRule(2, 2, "max"),)
    confounded = eccentric_network(network("vgg"), variant_named("no-eccentricity"))
    assert {rule.kind for rule, _ in confounded.steps[1:]} == {"max"}
    assert len(confounded.levels) == 3
    fair = eccentric_network(network("vgg"), variant_named("no-eccentricity-average"))
    assert {(rule.kind, rule.slope) for rule, _ in fair.steps[1:]} == {("average", 0.0)}
    other = eccentric_network(network("vgg"), variant_named("eccentricity_max"))
    assert [(rule.kind, rule.slope) for rule, _ in other.steps[3:]] == [("max", 0.07), ("max", 0.16)]


def test_stages_that_begin_with_a_stride_are_blurred_by_eccentricity_first(network):
    what = eccentric_network(network("strided"), variant_named("eccnet"))
    assert [rule for rule, _ in what.steps] == [
        None,
        PoolRule(1, 1, "average", 0.07, 8),
        PoolRule(1, 1, "average", 0.16, 4),
    ]
    without = eccentric_network(network("strided"), variant_named("no-eccentricity-average"))
    assert [rule for rule, _ in without.steps] == [None] * 3


def test_no_stage_is_run_beyond_the_last_level(network):
    assert len(eccentric_network(network("vgg"), variant_named("eccnet"), levels=["three"]).steps) == 3


def test_a_level_that_is_not_there(network):
    with pytest.raises(UnknownNameError, match="no level of backbone 'vgg' called 'thre'; did you mean 'three'"):
        eccentric_network(network("vgg"), variant_named("eccnet"), levels=["thre"])
    with pytest.raises(GazekitError, match="at least one level to compare; 'vgg' has one, two"):
        eccentric_network(network("vgg"), variant_named("eccnet"), levels=[])


def test_strides_that_pools_cannot_join(network):
    backbone = network("patch embedding")
    backbone.stages[0].stride = 14
    with pytest.raises(GazekitError, match=r"strides \(a 14, b 16 px\) that pools of stride 2 cannot bring to one"):
        eccentric_network(backbone, variant_named("eccnet"))


def test_a_variant_that_is_not_there():
    with pytest.raises(UnknownNameError, match="no variant of eccNET called 'ivns'; did you mean 'ivsn'"):
        variant_named("ivns")
