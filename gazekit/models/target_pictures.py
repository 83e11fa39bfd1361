"""Pictures of what is sought: cut out of the image, and no larger than it."""

from collections.abc import Sequence

import numpy as np

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError


def cut_out(trial: Trial, image: np.ndarray, box: Sequence[float] | np.ndarray, what: str = "") -> np.ndarray:
    """The piece of the image in a box, (h, w, 3) uint8.

    Parameters
    ----------
    trial : Trial
        Whose box it is.
    image : (H, W, 3) uint8
        The trial's: reading it again takes time.
    box : (4,) float
        x0, y0, x1, y1, px of the frame.
    what : str
        What the box is called in the message, if not by its px.

    Raises
    ------
    GazekitError
        The box lies outside the image.
    """
    frame = trial.frame
    scale = np.array([image.shape[1] / frame.width, image.shape[0] / frame.height])
    x0, y0, x1, y1 = np.round(np.array(box) * np.tile(scale, 2)).astype(int)
    piece = image[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)]
    if not piece.size:
        called = what or f"{', '.join(f'{v:g}' for v in box)} px"
        raise GazekitError(
            f"trial {trial.id!r}: the box {called} lies outside the image of {frame.width:g} x {frame.height:g} px; "
            f"give x0, y0, x1, y1 within it"
        )
    return np.ascontiguousarray(piece)


def no_larger(trial: Trial, image: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The picture of a target, (h, w, 3) uint8, as it is.

    Raises
    ------
    GazekitError
        It is larger than the image.
    """
    (high, wide), (height, width) = target.shape[:2], image.shape[:2]
    if high > height or wide > width:
        raise GazekitError(
            f"trial {trial.id!r}: the target is {wide} x {high} px and the image {width} x {height} px; give a picture "
            f"of the target at the size in which it appears in the image"
        )
    return target
