"""Rough maps of the loss over positions, and from one to its lowest place: evaluate a few, correct the map, and again.

`Linearised` maps the loss by one forward and one backward pass, `Blended` by none: it blends the network's features
instead of its input.

The map's error is modelled as a Gaussian process over positions, as smooth as the fovea is wide: foveas that overlap
let nearly the same things be seen, so their errors are alike.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional
from torch.nn.utils.rnn import pad_sequence

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.algorithm import Found, Problem, Search, acuity
from gazekit.models.neva.searches.direct import Places, lattice

TRUST = 0.6  # standard deviation of the map's error, in standard deviations of the map itself
DARING = 1.0  # how many standard deviations below its expectation a place may be hoped to lie
NOISE = 1e-3  # variance that the process does not explain, as a share of its own


class MapSearch(Search):
    """A search that maps the loss over a lattice roughly, and evaluates the few most promising places.

    Attributes
    ----------
    rounds : tuple of int
        Places to evaluate in each round; see `lowest`.
    """

    rounds: int | Sequence[int]

    def __post_init__(self) -> None:
        rounds = (self.rounds,) if isinstance(self.rounds, int) else tuple(self.rounds)
        if not rounds or any(not isinstance(n, int) or n < 1 for n in rounds):
            raise GazekitError(f"rounds are numbers of places to evaluate, at least 1 each, not {self.rounds!r}")
        self.rounds = rounds

    @abstractmethod
    def rough_maps(self, problem: Problem, places: Places) -> list[Tensor]:
        """Rough loss of fixating each place, (C,) per row; without what saccades cost."""

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        places = lattice(problem)
        expected = pad_sequence(self.rough_maps(problem, places), batch_first=True)
        return lowest(problem, places, expected, tuple(self.rounds))  # type: ignore[arg-type]


@dataclass
class Linearised(MapSearch):
    """Correlate the loss's slope with the fovea.

    To first order, fixating p changes the loss by the sum over cells of slope * g_p: for all p at once a correlation
    with the fovea. The slope is taken where the whole image is sharpened by `level` beyond the memory: at the fully
    blurred state the slope says little about what a whole fovea of sharpness will do.

    Parameters
    ----------
    level : float
        Sharpness of the state at which the slope is taken, 0 to 1.
    rounds : int or sequence of int
        Places to evaluate by forward passes, by round; see `lowest`.
    """

    name = "linearised"
    level: float = 0.3
    rounds: int | Sequence[int] = (4, 4)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.level < 1:
            raise GazekitError(f"level is a share of sharpness, from 0 to below 1, not {self.level}")

    def rough_maps(self, problem: Problem, places: Places) -> list[Tensor]:
        """Map the loss; see `MapSearch.rough_maps`."""
        loss, pull = problem.pull_at(torch.arange(len(problem), device=problem.image.device), self.level)
        maps = []
        for k, shape in enumerate(places.shapes):
            own = places.positions[k, : shape[0] * shape[1]].unflatten(0, shape)
            down, _ = acuity(own[:, 0], problem.sigma[k], problem.scenes.size)
            _, across = acuity(own[0], problem.sigma[k], problem.scenes.size)
            # a lattice and a separable fovea: two small matrix products instead of a correlation
            maps.append(loss[k] + (down @ pull[k] @ across.T).flatten())
        return maps


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
        Places to evaluate by forward passes, by round; see `lowest`.
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
                f"the optimiser 'blended' needs an encoder whose features have places, and {encoder.name!r} has none; "
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


def lowest(problem: Problem, places: Places, expected: Tensor, rounds: Sequence[int]) -> Found:
    """Evaluate the most promising places, in rounds, and return the best one.

    Within a round, each next place is chosen as if those before it had turned out as expected, so that they spread.

    Parameters
    ----------
    problem : Problem
        Each evaluation costs a forward pass of its row.
    places : Places
        What may be chosen.
    expected : (R, C) float
        Rough map of the loss at the places, without what saccades cost; its offset does not matter, its scale does.
    rounds : sequence of int
        Places to evaluate in each round.
    """
    n = len(problem)
    each = torch.arange(n, device=expected.device)
    # the linear algebra of a few points per row, in double precision: rounding decides no choice
    expected = expected + problem.effort(each, places.positions)
    mean = torch.where(places.valid, expected.double(), torch.inf)
    count = places.valid.sum(dim=1, keepdim=True)
    known = torch.where(places.valid, expected.double(), 0.0)
    centre = known.sum(dim=1, keepdim=True) / count
    spread = torch.sqrt((torch.where(places.valid, known - centre, 0.0) ** 2).sum(dim=1, keepdim=True) / count)
    deviation = TRUST * spread + 1e-12
    scaled = places.positions.double() / torch.sqrt(problem.sigma.double())[:, None]
    chosen = torch.empty(n, 0, dtype=torch.int64, device=each.device)
    losses = torch.empty(n, 0, dtype=torch.float32, device=each.device)
    for count_now in rounds:
        corrected = mean + _correction(scaled, chosen, losses.double() - mean.gather(1, chosen))
        for _ in range(min(count_now, places.valid.shape[1] - chosen.shape[1])):
            hope = corrected - DARING * deviation * _doubt(scaled, chosen)
            hope = hope.scatter(1, chosen, torch.inf)
            chosen = torch.cat([chosen, hope.argmin(dim=1, keepdim=True)], dim=1)
        fresh = chosen[:, losses.shape[1] :]
        if not fresh.shape[1]:
            break
        positions = places.positions.gather(1, fresh[..., None].expand(-1, -1, 2))
        loss = problem.loss(each.repeat_interleave(fresh.shape[1]), positions.reshape(-1, 2))
        losses = torch.cat([losses, loss.reshape(n, -1)], dim=1)
    best = losses.argmin(dim=1)
    return Found(places.positions[each, chosen[each, best]], losses[each, best])


def _kernel(a: Tensor, b: Tensor) -> Tensor:
    return torch.exp(-((a[:, :, None] - b[:, None, :]) ** 2).sum(dim=3) / 2)


def _known(scaled: Tensor, chosen: Tensor) -> tuple[Tensor, Tensor]:
    """Covariance of all places with the chosen, (R, C, k), and of the chosen with each other, (R, k, k)."""
    at = scaled.gather(1, chosen[..., None].expand(-1, -1, 2))
    noise = NOISE * torch.eye(chosen.shape[1], dtype=scaled.dtype, device=scaled.device)
    return _kernel(scaled, at), _kernel(at, at) + noise


def _correction(scaled: Tensor, chosen: Tensor, error: Tensor) -> Tensor:
    """Expected error of the map everywhere, (R, C), given its error at the chosen places; its mean is unknown."""
    if not chosen.shape[1]:
        return torch.zeros(scaled.shape[:2], dtype=scaled.dtype, device=scaled.device)
    across, among = _known(scaled, chosen)
    solved = torch.linalg.solve(among, torch.stack([error, torch.ones_like(error)], dim=2))
    offset = solved[..., 0].sum(dim=1) / solved[..., 1].sum(dim=1)
    weights = solved[..., 0] - offset[:, None] * solved[..., 1]
    return offset[:, None] + (across * weights[:, None]).sum(dim=2)


def _doubt(scaled: Tensor, chosen: Tensor) -> Tensor:
    """Remaining standard deviation of the error everywhere, (R, C), where it was 1 before any evaluation."""
    across, among = _known(scaled, chosen)
    explained = (across * torch.linalg.solve(among, across.transpose(1, 2)).transpose(1, 2)).sum(dim=2)
    return torch.sqrt(torch.clamp(1 - explained, min=0))
