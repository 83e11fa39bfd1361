"""An encoder that needs no training, no file and no download: a fixed bank of filters on a pyramid, nothing learned."""

import math

import torch
from torch import Tensor, nn

from gazekit.models.networks.encoder import Encoder
from gazekit.models.networks.network import Preprocessing

ORIENTATIONS = 4
WAVELENGTH = 4.0  # px of each level
LEVELS = 3
CELLS = 14  # places per side at which the energies are read


def encoder(name: str, weights: None = None) -> Encoder:
    """The encoder "filters" or "pixels"."""
    return FilterBank() if name == "filters" else Pixels()


class FilterBank(Encoder):
    """Energies of oriented filters and of colour opponency at three scales, in places, averaged for the embedding.

    Not a trained network: it knows edges, their direction and colour contrast, and no objects. It stands in where no
    weights are at hand, for trying things out and for tests.

    Each level halves the resolution. Oriented energy is sqrt(even^2 + odd^2 + 0.01) of Gabor pairs (wavelength 4 px,
    four directions) on luminance; opponency is the absolute red-green and blue-yellow difference, smoothed by pooling.

    Examples
    --------
    >>> encoder = FilterBank()
    >>> encoder(torch.rand(2, 3, 64, 48)).shape
    torch.Size([2, 18])
    """

    outputs = ("embedding",)
    spatial = True
    bank: Tensor

    def __init__(self, size: int = 112) -> None:
        super().__init__("filters", "none (fixed filters)", Preprocessing(size=size), any_shape=True)
        self.register_buffer("bank", _gabor_bank(), persistent=False)

    def features(self, x: Tensor) -> Tensor:
        """Energies (B, 18, 14, 14); see `Encoder.features`."""
        red, green, blue = x.unbind(dim=1)
        planes = torch.stack([(red + green + blue) / 3, red - green, blue - (red + green) / 2], dim=1)
        maps = []
        for level in range(LEVELS):
            if level:
                planes = nn.functional.avg_pool2d(planes, 2, ceil_mode=True)
            pad = self.bank.shape[-1] // 2
            light = nn.functional.pad(planes[:, :1], [pad] * 4, mode="replicate")
            even, odd = nn.functional.conv2d(light, self.bank).chunk(2, dim=1)
            energy = torch.sqrt(even**2 + odd**2 + 0.01) - 0.1
            both = torch.cat([energy, planes[:, 1:].abs()], dim=1)
            maps.append(nn.functional.adaptive_avg_pool2d(both, CELLS))
        return torch.cat(maps, dim=1)


class Pixels(Encoder):
    """The identity: what it sees is what it gives, for the reconstruction objective without a network.

    With it, reconstruction asks where the blur loses most.
    """

    outputs = ("image",)

    def __init__(self, size: int = 112) -> None:
        super().__init__("pixels", "none (identity)", Preprocessing(size=size), any_shape=True)

    def features(self, x: Tensor) -> Tensor:
        """Return the input; see `Encoder.features`."""
        return x


def _gabor_bank() -> Tensor:
    """Even and odd filters of every direction, (2 * ORIENTATIONS, 1, 9, 9), each without a mean and of unit energy."""
    ticks = torch.arange(-4.0, 5.0)
    y, x = torch.meshgrid(ticks, ticks, indexing="ij")
    window = torch.exp(-(x**2 + y**2) / (2 * (WAVELENGTH / 2) ** 2))
    filters = []
    for phase in (0.0, math.pi / 2):
        for k in range(ORIENTATIONS):
            angle = math.pi * k / ORIENTATIONS
            wave = torch.cos(2 * math.pi / WAVELENGTH * (x * math.cos(angle) + y * math.sin(angle)) - phase) * window
            wave = wave - window * wave.sum() / window.sum()
            filters.append(wave / wave.norm())
    return torch.stack(filters)[:, None]
