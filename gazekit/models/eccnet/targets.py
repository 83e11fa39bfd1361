"""The target branch: features of the picture of what is sought."""

import hashlib
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor

from gazekit.models.eccnet.levels import Plan
from gazekit.models.eccnet.windows import as_tensor

TARGETS = 64  # features kept; an experiment has 2 to 16 targets


@torch.inference_mode()
def target_features(plan: Plan, target: np.ndarray, device: str = "cpu") -> list[Tensor]:
    """Features of a target, one per level.

    Parameters
    ----------
    plan : Plan
        The network.
    target : (t, u, 3) uint8
        The picture, at the size in which it may appear in the image.

    Returns
    -------
    list of (1, C, t / 32, u / 32) float32
        Sides rounded up.
    """
    return plan.features(as_tensor(target, device), "target")


class Targets:
    """Target features, computed once for each picture."""

    def __init__(self, plan: Plan, device: str = "cpu") -> None:
        self.plan, self.device = plan, device
        self.kept: OrderedDict[bytes, list[Tensor]] = OrderedDict()

    def features(self, target: np.ndarray) -> list[Tensor]:
        """See `target_features`."""
        key = hashlib.blake2b(target.tobytes(), digest_size=16).digest() + repr(target.shape).encode()
        if key not in self.kept:
            self.kept[key] = target_features(self.plan, target, self.device)
        self.kept.move_to_end(key)
        while len(self.kept) > TARGETS:
            self.kept.popitem(last=False)
        return self.kept[key]
