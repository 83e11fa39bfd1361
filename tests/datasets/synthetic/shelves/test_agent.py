"""Individuals around the mean agent."""

from dataclasses import fields

import numpy as np
import pytest

from gazekit.datasets.synthetic.shelves.agent import VARIED, Agent, individual
from gazekit.foundations.errors import GazekitError


def test_the_mean_agent_is_that_of_the_specification():
    """OAT's specification, section 12."""
    agent = Agent()
    assert (agent.similarity, agent.distance, agent.memory, agent.salience) == (4, 0.75, 3, 0.25)
    assert (agent.reach, agent.decay, agent.blur, agent.blur_slope, agent.row_weight) == (8, 12, 0.15, 0.06, 1.3)
    assert (agent.centre, agent.first_similarity, agent.refixation, agent.refixation_alike) == (8, 0.8, 0.10, 0.25)
    assert (agent.recognition, agent.dwell, agent.give_up) == (0.92, (0.35, 0.45, 0.20), 0.012)
    assert (agent.patience, agent.most) == (8, 40)


def test_individuals_differ_around_the_mean():
    people = [individual(k, seed) for seed in range(20) for k in range(1, 21)]
    for name in (*VARIED, "recognition"):
        values, mean = np.array([getattr(p, name) for p in people]), getattr(Agent(), name)
        spread = 0.15 * (1 - mean if name == "recognition" else mean)
        assert abs(values.mean() - mean) < 4 * spread / 20
        assert abs(values.std() / spread - 1) < 0.15
    same = {f.name for f in fields(Agent)} - {*VARIED, "recognition"}
    assert all(getattr(people[0], name) == getattr(Agent(), name) for name in same)


def test_an_individual_depends_on_seed_and_number_only():
    assert individual(2, 5) == individual(2, 5)
    assert len({individual(k, seed).similarity for k in (1, 2) for seed in (0, 1)}) == 4


def test_staying():
    np.testing.assert_allclose(Agent().stays(np.array([-1.0, 0.5, 0.7, 1.0])), [0.10, 0.10, 0.15, 0.225])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recognition": 1.2}, "an agent's recognition is a probability, 0 to 1, not 1.2"),
        ({"give_up": -0.1}, "an agent's give_up is a probability"),
        ({"refixation": 0.9}, r"refixation \+ refixation_alike / 2 is a probability"),
        ({"dwell": (0.5, 0.6, -0.1)}, r"an agent's dwell\[2\] is a probability"),
        ({"dwell": (0.5, 0.4, 0.05)}, "dwell must be three probabilities that add up to 1"),
        ({"dwell": (0.5, 0.5)}, "dwell must be three probabilities that add up to 1"),
        ({"blur": -1.0}, "blur and blur_slope must not be negative"),
        ({"reach": 0.0}, "reach and decay must be positive, and most at least 1"),
        ({"most": 0}, "reach and decay must be positive, and most at least 1"),
    ],
)
def test_agents_that_cannot_be(options, message):
    with pytest.raises(GazekitError, match=message):
        Agent(**options)


def test_individuals_that_cannot_be():
    with pytest.raises(GazekitError, match="agents are numbered from 1; there is no agent 0"):
        individual(0)
    with pytest.raises(GazekitError, match="variation must be from 0 to 0.4, not 0.5"):
        individual(1, variation=0.5)
