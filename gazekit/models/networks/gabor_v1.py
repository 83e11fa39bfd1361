"""A fixed bank of on-off, colour-opponent and oriented filters with divisive normalisation, in the manner of V1."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.models.networks.backbone import Backbone, Layer, Pool
from gazekit.models.networks.network import Preprocessing

LEVELS = ("fine", "middle", "coarse")
# Opponent axes as weights of red, green and blue: luminance, red against green, blue against yellow. The axes are
# those of Itti, Koch and Niebur (1998), without their division by intensity, so that all is linear.
OPPONENT = ((1 / 3, 1 / 3, 1 / 3), (1.0, -1.0, 0.0), (-0.5, -0.5, 1.0))
CENTRE_SPREAD = 1.2  # px; ours: the least that keeping every second px allows without much aliasing
SURROUND_SPREAD, SURROUND_RADIUS = 4.0, 10  # cells of 2 px; ours
GAIN_RADIUS = 4  # cells of 2 px; ours
GAIN_CONSTANT = 0.1  # share of full contrast; ours
THRESHOLD = 1 / 512  # of full contrast, less than a grey level; keeps rounding from making a blank image respond
ORIENTATIONS = 8
PERIOD = 4.0  # cells of the level's own map; ours
OCTAVES = 1.4  # median bandwidth of V1 cells: De Valois, Albrecht and Thorell (1982)
CONSTANT = 0.1  # semi-saturation, as an amplitude; ours
POOLED = 5  # cells; side of the square that normalises; ours
AXES = len(OPPONENT)


class OnOff(nn.Module):
    """Retina and thalamus: opponent centre minus surround, contrast gain control, on and off cells, at stride 2.

    (B, 3, H, W) RGB in 0..1 to (B, 6, ceil(H / 2), ceil(W / 2)), all >= 0: on cells of the three opponent axes, then
    off cells. Each is divided by a constant plus the mean contrast around it, summed over axes. Beyond its border an
    image goes on as its outermost px, so that a blank image gives exactly 0.
    """

    def __init__(self) -> None:
        super().__init__()
        place = torch.arange(6) - 2.5  # an even kernel: cell i is centred between px 2 i and 2 i + 1
        centre = torch.outer(gaussian(place, CENTRE_SPREAD), gaussian(place, CENTRE_SPREAD))
        self.centre = fixed(
            nn.Conv2d(3, AXES, 6, stride=2, bias=False), torch.tensor(OPPONENT)[..., None, None] * centre
        )
        line = gaussian(torch.arange(-SURROUND_RADIUS, SURROUND_RADIUS + 1), SURROUND_SPREAD).expand(AXES, 1, -1)
        side = 2 * SURROUND_RADIUS + 1
        self.along_x = fixed(nn.Conv2d(AXES, AXES, (1, side), groups=AXES, bias=False), line[:, :, None, :])
        self.along_y = fixed(nn.Conv2d(AXES, AXES, (side, 1), groups=AXES, bias=False), line[:, :, :, None])

    def forward(self, image: Tensor) -> Tensor:
        """See the class."""
        h, w = image.shape[-2:]
        centre = self.centre(functional.pad(image, (2, 2 + w % 2, 2, 2 + h % 2), mode="replicate"))
        surround = self.along_y(self.along_x(functional.pad(centre, [SURROUND_RADIUS] * 4, mode="replicate")))
        signed = functional.softshrink(centre - surround, THRESHOLD)
        local = mean_around(signed.abs().sum(1, keepdim=True), 2 * GAIN_RADIUS + 1)
        signed = signed / (GAIN_CONSTANT + local)
        return torch.cat([signed.relu(), (-signed).relu()], 1)


class Cortex(nn.Module):
    """Oriented cells of one scale, with divisive normalisation.

    (B, at least 6, H, W), of which the first six are on and off cells of three axes, to (B, 62, H, W), all >= 0: those
    six again, 32 simple cells (luminance; 8 orientations, each even, odd and their opposites) and 24 complex cells
    (three axes, 8 orientations).

    Simple cells are half squared: max(0, response)². A complex cell is the sum of the squares of an even and an odd
    filter. Both are divided by the same: a constant, plus the complex cells' mean over the neighbourhood, summed over
    orientations and axes (Heeger 1992).
    """

    def __init__(self) -> None:
        super().__init__()
        bank = gabors()
        self.bank = fixed(nn.Conv2d(1, len(bank), bank.shape[-1], padding=bank.shape[-1] // 2, bias=False), bank)

    def forward(self, x: Tensor) -> Tensor:
        """See the class."""
        b, _, h, w = x.shape
        # On and off cells hold the two halves of one signed signal, also after averaging: it is not lost.
        signed = x[:, :AXES] - x[:, AXES : 2 * AXES]
        even, odd = self.bank(signed.reshape(b * AXES, 1, h, w)).reshape(b, AXES, 2, ORIENTATIONS, h, w).unbind(2)
        energy = (even.square() + odd.square()).flatten(1, 2)
        pool = CONSTANT**2 + mean_around(energy.sum(1, keepdim=True), POOLED)
        phases = torch.cat([even[:, 0], odd[:, 0], -even[:, 0], -odd[:, 0]], 1)
        simple = phases.relu().square()
        return torch.cat([signed.relu(), (-signed).relu(), simple / pool, energy / pool], 1)


def backbone(name: str, weights: None, *, seed: int, levels: Sequence[str] | None) -> Backbone:
    """A fixed filter bank in the manner of primary visual cortex; nothing is trained, downloaded or random.

    Layers onoff (stride 2), fine (4), middle (8) and coarse (16), with average pools of 2 / 2 between. At 30 px per
    degree the oriented filters prefer 1.9, 0.94 and 0.47 cycles per degree. Kernels have mean 0, so that a blank
    image of any colour gives exactly 0 everywhere.

    Parameters
    ----------
    name, levels
        As in `load_backbone`.
    weights, seed
        Not used.

    Notes
    -----
    From the literature: opponent axes (Itti, Koch and Niebur 1998), Gabor filters in quadrature whose squares add up
    to a complex cell (Adelson and Bergen 1985), 1.4 octaves of bandwidth (De Valois, Albrecht and Thorell 1982), half
    squaring and division by the summed energy of the neighbourhood (Heeger 1992). Sizes, periods and constants that
    the code marks as ours are choices, not measurements, and nothing was fitted to people's eye movements.

    References
    ----------
    Adelson and Bergen (1985), Spatiotemporal energy models for the perception of motion, JOSA A 2(2).
    De Valois, Albrecht and Thorell (1982), Spatial frequency selectivity of cells in macaque visual cortex, Vision
    Research 22(5).
    Heeger (1992), Normalization of cell responses in cat striate cortex, Visual Neuroscience 9(2).
    Itti, Koch and Niebur (1998), A model of saliency-based visual attention for rapid scene analysis, IEEE PAMI 20(11).
    """
    pool = Pool(2, 2, "average")
    channels = 2 * AXES + 4 * ORIENTATIONS + AXES * ORIENTATIONS
    reach = gabors().shape[-1] // 2 + POOLED // 2
    layers = [
        Layer("onoff", OnOff(), 2 * AXES, reach=3 + 2 * (SURROUND_RADIUS + GAIN_RADIUS), stride=2),
        *(Layer(name, Cortex(), channels, reach=reach, pool=pool) for name in LEVELS),
    ]
    return Backbone(name, "fixed filter bank", layers, LEVELS if levels is None else levels, Preprocessing())


def gabors() -> Tensor:
    """Even and odd filters of all orientations, (16, 1, 9, 9): first the even ones, each by the angle of its bar.

    Angles go counter-clockwise from horizontal in steps of 22.5 degrees. Even ones have mean 0 (their Gaussian is
    subtracted in proportion); an odd filter answers its own grating of amplitude 1 with 1 at best.
    """
    spread = PERIOD / math.pi * math.sqrt(math.log(2) / 2) * (2**OCTAVES + 1) / (2**OCTAVES - 1)
    radius = math.ceil(2.4 * spread)
    t = torch.arange(-radius, radius + 1, dtype=torch.float64)
    y, x = torch.meshgrid(t, t, indexing="ij")
    window = torch.exp(-(x**2 + y**2) / (2 * spread**2))
    even, odd = [], []
    for k in range(ORIENTATIONS):
        angle = math.pi * k / ORIENTATIONS
        phase = 2 * math.pi / PERIOD * (x * math.sin(angle) + y * math.cos(angle))  # across the bar; y points down
        wave = window * torch.cos(phase)
        even.append(wave - window * (wave.sum() / window.sum()))
        odd.append(window * torch.sin(phase))
    bank = torch.stack([*even, *odd])[:, None]
    gain = (window * torch.cos(2 * math.pi / PERIOD * x) ** 2).sum()
    return (bank / gain).float()


def gaussian(place: Tensor, spread: float) -> Tensor:
    """Gaussian weights at the given places; they add up to 1."""
    weight = torch.exp(-(place.double() ** 2) / (2 * spread**2))
    return (weight / weight.sum()).float()


def mean_around(values: Tensor, side: int) -> Tensor:
    """Mean over a square of odd side around each cell; cells beyond the border do not count."""
    return functional.avg_pool2d(values, side, 1, padding=side // 2, count_include_pad=False)


def fixed(convolution: nn.Conv2d, kernels: Tensor) -> nn.Conv2d:
    """Give a convolution its kernels."""
    convolution.weight = nn.Parameter(kernels.float().contiguous(), requires_grad=False)
    return convolution
