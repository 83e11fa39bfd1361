"""Summary, differences and shares of measures of the whole data set, from their resamples."""

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd

from gazekit.core.scanpaths import HUMAN
from gazekit.scoring.bootstrap import interval
from gazekit.scoring.directions import has_zero, higher_is_better, measure_of
from gazekit.scoring.sets import WHOLE


def centred_interval(value: float, resampled: np.ndarray) -> tuple[float, float]:
    """95 % interval of a value by the spread of its resamples about their own mean.

    Stimuli that are drawn twice make sets less varied, and a divergence of less varied sets is larger: resamples lie
    above the value, and their percentiles would leave it out. Their spread is not moved by that.

    Parameters
    ----------
    value : float
        On all stimuli.
    resampled : (n,) float64
        On resampled stimuli; NaN are left out.

    Returns
    -------
    (float, float)
        NaN where value or resamples are not defined.

    Examples
    --------
    >>> low, high = centred_interval(1.0, np.linspace(2, 3, 101))
    >>> round(low, 3), round(high, 3)
    (0.525, 1.475)
    """
    defined = resampled[np.isfinite(resampled)]
    if not np.isfinite(value) or not len(defined):
        return (float("nan"), float("nan"))
    return interval(value + defined - defined.mean())


def summary_rows(sets: pd.DataFrame) -> list[tuple]:
    """Rows of `Results.summary`; intervals end where the measure's range ends."""
    rows = []
    for dataset, metric, grid, whole in _grids(sets):
        measure = measure_of(metric)
        bounds = (-np.inf, np.inf) if measure is None else measure.bounds
        for model in grid.columns:
            about = whole.loc[model]
            low, high = (
                float(np.clip(end, *bounds)) for end in centred_interval(about["value"], grid[model].to_numpy())
            )
            counts = (int(about["stimuli"]) if np.isfinite(about["value"]) else 0, int(about["undefined"]))
            rows.append((dataset, model, metric, about["value"], low, high, *counts))
    return rows


def difference_rows(sets: pd.DataFrame) -> list[tuple]:
    """Rows of `Results.differences`: both models on the same resampled stimuli against the same people."""
    rows = []
    for dataset, metric, grid, whole in _grids(sets):
        models = list(grid.columns)
        for i, a in enumerate(models):
            for b in models[i + 1 :]:
                gap = float(whole.loc[a, "value"] - whole.loc[b, "value"])
                ends = centred_interval(gap, (grid[a] - grid[b]).to_numpy())
                stimuli = int(whole.loc[[a, b], "stimuli"].min()) if np.isfinite(gap) else 0
                rows.append((dataset, metric, a, b, gap, *ends, stimuli))
    return rows


def share_rows(sets: pd.DataFrame, chance_model: str) -> list[tuple]:
    """Rows of `Results.shares`; none for descriptions."""
    rows = []
    for dataset, metric, grid, whole in _grids(sets):
        better = higher_is_better(metric)
        if better is None or HUMAN not in grid:
            continue
        blank = pd.Series(np.nan, index=grid.index)
        ceiling, top = grid[HUMAN], float(whole.loc[HUMAN, "value"])
        chance, bottom = blank, float("nan")
        if chance_model in grid:
            gap = top - float(whole.loc[chance_model, "value"])
            low, high = centred_interval(gap, (ceiling - grid[chance_model]).to_numpy())
            if low > 0 or high < 0:
                chance, bottom = grid[chance_model], float(whole.loc[chance_model, "value"])
        for model in grid.columns.drop(HUMAN):
            value = float(whole.loc[model, "value"])
            plain = above = (float("nan"),) * 3
            if has_zero(metric):
                over = (lambda v, c: v / c) if better else (lambda v, c: c / v)
                plain = _ratio(over, value, top, grid[model], ceiling)
            above = _ratio(lambda v, c: v / c, value - bottom, top - bottom, grid[model] - chance, ceiling - chance)
            rows.append((dataset, model, metric, *plain, *above))
    return rows


def _ratio(
    over: Callable, value: float, ceiling: float, values: pd.Series, ceilings: pd.Series
) -> tuple[float, float, float]:
    with np.errstate(divide="ignore", invalid="ignore"):
        whole = float(over(np.float64(value), np.float64(ceiling)))
        resampled = np.asarray(over(values.to_numpy(), ceilings.to_numpy()), dtype=np.float64)
    return (whole if np.isfinite(whole) else float("nan"), *centred_interval(whole, resampled))


def _grids(sets: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame, pd.DataFrame]]:
    """Data set, metric, resamples x models, and a row per model on all stimuli, in the order of the run."""
    for (dataset, metric), part in sets.groupby(["dataset", "metric"], sort=False):
        models = list(dict.fromkeys(part["model"]))
        whole = part[part["resample"] == WHOLE].set_index("model").loc[models]
        resampled = part[part["resample"] != WHOLE]
        grid = resampled.pivot_table(index="resample", columns="model", values="value", dropna=False)
        yield str(dataset), str(metric), grid.reindex(columns=models), whole
