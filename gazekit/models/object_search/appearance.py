"""Walks that see: objects that look like the target, and salient ones."""

from typing import Any

import numpy as np

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, MissingNeedError
from gazekit.models.baselines.conspicuity import Saliency, a_saliency, conspicuity, resample, saliency_of
from gazekit.models.object_search.crops import crops_of, cut
from gazekit.models.object_search.layout import ObjectLayout
from gazekit.models.object_search.walk import FittedWalk
from gazekit.models.option_checks import finite_nats

COLOURS = 8  # classes per channel of a colour histogram


class SeenObject(FittedWalk):
    """Base of the walks that follow one number per object, got from the pictures. Subclasses write `evidence`.

    The numbers are brought to mean 0 and standard deviation 1 in each trial, so that one weight fits all trials.

    Parameters
    ----------
    weight : float
        Before `fit`: nats gained by a standard deviation.
    """

    size = 1

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__()
        self.weight = finite_nats("weight", weight)

    def evidence(self, trial: Trial) -> np.ndarray:
        """(P,) float64: what speaks for each object; larger draws gaze."""
        raise NotImplementedError

    def see(self, trial: Trial, layout: ObjectLayout) -> np.ndarray:
        """Bring the trial's evidence to mean 0 and standard deviation 1; zeros where all objects are alike."""
        values = np.asarray(self.evidence(trial), dtype=np.float64)
        if values.shape != (len(layout),) or not np.isfinite(values).all():
            raise GazekitError(
                f"the evidence of model {self.name!r} must be a finite number per object, trial {trial.id}"
            )
        spread = values.std()
        return (values - values.mean()) / spread if spread > 0 else np.zeros(len(values))

    def options(self, layout: ObjectLayout, seen: Any, path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See `FittedWalk.options`."""
        return np.zeros((len(layout), 1), dtype=np.int64), seen[:, None]

    def unfitted(self) -> np.ndarray:
        """See `FittedWalk.unfitted`."""
        return np.array([self.weight])


class SimilarityObject(SeenObject):
    """Objects that look like the target, whatever was looked at before.

    Needs crops of the objects, or an image to cut them from. The target's picture is the trial's own where it has one,
    else the target's crop.

    Parameters
    ----------
    weight : float
        Before `fit`: nats gained by a standard deviation of similarity within the trial.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> trials = example_trials()
    >>> paths = SimilarityObject(weight=50).predict(trials, progress=False)
    >>> bool(paths.object_id[0] == trials[0].target_object)
    True
    """

    name = "similarity-object"
    needs = ("objects", "target_object")

    def evidence(self, trial: Trial) -> np.ndarray:
        """Similarity of every object to the target."""
        return target_similarity(trial)


class SaliencyObject(SeenObject):
    """Salient objects: the mean of the classical saliency map (as in `ittikoch`) over each box.

    Parameters
    ----------
    weight : float
        Before `fit`: nats gained by a standard deviation of saliency within the trial.
    saliency : callable
        From the image, (H, W, 3) uint8, to a map (h, w) of non-negative numbers that covers the image.

    Examples
    --------
    >>> from gazekit.testing import example_trials
    >>> len(SaliencyObject().predict(example_trials(), progress=False))
    5
    """

    name = "saliency-object"
    needs = ("objects", "image")
    knows_target = False

    def __init__(self, weight: float = 1.0, saliency: Saliency = conspicuity) -> None:
        super().__init__(weight)
        self.saliency = a_saliency(saliency)

    def evidence(self, trial: Trial) -> np.ndarray:
        """Mean saliency of every box."""
        height, width = (max(1, round(side)) for side in (trial.frame.height, trial.frame.width))
        whole = resample(saliency_of(self.saliency, trial)[..., None], height, width)[..., 0]
        boxes = np.empty((0, 4)) if trial.objects is None else trial.objects.boxes
        return np.array([part.mean() for part in cut(whole, boxes, trial.id)])


def target_similarity(trial: Trial) -> np.ndarray:
    """How alike the target and every object are: intersection of their colour histograms.

    Parameters
    ----------
    trial : Trial
        With objects, target_object, and crops of the objects or an image.

    Returns
    -------
    (P,) float64
        From 0 (no colour in common) to 1 (as many pixels of each of 512 colours).

    Raises
    ------
    MissingNeedError
        No crops and no image, or no target.

    References
    ----------
    Swain and Ballard (1991), Color indexing, International Journal of Computer Vision 7 (the intersection).
    """
    if trial.objects is None or trial.target_object is None:
        raise MissingNeedError(f"similarity needs 'objects' and 'target_object', and trial {trial.id!r} lacks one")
    crops = crops_of(trial)
    wanted = trial.target if trial.has("target") else crops[trial.target_object]
    goal = _colours(wanted)
    return np.array([np.minimum(_colours(crop), goal).sum() for crop in crops])


def _colours(picture: np.ndarray) -> np.ndarray:
    """(512,) float64: share of pixels of each colour."""
    classes = picture.reshape(-1, 3).astype(np.int64) * COLOURS // 256
    code = classes @ np.array([COLOURS**2, COLOURS, 1])
    return np.bincount(code, minlength=COLOURS**3) / len(code)
