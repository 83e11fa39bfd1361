"""Means of what was counted: totals over weights, both summed over stimuli, with a bootstrap over stimuli."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from gazekit.evaluation.bootstrap import interval


@dataclass(frozen=True)
class Ratio:
    """A total over a weight, as it is and in every resample of the stimuli.

    Parameters
    ----------
    value : float
        On all stimuli; NaN where the weight is 0.
    resampled : (resamples,) float64
        On resampled ones; NaN where fewer than two have a weight: one does not say how stimuli differ. Two ratios of
        the same draws are paired.
    stimuli : int
        That have a weight.

    Examples
    --------
    >>> ratio = Ratio.of(np.array([1.0, 6.0]), np.array([1.0, 3.0]), np.array([[0, 0], [0, 1], [1, 1]]))
    >>> ratio.value, ratio.resampled.tolist(), ratio.stimuli
    (1.75, [1.0, 1.75, 2.0], 2)
    """

    value: float
    resampled: np.ndarray
    stimuli: int

    @classmethod
    def of(cls, total: np.ndarray, weight: np.ndarray, draws: np.ndarray) -> Self:
        """Of totals and weights per stimulus, (s,) each; `draws` are from `resample`."""
        many = int((weight > 0).sum())
        resampled = over(total[draws].sum(1), weight[draws].sum(1)) if many > 1 else np.full(len(draws), np.nan)
        return cls(float(over(total.sum(), weight.sum())), resampled, many)

    @property
    def with_interval(self) -> tuple[float, float, float]:
        """Value, and the ends of its 95 % interval."""
        return self.value, *interval(self.resampled)

    def minus(self, other: "Ratio") -> tuple[float, float, float]:
        """Paired difference, and the ends of its 95 % interval."""
        return self.value - other.value, *interval(self.resampled - other.resampled)


def over(total: Any, weight: Any) -> np.ndarray:
    """Total over weight, NaN where the weight is 0."""
    total, weight = np.asarray(total, dtype=float), np.asarray(weight, dtype=float)
    return np.divide(total, weight, out=np.full(total.shape, np.nan), where=weight != 0)
