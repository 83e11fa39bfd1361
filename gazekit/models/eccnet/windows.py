"""The window around a fixation, and its features by the straightforward way: the whole network on all of it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from gazekit.models.eccnet.levels import Plan


class Windows(Protocol):
    """What makes the search branch's features of a window; see `gazekit.models.eccnet.blank` for the fast one."""

    def features(
        self, image: np.ndarray, background: Sequence[int], fixation: tuple[int, int], side: int
    ) -> list[Tensor]:
        """Compute the features of every level, (1, C, h, w) each.

        Parameters
        ----------
        image : (H, W, 3) uint8
            The stimulus. Never changed in place: an array that was seen before counts as the same image.
        background : (3,) int
            RGB around it.
        fixation : (row, column)
            Image px at the middle of the window (at index side / 2).
        side : int
            px; even.
        """
        ...


def cut_window(image: np.ndarray, background: Sequence[int], fixation: tuple[int, int], side: int) -> np.ndarray:
    """Cut the window around a fixation out of an endless canvas with the image on it.

    Returns
    -------
    (side, side, 3) uint8

    Examples
    --------
    >>> cut_window(np.full((2, 2, 3), 9, np.uint8), (1, 1, 1), (0, 2), 4)[:, :, 0].tolist()
    [[1, 1, 1, 1], [1, 1, 1, 1], [9, 9, 1, 1], [9, 9, 1, 1]]
    """
    window = np.empty((side, side, 3), dtype=np.uint8)
    window[:] = np.asarray(background, dtype=np.uint8)
    top, left = side // 2 - fixation[0], side // 2 - fixation[1]  # where the image begins in the window
    rows, columns = image.shape[:2]
    bottom, right = min(top + rows, side), min(left + columns, side)
    window[max(top, 0) : bottom, max(left, 0) : right] = image[
        max(-top, 0) : max(bottom - top, 0), max(-left, 0) : max(right - left, 0)
    ]
    return window


def as_tensor(pixels: np.ndarray, device: str) -> Tensor:
    """(H, W, 3) uint8 to (1, 3, H, W) on a device, channels last in memory, which convolutions prefer."""
    tensor = torch.from_numpy(np.array(pixels)).to(device)  # a copy: an image read from a file cannot be written
    return tensor.permute(2, 0, 1)[None]


class WholeWindows:
    """Runs the network on the whole window at every fixation, and pools every ring over the whole map.

    This is the published procedure: the oracle of `gazekit.models.eccnet.blank.BlankWindows`.

    Parameters
    ----------
    plan : Plan
        The network.
    device : str
        Where it runs.
    """

    def __init__(self, plan: Plan, device: str = "cpu") -> None:
        self.plan, self.device = plan, device

    @torch.inference_mode()
    def features(
        self, image: np.ndarray, background: Sequence[int], fixation: tuple[int, int], side: int
    ) -> list[Tensor]:
        """See `Windows.features`."""
        window = as_tensor(cut_window(image, background, fixation, side), self.device)
        return self.plan.features(window, "search", every_ring=True)
