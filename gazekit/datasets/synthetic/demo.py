"""The offline demonstration: photographs that scikit-image ships, generated search displays, and simulated observers.

No person looked at these images here. The observers are a simulation and not one of the models that are scored, so the
demonstration shows how the toolkit works, not how people look; every page made from it says so.

Displays: a grid of items, one of them the target, drawn without anti-aliasing by closed-form masks, so that the pixels
are equal on every machine.

Free viewing: the next fixation is drawn from local contrast (smoothed gradient energy) times a centre preference times
a preference for saccades of moderate amplitude, with a memory that keeps gaze from coming back; each observer weighs
places by a smooth random field of their own. Search: the observer visits items, near ones first, is drawn to the target
by an amount that depends on the kind of display, and stops on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Box, Dataset, Objects, Trial
from gazekit.datasets.registry import datasets
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng

SIZE, CELLS, ITEM, GREY = 480, 5, 36, 128
GRID = 32  # cells along the longer side of the map that fixations are drawn from
GUIDANCE = {"red disk among green": 3.0, "tilted bar among upright": 1.5, "ring among disks": 0.8, "T among L": 0.2}
PHOTOGRAPHS = ("astronaut", "camera", "chelsea", "coffee", "coins", "hubble_deep_field", "rocket", "moon")
OBSERVERS = 10


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


def observe(trial: Trial, observers: Sequence[str], *, seed: int = 0) -> list[Scanpath]:
    """Simulate observers on one trial.

    Parameters
    ----------
    trial : Trial
        A photograph (free viewing) or a display with objects and a target (search).
    observers : sequence of str
        Their names; what one observer does depends on (seed, observer, trial) only.
    seed : int
        Seed of the simulation.

    Returns
    -------
    list of Scanpath
        One per observer; px and ms; subject is the observer's name.
    """
    attraction = None if trial.objects is not None else _attraction(trial)
    paths = []
    for observer in observers:
        rng = keyed_rng(seed, "observer", observer, trial.id)
        x, y = _search(trial, rng) if attraction is None else _view(trial, attraction, rng)
        duration = rng.lognormal(np.log(230.0), 0.35, size=len(x))
        ids = {"stimulus": trial.stimulus, "subject": observer, "trial": trial.id, "task": trial.task or ""}
        paths.append(Scanpath(x, y, duration, trial.frame, ids))
    return paths


def _attraction(trial: Trial) -> np.ndarray:
    """(3, rows, columns): x px, y px and weight of the cells that fixations are drawn from."""
    from scipy.ndimage import gaussian_filter, sobel

    width, height = trial.frame.size
    step = max(width, height) / GRID
    grey = trial.image.mean(axis=2)
    energy = gaussian_filter(np.hypot(sobel(grey, 0), sobel(grey, 1)), step)
    v, u = (np.mgrid[: round(height / step), : round(width / step)] + 0.5) * step
    weight = energy[v.astype(int).clip(max=grey.shape[0] - 1), u.astype(int).clip(max=grey.shape[1] - 1)]
    centred = np.exp(-(((u - width / 2) / width) ** 2 + ((v - height / 2) / height) ** 2) / (2 * 0.3**2))
    return np.stack([u, v, (weight / weight.max()) ** 2 * centred])


def _view(trial: Trial, attraction: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    from scipy.ndimage import gaussian_filter

    (width, height), (u, v, shared) = trial.frame.size, attraction
    step, longer = max(width, height) / GRID, max(width, height)
    taste = np.exp(3 * gaussian_filter(rng.standard_normal(u.shape), 2))
    weight, now, path = shared * taste + 1e-6, np.array([width / 2, height / 2]), []
    memory = np.zeros_like(weight)
    for _ in range(int(rng.integers(6, 13))):
        amplitude = np.hypot(u - now[0], v - now[1]) / (0.2 * longer)
        chance = weight * amplitude * np.exp(-amplitude) * (1 - memory)
        cell = rng.choice(chance.size, p=(chance / chance.sum()).ravel())
        now = np.array([u.flat[cell], v.flat[cell]]) + rng.uniform(-step / 2, step / 2, 2)
        memory = np.maximum(0.8 * memory, np.exp(-((u - now[0]) ** 2 + (v - now[1]) ** 2) / (2 * (2 * step) ** 2)))
        path.append(np.clip(now, 0, [width, height]))
    return tuple(np.array(path).T)


def _search(trial: Trial, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    if trial.objects is None or trial.target_object is None:
        raise GazekitError(f"trial {trial.id!r} has no objects with a target among them to search for")
    boxes = trial.objects.boxes
    centres = np.column_stack([boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]]) / 2
    size = boxes[:, 2] - boxes[:, 0]
    guidance = next((g for kind, g in GUIDANCE.items() if kind in (trial.task or "")), 1.0)
    now, left, path = np.array(trial.frame.centre), np.ones(len(boxes), dtype=bool), []
    for _ in range(trial.max_fixations or 15):
        near = np.exp(-np.hypot(*(centres - now).T) / (0.3 * trial.frame.width))
        near[trial.target_object] *= 1 + guidance
        item = rng.choice(len(boxes), p=near * left / (near * left).sum())
        now = centres[item] + rng.normal(0, 0.15, 2) * size[item]
        path.append(now)
        left[item] = False
        if item == trial.target_object or not left.any():
            break
    return tuple(np.array(path).T)


def load(*, seed: int = 0, observers: int = OBSERVERS, displays_per_kind: int = 3) -> Dataset:
    """Make the demonstration's data set; `gazekit.load_dataset("demo")` calls this.

    Parameters
    ----------
    seed : int
        Seed of the displays and of the observers.
    observers : int
        Simulated observers.
    displays_per_kind : int
        Search displays of each of the four kinds.

    Returns
    -------
    Dataset
        8 photographs and 4 x `displays_per_kind` displays, each seen by every observer.

    Examples
    --------
    >>> data = load(observers=2, displays_per_kind=1)
    >>> len(data.trials), len(data.scanpaths)
    (12, 24)
    """
    trials = [_photograph(name) for name in PHOTOGRAPHS]
    trials += [search_display(pair, 12, k, seed=seed) for pair in PAIRS for k in range(displays_per_kind)]
    names = [f"observer {k + 1}" for k in range(observers)]
    paths = [path for trial in trials for path in observe(trial, names, seed=seed)]
    card = datasets["demo"]
    return Dataset("demo", tuple(trials), Scanpaths.from_paths(paths, card.facts), card)


def _photograph(name: str) -> Trial:
    from skimage import data

    read: Callable[[], np.ndarray] = getattr(data, name)
    image = np.asarray(read())
    height, width = image.shape[:2]
    return Trial(
        name, name, Frame(width, height), image_source=image, task="free viewing", start=(width / 2, height / 2)
    )
