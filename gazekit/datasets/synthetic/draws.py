"""Random numbers whose values, not only their bits, are the same on every machine and with every version of NumPy."""

import numpy as np

from gazekit.foundations.randomness import keyed_rng


class Draws:
    """Random choices and numbers from the raw bits of a counter-based generator, with exact arithmetic only.

    NumPy keeps the bits of Philox for all time, but not what its methods make of them; so what is needed is made here,
    and data sets stay the same whatever the version of NumPy. Sums, products and quotients of 64-bit numbers have one
    right result by the standard (IEEE 754); logarithms and cosines do not, and are not used.

    Parameters
    ----------
    seed : int
        Seed of the data set.
    *key : str or int
        What is drawn.

    Examples
    --------
    >>> draws = Draws(0, "example")
    >>> bool((abs(draws.uniform(1000) - 0.5) < 0.5).all())
    True
    """

    def __init__(self, seed: int, *key: str | int) -> None:
        self._bits = keyed_rng(seed, *key).bit_generator

    def order(self, n: int) -> np.ndarray:
        """(n,) int64: 0..n-1 in random order."""
        return np.argsort(self._raw(n), kind="stable")

    def below(self, limit: int, n: int) -> np.ndarray:
        """(n,) int64: uniform whole numbers 0..limit-1 (the bias of the remainder is below limit / 2^64)."""
        return (self._raw(n) % np.uint64(limit)).astype(np.int64)

    def uniform(self, n: int) -> np.ndarray:
        """(n,) float64: uniform in the open interval (0, 1)."""
        return ((self._raw(n) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def bell(self, n: int) -> np.ndarray:
        """(n,) float64: sums of twelve uniform numbers, less 6: mean 0, standard deviation 1, nearly normal."""
        pieces = (self._raw(12 * n) >> np.uint64(32)).astype(np.int64).reshape(n, 12)
        return (pieces.sum(axis=1) - 6 * 2**32 + 6).astype(np.float64) * 2.0**-32

    def evenly(self, kinds: int, n: int) -> np.ndarray:
        """(n,) int64: each of 0..kinds-1 once before any is there again, the remainder drawn without repeats."""
        if n == 0:
            return np.empty(0, dtype=np.int64)
        rounds, rest = divmod(n, kinds)
        return np.concatenate([np.tile(np.arange(kinds), rounds), self.order(kinds)[:rest]])

    def _raw(self, n: int) -> np.ndarray:
        return np.asarray(self._bits.random_raw(n), dtype=np.uint64)
