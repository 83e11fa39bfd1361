"""Searches that evaluate the loss itself: one or several descents inside the image, or every place of a lattice.

All places of a lattice are the oracle that tells a poor search from a poor model.
"""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from gazekit.foundations.errors import check_whole
from gazekit.models.neva.algorithm import Found, Problem, Reference, Search

FINEST, COARSEST = 40, 14  # steps over a side of 2 grid units
PER_FOVEA = 0.45  # spacing of places in standard deviations of the fovea


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
        check_whole("starts", self.starts, 1)
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


class Places(NamedTuple):
    """Positions that a search over a map considers, padded to the longest row."""

    positions: Tensor  # (R, C, 2) float32
    valid: Tensor  # (R, C) bool
    shapes: list[tuple[int, int]]  # rows and columns of each row's lattice


def lattice(problem: Problem, steps: int | None = None, jitter: bool = True) -> Places:
    """Lay an even lattice of places over each row's image.

    Parameters
    ----------
    problem : Problem
        The rows.
    steps : int, optional
        Steps over a side of 2 grid units; default as the fovea needs, 14 for the paper's and up to 40 for smaller ones.
    jitter : bool
        Shift each row's lattice by a random part of a step (keyed). Without it, it reaches the image's borders.

    Returns
    -------
    Places
    """
    limits, deviations = problem.limits.double().cpu(), torch.sqrt(problem.sigma.double().cpu() / 2)
    offsets = problem.uniform(torch.arange(len(problem)), 0).double().cpu()[:, 0] if jitter else None
    rows, shapes = [], []
    for k in range(len(problem)):
        axes = []
        for side, (low, high) in enumerate(limits[k].tolist()):
            fine_enough = min(max(round(2 / (PER_FOVEA * float(deviations[k, side]))), COARSEST), FINEST)
            n = max(round((high - low) / 2 * (steps or fine_enough)), 1)
            if offsets is None:
                axes.append(torch.linspace(low, high, n + 1, dtype=torch.float64))
            else:
                axes.append(low + (torch.arange(n).double() + offsets[k, side]) * (high - low) / n)
        rows.append(torch.cartesian_prod(*axes))
        shapes.append((len(axes[0]), len(axes[1])))
    longest = max(len(row) for row in rows)
    positions = torch.stack([torch.cat([row, row[:1].expand(longest - len(row), 2)]) for row in rows])
    valid = torch.arange(longest)[None] < torch.tensor([len(row) for row in rows])[:, None]
    device = problem.image.device
    return Places(positions.float().to(device), valid.to(device), shapes)


@dataclass
class Grid(Search):
    """Evaluate every place of a lattice over the image.

    Parameters
    ----------
    cells : int
        Places over the longer side; 15 cost 225 forward passes per fixation on a square image.
    """

    name = "grid"
    cells: int = 15

    def __post_init__(self) -> None:
        check_whole("cells", self.cells, 2)

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        places = lattice(problem, self.cells - 1, jitter=False)
        row, place = places.valid.nonzero(as_tuple=True)
        losses = torch.full(places.valid.shape, torch.inf, device=row.device)
        losses[row, place] = problem.loss(row, places.positions[row, place])
        best = losses.argmin(dim=1)
        each = torch.arange(len(problem), device=row.device)
        return Found(places.positions[each, best], losses[each, best])
