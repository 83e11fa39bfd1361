"""Geometry of networks made elsewhere: bring a stage to 'same' geometry, and measure how far its output depends."""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.foundations.errors import GazekitError

STRIP = 8  # cells; width of the strip that is probed
LENGTHS = (64, 256)  # cells; its length, the longer one where the dependence reaches an end of the shorter


class ToMultiple(nn.Module):
    """Zero padding to the right and at the bottom, up to a multiple of a stride, before layers that cut images up."""

    def __init__(self, layers: nn.Module, stride: int) -> None:
        super().__init__()
        self.layers, self.stride = layers, stride

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, H, W) to the layers' (B, C', ceil(H / stride), ceil(W / stride))."""
        h, w = x.shape[-2:]
        return self.layers(functional.pad(x, (0, -w % self.stride, 0, -h % self.stride)))


def same_geometry(layers: nn.Module, *, channels: int, stride: int, name: str) -> nn.Module:
    """Make layers give ceil(n / stride) cells for n cells, or refuse.

    Pools without padding keep the incomplete window at the end (a mean is over the cells that are there); where
    convolutions drop it, the input is padded with zeros to a whole number of windows.

    Parameters
    ----------
    layers : nn.Module
        Changed in place.
    channels : int
        Of its input.
    stride : int
        Cells of the input per cell of the output.
    name : str
        For messages.

    Raises
    ------
    GazekitError
        Neither gives 'same' geometry.
    """
    for module in layers.modules():
        if isinstance(module, nn.AvgPool2d | nn.MaxPool2d) and module.stride not in (1, (1, 1)):
            module.ceil_mode = True
    for candidate in (layers, ToMultiple(layers, stride)):
        if is_same(candidate, channels, stride):
            return candidate
    raise GazekitError(
        f"{name} does not give one cell for every {stride} px or cells of images of any size, which models that look "
        f"inside a network need; take another backbone"
    )


def is_same(layers: nn.Module, channels: int, stride: int) -> bool:
    """Whether layers give ceil(n / stride) cells for n cells, of whatever size."""
    # The meta device computes shapes and no values, but not every layer can do with that.
    return _is_same(copy.deepcopy(layers).to("meta"), channels, stride) or _is_same(layers, channels, stride)


def _is_same(layers: nn.Module, channels: int, stride: int) -> bool:
    base = stride * max(2, -(-64 // stride))
    device = next((weights.device for weights in layers.parameters()), torch.device("cpu"))
    try:
        with torch.inference_mode():
            shapes = [
                (n, layers(torch.zeros(1, channels, n, base, device=device)).shape)
                for n in (base, base + 1, base + stride - 1)
            ]
    except (RuntimeError, AssertionError, ValueError):  # how networks refuse a size
        return False
    return all(len(s) == 4 and s[2:] == (-(-n // stride), base // stride) for n, s in shapes)


def measured_reach(layers: nn.Module, *, channels: int, stride: int) -> int | None:
    """Measure how many cells of the input around its own place an output cell depends on; None: on all of them.

    One cell of the input is made not-a-number, and every output that depends on it becomes so too, whatever the
    weights. Output cell i has its place at input cell i * stride. A reach beyond about 100 cells counts as all of them.

    Parameters
    ----------
    layers : nn.Module
        In eval mode, of 'same' geometry.
    channels : int
        Of its input.
    stride : int
        Cells of the input per cell of the output.

    Examples
    --------
    >>> measured_reach(nn.Conv2d(1, 1, 5, stride=2, padding=2), channels=1, stride=2)
    2
    >>> measured_reach(nn.Softmax2d(), channels=1, stride=1), measured_reach(nn.Softmax(-1), channels=1, stride=1)
    (0, None)
    """
    # In double precision there are no fast kernels, which work in tiles and would spread the mark over them.
    layers = copy.deepcopy(layers).double()
    for length in LENGTHS:
        reaches = [_reach_along(axis, layers, channels, stride, length) for axis in (-2, -1)]
        if None not in reaches:
            return max(r for r in reaches if r is not None)
    return None


def _reach_along(axis: int, layers: nn.Module, channels: int, stride: int, length: int) -> int | None:
    """The reach along one axis, or None where it touches an end of the strip."""
    length, width = (-(-n // stride) * stride for n in (length, STRIP))
    furthest = None
    for cell in range(length // 2, length // 2 + stride):
        strip = torch.zeros(1, channels, length, width, dtype=torch.float64)
        strip[:, :, cell] = float("nan")
        with torch.inference_mode():
            marked = layers(strip.transpose(-2, -1) if axis == -1 else strip).isnan()
        places = marked.any(1).any(-1 if axis == -2 else -2)[0].nonzero()[:, 0]
        if not len(places):  # a stride passes over this cell
            continue
        if places[0] == 0 or places[-1] == length // stride - 1:
            return None
        furthest = max(furthest or 0, int((places * stride - cell).abs().max()))
    return furthest
