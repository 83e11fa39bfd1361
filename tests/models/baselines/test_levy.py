import numpy as np
import pytest
from scipy.stats import kstest, levy_stable

from gazekit import Frame, GazekitError, Trial, load_model
from gazekit.models.baselines.levy import TEMPERATURE, WORK_SIDE, at, landscape, symmetric_stable


def hill(image):
    """A saliency map with one peak, at a quarter of the width and height."""
    y, x = np.mgrid[:30, :40]
    return np.exp(-((x - 9.5) ** 2 + (y - 7) ** 2) / 60)


def flat(image):
    return np.zeros((3, 4))


def trial_of(frame=(400, 300), **fields):
    return Trial("t", "t", Frame(*frame), np.full((frame[1], frame[0], 3), 9, np.uint8), **fields)


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5, 2.0])
def test_stable_draws_match_scipy(alpha):
    """scipy's `levy_stable` integrates the characteristic function; Cauchy and Gauss are closed forms."""
    draws = symmetric_stable(alpha, 40_000, np.random.default_rng(0))
    if alpha in (1.0, 2.0):
        law = kstest(draws, "cauchy") if alpha == 1 else kstest(draws / np.sqrt(2), "norm")
        assert law.pvalue > 1e-3
        return
    for q in (0.1, 0.25, 0.4, 0.6, 0.9):
        wanted = levy_stable.ppf(q, alpha, 0)
        assert (draws <= wanted).mean() == pytest.approx(q, abs=0.01)


def test_stable_draws_have_the_right_characteristic_function():
    for alpha in (0.5, 1.0, 1.3, 2.0):
        draws = symmetric_stable(alpha, 100_000, np.random.default_rng(1))
        for t in (0.3, 1.0, 2.0):
            assert np.cos(t * draws).mean() == pytest.approx(np.exp(-(t**alpha)), abs=0.01)


def test_gaze_climbs_the_hill():
    paths = load_model("levy", saliency=hill).predict([trial_of()], n_samples=60, max_fixations=8, progress=False)
    distance = np.hypot(paths.x - 100, paths.y - 75)
    by_rank = [np.median(distance[paths.rank_of() == k]) for k in range(8)]
    assert by_rank[0] < np.hypot(100, 75)  # the start is the centre
    assert by_rank[-1] < 40


def test_acceptance_follows_metropolis():
    """From the peak of the landscape every proposal is a loss: the share of moves is the mean of exp(loss / 25)."""
    trial = trial_of(start=(97.5, 72.5))
    model = load_model("levy", saliency=hill)
    land = model.prepare(trial)
    peak = np.unravel_index(land.gain.argmax(), land.gain.shape)
    here = np.array([peak[1] + 0.5, peak[0] + 0.5])
    size = np.array([WORK_SIDE, WORK_SIDE * 0.75])
    rng = np.random.default_rng(0)
    moved, expected = [], []
    for _ in range(4000):
        state = rng.bit_generator.state
        there = model._step(here, land, size, rng)
        moved.append(not np.array_equal(there, here))
        rng.bit_generator.state = state  # the same proposal again, always accepted
        free = load_model("levy", saliency=hill, repeat_rejected=False)
        loss = at(land.gain, free._step(here, land, size, _Always(rng))[None])[0] - land.gain[peak]
        expected.append(np.exp(loss / TEMPERATURE))
    assert np.mean(moved) == pytest.approx(np.mean(expected), abs=0.02)


class _Always:
    """A generator whose single uniform draw accepts everything."""

    def __init__(self, rng):
        self._rng = rng

    def __getattr__(self, name):
        return getattr(self._rng, name)

    def random(self):
        self._rng.random()
        return 0.0


def test_rejected_steps_repeat_or_not():
    steep = load_model("levy", saliency=lambda image: hill(image) ** 8)
    again = load_model("levy", saliency=lambda image: hill(image) ** 8, repeat_rejected=False)
    trial = trial_of(start=(97.5, 72.5))
    for model, wanted in ((steep, True), (again, False)):
        paths = model.predict([trial], n_samples=20, max_fixations=20, progress=False)
        same = (np.diff(paths.x) == 0) & (np.diff(paths.y) == 0) & (np.diff(paths.path_of()) == 0)
        assert same.any() == wanted


def test_nothing_salient_is_a_free_walk():
    paths = load_model("levy", saliency=flat).predict([trial_of()], n_samples=200, progress=False)
    assert np.isfinite(paths.x).all()
    assert paths.x.std() > 50
    assert ((paths.x >= 0) & (paths.x <= 400) & (paths.y >= 0) & (paths.y <= 300)).all()


def test_landscape():
    land = landscape(hill(None), (400, 300))
    assert land.drift.shape == (240, 320, 2)
    assert land.focus == 40
    # The potential is lowest at the peak, (80, 60) of 320 x 240, so the drift points there from all sides.
    assert land.drift[60, 40, 0] > 0 > land.drift[60, 120, 0]
    assert land.drift[20, 80, 1] > 0 > land.drift[100, 80, 1]
    assert not land.drift[[0, -1], :, 1].any()  # zero across the border
    assert not land.drift[:, [0, -1], 0].any()
    potential = 100 * np.exp(-0.01 * np.linspace(0, 100, 320))
    ramp = landscape(np.tile(np.linspace(0, 1, 320), (240, 1)), (320, 240))
    np.testing.assert_allclose(ramp.drift[9, 1:-1, 0], (potential[:-2] - potential[2:]) / 2, atol=1e-3)


def test_size_does_not_matter():
    small = load_model("levy", saliency=hill).predict([trial_of((40, 30))], n_samples=9, progress=False)
    large = load_model("levy", saliency=hill).predict([trial_of((800, 600))], n_samples=9, progress=False)
    np.testing.assert_allclose(small.x * 20, large.x)


def test_no_durations_and_no_start():
    paths = load_model("levy").predict([trial_of(start=(12.0, 13.0))], n_samples=5, progress=False)
    assert paths.duration is None
    assert paths.facts.forced_first is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"alpha": 0}, "alpha must be a positive number, not 0", id="alpha-zero"),
        pytest.param({"alpha": 2.5}, r"alpha must be in \(0, 2\], not 2.5", id="alpha-large"),
        pytest.param({"saliency": "ittikoch"}, "must be a function from an image to a map", id="saliency-name"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(GazekitError, match=message):
        load_model("levy", **options)


@pytest.mark.parametrize(
    "saliency", [lambda image: np.full((3, 4), np.nan), lambda image: image], ids=["nan", "three-dimensional"]
)
def test_bad_saliency_map(saliency):
    with pytest.raises(GazekitError, match=r"saliency map of trial 't' must be \(h, w\) and finite"):
        load_model("levy", saliency=saliency).predict([trial_of()], progress=False)
