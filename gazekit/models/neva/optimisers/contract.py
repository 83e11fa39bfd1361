"""What every search does, and the places that searches over a map consider."""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor

from gazekit.models.neva.problem import Problem


class Found(NamedTuple):
    """Where to look, and the loss on record for it."""

    positions: Tensor  # (R, 2) float32, (row, column) on the grid
    loss: Tensor  # (R,) float32


class Search(ABC):
    """Looks for the position of least loss, for all rows of a problem at once.

    A row's answer depends on that row only. What it costs is counted by the problem: `Problem.forward` and `.backward`.
    """

    name: ClassVar[str]
    needs_places: ClassVar[bool] = False  # whether the encoder must be `spatial`

    @abstractmethod
    def find(self, problem: Problem) -> Found:
        """Find the next fixation of every row."""


class Places(NamedTuple):
    """Positions that a search over a map considers, padded to the longest row.

    positions (R, C, 2) float32; valid (R, C) bool; shapes: rows and columns of each row's lattice.
    """

    positions: Tensor
    valid: Tensor
    shapes: list[tuple[int, int]]


FINEST, COARSEST = 40, 14  # steps over a side of 2 grid units
PER_FOVEA = 0.45  # spacing of places in standard deviations of the fovea


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
    limits, sigma = problem.limits.double().cpu(), problem.sigma.double().cpu()
    offsets = problem.uniform(torch.arange(len(problem)), 0).double().cpu()[:, 0] if jitter else None
    rows, shapes = [], []
    for k in range(len(problem)):
        axes = []
        for side in range(2):
            low, high = limits[k, side].tolist()
            deviation = float(torch.sqrt(sigma[k, side] / 2))
            per_two = steps or min(max(round(2 / (PER_FOVEA * deviation)), COARSEST), FINEST)
            n = max(round((high - low) / 2 * per_two), 1) + (0 if jitter else 1)
            if offsets is None:
                axes.append(
                    torch.linspace(low, high, n, dtype=torch.float64) if n > 1 else torch.tensor([low]).double()
                )
            else:
                axes.append(low + (torch.arange(n).double() + offsets[k, side]) * (high - low) / n)
        rows.append(torch.cartesian_prod(*axes))
        shapes.append((len(axes[0]), len(axes[1])))
    longest = max(len(row) for row in rows)
    positions = torch.stack([torch.cat([row, row[:1].expand(longest - len(row), 2)]) for row in rows])
    valid = torch.arange(longest)[None] < torch.tensor([len(row) for row in rows])[:, None]
    device = problem.image.device
    return Places(positions.float().to(device), valid.to(device), shapes)
