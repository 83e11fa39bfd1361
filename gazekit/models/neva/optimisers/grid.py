"""Every place of a lattice: the oracle that tells a poor search from a poor model."""

import torch

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.optimisers.contract import Found, Search, lattice
from gazekit.models.neva.problem import Problem


class Grid(Search):
    """Evaluate every place of a lattice over the image.

    Parameters
    ----------
    cells : int
        Places over the longer side; 15 cost 225 forward passes per fixation on a square image.
    """

    name = "grid"

    def __init__(self, cells: int = 15) -> None:
        if cells < 2:
            raise GazekitError(f"cells is a number of places over a side, at least 2, not {cells}")
        self.cells = int(cells)

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        places = lattice(problem, self.cells - 1, jitter=False)
        row, place = places.valid.nonzero(as_tuple=True)
        losses = torch.full(places.valid.shape, torch.inf, device=row.device)
        losses[row, place] = problem.loss(row, places.positions[row, place])
        best = losses.argmin(dim=1)
        each = torch.arange(len(problem), device=row.device)
        return Found(places.positions[each, best], losses[each, best])
