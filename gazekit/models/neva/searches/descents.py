"""The published steps, kept inside the image and to positions that were evaluated; and several descents at once."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.algorithm import Found, Problem, Reference, Search


class Evaluated(Reference):
    """The published steps, but the answer is the best position that was truly evaluated, and never outside the image.

    Saves the last backward pass, which could move nothing that is looked at.

    Parameters
    ----------
    iterations, step, restart
        As in `Reference`; restarts are drawn over the image.
    """

    name = "evaluated"

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        rows = torch.arange(len(problem), device=problem.image.device)
        return descend(problem, rows, problem.limits.mean(dim=2), self.iterations, self.step, self.restart)


@dataclass
class Restarts(Search):
    """Several short descents from different places at once: the passes of one long one, at a fraction of the depth.

    The first starts at the image's centre, the others at random places (keyed).

    Parameters
    ----------
    starts : int
        Descents per row.
    iterations : int
        Steps of each.
    step : float
        Length along each axis, grid units.
    """

    name = "restarts"
    starts: int = 4
    iterations: int = 5
    step: float = 0.1

    def __post_init__(self) -> None:
        if self.starts < 1:
            raise GazekitError(f"starts is a number of descents, at least 1, not {self.starts}")
        Reference(self.iterations, self.step)  # checks them

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        each = torch.arange(len(problem), device=problem.image.device)
        low, high = problem.limits.unbind(dim=2)
        others = low[:, None] + problem.uniform(each, 0, self.starts - 1) * (high - low)[:, None]
        first = torch.cat([((low + high) / 2)[:, None], others], dim=1)
        rows = each.repeat_interleave(self.starts)
        found = descend(problem, rows, first.reshape(-1, 2), self.iterations, self.step, restart=None)
        loss = found.loss.reshape(-1, self.starts)
        best = loss.argmin(dim=1)
        return Found(found.positions.reshape(first.shape)[each, best], loss[each, best])


def descend(problem: Problem, rows: Tensor, p: Tensor, iterations: int, step: float, restart: bool | None) -> Found:
    """Sign steps from p (n, 2) inside the image; the best evaluated position of each of n rows, and its loss.

    `restart`: throw a position that did not improve to a random place (True), shake it (False), or go on (None).
    """
    low, high = problem.limits[rows].unbind(dim=2)
    best_p, best_loss = p, torch.full((len(rows),), float("inf"), device=rows.device)
    for iteration in range(iterations):
        last = iteration == iterations - 1
        loss, gradient = (problem.loss(rows, p), None) if last else problem.loss_and_gradient(rows, p)
        better = loss < best_loss
        best_loss = torch.where(better, loss, best_loss)
        best_p = torch.where(better[:, None], p, best_p)
        if gradient is None:
            break
        p = p - step * torch.sign(gradient)
        if restart is not None:
            draws = problem.uniform(rows, iteration)[:, 0]
            elsewhere = low + draws * (high - low) if restart else p + step * (draws - 0.5)
            p = torch.where(better[:, None], p, elsewhere)
        p = torch.minimum(torch.maximum(p, low), high)
    return Found(best_p, best_loss)
