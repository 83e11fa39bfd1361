"""A few small made-up trials that have every field, for trying a model out without any data."""

from collections.abc import Sequence

import numpy as np

from gazekit.core.frames import Facts, Frame
from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.core.trials import Box, Dataset, Objects, Trial
from gazekit.foundations.randomness import keyed_rng

ITEM = 20  # px; side of an item
COLOURS = ((200, 40, 40), (40, 160, 40), (40, 60, 200), (220, 200, 40))


def example_trials() -> tuple[Trial, ...]:
    """Make five small trials: coloured squares on noise, one of which is to be found.

    They have every field of `Trial`, and differ where models stumble: landscape, portrait, square and odd
    sizes, one grey picture of shape (H, W), two trials on one stimulus, with and without px_per_degree.

    Examples
    --------
    >>> [t.frame.size for t in example_trials()]
    [(160, 120), (160, 120), (120, 160), (150, 150), (161, 97)]
    """
    frames = [Frame(160, 120, 20), Frame(160, 120, 20), Frame(120, 160), Frame(150, 150, 15), Frame(161, 97)]
    stimuli = ["example-0", "example-0", "example-1", "example-2", "example-3"]
    trials = []
    for i, (stimulus, frame) in enumerate(zip(stimuli, frames, strict=True)):
        image, boxes = _picture(stimulus, frame)
        if i == 3:
            image = image.mean(axis=2).astype(np.uint8)
        shown = np.repeat(image[..., None], 3, axis=2) if image.ndim == 2 else image
        crops = [np.ascontiguousarray(shown[y : y + ITEM, x : x + ITEM]) for x, y in boxes[:, :2].astype(int)]
        masks = np.zeros((len(boxes), *image.shape[:2]), dtype=bool)
        for mask, (x, y) in zip(masks, boxes[:, :2].astype(int), strict=True):
            mask[y : y + ITEM, x : x + ITEM] = True
        wanted = i % len(boxes)
        trials.append(
            Trial(
                f"example-trial-{i}",
                stimulus,
                frame,
                image_source=image,
                caption="four coloured squares on a grey ground",
                task="search: square",
                target_source=crops[wanted],
                target_box=Box(*boxes[wanted].tolist()),
                objects=Objects(boxes, crops, masks, [f"square {k}" for k in range(len(boxes))]),
                target_object=wanted,
                max_fixations=8,
                start=frame.centre,
            )
        )
    return tuple(trials)


def example_dataset() -> Dataset:
    """Make a data set of `example_trials` with made-up scanpaths of three subjects.

    Examples
    --------
    >>> example_dataset()
    Dataset('example', 5 trials, 15 scanpaths)
    """
    return with_people(example_trials())


def with_people(trials: Sequence[Trial]) -> Dataset:
    """Make a data set of any trials with made-up scanpaths of three subjects: on objects, where there are any."""
    paths = []
    for trial in trials:
        places = np.array([[0, 0, *trial.frame.size]]) if trial.objects is None else trial.objects.boxes
        for subject in ("a", "b", "c"):
            rng = keyed_rng(0, "example", trial.id, subject)
            boxes = places[rng.integers(len(places), size=int(rng.integers(3, 8)))]
            x, y = rng.uniform(boxes[:, 0], boxes[:, 2]), rng.uniform(boxes[:, 1], boxes[:, 3])
            ids = {"stimulus": trial.stimulus, "trial": trial.id, "subject": subject, "task": trial.task or ""}
            paths.append(Scanpath(x, y, rng.uniform(100, 400, len(boxes)), trial.frame, ids))
    facts = Facts(forced_first=False, points="fixations")
    return Dataset("example", tuple(trials), Scanpaths.from_paths(paths, facts))


def _picture(stimulus: str, frame: Frame) -> tuple[np.ndarray, np.ndarray]:
    """Draw four coloured squares, one per quarter: image (H, W, 3) uint8 and boxes (4, 4) px."""
    rng = keyed_rng(0, "example picture", stimulus)
    height, width = int(frame.height), int(frame.width)
    image = rng.integers(100, 150, (height, width, 3), dtype=np.uint8)
    boxes = []
    for k, colour in enumerate(COLOURS):
        x = int(rng.integers(width // 2 - ITEM)) + (k % 2) * (width // 2)
        y = int(rng.integers(height // 2 - ITEM)) + (k // 2) * (height // 2)
        image[y : y + ITEM, x : x + ITEM] = colour
        boxes.append((x, y, x + ITEM, y + ITEM))
    return image, np.array(boxes, dtype=float)
