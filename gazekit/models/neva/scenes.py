"""Images as the encoder is given them: laid on its input, blurred, and run through it a fixed number at a time."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
import torch
from torch import Tensor

from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError, check_choice, check_whole
from gazekit.models.devices import full_float32
from gazekit.models.networks import Encoder
from gazekit.models.neva.view import View

Precision = Literal["float32", "bf16"]
KERNEL, SPREAD = 41, 10.0  # taps and standard deviation, cells, that the authors use at 224 cells


def blur_matrix(n: int, kernel: int = KERNEL, spread: float = SPREAD, dtype: torch.dtype = torch.float32) -> Tensor:
    """Matrix that blurs a line of n cells.

    The weights are exp(-i^2 / (2 spread^2)) at the `kernel` cells around each, normalised to sum 1; cells beyond an end
    are those mirrored at the end cell, as often as a short line needs.

    Parameters
    ----------
    n : int
        Cells.
    kernel : int
        Taps, odd.
    spread : float
        Standard deviation, cells.
    dtype : torch.dtype
        Of the result; it is computed in double precision.

    Returns
    -------
    (n, n) float
        Each row sums to 1.

    Raises
    ------
    GazekitError
        A kernel that is not odd and positive, or a spread that is not positive.

    Examples
    --------
    >>> blur_matrix(3, 3, 1.0).mul(1000).round().int().tolist()
    [[452, 548, 0], [274, 452, 274], [0, 548, 452]]
    """
    if kernel < 1 or kernel % 2 == 0:
        raise GazekitError(f"the blur's kernel must be an odd number of cells, at least 1, not {kernel}")
    if not spread > 0:
        raise GazekitError(f"the blur's spread must be a positive number of cells, not {spread}")
    offsets = torch.arange(kernel) - kernel // 2
    weights = torch.exp(-(offsets.double() ** 2) / (2 * spread**2))
    weights /= weights.sum()
    cells = torch.arange(n)[:, None] + offsets
    period = max(2 * (n - 1), 1)  # a line mirrored at both end cells repeats after this many
    cells = cells % period
    cells = torch.where(cells >= n, period - cells, cells)
    matrix = torch.zeros(n, n, dtype=torch.float64)
    return matrix.scatter_add_(1, cells, weights.expand(n, kernel)).to(dtype)


def blur(images: Tensor, kernel: int = KERNEL, spread: float = SPREAD) -> Tensor:
    """Blur images.

    Parameters
    ----------
    images : (n, channels, height, width) float
        Any values. Blurring before or after a network's normalisation of each channel is the same.
    kernel, spread : int, float
        Taps and standard deviation, cells.

    Returns
    -------
    (n, channels, height, width) float

    Examples
    --------
    >>> blur(torch.ones(1, 1, 4, 5)).allclose(torch.ones(1, 1, 4, 5))
    True
    """
    down, across = (blur_matrix(n, kernel, spread, images.dtype).to(images.device) for n in images.shape[-2:])
    return down @ images @ across.T


class Runner:
    """Runs an encoder in calls of one fixed size, so that a row's result does not depend on its company.

    Networks round differently for different numbers of images at once. Every call here has exactly `chunk` images; the
    last is filled up with copies of its first. Rows are independent in eval mode, so a row gives the same bits wherever
    it stands.

    Parameters
    ----------
    encoder : Encoder
        The network.
    outputs : sequence of str
        What is read from each pass.
    device : torch.device
        Where it runs.
    chunk : int
        Images per call.
    precision : {"float32", "bf16"}
        Of the network; what it returns is float32.
    """

    def __init__(
        self,
        encoder: Encoder,
        outputs: Sequence[str],
        device: torch.device,
        chunk: int,
        precision: Precision = "float32",
    ) -> None:
        check_choice("precision", precision, get_args(Precision))
        check_whole("chunk", chunk, 1)
        for output in outputs:
            encoder.check_output(output)
        self.encoder, self.outputs, self.device, self.chunk = encoder.to(device), tuple(outputs), device, chunk
        self.precision = precision

    def features(self, x: Tensor) -> Tensor:
        """One call: (n, 3, H, W) normalised, n at most `chunk`, to the encoder's features, float32."""
        return self._whole(x)[: len(x)]

    def read(self, features: Tensor) -> dict[str, Tensor]:
        """Read every output, float32."""
        return {output: self.encoder.read(features, output).float() for output in self.outputs}

    def __call__(self, x: Tensor) -> dict[str, Tensor]:
        """One call: (n, 3, H, W) normalised to every output, float32."""
        return {output: values[: len(x)] for output, values in self.read(self._whole(x)).items()}

    def _whole(self, x: Tensor) -> Tensor:
        """Features of exactly `chunk` images. What is read from them is float32: bf16 scores are too coarse a loss."""
        if len(x) < self.chunk:
            x = torch.cat([x, x[:1].expand(self.chunk - len(x), -1, -1, -1)])
        half = torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bf16")
        with full_float32(), half:
            return self.encoder.features(x).float()


