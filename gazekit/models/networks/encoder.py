"""The view of a network as a whole: from an image to an embedding, class scores or another image."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.networks.network import Network, Preprocessing


class Encoder(Network):
    """A network that turns an image into an embedding, class scores or another image. Always in eval mode, frozen.

    It works in two steps: `features` is the costly one, `read` takes an embedding or class scores from its result. One
    pass of `features` so serves several objectives.

    Parameters
    ----------
    name, weights, preprocessing
        See `Network`.
    network : callable, optional
        What subclasses run; a module is put in eval mode and frozen.
    any_shape : bool
        Whether it takes inputs of other sizes and shapes.

    Attributes
    ----------
    size : int
        Side of its usual square input, cells.
    outputs : tuple of str
        What `read` can give: "embedding" (B, D), "scores" (B, classes), "image" (B, 3, H, W).
    spatial : bool
        Whether an output is made from a mean over places, `finish(places(features).mean())`: convolutional networks
        with global average pooling. What the network makes of a partly blurred image can then be foretold from its
        passes over the sharp and the blurred one.
    """

    outputs: tuple[str, ...] = ("embedding",)
    spatial: bool = False
    has_text: ClassVar[bool] = False

    def __init__(
        self, name: str, weights: str, preprocessing: Preprocessing, network: Any = None, *, any_shape: bool = False
    ) -> None:
        super().__init__(name, weights, preprocessing)
        self.size, self.any_shape = int(preprocessing.size), any_shape
        self.network: Any = network
        self.frozen()

    def features(self, x: Tensor) -> Tensor:
        """Run the network on (B, 3, H, W) normalised input: (B, C, h, w), or (B, D) where `spatial` is False."""
        raise NotImplementedError

    def places(self, features: Tensor, output: str) -> Tensor:
        """What each place adds to an output, (B, C, h, w); encoders with `spatial` only."""
        return features

    def finish(self, pooled: Tensor, output: str) -> Tensor:
        """Make an output from the mean over places, (B, C) to (B, D); as it is unless an encoder says otherwise."""
        return pooled

    def read(self, features: Tensor, output: str) -> Tensor:
        """Take one of `outputs` from features: by way of the mean over places where there are any."""
        self.check_output(output)
        return self.finish(self.places(features, output).mean(dim=(2, 3)), output) if self.spatial else features

    def text(self, captions: Sequence[str]) -> Tensor:
        """Embed captions, (n, D), in the space of the image embedding; encoders with `has_text` only."""
        raise GazekitError(
            f"the encoder {self.name!r} has no text side, which captions need; choose an open_clip model "
            f"(encoder=open_clip/RN50-quickgelu, weights=openai), or encoder=colour-words, which knows colours only"
        )

    def reads(self, caption: str) -> bool:
        """Whether `text` can make anything of a caption; encoders that understand sentences always can."""
        return self.has_text

    def token_count(self, caption: str) -> tuple[int, int]:
        """Tokens of a caption, and how many of them the encoder reads; (0, 0) where it reads all."""
        return 0, 0

    def check_output(self, output: str) -> None:
        """Raise `GazekitError` unless the encoder gives an output."""
        if output not in self.outputs:
            raise GazekitError(
                f"the encoder {self.name!r} gives {' and '.join(self.outputs)}, not {output}, which the objective "
                f"needs; choose another encoder or objective"
            )

    def forward(self, images: Tensor, output: str = "embedding") -> Tensor:
        """(B, 3, H, W) RGB in 0..1 to one of `outputs`."""
        return self.read(self.features(self.normalise(images)), output)


class FunctionEncoder(Encoder):
    """A function or module of the user's, taken as it is.

    Parameters
    ----------
    function : callable
        (B, 3, H, W) RGB in 0..1 to (B, D), differentiable if a search by gradients is used; rows independent of each
        other. A module is put in eval mode and frozen.
    size : int
        Side of the input that it is given, cells.
    output : {"embedding", "scores", "image"}
        What its result is.
    any_shape : bool
        Whether it takes inputs that are not square.

    Examples
    --------
    >>> import torch
    >>> FunctionEncoder(lambda x: x.mean(dim=(2, 3)), size=32)(torch.ones(1, 3, 32, 32)).tolist()
    [[1.0, 1.0, 1.0]]
    """

    def __init__(
        self,
        function: Callable[[Tensor], Tensor],
        *,
        size: int = 224,
        output: str = "embedding",
        any_shape: bool = False,
    ) -> None:
        if not callable(function):
            raise GazekitError(f"an encoder must be a name, an Encoder or a function of images, not {function!r}")
        name = getattr(function, "__name__", type(function).__name__)
        super().__init__(name, "the user's", Preprocessing(size=size), function, any_shape=any_shape)
        self.outputs = (output,)

    def features(self, x: Tensor) -> Tensor:
        """Call the function; see `Encoder.features`."""
        return self.network(x)
