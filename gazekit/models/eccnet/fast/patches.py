"""Steps of a network on a box of cells: what a change reaches, what is needed to recompute it, and the rest.

The rest is the map of a blank window, one that is background throughout.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from gazekit.models.eccnet.fast.pooling import CellRange, PoolTable
from gazekit.models.networks.backbone import Stage


class StageStep:
    """A stage on a square map of known side, as `PoolTable` is a pool on one: both are steps of a network.

    Parameters
    ----------
    stage : Stage
        Layers with a declared reach.
    side : int
        Cells of the input.
    stride : int
        Of the stage alone.
    """

    def __init__(self, stage: Stage, side: int, stride: int) -> None:
        self.stage, self.side, self.stride = stage, side, stride
        self.rows = self.columns = -(-side // stride)
        # What counts as a cell's own place is at most one stride wide.
        self.reach = side if stage.reach is None else stage.reach
        self.unpadded = stride == 1 and _is_convolution(stage)

    def influenced(self, box: CellRange) -> CellRange:
        """Output cells that a box of the input can change."""
        if box.empty:
            return box
        return CellRange(*self._touched(box.top, box.bottom), *self._touched(box.left, box.right))

    def _touched(self, first: int, last: int) -> tuple[int, int]:
        return (
            max((first - self.reach) // self.stride, 0),
            min((last - 1 + self.reach) // self.stride + 1, self.rows),
        )

    def needed(self, box: CellRange) -> CellRange:
        """Input cells from which a box of the output can be computed exactly.

        They begin on the stage's own grid, and end as far from it as the whole map does.
        """
        return CellRange(*self._taken(box.top, box.bottom), *self._taken(box.left, box.right))

    def _taken(self, first: int, last: int) -> tuple[int, int]:
        begin = max(first * self.stride - self.reach, 0) // self.stride * self.stride
        end = min(last * self.stride + self.reach, self.side)
        return begin, self.side - (self.side - end) // self.stride * self.stride

    def compute(self, x: Tensor, origin: CellRange, box: CellRange) -> Tensor:
        """Compute a box of the output from the part of the input at `origin`."""
        if self.unpadded:
            return self._without_margin(x, origin, box)
        return self.stage(x)[..., *box.within(origin.top // self.stride, origin.left // self.stride)]

    def _without_margin(self, x: Tensor, origin: CellRange, box: CellRange) -> Tensor:
        """Convolve without padding, but where the map ends: no cell is computed that is not asked for."""
        convolution, then = self.stage.layers[0], self.stage.layers[1:]  # type: ignore[index]
        missing = (
            self.reach - (box.left - origin.left),
            self.reach - (origin.right - box.right),
            self.reach - (box.top - origin.top),
            self.reach - (origin.bottom - box.bottom),
        )
        if any(missing):
            x = functional.pad(x, missing)
        return then(functional.conv2d(x, convolution.weight, convolution.bias, groups=convolution.groups))


def _is_convolution(stage: Stage) -> bool:
    """Whether a stage is one 'same' convolution, and perhaps rectification after it."""
    layers, reach = stage.layers, stage.reach
    if not isinstance(layers, nn.Sequential) or not isinstance(layers[0], nn.Conv2d) or reach is None:
        return False
    first = layers[0]
    plain = first.stride == (1, 1) and first.dilation == (1, 1) and first.padding_mode == "zeros"
    same = first.padding == (reach, reach) and first.kernel_size == (2 * reach + 1, 2 * reach + 1)
    return plain and same and all(isinstance(layer, nn.ReLU) for layer in layers[1:])


@dataclass
class Patch:
    """Values of a box of cells."""

    values: Tensor
    box: CellRange

    def moved(self, down: int, right: int) -> "Patch":
        """The same values elsewhere, cells."""
        return Patch(self.values, self.box.moved(down, right))


class BlankMap:
    """A map of a blank window, stored without the repetitions in its middle.

    Parameters
    ----------
    values : (1, C, m, m)
        The map of a smaller blank window, or of the whole one.
    side : int
        Cells of the map that it stands for.
    """

    def __init__(self, values: Tensor, side: int) -> None:
        self.values, self.side = values, side
        small = values.shape[2]
        place = torch.arange(side, device=values.device)
        self.index = torch.where(
            place < side - (small - small // 2), place.clamp(max=small // 2), place - (side - small)
        )

    def crop(self, box: CellRange) -> Tensor:
        """Take a box of the map; a new tensor, channels last in memory."""
        rows, columns = self.index[box.top : box.bottom], self.index[box.left : box.right]
        return self.values[0].permute(1, 2, 0)[rows[:, None], columns[None]].permute(2, 0, 1)[None]

    def unfolded(self) -> "BlankMap":
        """The same map with its repetitions."""
        if self.values.shape[2] == self.side:
            return self
        return BlankMap(self.crop(CellRange(0, self.side, 0, self.side)), self.side)

    def patched(self, patch: Patch, box: CellRange) -> Tensor:
        """Take a box of the map, with a patch's values where they reach."""
        both = patch.box.meet(box)
        if both.empty:
            return self.crop(box)
        values = patch.values[..., *both.within(patch.box.top, patch.box.left)]
        if both == box:
            return values
        top, bottom, left, right = both
        shape = (1, self.values.shape[1], box.bottom - box.top, box.right - box.left)
        part = torch.empty(shape, device=self.values.device, memory_format=torch.channels_last)
        for strip in (  # the blank map is read around the patch only
            CellRange(box.top, top, box.left, box.right),
            CellRange(bottom, box.bottom, box.left, box.right),
            CellRange(top, bottom, box.left, left),
            CellRange(top, bottom, right, box.right),
        ):
            if not strip.empty:
                part[..., *strip.within(box.top, box.left)] = self.crop(strip)
        part[..., *both.within(box.top, box.left)] = values
        return part


@dataclass
class Link:
    """One step with the blank map that goes into it."""

    step: StageStep | PoolTable
    before: BlankMap

    def follow(self, patch: Patch) -> Patch:
        """What the step makes of a changed box."""
        box = self.step.influenced(patch.box)
        if box.empty:
            return Patch(patch.values[:, :, :0, :0], box)
        needed = self.step.needed(box)
        return Patch(self.step.compute(self.before.patched(patch, needed), needed, box), box)
