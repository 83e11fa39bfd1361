"""Uniform baseline: every place in the image is equally likely."""

import numpy as np

from gazekit.core.frames import Facts
from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.models.baselines.baseline import Baseline
from gazekit.models.cells import cells
from gazekit.models.contract import DrawnPath


class Uniform(Baseline):
    """Independent fixations, uniform over the image: the chance level without any knowledge of people.

    It declares nothing about what its points are, so it is a chance level for fixations and for clicks.

    Parameters
    ----------
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    Examples
    --------
    >>> from gazekit import Frame
    >>> trials = [Trial("t1", "a", Frame(800, 600)), Trial("t2", "b", Frame(320, 200))]
    >>> paths = Uniform().predict(trials, n_samples=3, max_fixations=5, progress=False)
    >>> len(paths), bool((paths.filter(stimulus="b").x <= 320).all())
    (6, True)
    """

    name = "uniform"
    role = "image-blind"
    independent_fixations = True
    facts = Facts(forced_first=False)

    def draw(self, trial: Trial, prepared: None, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        u = rng.random((2, max_fixations or self.default_length))
        return DrawnPath(u[0] * trial.frame.width, u[1] * trial.frame.height)

    def log_density(
        self, trial: Trial, shape: tuple[int, int] | None = None, history: Scanpath | None = None
    ) -> np.ndarray:
        """Log density of a fixation over the image, for the measures of `gazekit.metrics.density`.

        Parameters
        ----------
        trial : Trial
            What is shown.
        shape : (int, int), optional
            Rows and columns of the map; default one cell per px.

        Returns
        -------
        (rows, columns) float64
            Natural logarithms of probabilities that add up to 1.

        Examples
        --------
        >>> from gazekit import Frame
        >>> np.exp(Uniform().log_density(Trial("t", "a", Frame(4, 2)))).round(9).tolist()
        [[0.125, 0.125, 0.125, 0.125], [0.125, 0.125, 0.125, 0.125]]
        """
        rows, columns = cells(trial.frame, shape)
        return np.full((rows, columns), -np.log(rows * columns))
