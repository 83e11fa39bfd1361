"""What reports say of a network's single-feature searches."""

import pytest

from gazekit.models.eccnet.known_effects import measured, pop_out_sentence
from gazekit.models.eccnet.model import EccNet
from gazekit.models.identity import identity


def test_every_measured_network_has_its_six_targets():
    keys = [(network["provenance"], network["level_weights"]) for network in measured()]
    assert len(keys) == len(set(keys)) >= 4
    for network in measured():
        assert len(network["of"]) == 6
        assert set(network["at_once"]) <= set(network["of"])


@pytest.mark.parametrize("level_weights", ["auto", "maximum", "equal"])
def test_the_default_network_is_a_measured_one(level_weights):
    rule = "equal" if level_weights == "equal" else "published"
    known = next(n for n in measured() if n["provenance"].startswith("v1,") and n["level_weights"] == rule)
    sentence = pop_out_sentence(identity(EccNet(level_weights=level_weights)))
    assert f"finds {len(known['at_once'])} at once ({', '.join(known['at_once'])})" in sentence


def test_a_network_that_was_not_measured(network):
    about = {**identity(EccNet()), "provenance": "mine, weights random, variant eccnet"}
    assert pop_out_sentence(about).startswith("Whether this network finds targets that differ in one feature at once")
    assert pop_out_sentence({"class": "gazekit.models.baselines.uniform.Uniform", "name": "uniform"}) == ""
