"""The offline demonstration: photographs that scikit-image ships, generated search displays, and simulated observers.

No person looked at these images here. The observers are a simulation (`gazekit.datasets.synthetic.observers`), so the
demonstration shows how the toolkit works, not how people look; every page made from it says so.
"""

from collections.abc import Callable

import numpy as np

from gazekit.core.frames import Frame
from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.registry import datasets
from gazekit.datasets.synthetic.displays import PAIRS, search_display
from gazekit.datasets.synthetic.observers import observe

PHOTOGRAPHS = ("astronaut", "camera", "chelsea", "coffee", "coins", "hubble_deep_field", "rocket", "moon")
OBSERVERS = 10


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
