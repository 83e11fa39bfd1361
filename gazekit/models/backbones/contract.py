"""What a network offers to models that look inside it: stages of falling resolution, and the pools between them.

A model such as eccNET replaces the pools, compares outputs of stages, and recomputes only what an eye movement
changed. For that it must know a network's geometry, which this contract declares.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Pool:
    """The pooling that leads into a stage, as the network was trained: window side, stride (both cells), and kind."""

    size: int
    stride: int
    kind: str  # "max" or "average"


class Stage(nn.Module):
    """Layers that work at one resolution, with the pool that leads into them.

    Parameters
    ----------
    name : str
        Name of the output, as the network's users call that layer ("conv3_3", "fire4", "layer2").
    layers : nn.Module
        (B, C, H, W) to (B, C', ceil(H / s), ceil(W / s)) where s is the stride within the stage (1 for all but
        strided ones). Zero padding is 'same': output cell i is centred on input cell i * s, or half a cell beside
        it where a kernel is even.
    stride : int
        px of the input image per cell of the output.
    channels : int
        C'.
    reach : int or None
        How many cells of the input of `layers` beyond a cell's own place its output can depend on, to each side;
        None for all of them (attention).
    pool : Pool, optional
        Pooling between the stage before and this one. None for the first, and for stages that begin with a stride.
    parts : sequence of Stage, optional
        The same layers one by one, which together compute what `layers` does; the stage itself where it has one layer.
    """

    pool: Pool | None

    def __init__(
        self,
        name: str,
        layers: nn.Module,
        *,
        stride: int,
        channels: int,
        reach: int | None,
        pool: Pool | None = None,
        parts: "Sequence[Stage]" = (),
    ) -> None:
        super().__init__()
        self.name, self.layers, self.pool = name, layers, pool
        self.stride, self.channels, self.reach = stride, channels, reach
        self._parts = tuple(parts)  # a tuple, so that torch does not count their weights again

    @property
    def parts(self) -> "tuple[Stage, ...]":
        """The layers one by one."""
        return self._parts or (self,)

    def forward(self, x: Tensor) -> Tensor:
        """Run the layers, without the pool."""
        return self.layers(x)


class Backbone(nn.Module):
    """A network as a chain of stages, in eval mode, with its own input convention.

    Parameters
    ----------
    name : str
        "vgg16", "squeezenet", "v1", ...
    weights : str
        Which weights these are, as a result must name them ("imagenet (Keras)", "random, seed 0", "file <sha256, 12
        digits>").
    stages : sequence of Stage
        In order, from the image up.
    levels : sequence of str
        Names of the stages that a model should compare by default, lowest first.
    mean, deviation : (3,) floats
        What is subtracted from, and then divides, RGB values in 0..255.
    bgr : bool
        Whether the network takes blue first.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(
        self,
        name: str,
        weights: str,
        stages: Sequence[Stage],
        *,
        levels: Sequence[str],
        mean: Sequence[float] = (0.0, 0.0, 0.0),
        deviation: Sequence[float] = (1.0, 1.0, 1.0),
        bgr: bool = False,
    ) -> None:
        super().__init__()
        self.name, self.weights, self.levels, self.bgr = name, weights, tuple(levels), bgr
        self.stages = nn.ModuleList(stages)
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).reshape(1, 3, 1, 1), persistent=False)
        self.register_buffer(
            "deviation", torch.tensor(deviation, dtype=torch.float32).reshape(1, 3, 1, 1), persistent=False
        )
        self.eval().requires_grad_(False)

    def preprocess(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) RGB, 0..255, any type, to the network's own input, float32."""
        x = (images.float() - self.mean) / self.deviation
        return x.flip(1) if self.bgr else x

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """(B, 3, H, W) RGB, 0..255, to every stage's output by name, with the network's own pools ('same' geometry)."""
        x, outputs = self.preprocess(images), {}
        for stage in self.stages:
            assert isinstance(stage, Stage)  # noqa: S101 -- for type checkers: a ModuleList forgets
            x = stage(x if stage.pool is None else same_pool(x, stage.pool))
            outputs[stage.name] = x
        return outputs


def same_pool(x: Tensor, pool: Pool) -> Tensor:
    """Pool with 'same' geometry: ceil(n / stride) cells, padded cells left out of a mean.

    TensorFlow's rule: of the padding P = max((ceil(n / stride) - 1) * stride + size - n, 0), floor(P / 2) goes
    before, the rest after.
    """
    pads = []
    for n in (x.shape[-1], x.shape[-2]):  # torch pads the last dimension first
        total = max((-(-n // pool.stride) - 1) * pool.stride + pool.size - n, 0)
        pads += [total // 2, total - total // 2]
    if pool.kind == "max":
        padded = nn.functional.pad(x, pads, value=float("-inf"))
        return nn.functional.max_pool2d(padded, pool.size, pool.stride)
    padded = nn.functional.pad(x, pads)
    inside = nn.functional.pad(torch.ones_like(x[:1, :1]), pads)
    return nn.functional.avg_pool2d(padded, pool.size, pool.stride) / nn.functional.avg_pool2d(
        inside, pool.size, pool.stride
    )
