"""Simulated observers for the offline demonstration. They are not people and not one of the models that are scored.

Free viewing: the next fixation is drawn from local contrast (smoothed gradient energy) times a centre preference times
a preference for saccades of moderate amplitude, with a memory that keeps gaze from coming back; each observer weighs
places by a smooth random field of their own. Search: the observer visits items, near ones first, is drawn to the target
by an amount that depends on the kind of display, and stops on it.
"""

from collections.abc import Sequence

import numpy as np

from gazekit.core.scanpaths import Scanpath
from gazekit.core.trials import Trial
from gazekit.foundations.errors import GazekitError
from gazekit.foundations.randomness import keyed_rng

GRID = 32  # cells along the longer side of the map that fixations are drawn from
GUIDANCE = {"red disk among green": 3.0, "tilted bar among upright": 1.5, "ring among disks": 0.8, "T among L": 0.2}


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
