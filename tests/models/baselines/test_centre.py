import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, truncnorm

from gazekit import Dataset, Frame, GazekitError, Trial, load_model
from gazekit.models.baselines.centre import Centre, truncated_spread


@pytest.mark.parametrize("spread", [0.05, 0.25, 1.0])
def test_draws_follow_the_truncated_gaussian(spread):
    trial = Trial("t", "t", Frame(400, 100))
    paths = load_model("centre", spread=spread).predict([trial], max_fixations=20_000, progress=False)
    law = truncnorm(-0.5 / spread, 0.5 / spread, loc=0.5, scale=spread)
    assert kstest(paths.x / 400, law.cdf).pvalue > 1e-3
    assert kstest(paths.y / 100, law.cdf).pvalue > 1e-3


def test_nothing_is_clipped_to_the_edges():
    paths = load_model("centre", spread=5).predict([Trial("t", "t", Frame(40, 30))], max_fixations=9999, progress=False)
    assert not np.isin(paths.x, [0, 40]).any()
    assert paths.facts.points is None


@given(st.floats(0.02, 3))
def test_spread_is_found_again(spread):
    variance = truncnorm(-0.5 / spread, 0.5 / spread, scale=spread).var()
    assert truncated_spread(variance) == pytest.approx(spread, rel=1e-3)


@pytest.mark.parametrize(("square", "wanted"), [(0.0, 1e-4), (1 / 12, 10.0), (0.25, 10.0)])
def test_spread_at_the_ends(square, wanted):
    assert truncated_spread(square) == wanted


def test_fitted_spread_is_that_of_the_others(scanpaths_of):
    frame = Frame(800, 600)
    paths = scanpaths_of([500, 500, 500], frame=frame, stimulus=["a", "b", "c"])
    near = paths.path_of() == 0  # a: near the centre; b and c: everywhere
    x = np.where(near, 400 + (paths.x - 400) / 50, paths.x)
    y = np.where(near, 300 + (paths.y - 300) / 50, 300 + (paths.y - 300) / 5)
    dataset = Dataset("d", [Trial(s, s, frame) for s in "abc"], paths.replace(x=x, y=y))
    model = load_model("centre", spread="fitted").fit(dataset)
    for stimulus in "abc":
        own = np.isin(paths.path_of(), [i for i, s in enumerate("abc") if s == stimulus])
        for found, values, side in zip(model.spread_for(stimulus), (x, y), (800, 600), strict=True):
            square = ((values[~own] / side - 0.5) ** 2).mean()
            assert found == pytest.approx(truncated_spread(square), rel=1e-9)
    assert model.spread_for("a")[0] > 1  # uniform in x
    assert 0.05 < model.spread_for("a")[1] < 0.07  # a fifth of the uniform's standard deviation, 0.289 / 5
    draws = model.predict(dataset.trials[:1], n_samples=200, max_fixations=50, progress=False)
    assert draws.y.std() / 600 == pytest.approx(0.289 / 5, rel=0.05)


def test_what_people_have_done_to_the_fit(scanpaths_of):
    """Without one person's path on one stimulus, the mean squares are as `moved_fits` says, to first order."""
    paths = scanpaths_of([200] * 12, frame=Frame(800, 600), stimulus=[s for s in "abcd" for _ in range(3)])
    paths = paths.replace(
        x=400 + (paths.x - 400) * (0.3 + 0.05 * paths.path_of()),
        table=paths.table.assign(subject=["p", "q", "r"] * 4),
    )
    dataset = Dataset("d", [Trial(s, s, Frame(800, 600)) for s in "abcd"], paths)
    model = load_model("centre", spread="fitted").fit(dataset)
    assert load_model("centre").fit(dataset).moved_fits() == []

    def squares(of):
        return np.array([((of.x / 800 - 0.5) ** 2).mean(), ((of.y / 600 - 0.5) ** 2).mean()])

    whole = squares(paths)
    for axis, (number, moved, by) in enumerate(model.moved_fits()):
        assert number == f"spread in {'xy'[axis]}"
        assert moved.spread_for("a")[axis] < 0.92 * model.spread_for("a")[axis]
        assert moved.spread_for("a")[1 - axis] == model.spread_for("a")[1 - axis]
        assert by["value"].sum() == pytest.approx(0, abs=1e-9)
        step = -0.2 * whole[axis]
        for row in by.itertuples():
            gone = (paths.table["stimulus"] == row.stimulus) & (paths.table["subject"] == row.subject)
            without = squares(paths[np.flatnonzero(~gone)])[axis]
            assert whole[axis] - without == pytest.approx(row.value * step * 12 / 11, rel=1e-6)


@pytest.mark.parametrize("spread", [0, -1, float("nan"), float("inf"), None])
def test_bad_spread(spread):
    with pytest.raises(GazekitError, match="spread must be a positive number"):
        load_model("centre", spread=spread)


def test_unknown_word():
    with pytest.raises(GazekitError, match="fraction of the image's sides or 'fitted', not 'wide'"):
        load_model("centre", spread="wide")


def test_fitted_spread_needs_a_fit(dataset_of):
    model = load_model("centre", spread="fitted")
    with pytest.raises(GazekitError, match=r"learns from people; call fit\(dataset\)"):
        model.predict([Trial("t", "t", Frame(4, 3))], progress=False)
    with pytest.raises(GazekitError, match="no human fixations of stimuli other than 'img0'"):
        model.fit(dataset_of(n_stimuli=1)).spread_for("img0")


@pytest.mark.parametrize("spread", [0.25, 0.05, 0.01, 1e-4])
def test_mirrored_places_have_mirrored_densities(spread):
    """The distribution function is 1 to the last bit from 8 standard deviations on: the right edge was -inf."""
    density = Centre(spread=spread).log_density(Trial("t", "a", Frame(800, 600)), (96, 128))
    assert np.isfinite(density).all()
    np.testing.assert_array_equal(density, density[:, ::-1])
    np.testing.assert_array_equal(density, density[::-1])
    assert np.exp(density).sum() == pytest.approx(1)


def test_log_density_far_out_is_that_of_mpmath():
    """The cell from 0 to 1/8 of the width with spread .02: 18.75 to 25 standard deviations left of the centre."""
    mpmath = pytest.importorskip("mpmath")
    density = Centre(spread=0.02).log_density(Trial("t", "a", Frame(80, 80)), (1, 8))[0]
    with mpmath.workdps(60):
        near, far = (mpmath.ncdf(mpmath.mpf(-k) / mpmath.mpf("0.02")) for k in (mpmath.mpf(3) / 8, mpmath.mpf(1) / 2))
        exact = float(mpmath.log((near - far) / (1 - 2 * far)))
    assert density[[0, -1]] == pytest.approx([exact, exact], rel=1e-12)
