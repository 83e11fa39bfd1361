"""What a search of one display gives back."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Search:
    """What a search of one display did.

    Parameters
    ----------
    fixations : (n, 2) float64
        x, y in px of the trial's frame, the start (the image's middle) included.
    found : bool
        Whether the target was found.
    saccades : int
        n - 1.
    level_weights : (steps, levels) float64
        What each level of the backbone counted for at each step, summing to 1; 0 for levels that are not compared.
    maps : list of (side, side) float32
        Masked attention maps of the first steps that were asked for, in px of the window around the fixation.
    """

    fixations: np.ndarray
    found: bool
    saccades: int
    level_weights: np.ndarray
    maps: list[np.ndarray]
