"""The nested F test against statsmodels, and the mixed model on data whose answer is known."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from gazekit.experiments.asymmetry.significance import ALL_EQUAL, ON_LINES, mixed_model, nested_f
from gazekit.foundations.errors import GazekitError, MissingNeedError

SIZE = np.tile(np.repeat([1, 4, 8, 12], 30), 2)
SECOND = np.repeat([False, True], 120)
PLACE = np.random.default_rng(1).integers(0, 16, 240)


def trials(difference, *, places=0.0, noise=50.0, seed=0):
    rng = np.random.default_rng(seed)
    effect = rng.normal(0, places, 16)[PLACE] if places else 0.0
    return 600 + 10 * SIZE + difference * SIZE * SECOND + effect + rng.normal(0, noise, 240)


@pytest.mark.parametrize("difference", [0.0, 5.0])
def test_nested_f_is_that_of_statsmodels(difference):
    formulas = pytest.importorskip("statsmodels.formula.api")
    from statsmodels.stats.anova import anova_lm

    times = trials(difference)
    table = pd.DataFrame({"rt": times, "size": SIZE, "second": SECOND.astype(float)})
    fits = [formulas.ols(f, table).fit() for f in ("rt ~ size", "rt ~ size * second")]
    theirs = anova_lm(*fits).iloc[1]
    ours = nested_f(SIZE, SECOND, times)
    assert (ours.df, ours.residual_df) == (theirs["df_diff"], 236)
    assert ours.f == pytest.approx(theirs["F"])
    assert ours.p == pytest.approx(theirs["Pr(>F)"])


def test_nested_f_leaves_trials_without_a_time_out():
    times = trials(5.0)
    holes = times.copy()
    holes[::7] = np.nan
    assert nested_f(SIZE, SECOND, holes) == nested_f(
        SIZE[np.isfinite(holes)], SECOND[np.isfinite(holes)], holes[np.isfinite(holes)]
    )


def test_nested_f_without_residual_variance_has_no_test_and_says_why():
    equal = nested_f(SIZE, SECOND, np.full(240, 628.63))
    exact = nested_f(SIZE, SECOND, np.where(SECOND, 628.63 + 10.0 * SIZE, 628.63))
    for found, note in ((equal, ALL_EQUAL), (exact, ON_LINES)):
        assert np.isnan([found.f, found.p]).all()
        assert (found.df, found.residual_df, found.note) == (2, 236, note)
    assert nested_f(SIZE, SECOND, trials(5.0)).note == ""
    with pytest.raises(GazekitError, match="needs at least 5 trials, not 4"):
        nested_f(SIZE[:4], SECOND[:4], np.arange(4.0))


@pytest.mark.parametrize("moved", [0.0, 100.0])
def test_mixed_model_on_lines_has_an_estimate_and_no_test(moved):
    """Orientation among homogeneous distractors: the target is found by the first saccade, or in raster order."""
    pytest.importorskip("statsmodels")
    times = 628.63 + 10.0 * SIZE - 252.359 * SIZE * SECOND + moved * np.random.default_rng(3).random(16)[PLACE]
    found = mixed_model(SIZE, SECOND, times, PLACE)
    assert found.slope_difference == pytest.approx(-252.359, rel=1e-9)
    assert np.isnan([found.error, found.statistic, found.p, found.group_deviation]).all()
    assert (found.reference, found.residual_df, found.note) == ("", None, ON_LINES)


def test_as_many_places_as_trials_fit_anything_and_are_not_taken_for_lines():
    pytest.importorskip("statsmodels")
    found = mixed_model(SIZE, SECOND, trials(5.0), np.arange(240))
    assert found.note != ON_LINES


def test_mixed_model_finds_the_difference_of_slopes_under_the_places():
    pytest.importorskip("statsmodels")
    found = mixed_model(SIZE, SECOND, trials(5.0, places=200.0), PLACE)
    assert (found.note, found.reference, found.residual_df) == ("", "z", None)
    assert abs(found.slope_difference - 5.0) < 3 * found.error
    assert found.p == pytest.approx(2 * stats.norm.sf(abs(found.statistic)))
    assert found.p < 1e-3
    assert 100 < found.group_deviation < 350
    # The places' variance, 200 ms, is not in the error: ordinary least squares has it there.
    assert found.error < 0.6 * ols_error(trials(5.0, places=200.0))


def test_mixed_model_is_the_closed_form_of_a_balanced_design():
    """Every place has every size and condition once, so that the slope's error holds the noise within places only."""
    pytest.importorskip("statsmodels")
    size, second, place = (a.ravel() for a in np.meshgrid([1, 4, 8, 12], [False, True], np.arange(12), indexing="ij"))
    rng = np.random.default_rng(4)
    times = 600 + 10 * size + 5 * size * second + rng.normal(0, 150, 12)[place] + rng.normal(0, 40, len(size))
    found = mixed_model(size, second, times, place)
    design = np.column_stack([np.ones(96), size, second, size * second]).astype(float)
    within = np.column_stack([design, place[:, None] == np.arange(1, 12)])  # a mean per place
    beta, rest, *_ = np.linalg.lstsq(within, times, rcond=None)
    error = np.sqrt(np.linalg.inv(within.T @ within)[3, 3] * rest[0] / (96 - 15))
    assert found.slope_difference == pytest.approx(beta[3], rel=1e-6)
    assert found.error == pytest.approx(error, rel=1e-4)


