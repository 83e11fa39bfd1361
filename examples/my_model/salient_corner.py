"""A scanpath model in a package of its own."""

import numpy as np

from gazekit.models import ScanpathModel


class SalientCorner(ScanpathModel):
    """Look about the brightest px: an example."""

    name = "salient-corner"
    needs = ("image",)

    def draw(self, trial, prepared, rng, max_fixations):
        """Draw one path; see `gazekit.models.ScanpathModel.draw`."""
        row, column = np.argwhere(trial.image.sum(axis=2) == trial.image.sum(axis=2).max())[0]
        xy = rng.normal((column, row), 0.05 * trial.frame.diagonal, (max_fixations or 10, 2))
        x, y = np.clip(xy, 0, trial.frame.size).T
        return x, y, None
