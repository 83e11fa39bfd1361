"""The data set `search-arrays`: displays of the published experiments, of further ones, or of one's own."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, get_args

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.core.trials import Dataset, Trial
from gazekit.datasets.registry import datasets
from gazekit.datasets.synthetic.search_arrays.catalogue import PUBLISHED
from gazekit.datasets.synthetic.search_arrays.catalogue import experiments as known_experiments
from gazekit.datasets.synthetic.search_arrays.description import Experiment
from gazekit.datasets.synthetic.search_arrays.display import search_trial
from gazekit.files.untrusted import MAX_TRIALS, check_count
from gazekit.foundations.errors import GazekitError, UnknownNameError, check_choice, check_whole

LightingTarget = Literal["published", "corrected"]
Wanted = str | Experiment | Iterable[str | Experiment]


def load(
    *,
    experiments: Wanted | None = None,
    seed: int = 0,
    per_size: int | None = None,
    lighting_target: LightingTarget = "published",
    set_sizes: int | Sequence[int] | None = None,
) -> Dataset:
    """Make search displays; `gazekit.load_dataset("search-arrays")` calls this.

    A display depends on the seed and on its own name only (experiment, condition, set size, number), whatever else is
    asked for; its pixels are equal on every machine.

    Parameters
    ----------
    experiments : names or Experiments, optional
        Names (a sequence, or a text with commas), descriptions of your own, or both. The six published experiments, if
        left out.
    seed : int
        Seed of the arrangements.
    per_size : int, optional
        Displays of each condition and set size. As described (30 or 36 in the published ones), if left out.
    lighting_target : {"published", "corrected"}
        Where a fixation finds the target in the experiment `lighting`. "published": in a square that begins at the
        item's own corner, which is not the cell that a search blanks when it has been there (a defect of the published
        stimuli); "corrected": in the target's cell, as in all others.
    set_sizes : int or sequence of int, optional
        Items shown, in all experiments asked for. As described, if left out.

    Returns
    -------
    Dataset
        One trial per display, images drawn when they are used; no scanpaths, because nobody's gaze is published for
        these displays. Published saccade counts of models are another thing: `gazekit verify asymmetry`.

    Raises
    ------
    UnknownNameError
        No such experiment; the message has the closest name.
    GazekitError
        A set size that does not fit the grid, an experiment asked for twice, or another option that cannot be.

    Examples
    --------
    >>> len(load().trials)
    1272
    >>> data = load(experiments="curvature, t-and-l", per_size=1, set_sizes=[3, 9])
    >>> [trial.id for trial in data.trials][:3]
    ['curvature/curve_in_lines/03/000', 'curvature/curve_in_lines/09/000', 'curvature/line_in_curves/03/000']
    """
    check_choice("lighting_target", lighting_target, get_args(LightingTarget))
    check_whole("seed", seed)
    wanted = _find(PUBLISHED if experiments is None else experiments)
    trials: list[Trial] = []
    for experiment in wanted:
        if lighting_target == "corrected" and experiment is known_experiments()["lighting"]:
            experiment = replace(experiment, found="cell")
        if per_size is not None:
            experiment = replace(experiment, per_size=per_size)
        if set_sizes is not None:
            sizes = (set_sizes,) if isinstance(set_sizes, int | np.integer) else tuple(set_sizes)
            experiment = replace(experiment, set_sizes=sizes)
        many = len(experiment.conditions) * len(experiment.set_sizes) * experiment.per_size
        check_count(f"displays of {experiment.name}", many, MAX_TRIALS, "give a smaller per_size")
        trials += [
            search_trial(experiment, condition, size, k, seed=int(seed))
            for condition in experiment.conditions
            for size in experiment.set_sizes
            for k in range(experiment.per_size)
        ]
    card = datasets["search-arrays"]
    return Dataset("search-arrays", tuple(trials), Scanpaths.from_paths([], card.facts), card)


def _find(wanted: Wanted) -> list[Experiment]:
    if isinstance(wanted, str):
        wanted = [part.strip() for part in wanted.split(",") if part.strip()]
    elif isinstance(wanted, Experiment):
        wanted = [wanted]
    found: list[Experiment] = []
    for one in wanted:
        if not isinstance(one, str | Experiment):
            raise GazekitError(f"experiments must be names or Experiment objects, not {one!r}")
        if isinstance(one, str) and one not in known_experiments():
            raise UnknownNameError("search experiment", one, known_experiments())
        experiment = known_experiments()[one] if isinstance(one, str) else one
        if experiment.name in [other.name for other in found]:
            raise GazekitError(f"the experiment {experiment.name!r} is asked for twice; give it once, or another name")
        found.append(experiment)
    if not found:
        raise GazekitError(f"no experiment is asked for; there are {', '.join(known_experiments())}")
    return found
