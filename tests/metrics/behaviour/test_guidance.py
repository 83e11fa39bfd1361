"""Guidance rank: chance by construction, and against counting."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Scanpaths
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import TrialContent, score_sets
from gazekit.metrics.behaviour import guidance_rank

similarities = st.lists(st.integers(0, 5).map(float), min_size=3, max_size=8)


def over(ids, stimulus="s"):
    table = pd.DataFrame({"stimulus": [stimulus], "width": 10, "height": 10})
    return Scanpaths(np.zeros(len(ids)), np.zeros(len(ids)), [0, len(ids)], table, object_id=ids)


@given(similarities)
@settings(max_examples=60, deadline=None)
def test_against_counting_and_exact_chance(values):
    everything = np.arange(len(values))
    ranks = guidance_rank(over(everything), {"s": 0}, {"s": values})
    for k in everything[1:]:
        others = [values[j] for j in everything[1:] if j != k]
        expected = np.mean([(values[k] > other) + 0.5 * (values[k] == other) for other in others])
        assert ranks[k] == pytest.approx(expected)
    assert np.isnan(ranks[0])
    assert np.nanmean(ranks) == pytest.approx(0.5)
    stretched = guidance_rank(over(everything), {"s": 0}, {"s": np.exp(values)})
    np.testing.assert_allclose(ranks, stretched)


def test_undefined_and_refused(scanpaths_of):
    assert np.isnan(guidance_rank(over([0, 1]), {}, {"s": [1, 2, 3]})).all()
    assert np.isnan(guidance_rank(over([1]), {"s": 0}, {"s": [1, 2]})).all()  # no other non-target
    assert np.isnan(guidance_rank(over([-1]), {"s": 0}, {"s": [1, 2, 3]})).all()
    with pytest.raises(GazekitError, match="trial 's' has 3 similarities, but a fixation on object 7"):
        guidance_rank(over([7]), {"s": 0}, {"s": [1, 2, 3]})
    with pytest.raises(GazekitError, match="the target is object 5, but there are 3 similarities"):
        guidance_rank(over([1]), {"s": 5}, {"s": [1, 2, 3]})
    with pytest.raises(GazekitError, match="no object ids"):
        guidance_rank(scanpaths_of([2]), {}, {})


def test_registered_mean():
    trials = {"s": TrialContent(target_object=3, target_similarity=np.array([0.1, 0.2, 0.9, 1.0]))}
    paths = over([2, 1, 3])
    assert score_sets("guidance_rank", paths, paths, trials).tolist() == [0.75]
