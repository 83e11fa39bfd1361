"""All models of object search: the contract, probabilities, likelihoods, and that stimuli are kept apart."""

import numpy as np
import pandas as pd
import pytest

from gazekit import Dataset
from gazekit.foundations.errors import DataError, GazekitError, MissingNeedError, UnknownNameError
from gazekit.models.object_search.appearance import SaliencyObject, SimilarityObject
from gazekit.models.object_search.controls import Line, TargetRepeated
from gazekit.models.object_search.human_paths import human_paths
from gazekit.models.object_search.layout import layout_of
from gazekit.models.object_search.markov_move import MarkovMove
from gazekit.models.object_search.move import Move
from gazekit.models.object_search.simple import CentreObject, NearestObject, UniformObject
from gazekit.testing import check_model, example_dataset

WALKS = (UniformObject, CentreObject, NearestObject, SimilarityObject, SaliencyObject, MarkovMove, Move)
ALL = (*WALKS, Line, TargetRepeated)


@pytest.mark.parametrize("made", ALL)
@pytest.mark.parametrize("fitted", [False, True])
def test_the_contract_is_kept(made, fitted):
    model = made()
    if fitted and hasattr(model, "fit"):
        model.fit(example_dataset())
    elif getattr(model, "needs_fit", False):
        with pytest.raises(GazekitError, match="call fit"):
            model.predict(example_dataset().trials, progress=False)
        return
    check_model(model).raise_if_failed()


@pytest.mark.parametrize("made", WALKS)
def test_probabilities_sum_to_one_and_make_the_likelihood(made, shelves):
    data = shelves(6, subjects=2)
    model = made().fit(data)
    scores = model.log_likelihood(data)
    paths = human_paths(data)
    assert [len(s) for s in scores] == [len(p.objects) + 1 for p in paths]
    for path, score in list(zip(paths, scores, strict=True))[::3]:
        trial = data.trial(path.trial)
        layout = layout_of(trial)
        seen = model.see(trial, layout)
        for k in range(len(path.objects) + 1):
            p = model.log_probabilities(layout, seen, path.objects[:k])
            assert np.exp(p).sum() == pytest.approx(1)
            assert p.shape == (len(layout) + 1,)
            assert score[k] == p[path.objects[k] + 1 if k < len(path.objects) else 0]
        assert model.log_probabilities(layout, seen, path.objects[:0])[0] == -np.inf


@pytest.mark.parametrize("made", [UniformObject, NearestObject, Move, MarkovMove])
def test_paths_are_drawn_with_the_probabilities_given(made, shelves):
    data = shelves(5, subjects=2)
    model, trial = made().fit(data), data.trials[0]
    n = 4000
    paths = model.predict([trial], n_samples=n, max_fixations=2, progress=False)
    layout = layout_of(trial)
    first = np.bincount(paths.object_id[paths.offsets[:-1]], minlength=len(layout)) / n
    empty = np.empty(0, dtype=np.int64)
    expected = np.exp(model.log_probabilities(layout, model.see(trial, layout), empty))[1:]
    np.testing.assert_allclose(first, expected, atol=4 * 0.5 / np.sqrt(n))
    stop = np.exp([model.log_probabilities(layout, None, np.array([k]))[0] for k in range(len(layout))])
    assert (paths.lengths == 1).mean() == pytest.approx(float(expected @ stop), abs=4 * 0.5 / np.sqrt(n))


@pytest.mark.parametrize("made", [CentreObject, MarkovMove, Move, TargetRepeated])
def test_people_of_a_stimulus_do_not_change_what_is_predicted_for_it(made, shelves):
    data = shelves(6, subjects=3)
    one = data.trials[0]
    lengths = data.scanpaths.lengths
    own = np.flatnonzero((data.scanpaths.table["trial"] == one.id).to_numpy()[data.scanpaths.path_of()])
    x = data.scanpaths.x.copy()
    x[own] = one.frame.width - x[own]  # other objects, same lengths
    changed = Dataset(data.name, data.trials, data.scanpaths.replace(x=x), data.card)
    assert lengths.sum() == len(x)
    before, after = (made().fit(d).predict([one], n_samples=20, progress=False) for d in (data, changed))
    assert before.object_id.tolist() == after.object_id.tolist()
    assert before.lengths.tolist() == after.lengths.tolist()


def test_a_new_stimulus_is_predicted_from_all(shelves, shelf):
    data = shelves(5, subjects=2)
    model = Move().fit(data)
    assert model.learned_without("never seen") is model._learned[-1]
    assert model.learned_without("never seen").weights.shape == (model.size,)
    assert len(model.predict([shelf(2, 3, 1, "never seen")], progress=False)) == 1
    assert len(model.predict([shelf(3, 5, 14, "larger")], progress=False)) == 1  # than any learned from


def test_uniform_is_the_logarithm_of_the_choices(shelves):
    data = shelves(5, subjects=2)
    scores = UniformObject(end="choice").fit(data).log_likelihood(data)
    for s in scores:
        np.testing.assert_allclose(s, [-np.log(6), *[-np.log(7)] * (len(s) - 1)])


