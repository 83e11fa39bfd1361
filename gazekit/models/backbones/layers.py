"""From a network's layers to stages: cut before every pool and after every layer that a model wants to see."""

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from gazekit.foundations.errors import GazekitError
from gazekit.models.backbones.contract import Pool, Stage


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
    """

    name: str
    module: nn.Module
    channels: int
    reach: int | None
    stride: int = 1
    pool: Pool | None = None


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
            stride *= group[0].pool.stride if group[0].pool else 1
            stage = joined(group, stride)
            stride = stage.stride
            stages.append(stage)
            group = []
    return stages


def joined(group: Sequence[Layer], stride: int) -> Stage:
    """Make one stage of consecutive layers; `stride` is that of its input, in px of the image."""
    reach: int | None = 0
    jump = 1  # cells of the stage's input per cell of the input of the layer at hand
    parts = []
    for layer in group:
        reach = None if reach is None or layer.reach is None else reach + jump * layer.reach
        jump *= layer.stride
        parts.append(Stage(layer.name, layer.module, stride=stride * jump, channels=layer.channels, reach=layer.reach))
    module = group[0].module if len(group) == 1 else nn.Sequential(*(layer.module for layer in group))
    last = group[-1]
    return Stage(
        last.name,
        module,
        stride=stride * jump,
        channels=last.channels,
        reach=reach,
        pool=group[0].pool,
        parts=parts if len(parts) > 1 else (),
    )


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
