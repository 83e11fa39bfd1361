"""Any function from images to vectors as an encoder."""

from collections.abc import Callable

from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.encoders.contract import Encoder


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
        super().__init__(name, "the user's", size=size, any_shape=any_shape)
        self.outputs = (output,)
        self.function = function if isinstance(function, nn.Module) else None
        self._plain = None if isinstance(function, nn.Module) else function
        self.frozen()

    def features(self, x: Tensor) -> Tensor:
        """Call the function; see `Encoder.features`."""
        call = self.function if self._plain is None else self._plain
        assert call is not None  # noqa: S101 - one of the two is set
        return call(x)

    def read(self, features: Tensor, output: str) -> Tensor:
        """Return its result; see `Encoder.read`."""
        self.check_output(output)
        return features
