"""Do the two conditions of an experiment differ: the published nested F test, and a mixed model beside it."""

import warnings
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd

from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.foundations.version import pip_install

NOT_INSTALLED = f"the mixed model needs statsmodels: {pip_install('statistics')}"
ALL_EQUAL = "every reaction time is the same: no test"
ON_LINES = "no residual variance, the times lie exactly on the fitted lines: no test"
ROUNDING = 1e-20  # share of the sum of squares that least squares leaves where the fit is exact


class NestedF(NamedTuple):
    """Result of the nested F test.

    Parameters
    ----------
    f : float
        The statistic; NaN where there is no residual variance.
    df, residual_df : int
        Its degrees of freedom.
    p : float
        NaN with the statistic.
    note : str
        Empty, or why there is no test.
    """

    f: float
    df: int
    residual_df: int
    p: float
    note: str = ""


class MixedModel(NamedTuple):
    """Result of the mixed model.

    Parameters
    ----------
    slope_difference : float
        Slope of the second condition less that of the first, ms per item.
    error : float
        Its standard error.
    statistic : float
        Difference over error; NaN where the fit gave no error.
    p : float
        Two-sided; NaN with the statistic.
    reference : {"z", "t", ""}
        What p is of: the normal distribution (Wald test of the mixed model), or Student's t with `residual_df` degrees
        of freedom (ordinary least squares); empty where there is no test.
    residual_df : int or None
        Of t.
    group_deviation : float
        Standard deviation of the random intercepts, ms.
    note : str
        Empty, or what a reader must know of the fit.
    """

    slope_difference: float
    error: float
    statistic: float
    p: float
    reference: str
    residual_df: int | None
    group_deviation: float
    note: str

    @classmethod
    def without_test(cls, slope_difference: float, note: str, group_deviation: float = float("nan")) -> Self:
        """An estimate that no test goes with, and why."""
        nan = float("nan")
        return cls(slope_difference, nan, nan, nan, "", None, group_deviation, note)


def nested_f(set_size: np.ndarray, second: np.ndarray, times: np.ndarray) -> NestedF:
    """Test whether condition matters: least squares of RT on size, against RT on size x condition (published test).

    Parameters
    ----------
    set_size : (n,) float
        Items shown in each trial.
    second : (n,) bool
        Whether the trial is of the second condition.
    times : (n,) float64
        Reaction times, ms, one per trial; NaN trials are left out.

    Returns
    -------
    NestedF
        With 2 and n - 4 degrees of freedom. The test is about intercept or slope, so a small p alone does not say that
        slopes differ; and it takes trials as normal and of equal variance, which saccade counts are not. Times that lie
        exactly on lines leave no variance to test against: the statistic and p are NaN, and `note` says so.

    Raises
    ------
    GazekitError
        Fewer than 5 trials.

    Examples
    --------
    >>> size, second = np.tile([1, 2, 3, 4], 2), np.repeat([False, True], 4)
    >>> result = nested_f(size, second, np.where(second, 3.0 * size, 0.0) + [0, 1, 1, 0, 1, 0, 0, 1])
    >>> result.df, result.residual_df, bool(result.p < 0.001)
    (2, 4, True)
    """
    from scipy.stats import f as f_distribution

    defined = np.isfinite(times)
    size, late, y = (np.asarray(a, dtype=float)[defined] for a in (set_size, second, times))
    if len(y) < 5:
        raise GazekitError(f"the nested F test needs at least 5 trials, not {len(y)}")
    y = y - y[0]  # equal times become exact zeros
    ones = np.ones(len(y))
    small = _residual(np.column_stack([ones, size]), y)
    large = _residual(np.column_stack([ones, size, late, size * late]), y)
    degrees = len(y) - 4
    if large <= ROUNDING * float((y**2).sum()):
        return NestedF(float("nan"), 2, degrees, float("nan"), ON_LINES if np.ptp(y) else ALL_EQUAL)
    statistic = max(small - large, 0.0) / 2 / (large / degrees)
    return NestedF(float(statistic), 2, degrees, float(f_distribution.sf(statistic, 2, degrees)))


