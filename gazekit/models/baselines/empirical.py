"""Empirical baseline: where people look on the other images."""

from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng
from gazekit.models.baselines.baseline import DEFAULT_LENGTH, Baseline, OtherSums, OtherThan
from gazekit.models.capabilities import Donor
from gazekit.models.cells import cells, normal_masses
from gazekit.models.contract import DrawnPath
from gazekit.models.option_checks import positive


class Empirical(Baseline):
    """Independent fixations from a kernel density of all human fixations on the other stimuli.

    Each fixation is a random human one of another stimulus (any subject, any rank), in relative coordinates,
    moved by Gaussian jitter; if it falls outside the image both are drawn again. That samples the kernel
    density estimate itself, so no density map is made. The duration is that of the same human fixation.

    Parameters
    ----------
    bandwidth : float or "scott"
        Standard deviation of the jitter as a fraction of the image's diagonal, the same px in x and y. The
        default is 32 px in MIT1003's 1024 x 768 images, 0.9 degrees of visual angle. "scott": n ** (-1/6)
        times the standard deviation of the other stimuli's fixations, per axis (Scott's rule).
    default_length : int
        Not used once fitted, and the model must be fitted.

    References
    ----------
    Scott (1992), Multivariate Density Estimation (the bandwidth rule).

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit import Dataset, Frame, Scanpaths, Trial
    >>> table = pd.DataFrame({"stimulus": ["a", "b"], "width": 100, "height": 100})
    >>> trials = [Trial(s, s, Frame(100, 100)) for s in "ab"]
    >>> dataset = Dataset("two", trials, Scanpaths([10, 90], [10, 90], [0, 1, 2], table))
    >>> paths = Empirical(bandwidth=0.001).fit(dataset).predict(trials, progress=False)
    >>> paths.x.round(-1).tolist()
    [90.0, 10.0]
    """

    name = "empirical"
    role = "image-blind"
    independent_fixations = True
    needs_fit = True

    def __init__(self, bandwidth: float | Literal["scott"] = 0.025, *, default_length: int = DEFAULT_LENGTH) -> None:
        super().__init__(default_length=default_length)
        if isinstance(bandwidth, str) and bandwidth != "scott":
            raise GazekitError(f"bandwidth must be a fraction of the image's diagonal or 'scott', not {bandwidth!r}")
        self.bandwidth = bandwidth if isinstance(bandwidth, str) else positive("bandwidth", bandwidth, zero=True)

    def fit(self, dataset: Dataset) -> Self:
        """Keep the human fixations of a data set, and return self; see `Baseline.fit`."""
        super().fit(dataset)
        humans = self.fitted_humans()
        self._others = OtherThan(humans.stimulus_of_fixation, "fixations")
        self.facts = replace(type(self).facts, points=humans.points)
        self._sums = OtherSums(humans, np.column_stack([humans.x, humans.y, humans.x**2, humans.y**2]))
        return self

    def bandwidth_for(self, trial: Trial) -> tuple[float, float]:
        """Return the standard deviation of the jitter for a trial, px, in x and y."""
        self.fitted_humans()
        frame = trial.frame
        if not isinstance(self.bandwidth, str):
            return (self.bandwidth * frame.diagonal,) * 2
        n, (mean_x, mean_y, square_x, square_y) = self._sums.means(trial.stimulus)
        variance = np.maximum([square_x - mean_x**2, square_y - mean_y**2], 0)  # rounding can pass below 0
        scale_x, scale_y = n ** (-1 / 6) * np.sqrt(variance)
        return float(scale_x) * frame.width, float(scale_y) * frame.height

    def prepare(self, trial: Trial) -> tuple[float, float]:
        """Jitter for the trial; see `ScanpathModel.prepare`."""
        return self.bandwidth_for(trial)

    def draw(self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        xy, picked = self._picked(trial, prepared, rng, max_fixations or self.default_length)
        duration = self.fitted_humans().duration
        return DrawnPath(xy[:, 0], xy[:, 1], None if duration is None else duration[picked])

    def donors(
        self, trial: Trial, sample: int, seed: int, *, length: int | None = None, limit: int | None = None
    ) -> list[Donor]:
        """Whose paths the fixations of this sample come from, and its length; see `Copies`."""
        rng = keyed_rng(seed, self.random_key, trial.id, sample)
        count = self.length(trial, rng, limit) if length is None else length
        _, picked = self._picked(trial, self.prepare(trial), rng, count)
        rows = np.searchsorted(self.fitted_humans().offsets, picked, side="right") - 1
        fixations = [donor._replace(fixation=k) for k, donor in enumerate(self.people_of(rows))]
        return [*super().donors(trial, sample, seed, length=length), *fixations]

    def _picked(
        self, trial: Trial, prepared: Any, rng: np.random.Generator, count: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """(count, 2) px of as many fixations, and (count,) the human fixations that they come from."""
        humans, size = self.fitted_humans(), np.array(trial.frame.size)
        xy = np.full((count, 2), np.nan)
        picked = np.zeros(len(xy), dtype=np.int64)
        again = np.arange(len(xy))
        while len(again):  # a point in the image stays in it with probability 1/4 or more, so this ends
            picked[again] = self._others.draw(trial.stimulus, rng, len(again))
            centre = np.column_stack([humans.x[picked[again]], humans.y[picked[again]]]) * size
            xy[again] = centre + rng.standard_normal((len(again), 2)) * prepared
            again = again[((xy[again] < 0) | (xy[again] > size)).any(axis=1)]
        return xy, picked

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the image; arguments as in `Uniform.log_density`.

        The kernel density that `predict` samples, with the other stimuli's fixations moved to the centres of the cells:
        right where cells are much smaller than the jitter. As there, mass outside the image is left out.

        Examples
        --------
        >>> import pandas as pd
        >>> from gazekit import Dataset, Frame, Scanpaths, Trial
        >>> table = pd.DataFrame({"stimulus": ["a", "b"], "width": 100, "height": 100})
        >>> trials = [Trial(s, s, Frame(100, 100)) for s in "ab"]
        >>> model = Empirical().fit(Dataset("two", trials, Scanpaths([10, 90], [10, 90], [0, 1, 2], table)))
        >>> density = np.exp(model.log_density(trials[0], (20, 20)))
        >>> [int(k) for k in np.unravel_index(density.argmax(), density.shape)], round(float(density.sum()), 9)
        ([18, 18], 1.0)
        """
        humans = self.fitted_humans()
        rows, columns = cells(trial.frame, shape)
        other = humans.stimulus_of_fixation != trial.stimulus
        if not other.any():
            raise GazekitError(self._others.nothing_left(trial.stimulus))
        place = [
            np.minimum((side[other] * count).astype(np.int64), count - 1)
            for side, count in ((humans.x, columns), (humans.y, rows))
        ]
        counts = np.bincount(place[1] * columns + place[0], minlength=rows * columns).reshape(rows, columns)
        kernels = []
        for count, side, jitter in zip((columns, rows), trial.frame.size, self.bandwidth_for(trial), strict=True):
            edges, centres = np.linspace(0, side, count + 1), (np.arange(count) + 0.5) * (side / count)
            gap = (edges[None, :] - centres[:, None]) / max(jitter, 1e-9 * side)
            kernels.append(normal_masses(gap))  # (from, to)
        # einsum, not a matrix product: a product's last bits depend on the number of threads.
        smooth = np.einsum("ij,jk->ik", np.einsum("ri,rc->ic", kernels[1], counts.astype(np.float64)), kernels[0])
        with np.errstate(divide="ignore"):
            return np.log(smooth / smooth.sum())
