"""A rough map of the loss over positions from one forward and one backward pass of the network."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gazekit.foundations.errors import GazekitError
from gazekit.models.neva.algorithm import Problem, acuity
from gazekit.models.neva.searches.lattice import Places
from gazekit.models.neva.searches.surrogate import MapSearch


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
        Places to evaluate by forward passes, by round; see `surrogate.lowest`.
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
