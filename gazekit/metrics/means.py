"""Means over what is defined."""

import numpy as np


def mean_defined(values: np.ndarray) -> float:
    """Mean of the values that are not NaN; NaN if none is.

    Examples
    --------
    >>> mean_defined(np.array([1.0, np.nan, 2.0]))
    1.5
    """
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else float("nan")


def column_means(table: np.ndarray) -> np.ndarray:
    """(k,) float64: `mean_defined` of each column.

    Examples
    --------
    >>> column_means(np.array([[1.0, np.nan], [2.0, np.nan]])).tolist()
    [1.5, nan]
    """
    defined = ~np.isnan(table)
    total = np.where(defined, table, 0.0).sum(axis=0)
    return np.divide(total, defined.sum(axis=0), out=np.full(table.shape[1], np.nan), where=defined.any(axis=0))
