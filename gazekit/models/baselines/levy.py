"""Levy baseline: gaze as a Levy flight over a saliency landscape."""

from typing import Any, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.models.baselines.baseline import DEFAULT_LENGTH, Baseline
from gazekit.models.baselines.conspicuity import Saliency, a_saliency, conspicuity, resample, saliency_of
from gazekit.models.contract import DrawnPath
from gazekit.models.option_checks import positive

# Constants of the authors' code, read as facts (their code is under the GPL and was not used).
STEP = 0.1  # h: Langevin time step
PULL, PUSH = 0.5, 0.5  # k_P, k_R: weights of the potential's drift and of the random jump
DECAY = 0.01  # tau_V: potential = 100 exp(-DECAY * saliency), saliency from 0 to 100
CANDIDATES = 50  # jumps drawn per step; the best one inside the image is proposed
TEMPERATURE = 25.0  # of the Metropolis rule, in units of saliency

# Longest side of the landscape, px. Ours: the jump scale is in px squared, so behaviour depends on this size.
WORK_SIDE = 320
MAX_ROUNDS = 1000  # of candidates or proposals before giving up and staying


class Landscape(NamedTuple):
    """What all samples of a trial share.

    Parameters
    ----------
    drift : (h, w, 2) float64
        -gradient of the potential, in x and y, per px of the landscape.
    gain : (h, w) float64
        Saliency from 0 to 100, averaged under a Gaussian window.
    focus : float
        Radius of the focus of attention: a sixth of the shorter side, px of the landscape.
    """

    drift: np.ndarray
    gain: np.ndarray
    focus: float