def test_nearest_walks_over_all_objects_and_stops_at_the_target(shelf):
    for target in range(6):
        path = NearestObject().predict([shelf(2, 3, target)], progress=False).object_id
        assert path[-1] == target
        assert len(set(path)) == len(path)


def test_line_goes_straight_to_the_target_and_dwells(shelf):
    assert Line().predict([shelf(1, 9, 8)], progress=False).object_id.tolist() == [4, 5, 6, 7, 8, 8, 8]
    assert Line(dwell=0, step=2).predict([shelf(1, 9, 8)], progress=False).object_id.tolist() == [4, 6, 8]
    assert Line(dwell=1).predict([shelf(1, 9, 4)], progress=False).object_id.tolist() == [4, 4]


def test_target_repeated_has_lengths_of_people_elsewhere(shelves):
    data = shelves(4, subjects=2)
    paths = TargetRepeated().fit(data).predict(data.trials, n_samples=30, progress=False)
    for trial, part in paths.groupby("trial"):
        elsewhere = data.scanpaths.filter((data.scanpaths.table["trial"] != trial).to_numpy()).lengths
        assert set(part.lengths) <= set(elsewhere)
        assert set(part.object_id) == {data.trial(trial).target_object}


def test_markov_rates_follow_what_people_did(shelf, scanpaths_of):
    """Everybody goes one column to the right each time: that move must be far the likeliest one."""
    trials = [shelf(1, 6, 5, f"s{k}") for k in range(6)]
    centres = trials[0].objects.boxes[:, [0, 2]].mean(1)
    paths = scanpaths_of([5] * 6, frame=trials[0].frame, stimulus=[t.id for t in trials])
    paths = paths.replace(x=np.tile(centres[:5], 6), y=np.full(30, 30.0))
    data = Dataset("right", trials, paths)
    model = MarkovMove(smoothing=0.1).fit(data)
    p = np.exp(model.log_probabilities(layout_of(trials[0]), None, np.array([0, 1])))[1:]
    assert p.argmax() == 2
    assert p[2] / p.sum() > 0.9


def test_similarity_and_saliency_see(shelf):
    trial = shelf(2, 3, 4)
    picture = np.zeros((120, 120, 3), np.uint8)
    x0, y0, x1, y1 = trial.objects.boxes[4].astype(int)
    picture[y0:y1, x0:x1] = (250, 10, 10)
    seen = shelf(2, 3, 4, image_source=picture)
    for model in (SimilarityObject(weight=100), SaliencyObject(weight=100)):
        assert set(model.predict([seen], progress=False).object_id) == {4}
    alike = shelf(2, 3, 4, image_source=np.full((120, 120, 3), 90, np.uint8))
    layout = layout_of(alike)
    assert SimilarityObject().see(alike, layout).tolist() == [0] * 6
    blind = shelf(2, 3, 4, image_source=None)
    with pytest.raises(MissingNeedError, match="neither an 'image' nor crops"):
        SimilarityObject().predict([blind], progress=False)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Move(features="ful"), UnknownNameError, "did you mean 'full'"),
        (lambda: Move(penalty=0), GazekitError, "penalty must be above 0"),
        (lambda: MarkovMove(smoothing=0), GazekitError, "smoothing must be a positive number"),
        (lambda: UniformObject(end="peopl"), UnknownNameError, "did you mean 'people'"),
        (lambda: CentreObject(weight=float("nan")), GazekitError, "weight must be a finite number"),
        (lambda: NearestObject(distance="far"), GazekitError, "distance must be a finite number"),
        (lambda: SimilarityObject(weight=float("inf")), GazekitError, "weight must be a finite number"),
        (lambda: SaliencyObject(saliency=3), GazekitError, "saliency must be a function"),
        (lambda: Line(dwell=-1), GazekitError, "dwell must be a whole number of at least 0"),
        (lambda: Line(step=0), GazekitError, "step must be above 0"),
        (lambda: TargetRepeated(0), GazekitError, "default_length must be a whole number of at least 1"),
    ],
)
def test_options_out_of_range_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_bad_calls_are_refused(shelves, shelf):
    data = shelves(3)
    with pytest.raises(GazekitError, match="n_samples must be a whole number of at least 1"):
        UniformObject().predict(data.trials, n_samples=0)
    with pytest.raises(GazekitError, match="max_fixations must be a whole number of at least 1, not 0"):
        UniformObject().predict(data.trials, max_fixations=0, progress=False)
    with pytest.raises(DataError, match="all on the stimulus 's0'"):
        Move().fit(data.select(stimuli=["s0"]))
    with pytest.raises(DataError, match="no human path"):
        Move().fit(Dataset("empty", data.trials, data.scanpaths[[]]))
    bare = shelf(objects=None)
    table = pd.DataFrame({"stimulus": ["shelf"], "width": 120, "height": 120})
    with pytest.raises(DataError, match="trial 'shelf' of 'bare' has no objects"):
        human_paths(Dataset("bare", [bare], type(data.scanpaths)([1], [1], [0, 1], table)))
    with pytest.raises(GazekitError, match="must be \\(h, w\\) and finite"):
        SaliencyObject(saliency=lambda image: np.full((2, 2), np.nan)).predict([shelf()], progress=False)
