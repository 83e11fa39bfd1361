"""One observation as an example: the image on which the right and the other-image caption differ as they usually do."""

from dataclasses import dataclass

import numpy as np

from gazekit.core.scanpaths import Scanpath, Scanpaths
from gazekit.experiments.captions.conditions import NONE, OTHER_IMAGE, RIGHT, SAME_IMAGE, SCHEDULED
from gazekit.experiments.captions.results import CaptionResults

ORDER = (RIGHT, SAME_IMAGE, OTHER_IMAGE, NONE, SCHEDULED)


@dataclass(frozen=True)
class Example:
    """Paths of one observation.

    Parameters
    ----------
    stimulus, observation : str
        Which.
    paths : dict of str to Scanpath
        One per condition, the first sample.
    """

    stimulus: str
    observation: str
    paths: dict[str, Scanpath]


def typical_example(results: CaptionResults) -> Example:
    """Choose an observation by rule, so that no page shows good cases only.

    Of the images with another caption of the same image (all, if there is none), the one whose difference between right
    and other-image caption in the headline metric is the median; of it the first observation.
    """
    main, predictions = results.main, results.paths()
    scores = main.scores[main.scores["metric"] == main.headline]
    grid = scores.pivot_table(index="stimulus", columns="model", values="value", sort=False)
    table = predictions.table
    first = SAME_IMAGE if (table["source"] == SAME_IMAGE).any() else RIGHT
    candidates = list(dict.fromkeys(table.loc[table["source"] == first, "stimulus"]))
    if {RIGHT, OTHER_IMAGE} <= set(grid):
        gap = (grid[RIGHT] - grid[OTHER_IMAGE]).dropna()
        ranked = gap[gap.index.isin(candidates)].sort_values(kind="stable")
        candidates = list(ranked.index) or candidates  # nothing is defined: any image
    stimulus = str(candidates[(len(candidates) - 1) // 2])
    rows = np.flatnonzero((table["source"] == first) & (table["stimulus"] == stimulus))
    observation = str(table["observation"].iloc[rows[0]])
    return Example(stimulus, observation, _paths(predictions, stimulus, observation))


def _paths(predictions: Scanpaths, stimulus: str, observation: str) -> dict[str, Scanpath]:
    table = predictions.table
    found = {}
    for name in ORDER:
        own = (table["source"] == name) & (table["stimulus"] == stimulus)
        own &= table["observation"].isin([observation, stimulus])  # without a caption it is of the image
        rows = np.flatnonzero(own)
        if len(rows):
            found[name] = predictions[int(rows[0])]
    return found