class Scenes:
    """Images of one input shape, each prepared once: sharp, blurred, and what the network makes of them.

    Parameters
    ----------
    trials : sequence of Trial
        The shown images, in any resolution; read one at a time.
    views : sequence of View
        How each lies on the input; all of one height and width.
    runner : Runner
        The encoder.
    kernel, spread : int, float
        The blur's taps and standard deviation, cells of the input.

    Attributes
    ----------
    periphery, contrast : (U, H, W, 3) float32
        The blurred image, and the sharp one minus it; channels last, as the network prefers.
    clean : dict of str to (U, ...) float32
        The network's outputs for the sharp images.
    """

    def __init__(
        self, trials: Sequence[Trial], views: Sequence[View], runner: Runner, kernel: int, spread: float
    ) -> None:
        self.views, self.runner = list(views), runner
        pairs = [
            lay(t.image, v, runner.encoder, runner.device, kernel, spread) for t, v in zip(trials, views, strict=True)
        ]
        sharp, self.periphery = (x.permute(0, 2, 3, 1).contiguous() for x in torch.stack(pairs, dim=1))
        self.contrast = sharp - self.periphery
        self.clean = self._clean()
        self._levels: dict[tuple[float, ...], dict[str, Tensor]] = {}
        self.passes = len(self.views)  # forward passes spent on preparing, one per image so far

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the input, cells."""
        return self.periphery.shape[1], self.periphery.shape[2]

    def seen(self, which: Tensor, share: Tensor) -> Tensor:
        """Perceived images (n, 3, H, W) of images `which` (n,) with shares (n, H, W) of sharpness; channels last."""
        blend = torch.addcmul(self.periphery[which], self.contrast[which], share[..., None])
        return blend.permute(0, 3, 1, 2)

    @torch.no_grad()
    def _clean(self) -> dict[str, Tensor]:
        images = torch.arange(len(self.views), device=self.periphery.device)
        ones = torch.ones(len(self.views), *self.size, device=images.device)
        parts = [self.runner(self.seen(w, ones[w])) for w in images.split(self.runner.chunk)]
        return {output: torch.cat([part[output] for part in parts]) for output in self.runner.outputs}

    @torch.no_grad()
    def evenly_sharp(self, levels: Sequence[float]) -> dict[str, Tensor]:
        """What each place adds to each output when the whole image is equally sharp; computed once per levels.

        Parameters
        ----------
        levels : sequence of float
            Shares of sharpness, from 0 (blurred) to 1 (sharp).

        Returns
        -------
        dict of str to (U, levels, C, h, w) float32
            Costs one forward pass per image and level.
        """
        key = tuple(levels)
        if key not in self._levels:
            images = torch.arange(len(self.views), device=self.periphery.device).repeat_interleave(len(levels))
            shares = torch.tensor(levels, device=images.device).repeat(len(self.views))[:, None, None]
            parts: dict[str, list[Tensor]] = {output: [] for output in self.runner.outputs}
            for which, share in zip(images.split(self.runner.chunk), shares.split(self.runner.chunk), strict=True):
                features = self.runner.features(self.seen(which, share.expand(-1, *self.size)))
                for output, places in parts.items():
                    places.append(self.runner.encoder.places(features, output).float())
            self._levels[key] = {
                output: torch.cat(places).unflatten(0, (len(self.views), len(levels)))
                for output, places in parts.items()
            }
            self.passes += len(images)
        return self._levels[key]


def lay(image: np.ndarray, view: View, encoder: Encoder, device: torch.device, kernel: int, spread: float) -> Tensor:
    """Lay one image on a network's input: sharp and blurred, (2, 3, H, W) float32, normalised.

    The image is resized (bicubic, with smoothing) and blurred with reflection at its own borders; bars have the
    network's mean colour, which is 0 after normalising, in both.
    """
    from PIL import Image

    rows, columns = view.content
    small = np.asarray(Image.fromarray(image).resize((columns, rows), Image.Resampling.BICUBIC), dtype=np.float32) / 255
    x = encoder.normalise(torch.from_numpy(small).permute(2, 0, 1)[None].to(device))
    top, left = view.corner
    if top < 0 or left < 0:  # cut before blurring, as published
        x = x[:, :, max(-top, 0) : max(-top, 0) + view.height, max(-left, 0) : max(-left, 0) + view.width]
    soft = blur(x, kernel, spread)
    pair = torch.zeros(2, 3, view.height, view.width, device=device)
    top, left = max(top, 0), max(left, 0)
    pair[:, :, top : top + x.shape[2], left : left + x.shape[3]] = torch.cat([x, soft])
    return pair
