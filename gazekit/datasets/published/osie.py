"""OSIE: free viewing of 700 photographs by 15 people (Xu et al. 2014)."""

from pathlib import Path

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.cards import read_card
from gazekit.datasets.published.assembly import Outside, PathList
from gazekit.datasets.published.published_files import need_file, need_root, read_mat, unexpected
from gazekit.files.untrusted import check_name

SIZE = (800, 600)  # px, of every published image


def load(root: str | Path, *, px_per_degree: float | None = None, outside: Outside = "keep") -> Dataset:
    """Read OSIE.

    Parameters
    ----------
    root : path
        Folder with `eye/fixations.mat` and, for the images, `stimuli/`.
    px_per_degree : float, optional
        Pixels per degree of visual angle; the published files do not say.
    outside : {"keep", "clip", "drop"}
        What to do with points outside the image.

    Returns
    -------
    Dataset
        700 trials; 10,500 scanpaths, (x, y) px of 800 x 600 images, durations in ms. The first fixation is
        where people chose to look, not a forced one.

    Raises
    ------
    DataError
        `eye/fixations.mat` is missing, truncated or of another structure.
    """
    card = read_card("osie")
    root = need_root(root, card)
    file = need_file(root, "eye/fixations.mat", card)
    frame = Frame(*SIZE, px_per_degree=px_per_degree)
    trials, paths = [], PathList()
    for entry in read_mat(file, "fixations", card):
        try:
            name, viewers = str(entry.img), np.atleast_1d(entry.subjects)
            for k, eye in enumerate(viewers):
                paths.add(
                    eye.fix_x,
                    eye.fix_y,
                    eye.fix_duration,
                    stimulus=name,
                    subject=f"{k + 1:02d}",
                    task="free viewing",
                    width=frame.width,
                    height=frame.height,
                )
        except (AttributeError, TypeError, ValueError) as error:
            raise unexpected(file, card, str(error)) from error
        image = root / "stimuli" / check_name(name, "the data set")
        trials.append(Trial(name, name, frame, image_source=image, task="free viewing"))
    scanpaths, dropped = paths.finish(card.facts, outside=outside, px_per_degree=px_per_degree)
    return Dataset("osie", tuple(trials), scanpaths, card, dropped)
