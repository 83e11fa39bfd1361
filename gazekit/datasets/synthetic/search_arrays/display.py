"""One display: which items stand where, drawn from its own random numbers, and the trial with its picture.

The picture is drawn when it is looked at.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Objects, Trial
from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.search_arrays.description import Condition, Drawing, Experiment, Layout, Versions


@dataclass(frozen=True, eq=False)
class Arrangement:
    """The items of one display in the order in which they were placed, which is random.

    Called, it draws the picture, always the same; it can be sent to other processes.

    Parameters
    ----------
    layout : Layout
        Size and background.
    cells : (k,) int64
        Grid cell of each item, all different.
    corners : (k, 2) int64
        (x, y) of each item's top left pixel.
    drawings : tuple of k Drawing
        What each item shows.
    target : int
        Which item is the target.
    """

    layout: Layout
    cells: np.ndarray
    corners: np.ndarray
    drawings: tuple[Drawing, ...]
    target: int

    @property
    def boxes(self) -> np.ndarray:
        """(k, 4) float64: x0, y0, x1, y1 of each item's patch, px."""
        sizes = np.array([drawing.size for drawing in self.drawings])
        return np.hstack([self.corners, self.corners + sizes]).astype(float)

    def __call__(self) -> np.ndarray:
        """Draw it: (side, side) uint8, or (side, side, 3) where the background or an item has a colour."""
        background = np.asarray(self.layout.background, dtype=np.uint8)
        coloured = background.ndim == 1 or any(drawing.pixels.ndim == 3 for drawing in self.drawings)
        shape = (self.layout.side, self.layout.side)
        image = np.empty((*shape, 3) if coloured else shape, dtype=np.uint8)
        image[:] = background
        for (x, y), drawing in zip(self.corners, self.drawings, strict=True):
            width, height = drawing.size
            grey = coloured and drawing.pixels.ndim == 2
            image[y : y + height, x : x + width] = drawing.pixels[:, :, None] if grey else drawing.pixels
        return image


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
    return Arrangement(layout, cells, corners, (*others[:target], *sought, *others[target:]), target)


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
        each = draws.evenly(number, n)
        chosen = each[draws.order(n)]
    return tuple(kinds[k] for k in chosen)


def search_trial(experiment: Experiment, condition: Condition, set_size: int, index: int, *, seed: int = 0) -> Trial:
    """Make one trial.

    Parameters
    ----------
    experiment, condition, set_size, index, seed
        As in `arrange`.

    Returns
    -------
    Trial
        Named `experiment/condition/set size/index`. `objects` are the patches of all items, in random order;
        `target_box` is where a fixation counts as having found the target, which is larger than the target's patch
        (`objects.boxes[target_object]`); `start` is the pixel in the middle.

    Examples
    --------
    >>> from gazekit.datasets.synthetic.search_arrays import experiments
    >>> curvature = experiments()["curvature"]
    >>> trial = search_trial(curvature, curvature.conditions[0], 8, 0)
    >>> trial.id, len(trial.objects), trial.image.shape, trial.target.shape
    ('curvature/curve_in_lines/08/000', 8, (339, 339, 3), (48, 48, 3))
    """
    layout = experiment.layout
    arrangement = arrange(experiment, condition, set_size, index, seed=seed)
    name = f"{experiment.name}/{condition.name}/{set_size:02d}/{index:03d}"
    middle = float(layout.side // 2)
    return Trial(
        name,
        name,
        Frame(layout.side, layout.side, px_per_degree=layout.px_per_degree),
        image_source=arrangement,
        task=f"search: {condition.task}",
        target_source=arrangement.drawings[arrangement.target],
        target_box=_found_region(experiment, arrangement),
        objects=Objects(arrangement.boxes),
        target_object=arrangement.target,
        max_fixations=len(layout.cells) + 1,  # as the published searches: one more than there are cells
        start=(middle, middle),
        cells=layout.cells,
        condition=f"{experiment.name}/{condition.name}",
    )


def _found_region(experiment: Experiment, arrangement: Arrangement) -> Box:
    if experiment.found == "cell":
        return Box(*map(float, experiment.layout.cells[arrangement.cells[arrangement.target]]))
    side, cell = experiment.layout.side, experiment.layout.cell
    x, y = map(int, arrangement.corners[arrangement.target])
    return Box(float(x), float(y), float(min(x + cell, side)), float(min(y + cell, side)))
