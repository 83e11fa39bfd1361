"""Places on an even lattice: every one of them evaluated is the oracle that tells a poor search from a poor model."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.algorithm import Found, Problem, Search

FINEST, COARSEST = 40, 14  # steps over a side of 2 grid units
PER_FOVEA = 0.45  # spacing of places in standard deviations of the fovea


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
        if self.cells < 2:
            raise GazekitError(f"cells is a number of places over a side, at least 2, not {self.cells}")

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        places = lattice(problem, self.cells - 1, jitter=False)
        row, place = places.valid.nonzero(as_tuple=True)
        losses = torch.full(places.valid.shape, torch.inf, device=row.device)
        losses[row, place] = problem.loss(row, places.positions[row, place])
        best = losses.argmin(dim=1)
        each = torch.arange(len(problem), device=row.device)
        return Found(places.positions[each, best], losses[each, best])
