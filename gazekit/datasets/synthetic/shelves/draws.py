"""Random numbers whose values, not only their bits, are the same on every machine and with every version of NumPy."""

import numpy as np

from gazekit.datasets.synthetic.search_arrays.arrangement import Draws


class ShelfDraws(Draws):
    """Uniform and bell-shaped numbers from the raw bits of a keyed generator, with exact arithmetic only.

    Sums, products and quotients of 64-bit numbers have one right result by the standard (IEEE 754); logarithms and
    cosines do not. What is drawn here uses the former alone.

    Parameters
    ----------
    seed : int
        Seed of the shelves.
    *key : str or int
        What is drawn.

    Examples
    --------
    >>> draws = ShelfDraws(0, "example")
    >>> bool((abs(draws.uniform(1000) - 0.5) < 0.5).all())
    True
    """

    def uniform(self, n: int) -> np.ndarray:
        """(n,) float64: uniform in the open interval (0, 1)."""
        return ((self._raw(n) >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52

    def bell(self, n: int) -> np.ndarray:
        """(n,) float64: sums of twelve uniform numbers, less 6: mean 0, standard deviation 1, nearly normal."""
        pieces = (self._raw(12 * n) >> np.uint64(32)).astype(np.int64).reshape(n, 12)
        return (pieces.sum(axis=1) - 6 * 2**32 + 6).astype(np.float64) * 2.0**-32
