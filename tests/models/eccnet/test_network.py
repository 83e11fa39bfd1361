import pytest

from gazekit.foundations.errors import GazekitError, UnknownNameError
from gazekit.models.eccnet.network import eccentric_network, variant_named
from gazekit.models.eccnet.pools import PoolRule


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
