"""Centre baseline: a Gaussian around the image's centre, the centre bias and nothing else."""

from copy import copy
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Dataset, Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.baselines.baseline import DEFAULT_LENGTH, Baseline, OtherSums
from gazekit.models.capabilities import MovedFit
from gazekit.models.cells import cells, log_normal_masses
from gazekit.models.contract import DrawnPath
from gazekit.models.option_checks import positive

MOVED = 0.8  # of a mean square: a step of a tenth of the spread, far above what rounding to cells of a measure does
WIDEST = 10.0  # of a side; a Gaussian this wide is uniform over the image to within 0.1 %


class Centre(Baseline):
    """Independent fixations from a Gaussian at the image's centre, cut off at the image's edges.

    A draw outside the image is drawn again, so the density inside keeps its shape; nothing is clipped onto
    the edges. (It is done in one step, through the inverse of the truncated distribution function.) Like
    `uniform`, it is a chance level for fixations and for clicks.

    Parameters
    ----------
    spread : float or "fitted"
        Standard deviation before the cut, as a fraction of the width (in x) and of the height (in y).
        The default is ours. "fitted": after `fit`, the maximum-likelihood
        spread, per axis, of the fixations of all other stimuli in relative coordinates.
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    Examples
    --------
    >>> from gazekit import Frame
    >>> paths = Centre(spread=0.1).predict([Trial("t", "a", Frame(9, 9))], max_fixations=2000, progress=False)
    >>> round(float(paths.x.std()) / 9, 2)
    0.1
    """

    name = "centre"
    role = "image-blind"
    independent_fixations = True
    facts = Facts(forced_first=False)

    def __init__(self, spread: float | Literal["fitted"] = 0.25, *, default_length: int = DEFAULT_LENGTH) -> None:
        super().__init__(default_length=default_length)
        if isinstance(spread, str) and spread != "fitted":
            raise GazekitError(f"spread must be a fraction of the image's sides or 'fitted', not {spread!r}")
        self.spread = spread if isinstance(spread, str) else positive("spread", spread)
        self._sums: OtherSums | None = None
        self._scale = np.ones(2)  # of the mean squares in x and y

    def fit(self, dataset: Dataset) -> Self:
        """Learn path lengths and, with spread="fitted", the spread; see `Baseline.fit`."""
        super().fit(dataset)
        humans = self.fitted_humans()
        self._sums = OtherSums(humans, np.column_stack([(humans.x - 0.5) ** 2, (humans.y - 0.5) ** 2]))
        return self

    def spread_for(self, stimulus: str) -> tuple[float, float]:
        """Spread used for a stimulus, as fractions of width and height."""
        if not isinstance(self.spread, str):
            return self.spread, self.spread
        if self._sums is None:
            raise GazekitError(
                "model 'centre' with spread='fitted' learns from people; call fit(dataset) before predict"
            )
        square_x, square_y = self._sums.means(stimulus)[1] * self._scale
        return truncated_spread(square_x), truncated_spread(square_y)

    def moved_fits(self) -> list[MovedFit]:
        """The model with the fitted spread in x, then in y, a tenth smaller; see `LearnsNumbers`."""
        if not isinstance(self.spread, str):
            return []
        humans, found = self.fitted_humans(), []
        table = pd.DataFrame({"stimulus": humans.stimulus.astype(str), "subject": humans.subject.astype(str)})
        for axis, side in enumerate((humans.x, humans.y)):
            square = (side - 0.5) ** 2
            step = (MOVED - 1) * square.mean()
            of_path = np.add.reduceat(square - square.mean(), humans.offsets[:-1]) / (len(square) * step)
            moved = copy(self)
            moved._scale = np.where(np.arange(2) == axis, MOVED, self._scale)
            by = table.assign(value=of_path).groupby(["stimulus", "subject"], as_index=False, sort=False).sum()
            found.append(MovedFit(f"spread in {'xy'[axis]}", moved, by))
        return found

    def prepare(self, trial: Trial) -> tuple[float, float]:
        """Spread for the trial; see `ScanpathModel.prepare`."""
        return self.spread_for(trial.stimulus)

    def draw(self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        u = rng.random((2, max_fixations or self.default_length))
        spread = np.asarray(prepared)[:, None]
        low = ndtr(-0.5 / spread)
        x, y = np.clip(0.5 + spread * ndtri(low + u * (1 - 2 * low)), 0, 1)  # rounding may pass the edge by 1e-16
        return DrawnPath(x * trial.frame.width, y * trial.frame.height)

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the image: exact masses of the cells; arguments as in `Uniform.log_density`.

        Examples
        --------
        >>> from gazekit import Frame
        >>> density = np.exp(Centre().log_density(Trial("t", "a", Frame(40, 30)), (3, 3)))
        >>> round(float(density.sum()), 9), bool(density[1, 1] > density[0, 1] > density[0, 0])
        (1.0, True)
        """
        rows, columns = cells(trial.frame, shape)
        masses = []
        for count, spread in zip((columns, rows), self.spread_for(trial.stimulus), strict=True):
            edges = np.arange(-count, count + 1, 2) / (
                2 * count * spread
            )  # as far to the left as to the right, exactly
            masses.append(log_normal_masses(edges) - log_normal_masses(edges[[0, -1]]))
        return masses[1][:, None] + masses[0][None, :]


def truncated_spread(mean_square: float) -> float:
    """Fit the Gaussian at 0 that, cut to [-0.5, 0.5], has a given mean square (the maximum-likelihood fit).

    Parameters
    ----------
    mean_square : float
        Mean squared distance from the centre along one axis, as a fraction of the side squared.

    Returns
    -------
    float
        Standard deviation before the cut, at most 10 (from there on it is the uniform distribution).

    Examples
    --------
    >>> round(truncated_spread(0.01), 3), truncated_spread(0.2)
    (0.1, 10.0)
    """

    def excess(spread: float) -> float:
        edge = 0.5 / spread
        density = np.exp(-(edge**2) / 2) / np.sqrt(2 * np.pi)
        return spread**2 * (1 - 2 * edge * density / (1 - 2 * ndtr(-edge))) - mean_square

    lowest = 1e-4
    if excess(lowest) >= 0:
        return lowest
    return WIDEST if excess(WIDEST) <= 0 else float(brentq(excess, lowest, WIDEST))
