"""Whether scored images are among those that a model was trained on: by name, by pixels, or nearly the same picture."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.stimulus_names import SUFFIXES, match_names
from gazekit.core.trials import Dataset
from gazekit.files.images import read_image_file
from gazekit.foundations.errors import DataError

SIDE = 16  # rows and columns of signs of a picture's hash
NEAR = 26  # of its 256 signs may differ between a picture and its copy in another size, coding or brightness


def seen_in_training(part: Dataset, trained_on: str | Path | Iterable[str] | None) -> dict[str, Any]:
    """Scored images that were trained on, as far as that is known.

    Parameters
    ----------
    part : Dataset
        The images that are scored.
    trained_on : path or iterable of str, optional
        A folder of the training images, whose pictures are compared; or their names.

    Returns
    -------
    dict
        `known`; where it is, `listed` (how many were named or compared), `images` (those that were trained on, by their
        names, or because a picture is nearly the same) and, of a folder, `near`: image, file and how many of
        the 256 signs of the hashes differ.

    Raises
    ------
    DataError
        A folder without a picture.
    """
    if trained_on is None:
        return {"known": False, "why": "nobody said which images the models were trained on (--trained-on)"}
    if not isinstance(trained_on, str | Path):
        given = [*dict.fromkeys(trained_on)]
        return {
            "known": True,
            "listed": len(given),
            "images": sorted(set(match_names(given, part.stimuli).values())),
            "near": [],
        }
    folder = Path(trained_on)
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in SUFFIXES[:11])
    if not files:
        raise DataError(f"{folder} has no picture: give the folder of the training images, or a list of their names")
    theirs = np.stack([picture_hash(read_image_file(file)) for file in files])
    near = []
    for trial in {trial.stimulus: trial for trial in part.trials}.values():
        if not trial.has("image"):
            continue
        apart = (theirs != picture_hash(trial.image)).sum(axis=1)
        near += [
            {"image": trial.stimulus, "file": files[k].relative_to(folder).as_posix(), "signs": int(apart[k])}
            for k in np.flatnonzero(apart <= NEAR)
        ]
    return {"known": True, "listed": len(files), "images": sorted({each["image"] for each in near}), "near": near}


def picture_hash(image: np.ndarray) -> np.ndarray:
    """(256,) bool: whether each part of the picture is darker than the part right of it.

    A picture that is scaled, coded again, or made brighter keeps most of them; about half differ of two pictures.

    Parameters
    ----------
    image : (H, W, 3) uint8

    Examples
    --------
    >>> image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    >>> int((picture_hash(image) != picture_hash(np.repeat(image, 2, axis=0))).sum())
    0
    """
    from PIL import Image

    grey = Image.fromarray(np.ascontiguousarray(image)).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    values = np.asarray(grey, dtype=np.int16)
    return (np.diff(values, axis=1) > 0).ravel()
