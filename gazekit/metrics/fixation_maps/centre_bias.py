"""Centre bias as a log density: a smoothed map of the fixations on all other images, its width chosen by likelihood."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike

from gazekit.foundations.errors import GazekitError
from gazekit.metrics.fixation_maps.pixels import pixels_at

BANDWIDTHS = (0.01, 0.015, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12)  # shares of the image's sides
UNIFORM_SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
GRID = (48, 64)  # rows and columns on which bandwidth and share are chosen


class CentreBias:
    """Where people look whatever is shown, never learned from the image that it is used on.

    The density for an image is a Gaussian kernel density of the fixations on all other images, in coordinates
    relative to the image's size, mixed with a little of the uniform density so that no fixation is
    impossible. Kernel mass that would leave the image is reflected.

    Parameters
    ----------
    x, y : (n,) array
        Fixations as shares of their image's width and height; those outside [0, 1] are left out and counted.
    stimulus : (n,) sequence
        Image of each fixation.
    bandwidths : sequence of float
        Standard deviations of the kernel to choose from, as shares of the image's sides.
    uniform_shares : sequence of float
        Weights of the uniform density to choose from. Both are chosen together: the pair under which fixations are
        likeliest given those on all other images.

    Attributes
    ----------
    bandwidth, uniform_share : float
        What was chosen.
    left_out : int
        Fixations outside their image.

    Raises
    ------
    GazekitError
        Columns of different lengths, fixations on fewer than two images, or nothing to choose from.

    References
    ----------
    The baseline of Kümmerer, Wallis, Bethge (2015), PNAS 112; here leave-one-image-out on a grid.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> bias = CentreBias(*rng.normal(0.5, 0.1, (2, 400)), np.repeat(["a", "b"], 200))
    >>> density = np.exp(bias.log_density("a", (9, 9)))
    >>> bool(density[4, 4] > 10 * density[0, 0]), round(float(density.sum()), 6)
    (True, 1.0)
    """

    def __init__(
        self,
        x: ArrayLike,
        y: ArrayLike,
        stimulus: Sequence[str] | np.ndarray,
        *,
        bandwidths: Sequence[float] = BANDWIDTHS,
        uniform_shares: Sequence[float] = UNIFORM_SHARES,
    ) -> None:
        px, py = np.asarray(x, dtype=np.float64).ravel(), np.asarray(y, dtype=np.float64).ravel()
        names = np.asarray(stimulus, dtype=object).ravel()
        if not len(px) == len(py) == len(names):
            raise GazekitError(f"fixations have one x, y and image each, not {len(px)}, {len(py)} and {len(names)}")
        inside = (px >= 0) & (px <= 1) & (py >= 0) & (py <= 1)
        self.left_out = int((~inside).sum())
        self._x, self._y = px[inside], py[inside]
        self._names, self._of = np.unique(names[inside].astype(str), return_inverse=True)
        if len(self._names) < 2:
            raise GazekitError("a centre bias learns from the other images: give fixations on at least two")
        if not len(bandwidths) or not len(uniform_shares) or min(bandwidths) <= 0 or not 0 < min(uniform_shares) < 1:
            raise GazekitError(
                "a centre bias needs bandwidths above 0 and uniform shares between 0 and 1 to choose from"
            )
        self.bandwidth, self.uniform_share = self._choose(bandwidths, uniform_shares)

    @classmethod
    def fixed(
        cls, x: ArrayLike, y: ArrayLike, stimulus: Sequence[str] | np.ndarray, bandwidth: float, uniform_share: float
    ) -> Self:
        """Use a bandwidth and a uniform share that are given, not chosen."""
        return cls(x, y, stimulus, bandwidths=[bandwidth], uniform_shares=[uniform_share])

    def log_density(self, stimulus: str, shape: tuple[int, int]) -> np.ndarray:
        """Log density for an image, from the fixations on all others.

        Parameters
        ----------
        stimulus : str
            The image; one without fixations here gets the density of all.
        shape : (int, int)
            Rows and columns of the map.

        Returns
        -------
        (rows, columns) float64
            Natural logarithms of probabilities that add up to 1.
        """
        others = self._of != np.searchsorted(self._names, stimulus) if stimulus in self._names else slice(None)
        index = pixels_at(self._x[others], self._y[others], shape, (1.0, 1.0))
        smooth = _smooth(index, shape, self.bandwidth)
        return np.log((1 - self.uniform_share) * smooth / smooth.sum() + self.uniform_share / smooth.size)

    def _choose(self, bandwidths: Sequence[float], uniform_shares: Sequence[float]) -> tuple[float, float]:
        """The likeliest pair, each fixation judged by the density of all other images."""
        if len(bandwidths) == len(uniform_shares) == 1:
            return float(bandwidths[0]), float(uniform_shares[0])
        order = np.argsort(self._of, kind="stable")
        index = pixels_at(self._x, self._y, GRID, (1.0, 1.0))[order]
        ends = np.cumsum(np.bincount(self._of))
        cells = GRID[0] * GRID[1]
        own = list(np.split(index, ends[:-1]))
        best, chosen = -np.inf, (float(bandwidths[0]), float(uniform_shares[0]))
        for bandwidth in bandwidths:
            everything = _smooth(index, GRID, bandwidth).ravel()
            at = []
            for part in own:  # smoothing is linear: what the others give is everything less one's own
                mine = _smooth(part, GRID, bandwidth).ravel()
                at.append(np.maximum(everything[part] - mine[part], 0.0) / (len(index) - len(part)))
            density = np.concatenate(at)
            for share in uniform_shares:
                likelihood = float(np.log((1 - share) * density + share / cells).sum())
                if likelihood > best:
                    best, chosen = likelihood, (float(bandwidth), float(share))
        return chosen


def _smooth(index: np.ndarray, shape: tuple[int, int], bandwidth: float) -> np.ndarray:
    """Smoothed counts of the pixels of a map whose flat index is given."""
    from scipy.ndimage import gaussian_filter

    counts = np.bincount(index, minlength=shape[0] * shape[1]).reshape(shape).astype(np.float64)
    return gaussian_filter(counts, (bandwidth * shape[0], bandwidth * shape[1]), mode="reflect")