def ols_error(times):
    design = np.column_stack([np.ones(240), SIZE, SECOND, SIZE * SECOND])
    _, rest, *_ = np.linalg.lstsq(design, times, rcond=None)
    return float(np.sqrt(np.linalg.inv(design.T @ design)[3, 3] * rest[0] / 236))


def test_without_variance_between_places_it_is_least_squares():
    pytest.importorskip("statsmodels")
    # Residuals that sum to zero in every place leave the random intercept nothing to explain.
    times = 600 + 10.0 * SIZE + 3.0 * SIZE * SECOND + np.tile([40.0, -40.0], 120)
    found = mixed_model(SIZE, SECOND, times, np.repeat(np.arange(12), 20))
    assert found.note == "no variance between the target's places: ordinary least squares"
    assert found.error == pytest.approx(ols_error(times))
    assert found.slope_difference == pytest.approx(3.0, abs=0.2)
    assert (found.reference, found.residual_df) == ("t", 236)
    assert found.p == pytest.approx(2 * stats.t.sf(found.slope_difference / ols_error(times), 236))


def test_a_fit_that_breaks_down_gives_the_estimate_and_no_test(monkeypatch):
    formulas = pytest.importorskip("statsmodels.formula.api")

    def broken(*_, **__):
        raise np.linalg.LinAlgError("Singular matrix")

    monkeypatch.setattr(formulas, "mixedlm", broken)
    found = mixed_model(SIZE, SECOND, trials(5.0), PLACE)
    assert found.note.startswith("the mixed model did not converge")
    assert np.isnan([found.error, found.p]).all()
    assert found.slope_difference == pytest.approx(5.0, abs=4)


def test_equal_times_have_no_test():
    pytest.importorskip("statsmodels")
    found = mixed_model(SIZE, SECOND, np.full(240, 628.63), PLACE)
    assert found.note == ALL_EQUAL
    assert (found.slope_difference, np.isnan(found.p)) == (0.0, True)
    with pytest.raises(GazekitError, match="mixed model needs at least 5 trials"):
        mixed_model(SIZE[:3], SECOND[:3], np.arange(3.0), PLACE[:3])


def test_without_statsmodels_the_message_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.formula.api", None)
    with pytest.raises(MissingNeedError, match=r"needs statsmodels: pip install 'gazekit-scanpaths\[statistics\]'"):
        mixed_model(SIZE, SECOND, trials(0.0), PLACE)
