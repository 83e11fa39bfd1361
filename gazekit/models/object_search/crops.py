"""Pictures of a trial's objects."""

import numpy as np

from gazekit.core.trials import Trial
from gazekit.foundations.errors import DataError, MissingNeedError


def crops_of(
    trial: Trial,
    seer: str = "similarity to the target",
    instead: str = "choose a model that does not see, for instance move",
) -> list[np.ndarray]:
    """Pictures of a trial's objects, (h, w, 3) uint8 each: its crops, else cut from the image.

    `seer` and `instead` are what the message says of who needs them, and of what to do without.

    Raises
    ------
    MissingNeedError
        The trial has neither.
    DataError
        A box holds no pixel of the image.
    """
    if trial.objects is not None and trial.objects.crops is not None:
        return [np.asarray(crop) for crop in trial.objects.crops]
    if trial.objects is None or not trial.has("image"):
        raise MissingNeedError(
            f"{seer} needs to see the objects, and trial {trial.id!r} has neither an 'image' nor crops of its objects; "
            f"{instead}"
        )
    return cut(trial.image, trial.objects.boxes, trial.id)


def cut(picture: np.ndarray, boxes: np.ndarray, trial: str) -> list[np.ndarray]:
    """Cut boxes, (P, 4) px x0, y0, x1, y1, out of an image or a map; `DataError` where one holds no pixel."""
    whole = np.rint(boxes).astype(int).clip(0)
    found = [picture[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)] for x0, y0, x1, y1 in whole]
    if any(part.size == 0 for part in found):
        raise DataError(f"trial {trial!r}: a box holds no pixel of the image; are the boxes in px of the shown image?")
    return found
