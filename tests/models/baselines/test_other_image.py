import numpy as np
import pytest

from gazekit import Dataset, Facts, Frame, GazekitError, Trial, load_dataset, load_model


def sized_dataset(scanpaths_of, sizes):
    """One path of three fixations per stimulus, each stimulus with its own frame."""
    names = [f"s{i}" for i in range(len(sizes))]
    paths = scanpaths_of([3] * len(sizes), stimulus=names, width=[s[0] for s in sizes], height=[s[1] for s in sizes])
    of = paths.path_of()
    width, height = np.array(sizes, float)[of].T
    trials = [Trial(n, n, Frame(*s)) for n, s in zip(names, sizes, strict=True)]
    return Dataset("sized", trials, paths.replace(x=paths.x / 800 * width, y=paths.y / 600 * height))


def origins(dataset, paths):
    """Stimulus that each predicted path was made on, by brute force over relative positions."""
    human = {tuple(np.round(p.x / p.frame.width, 9)): p.ids["stimulus"] for p in dataset.scanpaths}
    return [human[tuple(np.round(p.x / p.frame.width, 9))] for p in paths]


def test_paths_are_whole_human_ones(small_dataset):
    paths = load_model("other-image").fit(small_dataset).predict(small_dataset.trials, n_samples=30, progress=False)
    human = {p.xyt.tobytes(): p.ids["stimulus"] for p in small_dataset.scanpaths}
    found = [(p.ids["stimulus"], human[p.xyt.tobytes()]) for p in paths]  # KeyError: not a human path
    assert all(own != other for own, other in found)
    assert len(set(found)) == 6 * 5


def test_same_size_comes_first(scanpaths_of):
    dataset = sized_dataset(scanpaths_of, [(80, 60)] * 4 + [(60, 80)] * 2)
    model = load_model("other-image", same_size=3).fit(dataset)
    paths = model.predict(dataset.trials, n_samples=60, progress=False)
    found = {}
    for own, other in zip(paths.table["stimulus"], origins(dataset, paths), strict=True):
        found.setdefault(own, set()).add(other)
    assert found["s0"] == {"s1", "s2", "s3"}  # three others of its size: enough
    assert found["s4"] == {"s0", "s1", "s2", "s3", "s5"}  # one other of its size: not enough, so all


def test_same_size_zero_means_all(scanpaths_of):
    dataset = sized_dataset(scanpaths_of, [(80, 60)] * 3 + [(60, 80)] * 2)
    paths = (
        load_model("other-image", same_size=0).fit(dataset).predict(dataset.trials[:1], n_samples=80, progress=False)
    )
    assert set(origins(dataset, paths)) == {"s1", "s2", "s3", "s4"}


def test_positions_are_scaled_to_the_frame(scanpaths_of):
    dataset = sized_dataset(scanpaths_of, [(80, 60), (300, 900)])
    path = load_model("other-image").fit(dataset).predict(dataset.trials[1:], progress=False)[0]
    source = dataset.scanpaths[0]
    np.testing.assert_allclose(path.x, source.x * 300 / 80)
    np.testing.assert_allclose(path.y, source.y * 900 / 60)
    np.testing.assert_array_equal(path.duration, source.duration)


def test_a_trial_of_an_unknown_size_uses_all(scanpaths_of):
    dataset = sized_dataset(scanpaths_of, [(80, 60)] * 3)
    new = Trial("new", "new", Frame(10, 10))
    paths = load_model("other-image").fit(dataset).predict([new], n_samples=50, progress=False)
    assert set(origins(dataset, paths)) == {"s0", "s1", "s2"}


def test_the_beginning_is_kept(small_dataset):
    model = load_model("other-image").fit(small_dataset)
    whole = model.predict(small_dataset.trials, n_samples=5, progress=False)
    cut = model.predict(small_dataset.trials, n_samples=5, max_fixations=2, progress=False)
    np.testing.assert_array_equal(cut.x, whole.truncate(2).x)


def test_forced_first_is_not_emitted(small_dataset):
    paths = small_dataset.scanpaths.replace(facts=Facts(forced_first=True, points="fixations"))
    model = load_model("other-image").fit(Dataset("d", small_dataset.trials, paths))
    firsts = set(paths.x[paths.offsets[:-1]])
    predicted = model.predict(small_dataset.trials, n_samples=20, progress=False)
    assert predicted.facts.forced_first is False
    assert not firsts & set(predicted.x)


def test_negative_same_size():
    with pytest.raises(GazekitError, match="same_size must be a whole number of at least 0, not -1"):
        load_model("other-image", same_size=-1)


@pytest.mark.data
def test_osie_paths_come_from_other_stimuli(data_root):
    dataset = load_dataset("osie", data_root / "osie")
    model = load_model("other-image").fit(dataset)
    paths = model.predict(dataset.trials[::7], n_samples=5, progress=False)
    made_on = {}
    for path in dataset.scanpaths:
        made_on.setdefault(path.xyt.round(6).tobytes(), set()).add(path.ids["stimulus"])
    for path in paths:
        sources = made_on[path.xyt.round(6).tobytes()]
        assert sources != {path.ids["stimulus"]}
