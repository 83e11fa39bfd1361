"""Simple generated search displays: a grid of items, one of them the target.

These serve the offline demonstration. Items are drawn without anti-aliasing by closed-form masks, so that the pixels
are equal on every machine.
"""

from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Box, Objects, Trial
from gazekit.foundations.randomness import keyed_rng

SIZE, CELLS, ITEM, GREY = 480, 5, 36, 128


@dataclass(frozen=True)
class ItemPair:
    """What the target and the distractors of a display look like: a shape and an RGB colour each."""

    name: str
    target: tuple[str, tuple[int, int, int]]
    distractor: tuple[str, tuple[int, int, int]]


PAIRS = (
    ItemPair("red disk among green", ("disk", (200, 60, 60)), ("disk", (60, 150, 60))),
    ItemPair("tilted bar among upright", ("tilted", (20, 20, 20)), ("upright", (20, 20, 20))),
    ItemPair("T among L", ("T", (230, 230, 230)), ("L", (230, 230, 230))),
    ItemPair("ring among disks", ("ring", (20, 20, 20)), ("disk", (20, 20, 20))),
)


def search_display(pair: ItemPair, set_size: int, index: int, *, seed: int = 0) -> Trial:
    """Draw one search display.

    Parameters
    ----------
    pair : ItemPair
        Target and distractors.
    set_size : int
        Items shown, 2 to 24 (the central cell stays empty: gaze starts there).
    index : int
        Which display of its kind.
    seed : int
        Seed of the arrangement.

    Returns
    -------
    Trial
        480 x 480 px, with every item's box and mask, the target's box and its picture.

    Examples
    --------
    >>> trial = search_display(PAIRS[0], 12, 0)
    >>> trial.image.shape, len(trial.objects), trial.target.shape
    ((480, 480, 3), 12, (36, 36, 3))
    """
    name = f"{pair.name}, {set_size} items, {index}"
    rng = keyed_rng(seed, "display", name)
    pitch, middle = SIZE // CELLS, CELLS * CELLS // 2
    cells = rng.permutation([c for c in range(CELLS * CELLS) if c != middle])[:set_size]
    image = np.full((SIZE, SIZE, 3), GREY, dtype=np.uint8)
    boxes, masks = np.empty((set_size, 4)), np.zeros((set_size, SIZE, SIZE), dtype=bool)
    for k, cell in enumerate(cells):
        row, column = divmod(int(cell), CELLS)
        jitter = rng.integers(-10, 11, size=2)
        x, y = column * pitch + (pitch - ITEM) // 2 + jitter[0], row * pitch + (pitch - ITEM) // 2 + jitter[1]
        shape, colour = pair.target if k == 0 else pair.distractor
        drawn = shape_mask(shape, ITEM, turns=int(rng.integers(4)) if shape in "TL" else 0)
        image[y : y + ITEM, x : x + ITEM][drawn] = colour
        boxes[k] = x, y, x + ITEM, y + ITEM
        masks[k, y : y + ITEM, x : x + ITEM] = True
    target = Box(*boxes[0])
    x0, y0 = int(target.x0), int(target.y0)
    return Trial(
        name,
        name,
        Frame(SIZE, SIZE, px_per_degree=30),
        image_source=image,
        task=f"search: {pair.name}",
        target_source=image[y0 : y0 + ITEM, x0 : x0 + ITEM].copy(),
        target_box=target,
        objects=Objects(boxes, masks=masks),
        target_object=0,
        max_fixations=15,
        start=(SIZE / 2, SIZE / 2),
    )


def shape_mask(shape: str, size: int, *, turns: int = 0) -> np.ndarray:
    """(size, size) bool: a disk, ring, T, L, or an upright or tilted bar, turned by `turns` right angles."""
    v, u = np.mgrid[:size, :size] + 0.5 - size / 2
    arm, radius = size / 10, size * 0.42
    inside = np.maximum(abs(u), abs(v)) <= radius
    match shape:
        case "disk":
            mask = np.hypot(u, v) <= radius
        case "ring":
            mask = (np.hypot(u, v) <= radius) & (np.hypot(u, v) > radius - 2 * arm)
        case "upright":
            mask = (abs(u) <= arm) & (abs(v) <= radius)
        case "tilted":
            along, across = (u + 2 * v) / np.sqrt(5), (2 * u - v) / np.sqrt(5)
            mask = (abs(across) <= arm) & (abs(along) <= radius)
        case "T":
            mask = inside & ((abs(u) <= arm) | (v <= -radius + 2 * arm))
        case "L":
            mask = inside & ((u <= -radius + 2 * arm) | (v >= radius - 2 * arm))
        case _:
            raise ValueError(f"no shape {shape!r}")
    return np.rot90(mask, turns)
