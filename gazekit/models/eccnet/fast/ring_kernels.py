"""Compiled loops over windows of many sizes, channels last: means and maxima for pools whose windows grow."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np


@cache
def kernels() -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Compile at the first call, and keep the machine code on disk where that can be written.

    Returns
    -------
    means, maxima : functions
        f(x, top, bottom, left, right, found): x (h, w, C) float32; corners (rows, columns) int64 of each window in
        cells of x; found (rows, columns, C) float32, filled in place.
    """
    from gazekit.foundations.compiling import compiled

    return compiled(_means, error_model="python"), compiled(_maxima, error_model="python")


def _means(
    x: np.ndarray, top: np.ndarray, bottom: np.ndarray, left: np.ndarray, right: np.ndarray, found: np.ndarray
) -> None:
    # The innermost loop runs over channels: independent sums side by side in memory, without reordering any.
    channels = x.shape[2]
    for i in range(top.shape[0]):
        for j in range(top.shape[1]):
            total = found[i, j]
            total[:] = 0
            for row in range(top[i, j], bottom[i, j]):
                for column in range(left[i, j], right[i, j]):
                    for c in range(channels):
                        total[c] += x[row, column, c]
            share = np.float32(1.0 / ((bottom[i, j] - top[i, j]) * (right[i, j] - left[i, j])))
            for c in range(channels):
                total[c] *= share


def _maxima(
    x: np.ndarray, top: np.ndarray, bottom: np.ndarray, left: np.ndarray, right: np.ndarray, found: np.ndarray
) -> None:
    channels = x.shape[2]
    for i in range(top.shape[0]):
        for j in range(top.shape[1]):
            best = found[i, j]
            best[:] = -np.inf
            for row in range(top[i, j], bottom[i, j]):
                for column in range(left[i, j], right[i, j]):
                    for c in range(channels):
                        best[c] = max(best[c], x[row, column, c])
