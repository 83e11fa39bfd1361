"""Parts of sets, scored from work that is done once per path, beside each part as a set of its own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from gazekit import MismatchError, Scanpaths
from gazekit.metrics.context import TrialContent
from gazekit.metrics.density.sampled import _auc_shuffled
from gazekit.metrics.kinds.sets import Parts, RowSteps, value_of_whole
from gazekit.metrics.measure import all_measures, find

QUICK = [measure for measure in all_measures() if isinstance(measure.steps, RowSteps)]
OF_STIMULI = [measure for measure in QUICK if measure.unit == "stimulus"]
OF_WHOLE = [measure for measure in QUICK if measure.unit == "data set"]


@pytest.fixture
def sets():
    """Paths of a model and people on two sizes of image: empty, of one fixation, with points outside and equal ones."""
    rng = np.random.default_rng(4)

    def made(paths, **columns):
        stimulus = np.resize([f"s{k}" for k in range(5)], paths)
        wide = np.isin(stimulus, ["s1", "s3"])
        table = pd.DataFrame({"stimulus": stimulus, "width": np.where(wide, 400, 200), "height": 150})
        lengths = rng.integers(0, 9, paths)
        x, y = rng.integers(-3, 41, (2, lengths.sum())) * 5.0
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        duration = np.where(rng.random(len(x)) < 0.1, np.nan, rng.uniform(100, 400, len(x)))
        return Scanpaths(x, y, offsets, table.assign(px_per_degree=20.0, **columns), duration=duration)

    people = [f"p{k // 5}" for k in range(40)]
    return made(25, source="m"), made(40, subject=people)


def parts_of(a, b):
    """Rows of both sides: all, none on one side, few, another order."""
    rng = np.random.default_rng(5)
    for count in (1, 2, 6, 12, 12):
        yield rng.permutation(len(a))[:count], np.sort(rng.permutation(len(b))[: 2 * count])
    yield np.arange(len(a)), np.arange(len(b))
    yield np.array([], dtype=int), np.arange(len(b))


def test_which_measures_are_quick():
    names = [measure.name for measure in QUICK]
    assert {"paths_kl", "amplitude_wasserstein", "direction_js", "return_curve_distance", "return_rates"} <= set(names)
    assert len(names) == 22


@pytest.mark.parametrize("measure", OF_WHOLE, ids=lambda measure: measure.name)
def test_parts_of_the_data_set(sets, measure):
    quick = Parts([measure], *sets, {})
    for mine, theirs in parts_of(*sets):
        simple = value_of_whole(measure, sets[0][mine], sets[1][theirs], {})
        np.testing.assert_allclose(quick.values(mine, theirs), simple, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("by", ["subject", "stimulus"])
@pytest.mark.parametrize("name", ["amplitude_wasserstein", "direction_js"])
def test_parts_of_the_data_set_group_by_group(sets, name, by):
    measure = find(name).with_options(by=by)
    quick = Parts([measure], *sets, {})
    for mine, theirs in parts_of(*sets):
        simple = value_of_whole(measure, sets[0][mine], sets[1][theirs], {})
        np.testing.assert_array_equal(quick.values(mine, theirs), simple)


@pytest.mark.parametrize("options", [{}, {"sigma_degrees": 0.5}])
def test_parts_of_stimuli(sets, options):
    """In any order, and again when the last maps were of other rows; with no room for maps as well."""
    chosen = [measure.with_options(**options) for measure in OF_STIMULI]
    quick = Parts(chosen, *sets, {})
    for mine, theirs in [*parts_of(*sets), *parts_of(*sets)]:
        found = quick.by_stimulus(mine, theirs)
        if not len(mine):
            assert not len(found)
            continue
        simple = chosen[0].steps(sets[0][mine], sets[1][theirs], {}, **chosen[0].options)
        pd.testing.assert_frame_equal(found, simple[list(found)], rtol=1e-9, atol=1e-12)


def test_images_as_negatives_of_others(sets):
    """Brute force: each image's value without the people who look at another one among its negatives."""
    a, b = sets
    quick = Parts(OF_STIMULI, a, b, {})
    for mine, theirs in [*parts_of(a, b)][2:-1]:
        found = quick.as_negatives(mine, theirs)
        assert list(found) == ["paths_auc_shuffled"]
        value = quick.by_stimulus(mine, theirs)["paths_auc_shuffled"].dropna()
        steps = quick.steps[0][0].steps.of_rows(a, b, {}, sigma_share=0.03, sigma_degrees=None)
        images = dict(steps.images(mine, theirs))
        of = b.table["stimulus"].to_numpy()[theirs]
        for stimulus in found.index:
            points = b.fixations_of(theirs[of == stimulus])
            total = 0.0
            for s in value.index.drop(stimulus, errors="ignore"):
                image, size = images[s], images[s].smooth.values.shape
                cells = steps.images.cells[size][points]
                gone = np.bincount(cells[cells >= 0], minlength=image.other.size)
                count, left = image.other.sum(), image.other - gone
                if left.sum():
                    total += (value[s] - _auc_shuffled(replace(image, other=left))) * left.sum() / count
            assert found.loc[stimulus, "paths_auc_shuffled"] == pytest.approx(total / len(value), abs=1e-12)
    assert not len(quick.as_negatives([], []))


def test_maps_that_have_no_room_are_made_again(sets, monkeypatch):
    everything = [np.arange(len(side)) for side in sets]
    kept = Parts(OF_STIMULI, *sets, {}).by_stimulus(*everything)
    monkeypatch.setattr("gazekit.metrics.density.sampled.KEPT_CELLS", 30_000)
    quick = Parts(OF_STIMULI, *sets, {})
    for _ in range(2):
        pd.testing.assert_frame_equal(quick.by_stimulus(*everything), kept)


def test_groups_have_no_quick_way(sets):
    measure = find("direction_js").with_options(by="stimulus")
    simple = value_of_whole(measure, *sets, {})
    assert Parts([measure], *sets, {}).values(*[np.arange(len(side)) for side in sets]) == pytest.approx(simple)


def test_starts_of_some_trials_only(sets):
    """There is a value where all trials of the paths have a start, or none."""
    trials = {f"s{k}": TrialContent(start=(100.0, 75.0) if k < 3 else None) for k in range(5)}
    measure = find("first_saccade_amplitude")
    quick = Parts([measure], *sets, trials)
    for kept, defined in ((["s0", "s1"], True), (["s3", "s4"], True), (["s0", "s4"], False)):
        rows = [np.flatnonzero(side.table["stimulus"].isin(kept)) for side in sets]
        simple = value_of_whole(measure, *[side[k] for side, k in zip(sets, rows, strict=True)], trials)
        assert np.isfinite(simple).all() == defined
        assert quick.values(*rows) == pytest.approx(simple, nan_ok=True)


def test_paths_that_lack_something_have_no_quick_way(sets):
    """One path without px per degree makes the whole undefined, but not a part without it."""
    model = sets[0].replace(table=sets[0].table.assign(px_per_degree=[np.nan] + [20.0] * 24))
    measure = find("amplitude_ks")
    quick = Parts([measure], model, sets[1], {})
    theirs = np.arange(len(sets[1]))
    assert np.isnan(quick.values(np.arange(25), theirs)).all()
    rows = np.arange(1, 25)
    assert quick.values(rows, theirs) == pytest.approx(value_of_whole(measure, model[rows], sets[1], {}))


def test_facts_that_disagree_are_refused(sets):
    degrees = sets[0].to_degrees()
    with pytest.raises(MismatchError):
        Parts([find("direction_js")], degrees, sets[1], {})
