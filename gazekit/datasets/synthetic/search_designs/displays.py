"""The displays of a design as trials: which item stands where, drawn when it is looked at."""

from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Objects, Trial
from gazekit.datasets.synthetic.draws import Draws
from gazekit.datasets.synthetic.search_designs.design import Condition, Design
from gazekit.datasets.synthetic.search_designs.items import Item
from gazekit.files.untrusted import MAX_TRIALS, check_count
from gazekit.foundations.errors import GazekitError

APART = 10  # px between two items: a fixation on one is within 5 px of no other (see `searches.REACH`)


@dataclass(frozen=True, eq=False)
class Picture:
    """A display, drawn when called: items laid over a background at their top left corners."""

    background: np.ndarray
    items: tuple[Item, ...]
    corners: np.ndarray

    def __call__(self) -> np.ndarray:
        """(h, w, 3) uint8."""
        image = np.array(self.background)
        for item, (x, y) in zip(self.items, self.corners, strict=True):
            place = (slice(y, y + item.size[1]), slice(x, x + item.size[0]))
            image[place] = item.over(image[place])
        return image


def design_trials(design: Design, *, seed: int = 0, per_size: int | None = None) -> list[Trial]:
    """Make the displays of a design.

    A display depends on the seed and on its own name only (condition, target present or absent, set size, number).

    Parameters
    ----------
    design : Design
        What is shown.
    seed : int
        Seed of places and choices.
    per_size : int, optional
        Displays of each condition and set size; default the design's own.

    Returns
    -------
    list of Trial
        Named `condition/present/set size/number`. `objects` are the patches of all items, `cells` the same: where gaze
        may go. Where the target is absent there is no `target_box`, but the picture of what is sought.

    Raises
    ------
    GazekitError
        Items that leave the display, stand nearer than 10 px, or do not fit the layout.
    """
    per_size = design.displays if per_size is None else per_size
    kinds = (True, False) if design.absent else (True,)
    many = len(design.conditions) * len(kinds) * len(design.set_sizes) * per_size
    check_count(f"displays of {design.name}", many, MAX_TRIALS, "give fewer displays")
    return [
        _trial(design, condition, present, size, k, seed)
        for condition in design.conditions
        for present in kinds
        for size in design.set_sizes
        for k in range(per_size)
    ]


# ---------------------------------------------------------------- inside


def _trial(design: Design, condition: Condition, present: bool, size: int, index: int, seed: int) -> Trial:
    word = "present" if present else "absent"
    name = f"{condition.name}/{word}/{size:02d}/{index:03d}"
    draws = Draws(seed, "search-design", design.name, condition.name, word, size, index)
    sought = condition.targets[int(draws.below(len(condition.targets), 1)[0])]
    others = [condition.distractors[k] for k in draws.evenly(len(condition.distractors), size - present)]
    place = int(draws.below(size, 1)[0])  # of the target among the items: no order may give it away
    items = (*others[:place], sought, *others[place:]) if present else tuple(others)
    largest = np.max([item.size for item in (*condition.targets, *condition.distractors)], axis=0)
    area = (np.array(design.size) - largest) / design.px_per_degree
    least = (float(np.hypot(*(largest + APART))) + 2) / design.px_per_degree
    try:
        places = design.layout.places(size, (float(area[0]), float(area[1])), least, draws)
    except GazekitError as error:
        raise GazekitError(f"{design.name}: {error}") from error
    sizes = np.array([item.size for item in items])
    middles = places * design.px_per_degree + np.array(design.size) / 2
    corners = np.floor(middles - sizes / 2 + 0.5).astype(int)
    boxes = np.hstack([corners, corners + sizes]).astype(float)
    _check(design, name, boxes)
    target = Picture(
        np.full((sought.size[1], sought.size[0], 3), design.paint, np.uint8), (sought,), np.zeros((1, 2), int)
    )
    return Trial(
        name,
        name,
        Frame(*design.size, px_per_degree=design.px_per_degree),
        image_source=Picture(design.background, items, corners),
        task=f"search: {sought.name}",
        target_source=target,
        target_box=Box(*boxes[place]) if present else None,
        objects=Objects(boxes),
        target_object=place if present else None,
        max_fixations=max(design.limit, size),
        start=(float(design.size[0] // 2), float(design.size[1] // 2)),
        cells=boxes,
        condition=f"{design.name}/{condition.name}",
    )


def _check(design: Design, name: str, boxes: np.ndarray) -> None:
    if (boxes[:, :2] < 0).any() or (boxes[:, 2:] > np.array(design.size)).any():
        raise GazekitError(
            f"{design.name}: an item of the display {name} leaves it ({design.size[0]} x {design.size[1]} px); "
            f"give a larger size, smaller items, or places nearer to the middle"
        )
    gaps = np.maximum(boxes[:, None, :2] - boxes[None, :, 2:], boxes[None, :, :2] - boxes[:, None, 2:]).max(axis=2)
    np.fill_diagonal(gaps, np.inf)
    if gaps.min() < APART:
        raise GazekitError(
            f"{design.name}: two items of the display {name} are nearer than {APART} px, so that a fixation on one "
            f"could count for the other; give more room between places, less jitter, or smaller items"
        )
