"""Batch normalisation folded into the convolutions before it: the same function of an image, in fewer passes."""

import copy
from dataclasses import replace
from itertools import pairwise

import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from gazekit.models.eccnet.network import EccentricNetwork
from gazekit.models.networks.backbone import Stage

CELLS = 16  # side of the map on which a folded stage is compared with the stage itself
TOLERANCE = 1e-4  # share of the largest value; rounding makes about 1e-6


@torch.inference_mode()
def folded(network: EccentricNetwork) -> EccentricNetwork:
    """A network whose batch normalisation is part of the convolutions; itself where it has none.

    A stage whose modules do not run in the order in which they are listed would become another one. Each is compared
    with itself, and stays as it is where it differs by more than rounding.
    """
    steps, channels, before = [], 3, 1
    for rule, stage in network.steps:
        before *= 1 if rule is None else rule.stride
        steps.append((rule, _folded(stage, channels, stage.stride // before)))
        channels, before = stage.channels, stage.stride
    return replace(network, steps=tuple(steps))


def _folded(stage: Stage, channels: int, stride: int) -> Stage:
    if not any(isinstance(module, nn.BatchNorm2d) for module in stage.modules()):
        return stage
    made = copy.deepcopy(stage)
    for module in list(made.modules()):
        for (first, conv), (second, norm) in pairwise(list(module.named_children())):
            if (
                isinstance(conv, nn.Conv2d)
                and isinstance(norm, nn.BatchNorm2d)
                and conv.out_channels == len(norm.weight)
            ):
                setattr(module, first, fuse_conv_bn_eval(conv, norm))
                setattr(module, second, _activation(norm))
    weight = next(made.parameters())
    side = CELLS * stride
    x = (
        torch.arange(channels * side**2, dtype=weight.dtype, device=weight.device)
        .sin()
        .reshape(1, channels, side, side)
    )
    expected = stage(x)
    parts = x
    for part in made.parts:
        parts = part(parts)
    same = all((found - expected).abs().max() <= TOLERANCE * expected.abs().max() for found in (made(x), parts))
    return made if same else stage


def _activation(norm: nn.BatchNorm2d) -> nn.Module:
    """What follows the normalisation in the same module (timm's have their activation inside)."""
    act = getattr(norm, "act", nn.Identity())
    if hasattr(act, "inplace"):
        act.inplace = True  # what it is given was made by the convolution, and nobody else has it
    return act
