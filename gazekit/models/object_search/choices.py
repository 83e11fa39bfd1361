"""Log-linear choice: each choice is a softmax over its options' weighted features; weights by penalised likelihood."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from gazekit.foundations.errors import GazekitError

ITERATIONS = 400
TOLERANCE = 1e-5  # nats per choice: largest slope at which a fit counts as finished


@dataclass(frozen=True)
class Choices:
    """Choices that were made, each among options of its own.

    Parameters
    ----------
    features : (n, k) sparse
        A row per option, those of one choice after another.
    starts : (m,) int64
        First row of each choice.
    chosen : (m,) int64
        Row that was chosen.
    """

    features: csr_matrix
    starts: np.ndarray
    chosen: np.ndarray

    @classmethod
    def stack(cls, options: list[tuple[np.ndarray, np.ndarray]], chosen: list[int], size: int) -> "Choices":
        """Join choices given as (columns, values), each (options, slots): which features an option has, and how much.

        Parameters
        ----------
        options : list of (columns, values)
            Per choice, equal numbers of slots throughout.
        chosen : list of int
            Option of each choice that was chosen.
        size : int
            Number of features.
        """
        counts = np.array([len(columns) for columns, _ in options])
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        columns = np.concatenate([c for c, _ in options]).astype(np.int32)
        values = np.concatenate([v for _, v in options])
        rows = np.arange(len(columns) + 1) * columns.shape[1]
        matrix = csr_matrix((values.ravel(), columns.ravel(), rows), shape=(len(columns), size))
        return cls(matrix, starts, starts + np.array(chosen))

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, keep: np.ndarray) -> "Choices":
        """Keep some choices, (m,) bool, with all their options."""
        if keep.all():
            return self
        counts = np.diff(np.append(self.starts, self.features.shape[0]))
        place = np.concatenate([[0], np.cumsum(counts[keep])[:-1]])
        rows = np.repeat(keep, counts)
        return Choices(self.features[rows], place, place + (self.chosen - self.starts)[keep])

    def log_probabilities(self, weights: np.ndarray) -> np.ndarray:
        """(n,) float64: log-probability of every option under (k,) weights."""
        scores = self.features @ weights
        counts = np.diff(np.append(self.starts, len(scores)))
        scores = scores - np.repeat(np.maximum.reduceat(scores, self.starts), counts)
        return scores - np.repeat(np.log(np.add.reduceat(np.exp(scores), self.starts)), counts)

    def loss(self, weights: np.ndarray, penalty: np.ndarray) -> tuple[float, np.ndarray]:
        """Mean negative log-likelihood plus half the weighted sum of squares over the number of choices; its gradient.

        Parameters
        ----------
        weights, penalty : (k,) float64
            Weights, and the inverse variance of each in its normal prior about 0.
        """
        log_p = self.log_probabilities(weights)
        excess = np.exp(log_p)
        excess[self.chosen] -= 1
        n = len(self)
        value = -log_p[self.chosen].sum() / n + 0.5 * float((penalty * weights**2).sum()) / n
        return value, (self.features.T @ excess + penalty * weights) / n

    def fit(self, penalty: np.ndarray) -> np.ndarray:
        """Weights of least loss, (k,) float64. The loss is convex, and strictly so where every penalty is above 0.

        Raises
        ------
        GazekitError
            The optimiser did not come to an end.
        """
        from scipy.optimize import minimize  # a quarter of a second, which a model that has learned does not need

        found = minimize(
            self.loss,
            np.zeros(len(penalty)),
            args=(penalty,),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": ITERATIONS, "gtol": TOLERANCE, "ftol": 1e-12},
        )
        if not np.isfinite(found.fun) or np.abs(found.jac).max() > 100 * TOLERANCE:
            raise GazekitError(
                f"the move model could not be fitted ({found.message}); give a larger penalty, or more human paths"
            )
        return found.x
