"""SALICON: 15,000 photographs under a mouse that moves a sharp window; it is no gaze, and declared as such."""

from pathlib import Path
from typing import Literal

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder

SIZE = (640, 480)  # px, of every image
TASK = "free viewing"
PARTS = ("train", "val")


def load(folder: PublishedFolder, *, points: Literal["fixations", "samples"] = "fixations") -> Dataset:
    """Read SALICON.

    Parameters
    ----------
    folder : PublishedFolder
        With `train/` and `val/` (one of them is enough), a .mat file per image, and, for the images, `images/train/`
        and `images/val/`.
    points : {"fixations", "samples"}
        "fixations": where the authors found the mouse to rest. "samples": every recorded position, about 100 times as
        many.

    Returns
    -------
    Dataset
        A trial per photograph; (x, y) px of 640 x 480 images, no durations. The paths declare `points="mouse"`: metrics
        refuse to compare them with gaze. People are not known across images, so that each path has a subject of its own
        ("COCO_train2014_000000000009/1"). The table adds `split`.

    Raises
    ------
    DataError
        There is no .mat file, or one that is truncated or of another structure.
    """
    files = {part: sorted(_mats(folder.root / part)) for part in PARTS}
    if not any(files.values()):
        raise folder.absent("there is no .mat file in train/ or val/")
    field, frame = {"fixations": "fixations", "samples": "location"}[points], folder.frame(*SIZE)
    for part, of in files.items():
        for file in of:
            gaze, name = folder.mat(file, "gaze"), f"{file.stem}.jpg"
            with folder.structure(file):
                for k, person in enumerate(gaze, start=1):
                    xy = np.asarray(getattr(person, field), dtype=float).reshape(-1, 2) - 1  # MATLAB counts from 1
                    row = {"stimulus": name, "subject": f"{file.stem}/{k}", "task": TASK, "split": part}
                    folder.add_path(xy[:, 0], xy[:, 1], None, frame, **row)
                    folder.counts["scanpaths without a point (kept, empty)"] += len(xy) == 0
            image = folder.root / "images" / part / name
            folder.trials.append(Trial(name, name, frame, image_source=image, task=TASK))
    return folder.dataset()


def _mats(folder: Path) -> list[Path]:
    return [p for p in folder.glob("*.mat") if not p.name.startswith(".")]
