"""What both views of a network share: its name, which weights it has, and what it takes as input."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

Triple = Sequence[float]


@dataclass(frozen=True)
class Preprocessing:
    """The input that a network was trained on.

    Parameters
    ----------
    mean, deviation : (3,) floats
        What is subtracted from, and then divides, RGB values in 0..1.
    bgr : bool
        Whether the network takes blue first.
    size : int
        Side of its usual square input, px.
    """

    mean: Triple = (0.0, 0.0, 0.0)
    deviation: Triple = (1.0, 1.0, 1.0)
    bgr: bool = False
    size: int = 224


GREY_LEVELS = Preprocessing(deviation=(1 / 255, 1 / 255, 1 / 255))
"""Values of 0..255 as they are."""


class Network(nn.Module):
    """A network in eval mode, without gradients of its weights.

    Its two views are `Encoder`, from an image to one vector, and `Backbone`, a chain of stages to look inside.

    Parameters
    ----------
    name : str
        "squeezenet", "open_clip:RN50-quickgelu", ...
    weights : str
        Which weights these are, as a result must name them ("imagenet (torchvision IMAGENET1K_V1, SHA-256 ...)",
        "random, seed 0", "file <name>, SHA-256 <12 digits>").
    preprocessing : Preprocessing
        Its input.
    """

    white: ClassVar[float] = 1.0  # the largest value of images that this view is given
    mean: Tensor
    deviation: Tensor

    def __init__(self, name: str, weights: str, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.name, self.weights, self.preprocessing = name, weights, preprocessing
        for key, values in (("mean", preprocessing.mean), ("deviation", preprocessing.deviation)):
            scaled = torch.tensor([self.white * v for v in values], dtype=torch.float32).reshape(1, 3, 1, 1)
            self.register_buffer(key, scaled, persistent=False)

    def frozen(self) -> Self:
        """Put the whole network in eval mode, without gradients of its weights, and return self."""
        self.eval()
        return self.requires_grad_(False)

    def train(self, mode: bool = True) -> Self:
        """Stay in eval mode: batch statistics would make an image's result depend on its company."""
        return super().train(False)

    def normalise(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) RGB to the network's own input."""
        x = (images - self.mean) / self.deviation
        return x.flip(1) if self.preprocessing.bgr else x
