"""Registry entries of the measures of coming back."""

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.behaviour.returns import MAX_LAG, RADIUS, durations_before_returns, return_curve, return_rates
from gazekit.metrics.sets import SetMetric, Trials, set_metrics


def _rates(a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float) -> tuple[float, ...]:
    return return_rates(a, radius_degrees=radius_degrees)[:3]


def _curve_distance(a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float, max_lag: int) -> list[float]:
    mine, theirs = (return_curve(p, radius_degrees=radius_degrees, max_lag=max_lag) for p in (a, b))
    gap = np.abs(mine.observed - theirs.observed)
    seen = gap[~np.isnan(gap)]  # lags that both sets reach
    return [float(seen.mean()) if len(seen) else np.nan]


def _durations(a: Scanpaths, b: Scanpaths, trials: Trials, *, radius_degrees: float) -> tuple[float, float]:
    return durations_before_returns(a, radius_degrees=radius_degrees)[:2]


set_metrics.add(
    "return_rates",
    SetMetric(
        name="return_rates",
        outputs=("refixation_rate", "stay_rate", "return_rate"),
        higher_is_better=None,
        bounds=(0.0, 1.0),
        unit="1",
        needs=("degrees",),
        summary="Share of fixations near any earlier one, near the one just before, and near one two or more before",
        source="Usual definitions; the radius is gazekit's choice",
        compute=_rates,
        params={"radius_degrees": RADIUS},
    ),
)
set_metrics.add(
    "return_curve_distance",
    SetMetric(
        name="return_curve_distance",
        outputs=("return_curve_distance",),
        higher_is_better=False,
        bounds=(0.0, 1.0),
        unit="1",
        needs=("degrees",),
        summary="Mean gap, over lags, of the probability of being back after that many fixations",
        source="gazekit; the curve is the usual picture of inhibition of return",
        compute=_curve_distance,
        params={"radius_degrees": RADIUS, "max_lag": MAX_LAG},
    ),
)
set_metrics.add(
    "durations_before_returns",
    SetMetric(
        name="durations_before_returns",
        outputs=("duration_before_returns", "duration_before_others"),
        higher_is_better=None,
        bounds=(0.0, np.inf),
        unit="ms",
        needs=("degrees", "duration"),
        summary="Mean fixation duration before a saccade back to the fixation before, and before other saccades",
        source="Klein, MacInnes 1999, Psychological Science 10 (temporal inhibition of return)",
        compute=_durations,
        params={"radius_degrees": RADIUS},
    ),
)
