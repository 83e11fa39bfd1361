import numpy as np
import pytest

from gazekit import Dataset, Facts, Frame, GazekitError, Trial, load_model

RULE = ["uniform", "centre", "centre-point", "empirical", "ittikoch", "levy"]
NEED_FIT = ["empirical", "other-image"]
FRAME = Frame(120, 90)


def trial_of(name, **fields):
    return Trial(name, name, FRAME, image_source=np.full((90, 120, 3), 90, np.uint8), **fields)


@pytest.fixture
def lengths_dataset(scanpaths_of):
    """Stimulus a: paths of 7 only; b: 2 and 4; c: 4 only."""
    paths = scanpaths_of([7, 7, 2, 4, 4], frame=FRAME, stimulus=["a", "a", "b", "b", "c"])
    return Dataset("d", [trial_of(s) for s in "abc"], paths)


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_lengths_are_those_of_other_stimuli(name, lengths_dataset):
    model = load_model(name).fit(lengths_dataset)
    paths = model.predict(lengths_dataset.trials, n_samples=60, progress=False)
    found = {s: set(p.lengths.tolist()) for s, p in paths.groupby("stimulus")}
    assert found == {"a": {2, 4}, "b": {7, 4}, "c": {7, 2, 4}}


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_fitted_lengths_are_cut_at_the_limit(name, lengths_dataset):
    model = load_model(name).fit(lengths_dataset)
    limited = [trial_of("b", max_fixations=5)]
    assert set(model.predict(limited, n_samples=40, progress=False).lengths) == {4, 5}
    called = model.predict(limited, n_samples=40, max_fixations=3, progress=False)
    assert set(called.lengths) == {3}


def test_a_new_stimulus_may_use_all(lengths_dataset):
    paths = load_model("uniform").fit(lengths_dataset).predict([trial_of("new")], n_samples=80, progress=False)
    assert set(paths.lengths) == {2, 4, 7}


@pytest.mark.parametrize("name", ["uniform", "centre", "centre-point", "ittikoch", "levy"])
@pytest.mark.parametrize(
    ("own", "asked", "wanted"),
    [
        pytest.param(None, None, 10, id="default"),
        pytest.param(6, None, 6, id="trial"),
        pytest.param(6, 12, 12, id="call-before-trial"),
    ],
)
def test_not_fitted(name, own, asked, wanted):
    paths = load_model(name).predict([trial_of("t", max_fixations=own)], max_fixations=asked, progress=False)
    assert paths.lengths.tolist() == [wanted]


def test_default_length_is_an_option():
    assert load_model("uniform", default_length=3).predict([trial_of("t")], progress=False).lengths.tolist() == [3]


def test_forced_first_fixation_does_not_count(lengths_dataset):
    paths = lengths_dataset.scanpaths.replace(facts=Facts(forced_first=True))
    model = load_model("centre").fit(Dataset("d", lengths_dataset.trials, paths))
    assert set(model.predict([trial_of("a")], n_samples=60, progress=False).lengths) == {1, 3}


@pytest.mark.parametrize("name", NEED_FIT)
def test_models_that_must_be_fitted_say_so(name):
    with pytest.raises(GazekitError, match=rf"model '{name}' draws from human scanpaths; call fit\(dataset\)"):
        load_model(name).predict([trial_of("t")], progress=False)


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_only_own_stimulus_is_an_error(name, lengths_dataset):
    model = load_model(name).fit(lengths_dataset.select(stimuli=["a"]))
    with pytest.raises(GazekitError, match="of stimuli other than 'a' to draw from"):
        model.predict([trial_of("a")], progress=False)


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_only_empty_paths_on_the_others_is_an_error(name, scanpaths_of):
    paths = scanpaths_of([3, 0, 0], frame=FRAME, stimulus=["a", "b", "c"])
    model = load_model(name).fit(Dataset("d", [trial_of(s) for s in "abc"], paths))
    assert model.humans.left_out["empty scanpaths"] == 2
    with pytest.raises(GazekitError, match="of stimuli other than 'a' to draw from"):
        model.predict([trial_of("a")], progress=False)


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_limits_below_one(name, lengths_dataset):
    model = load_model(name).fit(lengths_dataset)
    with pytest.raises(GazekitError, match=r"max_fixations must be at least 1, not 0"):
        model.predict([trial_of("b")], max_fixations=0, progress=False)


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_default_length_below_one(name):
    with pytest.raises(GazekitError, match="default_length is a number of fixations, at least 1, not 0"):
        load_model(name, default_length=0)


def test_repr(lengths_dataset):
    model = load_model("centre", spread=0.2)
    assert repr(model) == "Centre(spread=0.2, default_length=10)"
    assert repr(model.fit(lengths_dataset)) == "Centre(spread=0.2, default_length=10) fitted"
    assert "saliency=conspicuity" in repr(load_model("levy"))
