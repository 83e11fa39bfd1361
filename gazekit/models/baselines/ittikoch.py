"""Itti-Koch baseline: the most salient place first, then the next, never back."""

from typing import Any

import numpy as np
from scipy.ndimage import zoom

from gazekit.core.trials import Trial
from gazekit.models.baselines.baseline import DEFAULT_LENGTH, Baseline
from gazekit.models.baselines.conspicuity import MAP_SIDE, conspicuity
from gazekit.models.contract import DrawnPath
from gazekit.models.option_checks import positive

FINE = 4  # the winner is sought on a grid this much finer than the map


class IttiKoch(Baseline):
    """Winner-take-all with inhibition of return on the conspicuity map of Itti, Koch and Niebur (1998).

    Each fixation is the maximum of the saliency map; a disk around it is then inhibited for the rest of the
    path. When the whole image is inhibited, all but the last disk is released. Where several places are
    equally salient, the nearest to the present gaze wins; gaze starts at the trial's `start`, else at the
    image's centre, and that start is not a fixation of the path.

    The map has no randomness, so that samples would all be the same. Each sample (the first too) adds
    Gaussian noise to the map: near ties go one way or the other, clear winners stay.

    Parameters
    ----------
    ior_radius : float
        Radius of the inhibited disk, as a fraction of the image's shorter side. There is no canonical one:
        codes in use take a tenth or a sixth.
    noise : float
        Standard deviation of the noise added to each cell of the map (1/40 of the longer side), where the
        map's maximum is 1. 0: no noise, all samples the same.
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    References
    ----------
    Itti, Koch and Niebur (1998), A model of saliency-based visual attention for rapid scene analysis, IEEE
    PAMI 20(11).

    Examples
    --------
    >>> from gazekit import Frame
    >>> image = np.full((300, 400, 3), 128, np.uint8)
    >>> image[175:195, 105:125] = (200, 40, 40)
    >>> trial = Trial("t", "a", Frame(400, 300), image)
    >>> path = IttiKoch().predict([trial], max_fixations=3, progress=False)[0]
    >>> bool(np.hypot(path.x[0] - 115, path.y[0] - 185) < 10)
    True
    """

    name = "ittikoch"
    needs = ("image",)

    def __init__(self, ior_radius: float = 0.1, noise: float = 0.05, *, default_length: int = DEFAULT_LENGTH) -> None:
        super().__init__(default_length=default_length)
        self.ior_radius = positive("ior_radius", ior_radius)
        self.noise = positive("noise", noise, zero=True)

    def prepare(self, trial: Trial) -> np.ndarray:
        """Compute the trial's saliency map; see `ScanpathModel.prepare`."""
        return conspicuity(trial.image)

    def draw(self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        n = max_fixations or self.default_length
        noisy = prepared + self.noise * rng.standard_normal(prepared.shape)
        width, height = trial.frame.size
        cell = max(width, height) / MAP_SIDE / FINE
        fine = zoom(noisy, FINE, order=3, mode="reflect", grid_mode=True)
        start_x, start_y = trial.start or trial.frame.centre
        rows, columns = winners(
            fine[: int(np.ceil(height / cell)), : int(np.ceil(width / cell))],
            n,
            radius=self.ior_radius * min(width, height) / cell,
            start=(start_y / cell - 0.5, start_x / cell - 0.5),
        )
        return DrawnPath(np.minimum((columns + 0.5) * cell, width), np.minimum((rows + 0.5) * cell, height))


def winners(
    saliency: np.ndarray, n: int, *, radius: float, start: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Pick maxima one after another, each inhibiting a disk around it.

    Parameters
    ----------
    saliency : (h, w) float64
        The map; finite.
    n : int
        How many to pick.
    radius : float
        Radius of the disk, cells; its rim counts as inhibited.
    start : (row, column)
        Where gaze is before the first pick, cells; matters for ties only.

    Returns
    -------
    rows, columns : (n,) int64
        The picked cells. When no cell is left, all but the last disk is released; a disk that covers the map
        is too.

    Examples
    --------
    >>> rows, columns = winners(np.array([[1.0, 3.0, 2.9, 2.0]]), 3, radius=1, start=(0, 0))
    >>> columns.tolist()
    [1, 3, 1]
    """
    row, column = np.ogrid[: saliency.shape[0], : saliency.shape[1]]
    free = saliency.copy()
    picked = np.empty((n, 2), dtype=np.int64)
    gaze: tuple[float, float] = start
    for k in range(n):
        best = np.argwhere(free == free.max())
        picked[k] = best[((best - gaze) ** 2).sum(axis=1).argmin()]
        gaze = (int(picked[k, 0]), int(picked[k, 1]))
        disk = (row - gaze[0]) ** 2 + (column - gaze[1]) ** 2 <= radius**2
        free[disk] = -np.inf
        if np.isneginf(free).all():
            free = np.where(disk & ~disk.all(), -np.inf, saliency)
    return picked[:, 0], picked[:, 1]
