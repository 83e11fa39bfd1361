import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit import Dataset, Facts, Frame, GazekitError, Trial, load_model
from gazekit.foundations.errors import DataError
from gazekit.models.baselines.baseline import HumanPaths, OtherSums, OtherThan

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
    with pytest.raises(GazekitError, match=r"max_fixations must be a whole number of at least 1, not 0"):
        model.predict([trial_of("b")], max_fixations=0, progress=False)


@pytest.mark.parametrize("name", [*RULE, "other-image"])
def test_default_length_below_one(name):
    with pytest.raises(GazekitError, match="default_length must be a whole number of at least 1, not 0"):
        load_model(name, default_length=0)


def test_repr(lengths_dataset):
    model = load_model("centre", spread=0.2)
    assert repr(model) == "Centre(spread=0.2, default_length=10)"
    assert repr(model.fit(lengths_dataset)) == "Centre(spread=0.2, default_length=10) fitted"
    assert "saliency=conspicuity" in repr(load_model("levy"))


LABELS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=30)


@given(LABELS, st.sampled_from("abcde"), st.integers(0, 10))
def test_draws_are_others(labels, label, seed):
    others = OtherThan(labels)
    wanted = [i for i, x in enumerate(labels) if x != label]
    assert others.count(label) == len(wanted)
    assert others.labels_besides(label) == len(set(labels) - {label})
    if wanted:
        drawn = others.draw(label, np.random.default_rng(seed), 400)
        assert set(drawn.tolist()) <= set(wanted)
    else:
        with pytest.raises(GazekitError, match=r"no human scanpaths of stimuli other than .* two stimuli or more"):
            others.draw(label, np.random.default_rng(seed), 1)


def test_draws_are_equally_likely():
    from scipy.stats import chisquare

    labels = list("aabacbbca")
    drawn = OtherThan(labels).draw("b", np.random.default_rng(0), 60_000)
    counts = np.bincount(drawn, minlength=len(labels))
    wanted = [i for i, x in enumerate(labels) if x != "b"]
    assert counts.sum() == counts[wanted].sum()
    assert chisquare(counts[wanted]).pvalue > 1e-3


def humans_of(paths):
    trials = [Trial(s, s, Frame(800, 600)) for s in dict.fromkeys(paths.table["stimulus"])]
    return HumanPaths.of(Dataset("d", trials, paths))


def test_forced_first_is_dropped(scanpaths_of):
    paths = scanpaths_of([4, 2], facts=Facts(forced_first=True, points="clicks"))
    humans = humans_of(paths)
    assert humans.lengths.tolist() == [3, 1]
    assert humans.points == "clicks"
    np.testing.assert_allclose(humans.x, paths.drop_first().x / 800)
    np.testing.assert_allclose(humans.duration, paths.drop_first().duration)


@pytest.mark.parametrize("declared", [False, None], ids=["declared-absent", "not-declared"])
def test_first_is_kept_unless_declared_forced(scanpaths_of, declared):
    assert humans_of(scanpaths_of([4, 2], facts=Facts(forced_first=declared))).lengths.tolist() == [4, 2]


def test_outside_and_empty_are_left_out_and_counted(scanpaths_of):
    paths = scanpaths_of([3, 0, 1, 2])
    x = paths.x.copy()
    x[[0, 3]] = [-1, np.nan]  # one of the first path's three, and the third path's only one
    humans = humans_of(paths.replace(x=x))
    assert humans.lengths.tolist() == [2, 2]
    assert humans.stimulus.tolist() == ["s0", "s3"]
    assert humans.left_out == {"fixations outside the image": 2, "empty scanpaths": 2}
    assert len(humans) == 2
    assert humans.stimulus_of_fixation.tolist() == ["s0", "s0", "s3", "s3"]


def test_degrees_are_refused(scanpaths_of):
    with pytest.raises(DataError, match=r"'d' are in degrees; fit before to_degrees\(\)"):
        humans_of(scanpaths_of([3], frame=Frame(800, 600, 30)).to_degrees())


def test_nothing_to_learn_from(scanpaths_of):
    with pytest.raises(DataError, match=r"'d' has no human fixations to learn from \(2 scanpaths"):
        humans_of(scanpaths_of([0, 0]))


def test_means_of_others_match_brute_force(dataset_of):
    humans = HumanPaths.of(dataset_of(n_stimuli=4))
    values = np.column_stack([humans.x, humans.y**2])
    sums = OtherSums(humans, values)
    for stimulus in ["img0", "img3", "unknown"]:
        keep = humans.stimulus_of_fixation != stimulus
        n, means = sums.means(stimulus)
        assert n == keep.sum()
        np.testing.assert_allclose(means, values[keep].mean(axis=0))


def test_means_of_no_others(dataset_of):
    humans = HumanPaths.of(dataset_of(n_stimuli=1))
    with pytest.raises(GazekitError, match="no human fixations of stimuli other than 'img0'"):
        OtherSums(humans, np.ones((len(humans.x), 1))).means("img0")
