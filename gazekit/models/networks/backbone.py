"""The view of a network from inside: a chain of stages of falling resolution, and the pools between them.

A model such as eccNET replaces the pools, compares outputs of stages, and recomputes only what an eye movement
changed. For that it must know a network's geometry, which this contract declares.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.networks.network import GREY_LEVELS, Network, Preprocessing


@dataclass(frozen=True)
class Pool:
    """The pooling that leads into a stage, as the network was trained: window side, stride (both cells), and kind."""

    size: int
    stride: int
    kind: str  # "max" or "average"


@dataclass(frozen=True)
class Layer:
    """One named layer, the least that a stage can hold.

    Parameters
    ----------
    name : str
        As the network's users call it ("conv3_3", "fire4", "layer2").
    module : nn.Module
        (B, C, H, W) to (B, channels, ceil(H / stride), ceil(W / stride)).
    channels : int
        Channels of the output.
    reach : int or None
        Output cell i depends on no more than the input cells i * stride - reach to i * stride + reach; None: on all.
    stride : int
        Cells of the input per cell of the output.
    pool : Pool, optional
        The pool before it.
    parts : tuple of Layer
        Layers that together compute what it does, where it can be taken apart.
    """

    name: str
    module: nn.Module
    channels: int
    reach: int | None
    stride: int = 1
    pool: Pool | None = None
    parts: "tuple[Layer, ...]" = ()


class Stage(nn.Module):
    """Layers that work at one resolution, with the pool that leads into them.

    Zero padding is 'same': output cell i is centred on input cell i * s, or half a cell beside it where a kernel is
    even, where s is the stride within the stage (1 for all but strided ones).

    Parameters
    ----------
    group : sequence of Layer
        Consecutive ones; only the first may have a pool.
    before : int
        px of the input image per cell of the input of the first layer.

    Attributes
    ----------
    name, channels
        Those of the last layer.
    layers : nn.Module
        (B, C, H, W) to (B, C', ceil(H / s), ceil(W / s)).
    stride : int
        px of the input image per cell of the output.
    reach : int or None
        How many cells of the input of `layers` beyond a cell's own place its output can depend on, to each side;
        None for all of them (attention).
    pool : Pool or None
        Pooling between the stage before and this one. None for the first, and for stages that begin with a stride.
    parts : tuple of Stage
        The layers one by one, which together compute what `layers` does; the stage itself where it has one layer.
    """

    def __init__(self, group: Sequence[Layer], before: int) -> None:
        super().__init__()
        self.name, self.channels, self.pool = group[-1].name, group[-1].channels, group[0].pool
        self.stride = before
        self.reach: int | None = 0
        parts = []
        single = [part for layer in group for part in (layer.parts or (layer,))]
        for layer in single:
            jump = self.stride // before  # cells of the stage's input per cell of the layer's
            self.reach = None if self.reach is None or layer.reach is None else self.reach + jump * layer.reach
            if len(single) > 1:
                parts.append(Stage([replace(layer, pool=None, parts=())], self.stride))
            self.stride *= layer.stride
        self.layers = group[0].module if len(group) == 1 else nn.Sequential(*(layer.module for layer in group))
        self._parts = tuple(parts)  # a tuple, so that torch does not count their weights again

    @property
    def parts(self) -> "tuple[Stage, ...]":
        """See the class."""
        return self._parts or (self,)

    def forward(self, x: Tensor) -> Tensor:
        """Run the layers, without the pool."""
        return self.layers(x)


class Backbone(Network):
    """A network as a chain of stages.

    Parameters
    ----------
    name, weights, preprocessing
        See `Network`. By default the network takes 0..255 as it is.
    layers : sequence of Layer
        All of the network's, from the image up; they are cut into stages at the levels and pools, see `stages_of`.
    levels : sequence of str
        Names of the layers whose outputs a model should compare by default, lowest first.
    """

    white: ClassVar[float] = 255.0

    def __init__(
        self,
        name: str,
        weights: str,
        layers: Sequence[Layer],
        levels: Sequence[str],
        preprocessing: Preprocessing = GREY_LEVELS,
    ) -> None:
        super().__init__(name, weights, preprocessing)
        self.levels = tuple(levels)
        self.stages = nn.ModuleList(stages_of(name, layers, levels))
        self.frozen()

    def normalise(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) RGB, 0..255, any type, to the network's own input, float32."""
        return super().normalise(images.float())

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """(B, 3, H, W) RGB, 0..255, to every stage's output by name, with the network's own pools ('same' geometry)."""
        x, outputs = self.normalise(images), {}
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
    inside = torch.ones_like(x[:1, :1])
    mean, share = (nn.functional.avg_pool2d(nn.functional.pad(m, pads), pool.size, pool.stride) for m in (x, inside))
    return mean / share


def stages_of(network: str, layers: Sequence[Layer], levels: Sequence[str]) -> list[Stage]:
    """Join layers into as few stages as levels and pools allow; layers above the highest level are left out.

    Parameters
    ----------
    network : str
        Its name, for messages.
    layers : sequence of Layer
        All of the network's, from the image up.
    levels : sequence of str
        Names of layers whose outputs are wanted.

    Returns
    -------
    list of Stage
        Each is called as its last layer.

    Raises
    ------
    GazekitError
        No level, the same level twice, or a level that the network does not have.

    Examples
    --------
    >>> layers = [Layer(name, nn.Identity(), 3, 1) for name in "abcd"]
    >>> [(stage.name, stage.reach) for stage in stages_of("toy", layers, ["a", "c"])]
    [('a', 1), ('c', 2)]
    """
    check_levels(network, levels, [layer.name for layer in layers])
    last = max(i for i, layer in enumerate(layers) if layer.name in levels)
    stages: list[Stage] = []
    group: list[Layer] = []
    stride = 1
    for layer, after in zip(layers[: last + 1], [*layers[1 : last + 1], None], strict=True):
        group.append(layer)
        if layer.name in levels or (after is not None and after.pool is not None):
            stages.append(Stage(group, stride * (group[0].pool.stride if group[0].pool else 1)))
            stride, group = stages[-1].stride, []
    return stages


def check_levels(network: str, levels: Sequence[str], known: Sequence[str]) -> None:
    """Refuse levels that a network does not have, with the list of those it has.

    Raises
    ------
    GazekitError
        No level, the same level twice, or an unknown one.
    """
    if not levels:
        raise GazekitError(f"levels names no layer; {network} has {', '.join(known)}")
    if len(set(levels)) < len(levels):
        raise GazekitError(f"levels names a layer twice: {', '.join(levels)}")
    for level in levels:
        if level not in known:
            raise GazekitError(f"{network} has no layer {level!r}; its layers are {', '.join(known)}")


def one_level(name: str, levels: Sequence[str] | None, known: Sequence[str]) -> str:
    """The level of a transformer that is asked for, by default its last.

    Raises
    ------
    GazekitError
        More than one, or one that it does not have.
    """
    if levels is None:
        return known[-1]
    check_levels(name, levels, known)
    if len(levels) > 1:
        raise GazekitError(
            f"{name} is a transformer, which is one stage here (attention leaves nothing to pool between its blocks); "
            f"ask for one level, not for {', '.join(levels)}"
        )
    return levels[0]
