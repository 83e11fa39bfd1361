"""A rough map of the loss over positions without any pass: blend the network's features instead of its input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.algorithm import Problem, acuity
from gazekit.models.neva.searches.lattice import Places
from gazekit.models.neva.searches.surrogate import MapSearch


@dataclass
class Blended(MapSearch):
    """Foretell what the network makes of a perceived image from its features of a few evenly sharp ones.

    Where the perceived image has sharpness m, the network's features are about those of the image that has sharpness m
    everywhere. These are computed once per image at a few levels (`Scenes.evenly_sharp`), interpolated in m place by
    place, averaged over places as the network does, and put into the objective: a map of the loss for every position,
    at every fixation, at no further pass. A few evaluations then find its lowest place.

    For encoders with `spatial` only.

    Parameters
    ----------
    rounds : int or sequence of int
        Places to evaluate by forward passes, by round; see `surrogate.lowest`.
    levels : sequence of float
        Levels of sharpness, rising from 0 to 1; each costs one forward pass per image (not per fixation).
    """

    name = "blended"
    rounds: int | Sequence[int] = (4, 2)
    levels: Sequence[float] = (0.0, 0.15, 0.3, 0.5, 0.75, 1.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.levels = levels = tuple(float(level) for level in self.levels)
        if len(levels) < 2 or levels[0] != 0 or levels[-1] != 1 or list(levels) != sorted(set(levels)):
            raise GazekitError(f"levels of sharpness must rise from 0 to 1, not {levels}")

    @torch.no_grad()
    def rough_maps(self, problem: Problem, places: Places) -> list[Tensor]:
        """Map the loss; see `MapSearch.rough_maps`."""
        encoder = problem.scenes.runner.encoder
        if not encoder.spatial:
            raise GazekitError(
                f"the search 'blended' needs an encoder whose features have places, and {encoder.name!r} has none; "
                f"use optimiser=linearised"
            )
        known = problem.scenes.evenly_sharp(self.levels)
        return [
            self._foretell(problem, known, k, places.positions[k, : rows * columns])
            for k, (rows, columns) in enumerate(places.shapes)
        ]

    def _foretell(self, problem: Problem, known: Mapping[str, Tensor], k: int, positions: Tensor) -> Tensor:
        encoder, image = problem.scenes.runner.encoder, problem.image[k]
        down, across = acuity(positions, problem.sigma[k], problem.scenes.size)
        outputs = {}
        for output, maps in known.items():
            h, w = maps.shape[-2:]
            # means over each feature's part of the image; the fovea is separable, so its means are as well
            memory = functional.adaptive_avg_pool2d(problem.memory[k][None], (h, w))[0]
            rows, columns = functional.adaptive_avg_pool1d(down, h), functional.adaptive_avg_pool1d(across, w)
            weights = self._interpolation(torch.clamp(memory + rows[:, :, None] * columns[:, None], 0, 1))
            flat = maps[image].permute(0, 2, 3, 1).flatten(0, 2)  # (levels * places, C)
            pooled = weights.flatten(1) @ flat / (h * w)
            outputs[output] = encoder.finish(pooled, output).float()
        target = problem.targets[k : k + 1].expand(len(positions), *problem.targets.shape[1:])
        return problem.objective.loss(outputs, target, problem.progress)

    def _interpolation(self, share: Tensor) -> Tensor:
        """Weights (n, levels, h, w) of the levels that interpolate linearly at shares (n, h, w)."""
        levels = torch.tensor(self.levels, device=share.device)
        above = torch.clamp(torch.searchsorted(levels, share.contiguous()), 1, len(levels) - 1)
        part = (share - levels[above - 1]) / (levels[above] - levels[above - 1])
        weights = torch.zeros(len(share), len(levels), *share.shape[1:], device=share.device)
        weights.scatter_(1, above[:, None], part[:, None])
        return weights.scatter_(1, above[:, None] - 1, 1 - part[:, None])
