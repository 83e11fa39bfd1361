"""Features of a window by computing only what the image changes: exact, and several times faster.

Most of a window is background. What the network makes of a window that is background throughout depends on its side
alone, so it is computed once. At a fixation, each stage recomputes only the box of cells that the image can influence,
from a part of its input just large enough, and takes the rest from the blank window.
"""

from collections.abc import Sequence

import numpy as np
import torch
from cachetools import LRUCache
from torch import Tensor

from gazekit.models.eccnet.fast.folded import folded
from gazekit.models.eccnet.fast.patches import BlankMap, Link, Patch, StageStep
from gazekit.models.eccnet.fast.pooling import CellRange, pool_table, pool_whole
from gazekit.models.eccnet.network import EccentricNetwork
from gazekit.models.eccnet.pools import PoolRule
from gazekit.models.eccnet.search import WholeWindows, as_tensor

TARGETS = 64  # features of targets kept; an experiment has 2 to 16
BLANKS = 4  # blank windows kept: pairs of a side and a background
PHASES = 16  # placements of one image on the network's grid that are kept


class BlankWindow:
    """The blank window of one side and background, and how images change it.

    Parameters
    ----------
    network : EccentricNetwork
        The network.
    side : int
        px of the window.
    background : (3,) int
        RGB.
    device : str
        Where to compute.
    """

    @torch.inference_mode()
    def __init__(self, network: EccentricNetwork, side: int, background: Sequence[int], device: str) -> None:
        self.network, self.side, self.background, self.device = network, side, tuple(background), device
        self.free, self.reach, small = position_free(network, side)
        self.phase_stride = network.steps[self.free - 1][1].stride if self.free else 1
        level_at = {level.stage: level for level in network.levels}
        self.trunk: list[list[Link]] = []  # the steps of every stage
        self.extras: list[list[Link]] = []  # the pools after every level
        self.ends: list[BlankMap] = []  # the blank map of every level
        blank, stride = BlankMap(self._background(small), side), 1
        for k, (rule, stage) in enumerate(network.steps):
            links = []
            if rule is not None:
                link, blank = _pool(rule, blank)
                stride *= rule.stride
                links.append(link)
            for part in stage.parts:  # layer by layer: what changes grows by one layer's reach at a time
                if part.reach is None:
                    blank = blank.unfolded()
                step = StageStep(part, blank.side, part.stride // stride)
                links.append(Link(step, blank))
                blank, stride = BlankMap(part(blank.values), step.rows), part.stride
            self.trunk.append(links)
            if k in level_at:
                chain, end = [], blank
                for extra in level_at[k].search:
                    link, end = _pool(extra, end)
                    chain.append(link)
                self.extras.append(chain)
                self.ends.append(end)
        # Outputs that are worth keeping while gaze moves over one image.
        self.kept = {level.stage for level in network.levels if level.stage < self.free} | {self.free - 1}
        self.image: np.ndarray | None = None
        self.ink = CellRange(0, 0, 0, 0)
        self.phases: LRUCache[tuple[int, int], tuple[tuple[int, int], dict[int, Patch]]] = LRUCache(PHASES)

    def _background(self, side: int) -> Tensor:
        colour = torch.tensor(self.background, dtype=torch.uint8, device=self.device).reshape(1, 3, 1, 1)
        # Copied, because an expanded tensor has no memory order that a convolution could follow.
        pixels = colour.expand(1, 3, side, side).contiguous(memory_format=torch.channels_last)
        return self.network.backbone.normalise(pixels)

    @torch.inference_mode()
    def features(self, image: np.ndarray, fixation: tuple[int, int]) -> list[Tensor]:
        """Features of the window around a fixation; see `WholeWindows`."""
        if image is not self.image:
            self.phases.clear()
            self.image, self.ink = image, inked(image, self.background)
        patches = dict(self._position_free(image, fixation))
        for k in range(self.free, len(self.trunk)):
            patches[k] = self._through(k, patches[k - 1])
        found = []
        for level, chain, end in zip(self.network.levels, self.extras, self.ends, strict=True):
            patch = patches[level.stage]
            for link in chain:
                patch = link.follow(patch)
            found.append(end.patched(patch, CellRange(0, end.side, 0, end.side)))
        return found

    def _through(self, k: int, patch: Patch) -> Patch:
        for link in self.trunk[k]:
            patch = link.follow(patch)
        return patch

    def _position_free(self, image: np.ndarray, fixation: tuple[int, int]) -> dict[int, Patch]:
        """Outputs of the stages for which the place in the window does not matter, by stage; -1 is the image itself.

        Where the image is the same and gaze moved by whole cells, these outputs have moved and are what they were.
        """
        box = self._placed(fixation)
        if self.free == 0:
            return {-1: self._image_patch(image, fixation, box)}
        phase = (fixation[0] % self.phase_stride, fixation[1] % self.phase_stride)
        kept = self.phases.get(phase)
        if kept is not None and self._clear_of_edges(box) and self._clear_of_edges(self._placed(kept[0])):
            down, right = kept[0][0] - fixation[0], kept[0][1] - fixation[1]
            return {
                k: patch.moved(down // self.network.steps[k][1].stride, right // self.network.steps[k][1].stride)
                for k, patch in kept[1].items()
            }
        patch, patches = self._image_patch(image, fixation, box), {}
        for k in range(self.free):
            patch = self._through(k, patch)
            if k in self.kept:
                patches[k] = patch
        self.phases[phase] = (fixation, patches)
        return patches

    def _placed(self, fixation: tuple[int, int]) -> CellRange:
        """Where in the window the part of the image that is not background lies."""
        down, right = self.side // 2 - fixation[0], self.side // 2 - fixation[1]
        return self.ink.moved(down, right).meet(CellRange(0, self.side, 0, self.side))

    def _clear_of_edges(self, box: CellRange) -> bool:
        """Whether the window's edges, where convolutions meet padding, are out of reach of a box of px."""
        return min(box.top, box.left) >= self.reach and max(box.bottom, box.right) <= self.side - self.reach

    def _image_patch(self, image: np.ndarray, fixation: tuple[int, int], box: CellRange) -> Patch:
        down, right = self.side // 2 - fixation[0], self.side // 2 - fixation[1]
        if box.empty:
            return Patch(self._background(1)[:, :, :0, :0], box)
        part = image[box.moved(-down, -right).within()]
        return Patch(self.network.backbone.normalise(as_tensor(part, self.device)), box)


class BlankWindows(WholeWindows):
    """Makes features of windows from blank windows, which it keeps, and keeps those of targets.

    Parameters
    ----------
    network : EccentricNetwork
        The network.
    device : str
        Where it runs.
    """

    def __init__(self, network: EccentricNetwork, device: str = "cpu") -> None:
        super().__init__(folded(network), device)
        self.blanks: LRUCache[tuple[int, tuple[int, ...]], BlankWindow] = LRUCache(BLANKS)
        self.targets: LRUCache[tuple[tuple[int, ...], bytes], list[Tensor]] = LRUCache(TARGETS)

    @torch.inference_mode()
    def target(self, picture: np.ndarray) -> list[Tensor]:
        """See `WholeWindows.target`."""
        key = (picture.shape, picture.tobytes())
        if key not in self.targets:
            self.targets[key] = self.network.features(as_tensor(picture, self.device), "target", pool_whole)
        return self.targets[key]

    def features(
        self, image: np.ndarray, background: Sequence[int], fixation: tuple[int, int], side: int
    ) -> list[Tensor]:
        """See `WholeWindows.features`."""
        key = (side, tuple(background))
        if key not in self.blanks:
            self.blanks[key] = BlankWindow(self.network, side, background, self.device)
        return self.blanks[key].features(image, fixation)


def inked(image: np.ndarray, background: Sequence[int]) -> CellRange:
    """Smallest box of px that holds everything that is not background.

    Examples
    --------
    >>> image = np.zeros((5, 6, 3), np.uint8)
    >>> image[2, 1:4] = 7
    >>> inked(image, (0, 0, 0))
    CellRange(top=2, bottom=3, left=1, right=4)
    """
    differs = [image[..., k] != np.asarray(value, dtype=image.dtype) for k, value in enumerate(background)]
    return CellRange.around(np.logical_or.reduce(differs))


def position_free(network: EccentricNetwork, side: int) -> tuple[int, int, int]:
    """Find the stages for which a cell's place in the window does not matter but for the edges.

    Parameters
    ----------
    network : EccentricNetwork
        The network.
    side : int
        px of the window.

    Returns
    -------
    stages : int
        How many, from the image up.
    reach : int
        How far from the edge of the window the edge can matter to them (and to the pools after them), px.
    small : int
        Side of a smaller window whose blank maps hold everything that those of this one do.
    """
    reach, stride, stages, farthest, longest, cells = 0, 1, 0, 0, 1, side
    levels = {level.stage: level for level in network.levels}
    for k, (rule, stage) in enumerate(network.steps):
        if rule is not None:
            if not pool_table(cells, cells, rule).uniform:
                break
            reach, stride, cells = reach + rule.size * stride, stride * rule.stride, -(-cells // rule.stride)
        if stage.reach is None:
            break
        step = stage.stride // stride
        reach, stride, cells = reach + (stage.reach + step) * stride, stage.stride, -(-cells // step)
        own, at = reach, stride
        for extra in levels[k].search if k in levels else ():
            own, at = own + extra.size * at, at * extra.stride
        stages, farthest, longest = k + 1, max(farthest, own), max(longest, at)
    if not stages:
        return 0, 0, side
    small = 2 * farthest + 4 * longest
    small += (side - small) % longest  # windows of the same remainder have the same padding at their edges
    return stages, farthest, min(small, side)


def _pool(rule: PoolRule, blank: BlankMap) -> tuple[Link, BlankMap]:
    table = pool_table(blank.side, blank.side, rule)
    if not table.uniform:
        blank = blank.unfolded()
    small = pool_table(blank.values.shape[2], blank.values.shape[3], rule)
    whole = CellRange(0, small.height, 0, small.width)
    return Link(table, blank), BlankMap(small.compute(blank.values, whole, small.whole), table.rows)
