import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from skimage.draw import disk

from gazekit import Frame, GazekitError, Trial, load_dataset, load_model
from gazekit.foundations.errors import MissingNeedError
from gazekit.models.baselines.ittikoch import winners

PLACES = [(x, y) for x in (100, 240, 400, 540) for y in (80, 240, 400)]


def pop_out(odd):
    image = np.full((480, 640, 3), 128, np.uint8)
    for place in PLACES:
        image[disk(place[::-1], 15)] = (200, 60, 60) if place == odd else (60, 200, 60)
    return Trial("pop-out", "pop-out", Frame(640, 480), image)


def brute_winners(saliency, n, radius):
    """The same walk over a list of free cells; no ties, no release."""
    free = {(r, c): saliency[r, c] for r in range(saliency.shape[0]) for c in range(saliency.shape[1])}
    picked = []
    while len(picked) < n and free:
        best = max(free, key=free.get)
        picked.append(best)
        free = {k: v for k, v in free.items() if (k[0] - best[0]) ** 2 + (k[1] - best[1]) ** 2 > radius**2}
    return picked


@given(st.integers(0, 10**6), st.floats(0.5, 4), st.integers(1, 8))
def test_winners_match_brute_force(seed, radius, n):
    saliency = np.random.default_rng(seed).random((7, 9))
    wanted = brute_winners(saliency, n, radius)
    rows, columns = winners(saliency, n, radius=radius, start=(3, 4))
    found = list(zip(rows.tolist(), columns.tolist(), strict=True))
    assert len(found) == n
    assert found[: len(wanted)] == wanted


def test_ties_go_to_the_nearest():
    saliency = np.ones((1, 9))
    assert winners(saliency, 4, radius=1, start=(0, 3))[1].tolist() == [3, 1, 5, 7]


def test_release_keeps_the_last_disk():
    columns = winners(np.array([[3.0, 2.0, 1.0, 0.0]]), 4, radius=1, start=(0, 0))[1].tolist()
    assert columns == [0, 2, 0, 2]


def test_a_disk_over_the_whole_map():
    assert winners(np.array([[1.0, 2.0]]), 3, radius=9, start=(0, 0))[1].tolist() == [1, 1, 1]


@pytest.mark.parametrize("odd", PLACES)
def test_the_odd_one_is_fixated_first_by_every_sample(odd):
    paths = load_model("ittikoch").predict([pop_out(odd)], n_samples=5, max_fixations=1, progress=False)
    assert (np.hypot(paths.x - odd[0], paths.y - odd[1]) < 20).all()


def test_every_item_is_fixated_in_turn():
    paths = load_model("ittikoch").predict([pop_out(PLACES[4])], n_samples=3, max_fixations=12, progress=False)
    for path in paths:
        distance = np.hypot(*(path.xy[:, None] - np.array(PLACES)[None]).transpose(2, 0, 1))
        assert len(set(distance.argmin(axis=1))) >= 10
        assert np.median(distance.min(axis=1)) < 20


@pytest.mark.parametrize("radius", [0.05, 0.1, 0.3])
def test_inhibited_disks_are_not_entered(radius):
    image = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    trial = Trial("t", "t", Frame(400, 300), image)
    path = load_model("ittikoch", ior_radius=radius).predict([trial], max_fixations=6, progress=False)[0]
    distance = np.hypot(*(path.xy[:, None] - path.xy[None]).transpose(2, 0, 1))[np.triu_indices(6, 1)]
    assert (distance > radius * 300).all()


def test_noise_makes_samples_differ_and_no_noise_does_not():
    image = np.random.default_rng(0).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    trial = Trial("t", "t", Frame(400, 300), image)
    noisy = load_model("ittikoch").predict([trial], n_samples=3, progress=False)
    assert len({p.xy.tobytes() for p in noisy}) == 3
    exact = load_model("ittikoch", noise=0).predict([trial], n_samples=3, progress=False)
    assert len({p.xy.tobytes() for p in exact}) == 1


@pytest.mark.parametrize("shape", [(300, 400, 3), (300, 400)], ids=["colour", "grey"])
def test_uniform_images_give_finite_paths(shape):
    trial = Trial("t", "t", Frame(400, 300), np.full(shape, 128, np.uint8))
    paths = load_model("ittikoch").predict([trial], n_samples=20, progress=False)
    assert np.isfinite(paths.x).all()
    first = paths[:].x[paths.offsets[:-1]]
    assert first.std() > 50  # nothing stands out: the noise decides


@pytest.mark.parametrize(("start", "wanted"), [(None, (200, 150)), ((30.0, 270.0), (30, 270))])
def test_where_nothing_differs_gaze_stays_near_its_start(start, wanted):
    trial = Trial("t", "t", Frame(400, 300), np.full((300, 400, 3), 9, np.uint8), start=start)
    path = load_model("ittikoch", noise=0).predict([trial], max_fixations=1, progress=False)[0]
    assert np.abs(path.xy[0] - wanted).max() <= 400 / 160


@pytest.mark.parametrize("frame", [(400, 300), (333, 97), (90, 500)])
def test_paths_stay_inside(frame):
    image = np.random.default_rng(1).integers(0, 256, (frame[1], frame[0], 3), dtype=np.uint8)
    trial = Trial("t", "t", Frame(*frame), image)
    paths = load_model("ittikoch", ior_radius=0.02).predict([trial], max_fixations=300, progress=False)
    assert ((paths.x >= 0) & (paths.x <= frame[0]) & (paths.y >= 0) & (paths.y <= frame[1])).all()


@pytest.mark.parametrize("name", ["ittikoch", "levy"])
def test_the_image_is_needed(name):
    with pytest.raises(MissingNeedError, match=f"model '{name}' needs 'image', which trial 't'"):
        load_model(name).predict([Trial("t", "t", Frame(4, 3))], progress=False)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        pytest.param("ior_radius", 0, "ior_radius must be a positive number, not 0", id="radius"),
        pytest.param("noise", -0.1, "noise must be a number of at least 0, not -0.1", id="noise"),
    ],
)
def test_bad_options(option, value, message):
    with pytest.raises(GazekitError, match=message):
        load_model("ittikoch", **{option: value})


@pytest.mark.data
@pytest.mark.parametrize("name", ["ittikoch", "levy"])
def test_osie_people_look_there_and_not_at_borders(name, data_root):
    """Human fixations within 40 px (of 800) of the first predicted point, against the same on another image."""
    dataset = load_dataset("osie", data_root / "osie")
    trials = dataset.trials[::14]
    paths = load_model(name).fit(dataset).predict(trials, n_samples=2, progress=False)
    human = {t.stimulus: dataset.scanpaths.filter(stimulus=t.stimulus) for t in trials}

    def share(path, stimulus):
        people = human[stimulus]
        return (np.hypot(people.x - path.x[0], people.y - path.y[0]) < 40).mean()

    own = np.mean([share(p, p.ids["stimulus"]) for p in paths])
    other = np.mean([share(p, trials[(i // 2 + 7) % len(trials)].stimulus) for i, p in enumerate(paths)])
    assert own > 1.5 * other
    margin = np.minimum(np.minimum(paths.x, 800 - paths.x) / 800, np.minimum(paths.y, 600 - paths.y) / 600)
    assert (margin < 0.05).mean() < 0.19  # the share of the area
