"""Equal sets: nobody on both sides, and as many paths of a model as of people."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit.evaluation.equal_sets import PeopleSplits, draw_samples


@pytest.fixture(scope="module")
def people(scanpaths_of):
    """Twelve people on eight images, each of whom missed a few."""
    rows = [(f"s{i}", f"p{k}") for i in range(8) for k in range(12) if (i + k) % 5]
    return scanpaths_of([3] * len(rows), stimulus=[s for s, _ in rows], subject=[p for _, p in rows])


@given(seed=st.integers(0, 50), samples=st.integers(1, 9))
@settings(max_examples=25, deadline=None)
def test_nobody_is_on_both_sides(people, seed, samples):
    split = PeopleSplits(people, dict.fromkeys(people.table["trial"].unique(), samples), seed=seed).of(0)
    subjects, trials = (people.table[name].to_numpy() for name in ("subject", "trial"))
    assert not set(subjects[split.source]) & set(subjects[split.reference])
    counts = {t: int((trials[split.source] == t).sum()) for t in split.wanted}
    assert counts == dict(split.wanted)
    assert max(counts.values()) <= samples
    assert set(trials[split.source]) == set(trials[split.reference])


def test_a_model_has_as_many_paths_as_people(people, scanpaths_of):
    stimuli = np.repeat([f"s{i}" for i in range(8)], 4)
    predicted = scanpaths_of([2] * 32, stimulus=stimuli, subject="", source="m", sample=np.tile(range(4), 8))
    split = PeopleSplits(people, dict.fromkeys(stimuli, 4), seed=0).of(1)
    rows = draw_samples(predicted, split, seed=0, draw=1)
    assert len(set(rows)) == len(rows) == len(split.source)
    trials = predicted.table["trial"].to_numpy()[rows]
    assert {t: int((trials == t).sum()) for t in split.wanted} == dict(split.wanted)
    # A draw depends on the trial only, not on which others there are.
    alone = np.flatnonzero(stimuli == "s3")
    few = draw_samples(predicted[alone], split, seed=0, draw=1)
    np.testing.assert_array_equal(alone[few], rows[trials == "s3"])


def test_draws_differ_and_repeat(people):
    available = dict.fromkeys(people.table["trial"].unique(), 3)
    first, again, other = (PeopleSplits(people, available, seed=0).of(d).source for d in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_trials_that_a_model_lacks_are_left_out(people):
    split = PeopleSplits(people, {"s0": 3, "s1": 3}, seed=0).of(0)
    assert set(split.wanted) == {"s0", "s1"}


def test_one_person_cannot_be_split(scanpaths_of):
    alone = scanpaths_of([3, 3], subject="p")
    assert len(PeopleSplits(alone, {"s0": 5, "s1": 5}, seed=0).of(0).source) == 0
