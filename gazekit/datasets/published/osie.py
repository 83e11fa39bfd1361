"""OSIE: free viewing of 700 photographs by 15 people (Xu et al. 2014)."""

import numpy as np

from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.published.folder import PublishedFolder
from gazekit.files.untrusted import check_name

SIZE = (800, 600)  # px, of every published image
TASK = "free viewing"


def load(folder: PublishedFolder) -> Dataset:
    """Read OSIE.

    Parameters
    ----------
    folder : PublishedFolder
        With `eye/fixations.mat` and, for the images, `stimuli/`.

    Returns
    -------
    Dataset
        700 trials; 10,500 scanpaths, (x, y) px of 800 x 600 images, durations in ms. The first fixation is where people
        chose to look, not a forced one.

    Raises
    ------
    DataError
        `eye/fixations.mat` is missing, truncated or of another structure.
    """
    file = folder.file("eye/fixations.mat")
    frame = folder.frame(*SIZE)
    for entry in folder.mat(file, "fixations"):
        with folder.structure(file):
            name = str(entry.img)
            for k, eye in enumerate(np.atleast_1d(entry.subjects)):
                row = {"stimulus": name, "subject": f"{k + 1:02d}", "task": TASK}
                folder.add_path(eye.fix_x, eye.fix_y, eye.fix_duration, frame, **row)
        image = folder.root / "stimuli" / check_name(name, "the data set")
        folder.trials.append(Trial(name, name, frame, image_source=image, task=TASK))
    return folder.dataset()