def mixed_model(set_size: np.ndarray, second: np.ndarray, times: np.ndarray, groups: np.ndarray) -> MixedModel:
    """Fit RT ~ size x condition with a random intercept per group (the place of the target) by restricted likelihood.

    Where a target stands decides how soon it is found (near the start, in a corner), and displays that have it in the
    same place are not independent: the random intercept takes that up, which the nested F test does not.

    Four things can happen instead of a plain fit, and `note` says which. Nothing varies: no test. The times lie exactly
    on lines, or on lines moved by a constant per place: the estimate is given, and no test, as there is no residual
    variance. The places' variance is estimated as 0: the model is then ordinary least squares, whose numbers are given,
    with a t test. The fit did not converge or broke down: the estimate of ordinary least squares is given, and no test.

    Parameters
    ----------
    set_size, second, times
        As in `nested_f`.
    groups : (n,) int
        Group of each trial.

    Returns
    -------
    MixedModel

    Raises
    ------
    MissingNeedError
        statsmodels is not installed.
    GazekitError
        Fewer than 5 trials.
    """
    try:
        import statsmodels.formula.api as formulas
    except ImportError as absent:
        raise MissingNeedError(NOT_INSTALLED) from absent
    table = pd.DataFrame({"rt": times, "size": set_size, "second": np.asarray(second, dtype=float), "place": groups})
    table = table[np.isfinite(table["rt"])]
    if len(table) < 5:
        raise GazekitError(f"the mixed model needs at least 5 trials, not {len(table)}")
    if np.ptp(table["rt"]) == 0:
        return MixedModel.without_test(0.0, ALL_EQUAL, 0.0)
    formula, term = "rt ~ size * second", "size:second"
    plain = formulas.ols(formula, table).fit()
    difference = float(plain.params[term])
    if (exact := _slope_on_lines(table)) is not None:
        return MixedModel.without_test(exact, ON_LINES)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what they say is read from the fit below, and told in `note`
        try:
            # Powell's search needs no gradient. The default ones stop short of a variance of 0, or break down there.
            fit: Any = formulas.mixedlm(formula, table, groups=table["place"]).fit(reml=True, method="powell")
            variance, error, converged = float(fit.cov_re.iloc[0, 0]), float(fit.bse[term]), fit.converged
        except (np.linalg.LinAlgError, ValueError, ZeroDivisionError):
            variance, error, converged = float("nan"), float("nan"), False
    if not np.isfinite(variance) or (variance > 1e-6 * fit.scale and not (converged and error > 0)):
        note = "the mixed model did not converge; the estimate is that of ordinary least squares, without a test"
        return MixedModel.without_test(difference, note)
    if variance <= 1e-6 * fit.scale:
        note = "no variance between the target's places: ordinary least squares"
        error, p = float(plain.bse[term]), float(plain.pvalues[term])
        return MixedModel(difference, error, difference / error, p, "t", int(plain.df_resid), 0.0, note)
    difference = float(fit.params[term])
    found = (difference, error, difference / error, float(fit.pvalues[term]))
    return MixedModel(*found, "z", None, float(np.sqrt(variance)), "")


def _slope_on_lines(table: pd.DataFrame) -> float | None:
    """Difference of slopes of times that lie exactly on lines, or on lines moved by a constant per place; else None."""
    y = (table["rt"] - table["rt"].iloc[0]).to_numpy(float)
    size, second = table["size"].to_numpy(float), table["second"].to_numpy(float)
    lines = np.column_stack([np.ones(len(y)), size, second, size * second])
    places = (table["place"].to_numpy()[:, None] == np.unique(table["place"])[1:]).astype(float)
    for design in (lines, np.column_stack([lines, places])):
        beta, _, rank, _ = np.linalg.lstsq(design, y, rcond=None)
        # As many parameters as trials fit anything: that says nothing about the data.
        if rank < len(y) and ((y - design @ beta) ** 2).sum() <= ROUNDING * (y**2).sum():
            return float(beta[3])
    return None


def _residual(design: np.ndarray, y: np.ndarray) -> float:
    """Sum of squares that least squares leaves."""
    beta = np.linalg.lstsq(design, y, rcond=None)[0]
    return float(((y - design @ beta) ** 2).sum())
