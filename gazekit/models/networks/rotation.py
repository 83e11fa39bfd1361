"""Networks with all kernels rotated or mirrored: the same network, as if raised in a world so turned.

Let T be one of the eight symmetries of the square (rotations by 0, 90, 180 and 270 degrees, and their mirror images).
A convolution commutes with T if its kernel is turned too: T(kernel) * T(image) = T(kernel * image). So do pools,
activations, normalisation and everything that works on each place alone. A network whose kernels are all turned by T
therefore answers a turned image with the turned answer, as a network would that had been trained on turned images.

The equality is exact (up to rounding) where the grid of strides and pools is symmetric about the image's centre: where
every stride with an odd kernel acts on an odd number of cells, and every one with an even kernel on an even number. For
the outputs of stride 16 these are sides of 16 k + 1 px for SqueezeNet, AlexNet and ResNet, 16 k for VGG16 and v1, and
16 k - 1 for the ResNet of CLIP. On other sides, and in networks that mix both kinds at one stride (ResNet-D: a
convolution of 3 beside an average of 2), turning moves the image against the grid by a part of a cell, and the answer
is the turned answer of a slightly moved image.
"""

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError, check_choice

ROTATIONS = (0, 90, 180, 270)
MIRRORS = ("none", "horizontal", "vertical")
_PAIRS = ("kernel_size", "stride", "padding", "dilation")


def turn(values: Tensor, rotate: int = 0, mirror: str = "none") -> Tensor:
    """Rotate, and then mirror, the last two dimensions (row, column).

    Parameters
    ----------
    values : (..., H, W) Tensor
        Images, maps or kernels.
    rotate : int
        Degrees counter-clockwise as seen on the screen: 0, 90, 180 or 270.
    mirror : str
        "horizontal" swaps left and right, "vertical" swaps top and bottom, "none" neither.

    Raises
    ------
    GazekitError
        Another angle or mirror.

    Examples
    --------
    >>> turn(torch.tensor([[1, 2], [3, 4]]), 90).tolist()
    [[2, 4], [1, 3]]
    >>> turn(torch.tensor([[1, 2], [3, 4]]), mirror="horizontal").tolist()
    [[2, 1], [4, 3]]
    """
    check_choice("degrees by which kernels rotate", rotate, ROTATIONS)
    check_choice("the way in which kernels are mirrored", mirror, MIRRORS)
    # rot90 turns from the first given dimension towards the second; rows point down, so this is counter-clockwise.
    turned = torch.rot90(values, rotate // 90, (-2, -1))
    if mirror == "none":
        return turned
    return turned.flip(-1 if mirror == "horizontal" else -2)


def turn_kernels(network: nn.Module, name: str, *, rotate: int = 0, mirror: str = "none") -> str:
    """Turn all kernels of a network in place.

    Parameters
    ----------
    network : nn.Module
        Of two-dimensional convolutions, and of what works on each place alone.
    name : str
        For messages.
    rotate, mirror
        As in `turn`.

    Returns
    -------
    str
        What was done, as the weights' text says it: "" or ", kernels rotated by 90 degrees" and the like.

    Raises
    ------
    GazekitError
        The network knows directions otherwise than by kernels (position embeddings, attention).
    """
    turn(torch.zeros(1, 1), rotate, mirror)
    if rotate == 0 and mirror == "none":
        return ""
    for module in network.modules():
        refuse_directions(module, name)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            module.weight = nn.Parameter(turn(module.weight, rotate, mirror).contiguous(), requires_grad=False)
        if rotate in (90, 270) and isinstance(module, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d):
            for pair in _PAIRS:
                value = getattr(module, pair, None)
                if isinstance(value, tuple):
                    setattr(module, pair, value[::-1])
    done = [f"rotated by {rotate} degrees"] if rotate else []
    done += (
        [f"mirrored ({'left and right' if mirror == 'horizontal' else 'top and bottom'})"] if mirror != "none" else []
    )
    return f", kernels {' and '.join(done)}"


def refuse_directions(module: nn.Module, name: str) -> None:
    """Refuse a module whose weights lay out space in another way than a kernel does.

    Raises
    ------
    GazekitError
        It does.
    """
    kind = type(module).__name__
    own = [p for p in module.parameters(recurse=False) if p.ndim >= 2]
    if "Attention" in kind or "Attn" in kind or (own and not isinstance(module, nn.Conv2d | nn.Linear)):
        raise GazekitError(
            f"the kernels of {name} cannot be rotated or mirrored: its {kind} knows places by position embeddings or "
            f"attention, not by kernels alone; take a convolutional backbone"
        )
