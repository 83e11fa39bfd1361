"""Where a path begins: the forced first fixation, if it is still there, or the start that the trial imposed."""

from dataclasses import replace

import numpy as np

from gazekit.core.scanpaths import Scanpaths
from gazekit.metrics.context import Trials


def with_start(paths: Scanpaths, trials: Trials) -> Scanpaths:
    """Put the trial's imposed start before every path that lacks its forced first fixation.

    Search measures count from the start. Evaluations drop the forced first fixation, because nobody chose it; this
    puts the imposed position back, without a duration, so that both give the same count.

    Parameters
    ----------
    paths : Scanpaths
        Paths in px.
    trials : mapping of trial id to TrialContent
        Their `start` is used.

    Returns
    -------
    Scanpaths
        The same paths where they declare `forced_first=True`, or where a trial has no start; otherwise each path
        one point longer, with `forced_first=True`.

    Examples
    --------
    >>> import pandas as pd
    >>> from gazekit.metrics.context import TrialContent
    >>> paths = Scanpaths([7], [8], [0, 1], pd.DataFrame({"stimulus": ["s"], "width": 9, "height": 9}))
    >>> with_start(paths, {"s": TrialContent(start=(1, 2))}).x.tolist()
    [1.0, 7.0]
    """
    if paths.facts.forced_first or paths.facts.unit != "px" or not len(paths):
        return paths
    contents = [trials.get(t) for t in paths.table["trial"]]
    if any(c is None or c.start is None for c in contents):
        return paths
    start = np.array([c.start for c in contents if c is not None], dtype=float)
    before = paths.offsets[:-1]
    return paths.replace(
        x=np.insert(paths.x, before, start[:, 0]),
        y=np.insert(paths.y, before, start[:, 1]),
        offsets=paths.offsets + np.arange(len(paths) + 1),
        duration=None if paths.duration is None else np.insert(paths.duration, before, np.nan),
        object_id=None if paths.object_id is None else np.insert(paths.object_id, before, -1),
        facts=replace(paths.facts, forced_first=True),
    )
