"""One forward and one backward pass give a rough map of the loss over positions; a few evaluations find its lowest."""

from collections.abc import Sequence

import torch

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.foveation import acuity
from gazekit.models.neva.optimisers.contract import Found, Search, lattice
from gazekit.models.neva.optimisers.surrogate import lowest, rounds_from
from gazekit.models.neva.problem import Problem


class Linearised(Search):
    """Correlate the loss's slope with the fovea.

    To first order, fixating p changes the loss by the sum over cells of slope * g_p, for all p at once a correlation
    with
    the fovea. The slope is taken where the whole image is sharpened by `level` beyond the memory: at the fully blurred
    state the slope says little about what a whole fovea of sharpness will do.

    Parameters
    ----------
    level : float
        Sharpness of the state at which the slope is taken, 0 to 1.
    rounds : int or sequence of int
        Places to evaluate by forward passes, by round; see `surrogate.lowest`.
    """

    name = "linearised"

    def __init__(self, level: float = 0.3, rounds: int | Sequence[int] = (4, 4)) -> None:
        if not 0 <= level < 1:
            raise GazekitError(f"level is a share of sharpness, from 0 to below 1, not {level}")
        self.level, self.rounds = float(level), rounds_from(rounds)

    def find(self, problem: Problem) -> Found:
        """Find the next fixation; see `Search.find`."""
        rows = torch.arange(len(problem), device=problem.image.device)
        places = lattice(problem)
        loss, pull = problem.pull_at(rows, self.level)
        expected = torch.zeros(places.valid.shape, device=pull.device)
        for k, (down_n, across_n) in enumerate(places.shapes):
            own = places.positions[k, : down_n * across_n].reshape(down_n, across_n, 2)
            ticks = torch.zeros(max(down_n, across_n), 2, device=pull.device)
            ticks[:down_n, 0], ticks[:across_n, 1] = own[:, 0, 0], own[0, :, 1]
            down, across = acuity(ticks, problem.sigma[k], problem.scenes.size)
            # a lattice and a separable fovea: two small matrix products instead of a correlation
            expected[k, : down_n * across_n] = (down[:down_n] @ pull[k] @ across[:across_n].T).flatten()
        return lowest(problem, places, loss[:, None] + expected, self.rounds)
