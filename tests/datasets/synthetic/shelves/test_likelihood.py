"""The agent's own likelihood against closed forms, enumeration and simulation."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from gazekit.datasets.synthetic.shelves import Agent, agent_log_likelihood, agent_paths, individual, load, next_step
from gazekit.datasets.synthetic.shelves.likelihood import outlooks
from gazekit.datasets.synthetic.shelves.sight import Sight
from gazekit.foundations.errors import GazekitError

SHORT = Agent(most=5, patience=2, give_up=0.3, recognition=0.7)


def dataset_with(trial, agent, paths):
    """A data set whose scanpaths are the given lists of objects."""
    data = load(covers="train", layouts=trial.id.split("/")[0], scenes=1, agents={"me": agent})
    boxes, flat = trial.objects.boxes, np.concatenate(paths)
    table = data.scanpaths.table.iloc[np.zeros(len(paths), dtype=int)].reset_index(drop=True)
    offsets = np.concatenate([[0], np.cumsum([len(p) for p in paths])])
    x, y = boxes[flat][:, [0, 2]].mean(1), boxes[flat][:, [1, 3]].mean(1)
    table = table.assign(subject="me", sample=range(len(paths)))
    scanpaths = data.scanpaths.replace(x=x, y=y, offsets=offsets, table=table, object_id=None)
    return replace(data, scanpaths=scanpaths)


def likelihoods(trial, agent, paths, **options):
    return agent_log_likelihood(dataset_with(trial, agent, paths), agents={"me": agent}, **options)


def test_all_paths_of_a_two_object_scene_have_probability_one_together():
    """With two objects a move has one goal, so nothing is estimated; all paths of at most five fixations are listed."""
    trial = load(covers="train", layouts="1x2", scenes=1, agents=1).trials[0]
    paths = [list(p) for n in range(1, 6) for p in product(range(2), repeat=n)]
    found = likelihoods(trial, SHORT, paths, draws=2)
    assert max(e.max() for e in found.errors) == 0
    assert sum(np.exp(v.sum()) for v in found.values) == pytest.approx(1, abs=1e-12)


def test_a_path_of_a_two_object_scene_in_closed_form():
    trial = load(covers="train", layouts="1x2", scenes=1, agents=1).trials[0]
    agent, target = individual(1), trial.target_object
    sight = Sight.of(trial)
    pull = agent.centre * np.exp(-0.5 / agent.reach) + agent.first_similarity * sight.similarity  # half a cell each
    first = np.exp(pull[1 - target]) / np.exp(pull).sum()
    stay = agent.refixation + agent.refixation_alike * max(0.0, sight.similarity[1 - target] - 0.5)
    # other, target, target, end: recognised at once with one fixation more, or missed, seen again and recognised.
    missed, again = 1 - agent.recognition, agent.refixation + agent.refixation_alike * 0.5
    same = agent.recognition * (agent.dwell[1] + agent.dwell[2]) + missed * again
    both = agent.recognition * agent.dwell[1] + missed * again * agent.recognition * agent.dwell[0]
    value = likelihoods(trial, agent, [[1 - target, target, target]]).values[0]
    np.testing.assert_allclose(np.exp(value), [first, 1 - stay, same, both / same], rtol=1e-12)


def test_all_paths_of_a_three_object_scene_have_probability_one_together():
    trial = load(covers="train", layouts="1x3", scenes=1, agents=1).trials[0]
    agent = replace(SHORT, most=4)
    paths = [list(p) for n in range(1, 5) for p in product(range(3), repeat=n)]
    found = likelihoods(trial, agent, paths, draws=4000)
    total = sum(np.exp(v.sum()) for v in found.values)
    assert total == pytest.approx(1, abs=0.01)


def test_a_move_among_three_objects_against_numerical_integration():
    """Two goals: the difference of their noises is one normal number, so that Gauss-Hermite quadrature is exact."""
    trial = load(covers="train", layouts="1x3", scenes=3, agents=1).trials[2]
    agent, sight = individual(3), Sight.of(trial)
    now = (trial.target_object + 1) % 3
    goals = [j for j in range(3) if j != now]
    distance = np.abs(sight.places[:, 1] - sight.places[now, 1])[goals]
    pull = agent.similarity * np.exp(-distance / agent.reach)
    mean = pull * sight.similarity[goals] - agent.distance * distance + agent.salience * sight.salience[goals]
    spread = np.linalg.norm(pull * (agent.blur + agent.blur_slope * distance))
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    chance = (weights / (1 + np.exp(-(mean[0] - mean[1] + spread * points)))).sum() / weights.sum()
    stay = float(agent.stays(sight.similarity[now]))
    probability, error = next_step(trial, agent, [now], draws=100_000)
    assert error[goals[0]] < 0.001
    assert abs(probability[goals[0]] - (1 - stay) * chance) < 4.5 * error[goals[0]]
    assert probability[now] == pytest.approx(stay)
    assert probability[-1] == 0


def test_the_stated_error_is_the_spread_of_repeated_estimates():
    data = load(covers="train", layouts="3x9", scenes=2, agents=2)
    found = [agent_log_likelihood(data, draws=64, seed=seed) for seed in range(60)]
    values = np.array([np.concatenate(f.values) for f in found])
    errors = np.array([np.concatenate(f.errors) for f in found])
    known = (errors == 0).all(axis=0)
    assert (values[:, known].std(axis=0) < 1e-12).all()
    ratio = values[:, ~known].std(axis=0) / np.sqrt((errors[:, ~known] ** 2).mean(axis=0))
    assert 0.8 < ratio.mean() < 1.25
    stated = np.mean([f.per_step[1] for f in found])
    assert np.std([f.per_step[0] for f in found]) == pytest.approx(stated, rel=0.35)
    mean = values.mean()
    assert found[0].per_step[0] == pytest.approx(np.concatenate(found[0].values).mean())
    assert abs(found[0].per_step[0] - mean) < 4 * stated


def test_the_true_agent_is_likelier_than_others():
    """The expected log-likelihood is highest for the distribution that the paths come from."""
    data = load(covers="train", scenes=60, agents={"me": Agent()})
    true = agent_log_likelihood(data, agents={"me": Agent()}, draws=256).per_step[0]
    for changed in ({"similarity": 0.0}, {"distance": 0.3}, {"memory": 0.0}, {"refixation": 0.3}, {"blur_slope": 0.3}):
        other = agent_log_likelihood(data, agents={"me": Agent(**changed)}, draws=256).per_step[0]
        assert other < true - 0.004, changed
    assert true > -np.log(33)


def test_log_likelihood_is_the_sum_of_next_steps():
    data = load(covers="train", layouts="irregular", scenes=1, agents=1)
    trial, path = data.trials[0], data.scanpaths.object_id.tolist()
    found = agent_log_likelihood(data, draws=4000)
    for k in range(len(path) + 1):
        probability, error = next_step(trial, individual(1), path[:k], draws=4000)
        chosen = path[k] if k < len(path) else -1
        close = 5 * np.hypot(error[chosen] / probability[chosen], found.errors[0][k]) + 1e-9
        assert abs(np.log(probability[chosen]) - found.values[0][k]) < close


def test_what_the_agent_cannot_do_is_minus_infinity():
    trial = load(covers="train", layouts="1x3", scenes=1, agents=1).trials[0]
    other = (trial.target_object + 1) % 3
    found = likelihoods(trial, Agent(), [[other], [other] * 41])
    assert found.values[0][-1] == -np.inf  # it does not give up after the first fixation
    assert found.values[1][40] == -np.inf  # it makes 40 fixations at most
    assert np.isfinite(found.values[1][:40]).all()


def test_the_last_fixation_allowed_ends_the_search():
    last = [*outlooks(Agent(most=3), [0, 1, 1], np.array([0.1, 1.0]), 1)][-1]
    assert last == (1.0, 0.0, 0.0)


def test_a_part_of_a_data_set_has_the_same_values_and_paths_without_objects_are_named():
    data = load(covers="train", scenes=4, agents=2)
    whole = agent_log_likelihood(data, draws=16)
    part = data.select(trials=[data.trials[2].id], subjects=["agent 2"])
    part = replace(part, scanpaths=part.scanpaths.replace(object_id=None))
    np.testing.assert_array_equal(agent_log_likelihood(part, draws=16).values[0], whole.values[5])


def test_resampled_paths_have_a_likelihood_too():
    data = load(covers="train", scenes=3, agents=1)
    again = replace(data, scanpaths=agent_paths(data.trials, individual(1), 2, name="agent 1"))
    found = agent_log_likelihood(again, draws=16)
    assert [len(v) - 1 for v in found.values] == again.scanpaths.lengths.tolist()


@pytest.mark.parametrize(
    ("agents", "subject"), [(None, "anna"), (None, "agent 01"), ({"anna": Agent()}, "agent 1"), (None, "agent 0")]
)
def test_subjects_that_are_no_agents(agents, subject):
    data = load(covers="train", scenes=1, agents={subject: Agent()})
    message = "there is no agent 0" if subject == "agent 0" else f"subject '{subject}' of trial .* is no agent whose"
    with pytest.raises(GazekitError, match=message):
        agent_log_likelihood(data, agents=agents)


def test_too_few_draws():
    data = load(covers="train", scenes=1, agents=1)
    for wrong in (1, 2.5):
        with pytest.raises(GazekitError, match=f"draws must be a whole number of at least 2, not {wrong}"):
            agent_log_likelihood(data, draws=wrong)
