"""Images as the search sees them: laid on the network's input, blurred, and run through the network once."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.devices import full_float32
from gazekit.models.encoders import Encoder
from gazekit.models.neva.periphery import blur
from gazekit.models.neva.view import View

Precision = Literal["float32", "bf16"]


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
        if precision not in ("float32", "bf16"):
            raise GazekitError(f"precision must be 'float32' or 'bf16', not {precision!r}")
        if chunk < 1:
            raise GazekitError(f"chunk is a number of images, at least 1, not {chunk}")
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
    images : sequence of (H, W, 3) uint8
        The shown images, in any resolution.
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
        self,
        images: "Sequence[Callable[[], np.ndarray] | np.ndarray]",
        views: Sequence[View],
        runner: Runner,
        kernel: int,
        spread: float,
    ) -> None:
        self.views, self.runner = list(views), runner
        sharp, soft = [], []
        for source, view in zip(images, views, strict=True):
            pair = lay(source() if callable(source) else source, view, runner.encoder, runner.device, kernel, spread)
            sharp.append(pair[0])
            soft.append(pair[1])
        self.periphery = torch.stack(soft).permute(0, 2, 3, 1).contiguous()
        self.contrast = torch.stack(sharp).permute(0, 2, 3, 1).contiguous() - self.periphery
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
        ones = torch.ones(1, *self.size, device=self.periphery.device)
        parts: list[dict[str, Tensor]] = []
        for start in range(0, len(self.views), self.runner.chunk):
            which = torch.arange(start, min(start + self.runner.chunk, len(self.views)), device=ones.device)
            parts.append(self.runner(self.seen(which, ones.expand(len(which), -1, -1))))
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
            self._levels[key] = {}
            which = torch.arange(len(self.views), device=self.periphery.device).repeat_interleave(len(levels))
            self.passes += len(which)
            shares = torch.tensor(levels, device=which.device).repeat(len(self.views))
            parts: dict[str, list[Tensor]] = {output: [] for output in self.runner.outputs}
            for start in range(0, len(which), self.runner.chunk):
                part = slice(start, start + self.runner.chunk)
                share = shares[part, None, None].expand(-1, *self.size)
                features = self.runner.features(self.seen(which[part], share))
                for output in parts:
                    parts[output].append(self.runner.encoder.places(features, output).float())
            for output, values in parts.items():
                joined = torch.cat(values)
                self._levels[key][output] = joined.reshape(len(self.views), len(levels), *joined.shape[1:]).contiguous()
        return self._levels[key]


def lay(
    image: np.ndarray, view: View, encoder: Encoder, device: torch.device, kernel: int, spread: float
) -> tuple[Tensor, Tensor]:
    """Lay one image on a network's input: sharp and blurred, (3, H, W) float32, normalised.

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
    for k, content in enumerate((x, soft)):
        pair[k, :, top : top + x.shape[2], left : left + x.shape[3]] = content[0]
    return pair[0], pair[1]
