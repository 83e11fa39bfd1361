"""Who stands where: the cells, offsets and versions of the items of one display, drawn from its own random numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.search_arrays.description import Condition, Experiment, Versions
from gazekit.datasets.synthetic.search_arrays.drawings import Drawing


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The items of one display in the order in which they were placed, which is random.

    Parameters
    ----------
    cells : (k,) int64
        Grid cell of each item, all different.
    corners : (k, 2) int64
        (x, y) of each item's top left pixel.
    drawings : tuple of k Drawing
        What each item shows.
    target : int
        Which item is the target.
    """

    cells: np.ndarray
    corners: np.ndarray
    drawings: tuple[Drawing, ...]
    target: int

    @property
    def boxes(self) -> np.ndarray:
        """(k, 4) float64: x0, y0, x1, y1 of each item's patch, px."""
        sizes = np.array([drawing.size for drawing in self.drawings])
        return np.hstack([self.corners, self.corners + sizes]).astype(float)


def arrange(experiment: Experiment, condition: Condition, set_size: int, index: int, *, seed: int = 0) -> Arrangement:
    """Arrange the items of one display; depends on the seed and on the names and numbers of the display only.

    Parameters
    ----------
    experiment : Experiment
        The description.
    condition : Condition
        One of its conditions.
    set_size : int
        Items, the target included; 1 to the number of cells.
    index : int
        Which display of this condition and set size.
    seed : int
        Seed of the displays.

    Returns
    -------
    Arrangement

    Examples
    --------
    >>> from gazekit.datasets.synthetic.search_arrays import experiments
    >>> curvature = experiments()["curvature"]
    >>> found = arrange(curvature, curvature.conditions[0], 8, 0)
    >>> len(found.cells), found.drawings[found.target].name[:5]
    (8, 'curve')
    """
    layout = experiment.layout
    draws = Draws(seed, "search-arrays", experiment.name, condition.name, set_size, index)
    cells = draws.order(layout.grid**2)[:set_size]
    target = int(draws.below(set_size, 1)[0])
    offsets = draws.below(layout.jitter, 2 * set_size).reshape(set_size, 2)
    row, column = np.divmod(cells, layout.grid)
    corners = np.stack([column, row], axis=1) * layout.cell + offsets
    sought = _versions(condition.targets, [target], condition.versions, draws)
    places = [place for place in range(set_size) if place != target]
    others = _versions(condition.others, places, condition.versions, draws)
    return Arrangement(cells, corners, (*others[:target], *sought, *others[target:]), target)


def _versions(kinds: Sequence[Drawing], places: Sequence[int], rule: Versions, draws: Draws) -> tuple[Drawing, ...]:
    """Choose what the items at these places of the order show."""
    n, number = len(places), len(kinds)
    if n == 0:
        return ()
    if rule == "in turn":
        chosen = np.array(places) % number
    elif rule == "random":
        chosen = draws.below(number, n)
    else:
        rounds, rest = divmod(n, number)
        each = np.concatenate([np.tile(np.arange(number), rounds), draws.order(number)[:rest]])
        chosen = each[draws.order(n)]
    return tuple(kinds[k] for k in chosen)
