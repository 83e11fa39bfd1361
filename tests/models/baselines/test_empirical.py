from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import gaussian_kde, ks_2samp, kstest

from gazekit import Dataset, Facts, Frame, GazekitError, Trial, load_dataset, load_model
from gazekit.models.baselines.empirical import Empirical

FRAME = Frame(400, 300)


def corner_dataset(scanpaths_of, durations=True):
    """Stimulus a is looked at in the top left corner only, the others anywhere at the bottom right."""
    names = ["a"] * 5 + ["b"] * 5 + ["c"] * 5
    paths = scanpaths_of([40] * 15, frame=FRAME, stimulus=names, durations=durations)
    own = np.repeat(np.array(names) == "a", 40)
    x = np.where(own, paths.x / 20, 200 + paths.x / 2)
    y = np.where(own, paths.y / 20, 150 + paths.y / 2)
    return Dataset("corners", [Trial(s, s, FRAME) for s in "abc"], paths.replace(x=x, y=y))


def test_own_fixations_are_never_used(scanpaths_of):
    dataset = corner_dataset(scanpaths_of)
    model = load_model("empirical", bandwidth=0).fit(dataset)
    paths = model.predict(dataset.trials, n_samples=100, progress=False)
    own = paths.filter(stimulus="a")
    assert (own.x >= 200).all()
    assert (own.y >= 150).all()
    others = paths.filter(stimulus="b")
    assert ((others.x < 20) & (others.y < 15)).mean() == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("lengths", [None, np.full((3, 4), 6)], ids=["own lengths", "asked"])
def test_donors_are_whose_fixations_were_drawn(scanpaths_of, lengths):
    dataset = corner_dataset(scanpaths_of)
    model = load_model("empirical", bandwidth=0).fit(dataset)
    paths = model.predict(dataset.trials, n_samples=4, seed=3, lengths=lengths, progress=False)
    table, found = dataset.scanpaths.table, 0
    for number, trial in enumerate(dataset.trials):
        for sample in range(4):
            path = paths[4 * number + sample]
            donors = model.donors(trial, sample, 3, length=None if lengths is None else 6)
            assert [donor.fixation for donor in donors] == [-1] * (lengths is None) + list(range(len(path.x)))
            for donor in donors[-len(path.x) :]:
                theirs = table.index[(table["stimulus"] == donor.stimulus) & (table["subject"] == donor.subject)]
                x = np.concatenate([dataset.scanpaths[int(k)].x for k in theirs])
                assert np.abs(x - path.x[donor.fixation]).min() < 1e-9
                found += 1
    assert found == paths.offsets[-1]


def test_without_jitter_positions_and_durations_are_human_ones(scanpaths_of):
    dataset = corner_dataset(scanpaths_of)
    paths = load_model("empirical", bandwidth=0).fit(dataset).predict(dataset.trials, n_samples=5, progress=False)
    human = np.round(dataset.scanpaths.x, 6).tolist()
    where = dict(zip(human, dataset.scanpaths.duration, strict=True))
    assert [where[x] for x in np.round(paths.x, 6)] == paths.duration.tolist()


def test_durations_stay_unknown(scanpaths_of):
    dataset = corner_dataset(scanpaths_of, durations=False)
    assert load_model("empirical").fit(dataset).predict(dataset.trials, progress=False).duration is None


def test_draws_follow_the_kernel_density(scanpaths_of):
    """Against scipy's density estimate, sampled and redrawn by brute force."""
    dataset = corner_dataset(scanpaths_of)
    model = load_model("empirical", bandwidth="scott").fit(dataset)
    paths = model.predict(dataset.trials[:1], n_samples=500, max_fixations=40, progress=False)
    others = dataset.scanpaths.filter(stimulus=["b", "c"])
    density = gaussian_kde(np.stack([others.x, others.y]), bw_method="scott")
    oracle = density.resample(30_000, seed=1)
    oracle = oracle[:, (oracle >= 0).all(axis=0) & (oracle[0] <= 400) & (oracle[1] <= 300)]
    for found, wanted in ((paths.x, oracle[0]), (paths.y, oracle[1])):
        assert ks_2samp(found, wanted).statistic < 0.015
    assert model.bandwidth_for(dataset.trials[0]) == pytest.approx(np.sqrt(np.diag(density.covariance)), rel=0.01)