class Levy(Baseline):
    """Constrained Levy exploration (Boccignone and Ferraro, 2004): long and short jumps, taken if they pay.

    A Langevin equation on a saliency landscape: saliency pulls weakly, and a jump of alpha-stable length in a
    random direction does the rest. Of 50 jumps that one is proposed which lands, inside the image, where
    saliency is highest. A gain in saliency is accepted; a loss with probability exp(loss / 25) (Metropolis).
    Nothing keeps gaze from coming back: it climbs a peak and stays about it, with saccades shorter than human
    ones (OSIE: mean 50 px of 800, people 143).

    Departures from the authors' code: gaze starts at the trial's `start`, else at the image's centre, but the
    start is not emitted (no model here emits a forced first fixation). The drift is the gradient in both
    dimensions (theirs reads the flattened map with the row as index; both are tiny beside the jumps). The
    landscape's longest side is 320 px whatever the image's size, and saliency is averaged under a Gaussian of
    half the focus of attention (neither is stated). If none of 50 jumps lands inside the image, 50 more are
    drawn.

    Parameters
    ----------
    alpha : float
        Stability of the jump lengths, in (0, 2]: 1 is Cauchy (the authors' choice), 2 is Gaussian.
    repeat_rejected : bool
        True (the authors' choice): after a rejected proposal the old point is emitted once more. False:
        propose anew until one is accepted, so that no two successive points are the same.
    saliency : callable
        From the image, (H, W, 3) uint8, to a map (h, w) of non-negative numbers that covers the image. The
        default is that of `ittikoch`.
    default_length : int
        Fixations of a path when the model is not fitted and neither the call nor the trial gives a limit.

    References
    ----------
    Boccignone and Ferraro (2004), Modelling gaze shift as a constrained random walk, Physica A 331.

    Examples
    --------
    >>> from gazekit import Frame
    >>> image = np.full((300, 400, 3), 128, np.uint8)
    >>> image[175:195, 105:125] = (200, 40, 40)
    >>> paths = Levy().predict([Trial("t", "a", Frame(400, 300), image)], n_samples=50, progress=False)
    >>> bool(np.median(np.hypot(paths.x - 115, paths.y - 185)) < 40)
    True
    """

    name = "levy"
    needs = ("image",)

    def __init__(
        self,
        alpha: float = 1.0,
        repeat_rejected: bool = True,
        saliency: Saliency = conspicuity,
        *,
        default_length: int = DEFAULT_LENGTH,
    ) -> None:
        super().__init__(default_length=default_length)
        self.alpha = positive("alpha", alpha)
        if self.alpha > 2:
            raise GazekitError(f"alpha must be in (0, 2], not {alpha!r}")
        self.repeat_rejected = bool(repeat_rejected)
        self.saliency = a_saliency(saliency)

    def prepare(self, trial: Trial) -> Landscape:
        """Compute the trial's landscape; see `ScanpathModel.prepare`."""
        return landscape(saliency_of(self.saliency, trial), trial.frame.size)

    def draw(self, trial: Trial, prepared: Any, rng: np.random.Generator, max_fixations: int | None) -> DrawnPath:
        """Draw one path; see `ScanpathModel.draw`."""
        px = max(trial.frame.size) / WORK_SIDE
        here = np.array(trial.start or trial.frame.centre) / px
        path = np.empty((max_fixations or self.default_length, 2))
        for k in range(len(path)):
            here = self._step(here, prepared, np.array(trial.frame.size) / px, rng)
            path[k] = here
        return DrawnPath(*np.minimum(path * px, trial.frame.size).T)

    def _step(self, here: np.ndarray, land: Landscape, size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        for _ in range(MAX_ROUNDS):
            angle = rng.uniform(-np.pi, np.pi, CANDIDATES)
            jump = (2 * land.focus) ** 2 * symmetric_stable(self.alpha, CANDIDATES, rng)
            shift = PUSH * jump[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
            there = here + STEP * (PULL * at(land.drift, here[None])[0] + shift)
            there = there[((there >= 0) & (there <= size)).all(axis=1)]
            if not len(there):
                continue
            gains = at(land.gain, there) - at(land.gain, here[None])[0]
            best = int(gains.argmax())
            if gains[best] > 0 or rng.random() < np.exp(gains[best] / TEMPERATURE):
                return there[best]
            if self.repeat_rejected:
                break
        return here


def landscape(saliency: np.ndarray, size: tuple[float, float]) -> Landscape:
    """Make the landscape of a saliency map.

    Parameters
    ----------
    saliency : (h, w) float64
        Saliency over the image, any resolution and scale. A constant map makes a flat landscape.
    size : (width, height)
        The image's size; only its shape counts.
    """
    columns, rows = (max(2, round(v * WORK_SIDE / max(size))) for v in size)
    spread = float(np.ptp(saliency))
    flat = (saliency - saliency.min()) * (100 / spread if spread > 0 else 0.0)
    values = resample(flat[..., None], rows, columns)[..., 0].astype(np.float64)
    potential = 100 * np.exp(-DECAY * values)
    drift = np.zeros((rows, columns, 2))  # zero across the border, as the authors have it
    drift[:, 1:-1, 0] = (potential[:, :-2] - potential[:, 2:]) / 2
    drift[1:-1, :, 1] = (potential[:-2] - potential[2:]) / 2
    focus = min(rows, columns) / 6
    return Landscape(drift, gaussian_filter(values, focus / 2, mode="reflect"), focus)


def at(values: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Look up (n, 2) positions, x and y in px of the landscape, in an array (h, w, ...)."""
    column, row = np.minimum(xy.astype(np.int64), (values.shape[1] - 1, values.shape[0] - 1)).T
    return values[row, column]


def symmetric_stable(alpha: float, size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from the symmetric alpha-stable distribution of scale 1, E[exp(itX)] = exp(-|t|**alpha).

    By the formula of Chambers, Mallows and Stuck (1976). alpha = 1 is Cauchy; alpha = 2 is Gaussian with
    variance 2.

    Examples
    --------
    >>> draws = symmetric_stable(2.0, 100_000, np.random.default_rng(0))
    >>> round(float(draws.var()), 1)
    2.0
    """
    angle = rng.uniform(-np.pi / 2, np.pi / 2, size)
    if alpha == 1:
        return np.tan(angle)
    waiting = rng.standard_exponential(size)
    bent = (np.cos((1 - alpha) * angle) / waiting) ** ((1 - alpha) / alpha)
    return np.sin(alpha * angle) / np.cos(angle) ** (1 / alpha) * bent
