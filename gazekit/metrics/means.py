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


def column_means(table: np.ndarray, axis: int = 0) -> np.ndarray:
    """`mean_defined` along an axis; of each column by default.

    Examples
    --------
    >>> column_means(np.array([[1.0, np.nan], [2.0, np.nan]])).tolist()
    [1.5, nan]
    """
    defined = ~np.isnan(table)
    total, count = np.where(defined, table, 0.0).sum(axis=axis), defined.sum(axis=axis)
    return np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
