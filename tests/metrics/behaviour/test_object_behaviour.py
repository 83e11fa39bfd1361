"""OAT's features, Delta, guidance: plain loops, laws, and the reference numbers of the real book-cover searches."""

from itertools import groupby

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gazekit import Scanpaths
from gazekit.datasets.registry import load_dataset
from gazekit.foundations.errors import GazekitError
from gazekit.metrics import TrialContent, score_sets
from gazekit.metrics.behaviour import delta, guidance_rank, mean_behaviour, object_behaviour
from gazekit.models.specs import model_from_text

PRINTED = np.array([5.1e-4, 5.1e-3, 5.1e-4, 5.1e-4, 5.1e-4])  # half of the last printed digit
objects = st.lists(st.lists(st.integers(0, 4), min_size=0, max_size=12), min_size=1, max_size=5)


def paths_over(lists):
    table = pd.DataFrame({"stimulus": [f"s{k}" for k in range(len(lists))], "width": 10, "height": 10})
    flat = [i for ids in lists for i in ids]
    zeros = np.zeros(len(flat))
    return Scanpaths(zeros, zeros, np.cumsum([0, *map(len, lists)]), table, object_id=flat)


@given(objects, st.integers(0, 4))
@settings(max_examples=60, deadline=None)
def test_against_a_plain_loop(lists, target):
    paths = paths_over(lists)
    found = object_behaviour(paths, dict.fromkeys(paths.table["trial"], target))
    for k, ids in enumerate(lists):
        row = [feature[k] for feature in found]
        if not ids:
            assert np.isnan(row).all()
            continue
        search = refix = revisit = 0
        seen = set()
        for name, run in groupby(ids):
            search, revisit = search + (name not in seen), revisit + (name in seen)
            refix += len(list(run)) - 1
            seen.add(name)
        n = len(ids)
        assert row == pytest.approx([float(ids[-1] == target), n, search / n, refix / n, revisit / n])
        assert sum(row[2:]) == pytest.approx(1)


def test_fixations_on_no_object_end_a_run_and_are_not_counted():
    found = object_behaviour(paths_over([[-1, 2, -1, 2, 2, -1], [-1]]), {"s0": 2})
    assert [feature[0] for feature in found] == pytest.approx([0, 3, 1 / 3, 1 / 3, 1 / 3])
    assert np.isnan([feature[1] for feature in found]).all()


def test_means_by_trial_and_by_path():
    paths = paths_over([[0, 1], [0, 0], [1]]).replace()
    paths = paths.replace(table=paths.table.assign(trial=["a", "a", "b"]))
    target = {"a": 1, "b": 1}
    assert mean_behaviour(paths, target).tolist() == pytest.approx([2 / 3, 5 / 3, 5 / 6, 1 / 6, 0])
    assert mean_behaviour(paths, target, by="trial").tolist() == pytest.approx([0.75, 1.5, 0.875, 0.125, 0])
    assert np.isnan(mean_behaviour(paths, {})[0])


def test_delta_by_hand():
    assert delta([0.5, 5, 0.5, 0.3, 0.2], [1, 10, 0.5, 0.5, 0]) == pytest.approx((0.5 + 0.5 + 0 + 0.4) / 4)
    assert delta([1, 2, 3, 4, 5], [1, 2, 3, 4, 5]) == 0
    assert np.isnan(delta([0.0] * 5, [0.0] * 5))
    assert np.isnan(delta([np.nan, 1], [1, 1]))
    assert delta([2.0], [1.0]) == 1
    assert delta([1.0], [2.0]) == 0.5
    with pytest.raises(
        GazekitError, match=r"Delta compares two vectors of mean features, not shapes \(1,\) and \(2,\)"
    ):
        delta([1], [1, 2])


def test_paths_without_objects_are_refused(scanpaths_of):
    with pytest.raises(GazekitError, match=r"no object ids; name the objects first: paths.to_objects\(boxes\)"):
        object_behaviour(scanpaths_of([2]), {})


def covers(data_root, length_filter):
    dataset = load_dataset("bookcovers", data_root / "bookcovers", length_filter=length_filter)
    paths = dataset.scanpaths.to_objects(dataset.object_boxes())
    return dataset, paths, {trial.id: trial.target_object for trial in dataset.trials}


@pytest.mark.data
@pytest.mark.parametrize(
    ("length_filter", "count", "reference"),
    [
        pytest.param(False, 600, [0.840, 14.47, 0.780, 0.170, 0.051], id="all paths"),
        pytest.param(True, 585, [0.850, 12.89, 0.783, 0.172, 0.045], id="after OAT's filter"),
    ],
)
def test_reference_numbers_of_people(data_root, length_filter, count, reference):
    _, paths, targets = covers(data_root, length_filter)
    found = mean_behaviour(paths, targets)
    assert len(paths) == count
    assert (np.abs(found - reference) <= PRINTED).all()


@pytest.mark.data
def test_reference_numbers_of_chance_and_of_one_person(data_root):
    dataset, paths, targets = covers(data_root, True)
    human = mean_behaviour(paths, targets)
    sixth = mean_behaviour(paths.filter(subject="6"), targets)
    assert (np.abs(sixth - [0.939, 8.95, 0.848, 0.118, 0.034]) <= PRINTED).all()
    # Random reference rows: uniform and the empirical marginal with people's lengths (their own random draws).
    for name, expected in {"uniform": 0.47, "empirical": 0.51}.items():
        model = model_from_text(name).fit(dataset)
        drawn = model.predict(dataset.trials, n_samples=6, progress=False).to_objects(dataset.object_boxes())
        assert delta(mean_behaviour(drawn, targets), human) == pytest.approx(expected, abs=0.03)


def test_delta_does_not_see_which_trial_a_path_belongs_to():
    people = paths_over([[0, 1, 2], [3, 3, 2], [1, 2, 1]])
    exchanged = people[[1, 2, 0]].replace(table=people.table)  # each trial gets another trial's path
    targets = {"s0": 2, "s1": 2, "s2": 2}
    assert delta(mean_behaviour(exchanged, targets), mean_behaviour(people, targets)) == 0


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
