"""A map of the loss over all positions without any pass of the network: blend its features instead of its input."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.foveation import acuity
from gazekit.models.neva.optimisers.contract import Found, Search, lattice
from gazekit.models.neva.optimisers.surrogate import lowest, rounds_from
from gazekit.models.neva.problem import Problem

LEVELS = (0.0, 0.15, 0.3, 0.5, 0.75, 1.0)


class Blended(Search):
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
    needs_places = True

    def __init__(self, rounds: int | Sequence[int] = (4, 2), levels: Sequence[float] = LEVELS) -> None:
        levels = tuple(float(level) for level in levels)
        if len(levels) < 2 or levels[0] != 0 or levels[-1] != 1 or list(levels) != sorted(set(levels)):
            raise GazekitError(f"levels of sharpness must rise from 0 to 1, not {levels}")
        self.rounds, self.levels = rounds_from(rounds), levels

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        encoder = problem.scenes.runner.encoder
        if not encoder.spatial:
            raise GazekitError(
                f"the search 'blended' needs an encoder whose features have places, and {encoder.name!r} has none; "
                f"use optimiser=linearised"
            )
        places = lattice(problem)
        expected = torch.zeros(places.valid.shape, device=places.positions.device)
        with torch.no_grad():
            known = problem.scenes.evenly_sharp(self.levels)
            for k, shape in enumerate(places.shapes):
                n = shape[0] * shape[1]
                expected[k, :n] = self._foretell(problem, known, k, places.positions[k, :n])
        return lowest(problem, places, expected, self.rounds)

    def _foretell(self, problem: Problem, known: dict[str, Tensor], k: int, positions: Tensor) -> Tensor:
        encoder = problem.scenes.runner.encoder
        image = problem.image[k]
        down, across = acuity(positions, problem.sigma[k], problem.scenes.size)
        outputs = {}
        for output, maps in known.items():
            h, w = maps.shape[-2:]
            # means over each feature's part of the image; the fovea is separable, so its means are as well
            memory = functional.adaptive_avg_pool2d(problem.memory[k][None], (h, w))[0]
            present = (
                functional.adaptive_avg_pool1d(down, h)[:, :, None] * functional.adaptive_avg_pool1d(across, w)[:, None]
            )
            weights = self._interpolation(torch.clamp(memory + present, 0, 1))
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
