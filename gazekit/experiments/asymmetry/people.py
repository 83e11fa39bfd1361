"""What people did in the published experiments: reaction times, slopes, asymmetry indices."""

import numpy as np

from gazekit.experiments.asymmetry.designs import DESIGNS
from gazekit.experiments.asymmetry.slopes import asymmetry_index, slope


def human_times(experiment: str, condition: str) -> dict[int, float]:
    """People's mean reaction time by set size, ms; empty where none are known (a new experiment or condition).

    Examples
    --------
    >>> human_times("t-and-l", "Ls")
    {3: 573, 6: 672, 9: 771}
    >>> human_times("colour", "red")
    {}
    """
    found = DESIGNS.get(experiment)
    for known in found.conditions if found else ():
        if known.name == condition:
            return dict(zip(found.set_sizes, known.human, strict=True)) if found else {}
    return {}


def human_slope(experiment: str, condition: str) -> float:
    """People's search slope, ms per item; NaN where not known.

    Examples
    --------
    >>> human_slope("intersection", "cross")
    96.0
    """
    times = human_times(experiment, condition)
    if not times:
        return float("nan")
    return float(slope(np.array(list(times)), np.array(list(times.values()))))


def human_index(experiment: str) -> float:
    """People's asymmetry index; NaN where not known.

    Examples
    --------
    >>> round(human_index("curvature"), 4)
    0.8093
    """
    if experiment not in DESIGNS:
        return float("nan")
    return float(asymmetry_index(*(human_slope(experiment, c.name) for c in DESIGNS[experiment].conditions)))
