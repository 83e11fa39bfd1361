import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gazekit import Dataset, Facts, Frame, GazekitError, Trial
from gazekit.foundations.errors import DataError
from gazekit.models.baselines.other_stimuli import HumanPaths, OtherSums, OtherThan

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
