"""The agents' paths: laws, and frequencies against the probabilities that were written down."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from gazekit.datasets.synthetic.shelves import (
    Agent,
    agent_paths,
    individual,
    load,
    next_step,
    search,
    target_similarity,
)
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.metrics.behaviour.object_behaviour import guidance_rank, mean_behaviour


def objects_of(paths):
    return [paths.object_id[a:b] for a, b in zip(paths.offsets[:-1], paths.offsets[1:], strict=True)]


def test_paths_are_pinned():
    data = load(covers="train", layouts="4x8,irregular", scenes=5, agents=2)
    found = hashlib.sha256(data.scanpaths.x.astype("<f8").tobytes() + data.scanpaths.object_id.astype("<i8").tobytes())
    assert found.hexdigest()[:16] == "7fb6afcda32a8844"


def test_a_path_does_not_depend_on_what_else_is_simulated(monkeypatch):
    """Neither on batches, nor on shelves of another size (padding), nor on further agents."""
    many = load(covers="train", layouts="irregular,6x14,2x11", scenes=5, agents=3).scanpaths
    monkeypatch.setattr(search, "TOGETHER", 3)
    few = load(covers="train", layouts="irregular", scenes=2, start=2, agents=2).scanpaths
    for row, path in enumerate(few):
        same = many.filter(trial=few.table["trial"].iloc[row], subject=path.ids["subject"])
        np.testing.assert_array_equal(same[0].x, path.x)
        np.testing.assert_array_equal(same[0].object_id, path.object_id)


def test_fixations_lie_in_the_boxes_of_their_objects():
    data = load(covers="train", layouts="irregular,3x9", scenes=10, agents=2)
    for rule in ("containing", "nearest"):
        named = data.scanpaths.to_objects(data.object_boxes(), rule)
        assert (named.object_id == data.scanpaths.object_id).all()


def test_laws_of_a_path():
    data = load(covers="train", scenes=200, agents=2)
    targets = {t.id: t.target_object for t in data.trials}
    for path, trial in zip(objects_of(data.scanpaths), data.scanpaths.table["trial"], strict=True):
        target = targets[trial]
        assert 1 <= len(path) <= 40
        assert len(path) >= 9 or path[-1] == target  # nobody gives up before the ninth fixation


def test_the_cap_and_patience():
    trials = load(covers="train", scenes=60, agents=1).trials
    blind = Agent(recognition=0.0, give_up=0.0)
    assert set(agent_paths(trials, blind).lengths) == {40}
    assert set(agent_paths(trials, replace(blind, give_up=1.0, patience=4)).lengths) == {5}
    assert set(agent_paths(trials, replace(blind, most=7)).lengths) == {7}


def test_a_sharp_agent_goes_straight_to_the_target_and_dwells():
    """Without blur, and with similarity far above everything else, the second fixation is on the target."""
    sharp = Agent(similarity=500.0, reach=1e6, distance=0.0, memory=0.0, salience=0.0, blur=0.0, blur_slope=0.0)
    sharp = replace(sharp, centre=0.0, first_similarity=500.0, recognition=1.0)
    trials = load(covers="train", scenes=400, agents=1).trials
    paths = agent_paths(trials, sharp)
    targets = np.repeat([t.target_object for t in trials], paths.lengths)
    assert (paths.object_id == targets).all()
    counts = np.bincount(paths.lengths, minlength=4)[1:]
    assert stats.chisquare(counts, 400 * np.array(sharp.dwell)).pvalue > 0.001


@pytest.mark.parametrize(
    ("layout", "changed"), [("1x3", {"patience": 2, "give_up": 0.3, "recognition": 0.6}), ("2x3", {})]
)
def test_frequencies_are_the_probabilities_written_down(layout, changed):
    """Simulated first, second and later steps against `next_step`, which does not simulate."""
    trial = load(covers="train", layouts=layout, scenes=1, agents=1).trials[0]
    agent, n = replace(individual(2), **changed), 12_000
    paths = objects_of(agent_paths(trial, agent, n, seed=3))
    size = len(trial.objects)
    first = np.bincount([p[0] for p in paths], minlength=size)
    expected, _ = next_step(trial, agent, [])
    assert expected[-1] == 0
    assert stats.chisquare(first, n * expected[:-1]).pvalue > 0.001
    common = sorted({tuple(p[:k].tolist()) for p in paths[:200] for k in (1, 2, 3) if len(p) >= k})
    tested = 0
    for begun in common:
        after = [p for p in paths if tuple(p[: len(begun)].tolist()) == begun]
        if len(after) < 500:
            continue
        counts = np.bincount([p[len(begun)] if len(p) > len(begun) else size for p in after], minlength=size + 1)
        probability, error = next_step(trial, agent, begun, draws=20_000)
        assert probability.sum() == pytest.approx(1)
        spread = np.sqrt(probability * (1 - probability) / len(after) + error**2)
        assert (np.abs(counts / len(after) - probability) <= 4.5 * spread + 1e-12).all(), begun
        tested += 1
    assert tested >= 5


def test_resampled_paths_are_independent_of_the_data_sets():
    data = load(covers="train", scenes=20, agents=1)
    again = agent_paths(data.trials, individual(1), 2, name="agent 1")
    assert again.table["trial"].tolist() == [t.id for t in data.trials for _ in range(2)]
    assert set(again.table["source"]) == {"agent 1"}
    mine, theirs = objects_of(again), objects_of(data.scanpaths)
    assert np.mean([len(a) == len(b) and (a == b).all() for a, b in zip(mine[::2], theirs, strict=True)]) < 0.5
    other = agent_paths(data.trials, individual(1), 2, name="another")
    assert not np.array_equal(other.object_id, again.object_id)


def test_samples_and_seeds():
    trial = load(covers="train", scenes=1, agents=1).trials[0]
    three, five = agent_paths(trial, Agent(), 3), agent_paths(trial, Agent(), 5)
    assert (three.x == five.x[: len(three.x)]).all()
    assert not np.array_equal(agent_paths(trial, Agent(), 3, seed=1).x, three.x)


# What the specification's own small world gave (section 12; 200 shelves x 4 agents), and how far ours may be from it:
# its similarities and saliences are not published, nor what the first fixation's centre bias falls with.
PILOT = {
    "4x8": ([0.98, 8.6, 0.756, 0.211, 0.033], 0.66),
    "6x14": ([0.78, 19.0, 0.763, 0.175, 0.063], 0.71),
}


@pytest.mark.parametrize("layout", PILOT)
def test_the_world_is_like_the_specifications_pilot(layout):
    data = load(layouts=layout, scenes=200, covers="all")
    targets = {t.id: t.target_object for t in data.trials}
    expected, guided = PILOT[layout]
    found = mean_behaviour(data.scanpaths, targets)
    assert (np.abs(found - expected) < [0.04, 3.5, 0.02, 0.02, 0.02]).all()
    rank = guidance_rank(data.scanpaths, targets, {t.id: target_similarity(t) for t in data.trials})
    assert abs(np.nanmean(rank) - guided) < 0.07


def test_guidance_is_at_chance_without_similarity():
    trials = load(covers="train", scenes=150, agents=1).trials
    blind = Agent(similarity=0.0, first_similarity=0.0, refixation_alike=0.0)
    paths = agent_paths(trials, blind)
    rank = guidance_rank(paths, {t.id: t.target_object for t in trials}, {t.id: target_similarity(t) for t in trials})
    assert abs(np.nanmean(rank) - 0.5) < 0.02


def test_bad_input(shelf):
    trial = load(covers="train", scenes=1, agents=1).trials[0]
    with pytest.raises(GazekitError, match="samples must be a whole number of at least 1, not 0"):
        agent_paths(trial, Agent(), 0)
    with pytest.raises(MissingNeedError, match="trial 'shelf' is not one of the data set 'shelves'"):
        agent_paths(shelf(), Agent())
    with pytest.raises(MissingNeedError, match="need target_object and start, and trial '4x8/train/00000' lacks one"):
        agent_paths(replace(trial, start=None), Agent())