def test_bandwidth_is_a_fraction_of_the_diagonal(scanpaths_of):
    frame = Frame(4000, 3000)
    paths = scanpaths_of([1, 1], frame=frame, stimulus=["a", "b"])
    paths = paths.replace(x=np.array([2000.0, 2000]), y=np.array([1500.0, 1500]))
    dataset = Dataset("point", [Trial(s, s, frame) for s in "ab"], paths)
    found = (
        load_model("empirical", bandwidth=0.02)
        .fit(dataset)
        .predict(dataset.trials[:1], n_samples=5000, max_fixations=1, progress=False)
    )
    assert kstest((found.x - 2000) / 100, "norm").pvalue > 1e-3
    assert kstest((found.y - 1500) / 100, "norm").pvalue > 1e-3


def test_positions_are_relative_to_the_frame(scanpaths_of):
    dataset = corner_dataset(scanpaths_of)
    model = load_model("empirical", bandwidth=0).fit(dataset)
    small = model.predict([Trial("new", "a", Frame(40, 30))], n_samples=50, progress=False)
    assert (small.x >= 20).all()
    assert (small.x <= 40).all()


def test_clicks_stay_clicks(scanpaths_of):
    dataset = corner_dataset(scanpaths_of)
    paths = dataset.scanpaths.replace(facts=Facts(forced_first=False, points="clicks"))
    model = load_model("empirical").fit(Dataset("clicks", dataset.trials, paths))
    assert model.predict(dataset.trials, progress=False).facts.points == "clicks"
    assert load_model("empirical").facts.points == "fixations"


@pytest.mark.parametrize("bandwidth", [-0.1, float("nan"), None])
def test_bad_bandwidth(bandwidth):
    with pytest.raises(GazekitError, match="bandwidth must be a number of at least 0"):
        load_model("empirical", bandwidth=bandwidth)


def test_unknown_rule():
    with pytest.raises(GazekitError, match="fraction of the image's diagonal or 'scott', not 'silverman'"):
        load_model("empirical", bandwidth="silverman")


@pytest.mark.data
def test_osie_empirical_is_nearer_to_people_than_uniform(data_root):
    """Mean human density (NSS) at the predicted points: uniform 0 by construction, empirical well above."""
    dataset = load_dataset("osie", data_root / "osie")
    trials = dataset.trials[::35]
    nss = {}
    for name in ("uniform", "empirical"):
        paths = load_model(name).fit(dataset).predict(trials, n_samples=20, progress=False)
        values = []
        for trial in trials:
            human = dataset.scanpaths.filter(stimulus=trial.stimulus)
            grid, edges_x, edges_y = np.histogram2d(human.x, human.y, bins=(16, 12), range=((0, 800), (0, 600)))
            grid = (grid - grid.mean()) / grid.std()
            own = paths.filter(stimulus=trial.stimulus)
            column = np.clip(np.digitize(own.x, edges_x) - 1, 0, 15)
            row = np.clip(np.digitize(own.y, edges_y) - 1, 0, 11)
            values.append(grid[column, row].mean())
        nss[name] = np.mean(values)
    assert abs(nss["uniform"]) < 0.05
    assert nss["empirical"] > 0.2


@pytest.mark.parametrize("bandwidth", [0.02, 0.1, "scott"])
def test_mirrored_fixations_give_the_mirrored_density(dataset_of, bandwidth):
    """Far right of a fixation the kernel was exactly 0, far left of it was not."""
    data = dataset_of(n_stimuli=3, n_subjects=2)
    paths = data.scanpaths
    width = paths.table["width"].to_numpy(float)[paths.path_of()]
    other = replace(data, scanpaths=paths.replace(x=width - paths.x))
    here, there = (Empirical(bandwidth).fit(d).log_density(data.trials[0], (24, 32)) for d in (data, other))
    np.testing.assert_array_equal(np.isfinite(here), np.isfinite(there)[:, ::-1])
    np.testing.assert_allclose(here, there[:, ::-1], rtol=1e-9)
