"""Centre-point control: the eye never leaves the middle of the image."""

import numpy as np

from gazekit.core.frames import Facts
from gazekit.core.trials import Trial
from gazekit.models.baselines.baseline import Baseline
from gazekit.models.contract import DrawnPath


class CentrePoint(Baseline):
    """The image's centre, again and again: a control that no scanpath measure should reward.

    It is the same for every seed and sample, except for its length once fitted.

    Parameters
    ----------
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    Examples
    --------
    >>> from gazekit import Frame
    >>> CentrePoint().predict([Trial("t", "a", Frame(8, 6))], max_fixations=2, progress=False).x.tolist()
    [4.0, 4.0]
    """

    name = "centre-point"
    role = "control"
    facts = Facts(forced_first=False)
    deterministic = True

    def draw(self, trial: Trial, prepared: None, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        n = max_fixations or self.default_length
        return DrawnPath(*np.full((n, 2), trial.frame.centre).T)
