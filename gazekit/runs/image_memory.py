"""Image files that several models look at in turn are read from disk once per worker process."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from cachetools import LRUCache, cached

from gazekit.core.trials import Dataset, Trial
from gazekit.files.images import read_image_file

MEMORY = 256 * 2**20  # bytes of pixels per process: some tens of photographs, more than a piece of work has
_images: LRUCache = LRUCache(MEMORY, getsizeof=lambda image: int(image.nbytes))


@dataclass(frozen=True)
class RememberedImage:
    """A source for `Trial.image`: the file's pixels, kept while they are among those last used.

    Each call gives a copy, so that nobody can change what the next one sees; a file that has changed is read anew.

    Parameters
    ----------
    path : path
        Of the image file.
    """

    path: Path

    def __call__(self) -> np.ndarray:
        """(H, W) or (H, W, C) uint8, as `read_image_file` gives them."""
        try:
            now = self.path.stat()
        except OSError:
            return read_image_file(self.path)  # which says what is wrong
        return _pixels(self.path.absolute(), now.st_mtime_ns, now.st_size).copy()


@cached(_images)
def _pixels(path: Path, changed_ns: int, size: int) -> np.ndarray:
    return read_image_file(path)


def remembering_images(dataset: Dataset) -> Dataset:
    """The same data set with image files read once; images that are arrays or drawn when they are used stay so."""
    return replace(dataset, trials=tuple(_remembering(trial) for trial in dataset.trials))


def _remembering(trial: Trial) -> Trial:
    # A file that is not there stays a path: `Trial.has` then says so to the model that needs it.
    if not isinstance(trial.image_source, Path) or not trial.image_source.is_file():
        return trial
    return replace(trial, image_source=RememberedImage(trial.image_source))
