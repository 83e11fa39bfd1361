"""The authors' search: steps of fixed length along the sign of the gradient, as published and as it should be."""

import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.optimisers.contract import Found, Search
from gazekit.models.neva.problem import Problem


class Reference(Search):
    """The published loop, with its quirks.

    From the grid's centre, `iterations` times: loss and gradient here, then a step of `step` along each axis against
    the gradient's sign. If the loss is the best so far, what is remembered is the position after the step, whose loss
    nobody
    looked at (the published off-by-one; the recorded loss is that before the step). If not, the position is thrown to a
    random place (`restart`), or shaken by up to half a step. Nothing keeps it inside the image.

    Parameters
    ----------
    iterations : int
        Steps; each costs a forward and a backward pass.
    step : float
        Length along each axis, grid units.
    restart : bool
        True as in NevaClip (2024), False (shaking) as in the NeVA release (2022).
    """

    name = "reference"

    def __init__(self, iterations: int = 20, step: float = 0.1, restart: bool = True) -> None:
        if iterations < 1 or not step > 0:
            raise GazekitError(
                f"a search needs iterations of at least 1 and a positive step, not {iterations} and {step}"
            )
        self.iterations, self.step, self.restart = int(iterations), float(step), bool(restart)

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        rows = torch.arange(len(problem), device=problem.image.device)
        p = torch.zeros(len(rows), 2, device=rows.device)
        best_p, best_loss = p.clone(), torch.full((len(rows),), float("inf"), device=rows.device)
        for iteration in range(self.iterations):
            loss, gradient = problem.loss_and_gradient(rows, p)
            p = p - self.step * torch.sign(gradient)
            better = loss < best_loss
            best_loss = torch.where(better, loss, best_loss)
            best_p = torch.where(better[:, None], p, best_p)
            p = torch.where(better[:, None], p, self._elsewhere(p, problem.uniform(rows, iteration)[:, 0]))
        return Found(best_p, best_loss)

    def _elsewhere(self, p: Tensor, draws: Tensor) -> Tensor:
        return 2 * draws - 1 if self.restart else p + self.step * (draws - 0.5)


class Evaluated(Search):
    """The same steps, but the answer is the best position that was truly evaluated, and never outside the image.

    Saves the last backward pass, which could move nothing that is looked at.

    Parameters
    ----------
    iterations, step, restart
        As in `Reference`; restarts are drawn over the image.
    """

    name = "evaluated"

    def __init__(self, iterations: int = 20, step: float = 0.1, restart: bool = True) -> None:
        self._loop = Reference(iterations, step, restart)
        self.iterations, self.step, self.restart = self._loop.iterations, self._loop.step, self._loop.restart

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        rows = torch.arange(len(problem), device=problem.image.device)
        return descend(problem, rows, problem.limits.mean(dim=2), self.iterations, self.step, self.restart)


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

    def __init__(self, starts: int = 4, iterations: int = 5, step: float = 0.1) -> None:
        if starts < 1:
            raise GazekitError(f"starts is a number of descents, at least 1, not {starts}")
        self._loop = Reference(iterations, step)
        self.starts, self.iterations, self.step = int(starts), self._loop.iterations, self._loop.step

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        n = len(problem)
        each = torch.arange(n, device=problem.image.device)
        low, high = problem.limits.unbind(dim=2)
        first = torch.cat(
            [
                ((low + high) / 2)[:, None],
                low[:, None] + problem.uniform(each, 0, self.starts - 1) * (high - low)[:, None],
            ]
            if self.starts > 1
            else [((low + high) / 2)[:, None]],
            dim=1,
        )
        rows = each.repeat_interleave(self.starts)
        found = descend(problem, rows, first.reshape(-1, 2), self.iterations, self.step, restart=None)
        best = found.loss.reshape(n, self.starts).argmin(dim=1)
        return Found(
            found.positions.reshape(n, self.starts, 2)[each, best], found.loss.reshape(n, self.starts)[each, best]
        )


def descend(problem: Problem, rows: Tensor, p: Tensor, iterations: int, step: float, restart: bool | None) -> Found:
    """Sign steps from p (n, 2) inside the image; the best evaluated position of each of n rows, and its loss.

    `restart`: throw a position that did not improve to a random place (True), shake it (False), or go on (None).
    """
    low, high = problem.limits[rows].unbind(dim=2)
    best_p, best_loss = p.clone(), torch.full((len(rows),), float("inf"), device=rows.device)
    for iteration in range(iterations):
        last = iteration == iterations - 1
        if last:
            loss, gradient = problem.loss(rows, p), torch.zeros_like(p)
        else:
            loss, gradient = problem.loss_and_gradient(rows, p)
        better = loss < best_loss
        best_loss = torch.where(better, loss, best_loss)
        best_p = torch.where(better[:, None], p, best_p)
        if last:
            break
        p = p - step * torch.sign(gradient)
        if restart is not None:
            draws = problem.uniform(rows, iteration)[:, 0]
            elsewhere = low + draws * (high - low) if restart else p + step * (draws - 0.5)
            p = torch.where(better[:, None], p, elsewhere)
        p = torch.minimum(torch.maximum(p, low), high)
    return Found(best_p, best_loss)
