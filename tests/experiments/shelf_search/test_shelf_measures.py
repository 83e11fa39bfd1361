"""Measures of paths over objects, against brute force and closed forms."""

import numpy as np
import pytest

from gazekit.experiments.shelf_search.measures import (
    approach,
    behaviour_scores,
    lengths,
    likelihood_scores,
    pair_rows,
    pair_scores,
    summed,
)
from gazekit.experiments.shelf_search.paths import People, predicted_objects
from gazekit.foundations.errors import DataError, GazekitError
from gazekit.metrics import sequence_score
from gazekit.models.object_search.controls import Line
from gazekit.models.object_search.simple import UniformObject


@pytest.fixture(scope="module")
def people(shelves):
    return People.of(shelves(6, subjects=3))


def values(table, measure):
    part = table[table["measure"] == measure]
    return dict(zip(part["stimulus"], part["total"] / part["weight"], strict=True))


def test_people_stand_at_the_centres_of_objects(people):
    for row in range(len(people.paths)):
        centres = people.layouts[people.paths.table["trial"].iloc[row]].centres
        path = people.paths[row]
        assert np.array_equal(np.column_stack([path.x, path.y]), centres[people.objects_of(row)])


def test_no_path_meets_itself(people):
    pairs = pair_rows(people.paths, people, same=True)
    assert (pairs[:, 0] != pairs[:, 1]).all()
    assert len(pairs) == 6 * 3 * 2
    assert len(pair_rows(people.paths, people)) == 6 * 3 * 3


def test_sequence_score_and_ssx_are_means_over_pairs(people):
    table = pair_scores(people.paths, people, same=True)
    pairs = pair_rows(people.paths, people, same=True)
    expected, without = {}, {}
    for a, b in pairs:
        trial = people.paths.table["trial"].iloc[a]
        one, other = people.objects_of(a), people.objects_of(b)
        expected.setdefault(trial, []).append(sequence_score(one, other, symbols="objects"))
        one, other = (p[p != people.targets[trial]] for p in (one, other))
        empty = not (len(one) and len(other))
        without.setdefault(trial, []).append(0.0 if empty else sequence_score(one, other, symbols="objects"))
    for measure, lists in (("sequence_score", expected), ("ssx", without)):
        found = values(table, measure)
        assert set(found) == set(lists)
        for trial, scores in lists.items():
            assert found[trial] == pytest.approx(np.mean(scores))
    assert any(0.0 in scores for scores in without.values())


def test_stopping_counts_fixations(people):
    table = behaviour_scores(people.paths, people)
    on = elsewhere = last_on = 0
    for row in range(len(people.paths)):
        target = people.targets[people.paths.table["trial"].iloc[row]]
        path = people.objects_of(row)
        on += (path == target).sum()
        elsewhere += (path != target).sum()
        last_on += path[-1] == target
    part = table.groupby("measure")[["total", "weight"]].sum()
    assert part.loc["end_on_target"].tolist() == [last_on, on]
    assert part.loc["end_elsewhere"].tolist() == [len(people.paths) - last_on, elsewhere]
    assert part.loc["length", "total"] == on + elsewhere
    shares = part["total"] / part["weight"]
    assert shares[["search", "refix", "revisit"]].sum() == pytest.approx(1)


def test_likelihood_is_per_step_and_sim_per_fixation(people):
    scores = [np.log(np.full(n + 1, 0.25)) for n in people.paths.lengths]
    table = likelihood_scores(scores, people).groupby("measure")[["total", "weight"]].sum()
    fixations = people.paths.lengths.sum()
    assert table.loc["nll", "weight"] == fixations + len(people.paths)
    assert table.loc["sim", "weight"] == fixations
    assert table.loc["nll", "total"] / table.loc["nll", "weight"] == pytest.approx(np.log(4))
    assert table.loc["sim", "total"] / table.loc["sim", "weight"] == pytest.approx(0.25)


def test_transplanted_paths_keep_objects_and_change_place(people):
    for same in (True, False):
        moved = people.transplanted(same_target=same)
        originals = {tuple(people.objects_of(k)) for k in range(len(people.paths))}
        for row in range(0, len(moved), 7):
            trial = moved.table["trial"].iloc[row]
            path = moved[row]
            assert tuple(path.object_id) in originals
            assert np.array_equal(np.column_stack([path.x, path.y]), people.layouts[trial].centres[path.object_id])
    assert len(people.transplanted(same_target=False)) == 18 * 5
    cells = [people.targets[t] for t in people.layouts]
    twins = sum(cells.count(cell) - 1 for cell in cells)
    assert len(people.transplanted(same_target=True)) == 3 * twins


def test_approach_is_the_distance_at_each_fixation(people, shelf, shelves):
    trials = [shelf(1, 9, 8, "wide")]
    data = shelves(1)
    line = Line(dwell=1).predict(trials, progress=False)
    wide = People(line, {"wide": _layout(trials[0])}, {"wide": 8}, {"wide": "wide"})
    table = approach(line, wide)
    start = table[table["alignment"] == "start"]
    assert (start["total"] / start["weight"]).tolist() == [4, 3, 2, 1, 0, 0]
    before = table[table["alignment"] == "target"].set_index("fixation")
    assert before["total"].to_dict() == {-4: 4, -3: 3, -2: 2, -1: 1}
    assert lengths(data.scanpaths)["paths"].sum() == len(data.scanpaths)


def _layout(trial):
    from gazekit.models.object_search.layout import layout_of

    return layout_of(trial)


def test_a_model_that_names_no_objects_is_given_the_nearest(shelves, people):
    data = shelves(6, subjects=3)
    made = UniformObject().predict(data.trials, progress=False)
    named = predicted_objects(made.replace(object_id=None), people)
    assert named.object_id.tolist() == made.object_id.tolist()


def test_sums_keep_weights():
    table = summed([("m", np.array(["b", "a", "b"]), np.array([1.0, np.nan, 3.0]))])
    assert table.to_numpy().tolist() == [["m", "a", 0.0, 0.0], ["m", "b", 4.0, 2.0]]


def test_trials_without_a_target_are_refused(shelves):
    from dataclasses import replace

    data = shelves(2)
    bare = replace(data, trials=tuple(replace(t, target_object=None) for t in data.trials))
    with pytest.raises(DataError, match="does not say which object is the target"):
        People.of(bare)
    with pytest.raises(GazekitError, match="rule must be"):
        People.of(data, "closest")
