"""The contract of encoders: what a network takes, what it gives, and whether its features have places."""

from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError


class Encoder(nn.Module):
    """A network that turns an image into an embedding, class scores or another image. Always in eval mode, frozen.

    It works in two steps: `features` is the costly one, `read` takes an embedding or class scores from its result. One
    pass of `features` so serves several objectives.

    Parameters
    ----------
    name : str
        "squeezenet", "open_clip:RN50-quickgelu", ...
    weights : str
        Which weights these are, as a result must name them ("openai", "random, seed 0", "file <sha256, 12 digits>").
    size : int
        Side of its usual square input, cells.
    mean, deviation : (3,) floats
        What is subtracted from, and then divides, RGB values in 0..1.
    any_shape : bool
        Whether it takes inputs of other sizes and shapes.

    Attributes
    ----------
    outputs : tuple of str
        What `read` can give: "embedding" (B, D), "scores" (B, classes), "image" (B, 3, H, W).
    spatial : bool
        Whether an output is made from a mean over places, `finish(places(features).mean())`: convolutional networks
        with
        global average pooling. What the network makes of a partly blurred image can then be foretold from its passes
        over the sharp and the blurred one.
    """

    outputs: tuple[str, ...] = ("embedding",)
    spatial: bool = False
    has_text: ClassVar[bool] = False
    mean: Tensor
    deviation: Tensor

    def __init__(
        self,
        name: str,
        weights: str,
        *,
        size: int,
        mean: Sequence[float] = (0.0, 0.0, 0.0),
        deviation: Sequence[float] = (1.0, 1.0, 1.0),
        any_shape: bool = False,
    ) -> None:
        super().__init__()
        self.name, self.weights, self.size, self.any_shape = name, weights, int(size), any_shape
        for key, values in (("mean", mean), ("deviation", deviation)):
            tensor = torch.tensor(values, dtype=torch.float32).reshape(1, 3, 1, 1)
            self.register_buffer(key, tensor, persistent=False)

    def frozen(self) -> "Encoder":
        """Put the whole network in eval mode, without gradients of its weights, and return self."""
        self.eval()
        self.requires_grad_(False)
        return self

    def train(self, mode: bool = True) -> "Encoder":
        """Stay in eval mode: batch statistics would make an image's result depend on its company."""
        super().train(False)
        return self

    def normalise(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) RGB in 0..1 to the network's own input."""
        return (images - self.mean) / self.deviation

    def features(self, x: Tensor) -> Tensor:
        """Run the network on (B, 3, H, W) normalised input: (B, C, h, w), or (B, D) where `spatial` is False."""
        raise NotImplementedError

    def places(self, features: Tensor, output: str) -> Tensor:
        """What each place adds to an output, (B, C, h, w); encoders with `spatial` only."""
        raise NotImplementedError

    def finish(self, pooled: Tensor, output: str) -> Tensor:
        """Make an output from the mean over places, (B, C) to (B, D); as it is unless an encoder says otherwise."""
        return pooled

    def read(self, features: Tensor, output: str) -> Tensor:
        """Take one of `outputs` from features."""
        self.check_output(output)
        return self.finish(self.places(features, output).mean(dim=(2, 3)), output)

    def text(self, captions: Sequence[str]) -> Tensor:
        """Embed captions, (n, D), in the space of the image embedding; encoders with `has_text` only."""
        raise GazekitError(
            f"the encoder {self.name!r} has no text side, which captions need; choose an open_clip model "
            f"(encoder=open_clip/RN50-quickgelu, weights=openai), or encoder=colour-words, which knows colours only"
        )

    def reads(self, caption: str) -> bool:
        """Whether `text` can make anything of a caption; encoders that understand sentences always can."""
        return self.has_text

    def check_output(self, output: str) -> None:
        """Raise `GazekitError` unless the encoder gives an output."""
        if output not in self.outputs:
            raise GazekitError(
                f"the encoder {self.name!r} gives {' and '.join(self.outputs)}, not {output}, which the objective "
                f"needs; "
                f"choose another encoder or objective"
            )

    def forward(self, images: Tensor, output: str = "embedding") -> Tensor:
        """(B, 3, H, W) RGB in 0..1 to one of `outputs`."""
        return self.read(self.features(self.normalise(images)), output)
