"""From a rough map of the loss to its lowest place: evaluate a few places, correct the map by them, and again.

The map's error is modelled as a Gaussian process over positions, as smooth as the fovea is wide: foveas that overlap
let nearly the same things be seen, so their errors are alike.
"""

from abc import abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.algorithm import Found, Problem, Search
from gazekit.models.neva.searches.lattice import Places, lattice

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
