"""Whether scored images are among those that a model was trained on: by name, by pixels, or nearly the same picture."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from gazekit.core.pictures import SIDE, copies, small_grey
from gazekit.core.stimulus_names import match_names
from gazekit.core.trials import Dataset
from gazekit.files.images import read_image_file
from gazekit.foundations.errors import DataError
from gazekit.interchange.own_data import image_files


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
        names, or because a picture is nearly the same) and, of a folder, `near`: image, file and their correlation; see
        `gazekit.core.pictures.copies`.

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
    files = image_files(folder)
    if not files:
        raise DataError(f"{folder} has no picture: give the folder of the training images, or a list of their names")
    shown = {trial.stimulus: trial for trial in part.trials if trial.has("image")}
    near = []
    if shown:
        ours = np.stack([small_grey(trial.image) for trial in shown.values()])
        theirs = np.stack([small_grey(read_image_file(file, at_least=2 * SIDE)) for file in files])
        names = list(shown)
        near = [
            {"image": names[i], "file": files[j].relative_to(folder).as_posix(), "correlation": round(r, 3)}
            for i, j, r in copies(ours, theirs)
        ]
    return {"known": True, "listed": len(files), "images": sorted({each["image"] for each in near}), "near": near}
